"""What there is to decide on when too many of a run's articles are quarantined: how many, why, where.

Owns counting them, and the words of a refusal. Keep out: the form (form), what the answer does (answer).

It holds names of expectations, outlets and places of records, and no value of an article: it goes into error messages,
alerts and the form.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from newsmill import parquet
from newsmill.dedup.tombstones import read_tombstones
from newsmill.model import NewsmillError
from newsmill.schema import CLEANED
from newsmill.staging import NARROW_ROWS, Staging
from newsmill.validate.reasons import name_of

PLACES = 3
"""Records that a group names: enough to look at, and the form stays small."""

NAMED_IN_REFUSAL = 5

_COLUMNS = ["record_key", "article_id", "content_hash", "outlet", "problem", "raw_path"]


class RejectionError(NewsmillError):
    """More articles were quarantined than the rejection limit allows, and nobody let the rest be published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Quarantined articles of one outlet that failed alike.

    `what` is the first expectation that they failed, or, of a page that is no article, what it is (`cookie_wall`).
    `places` are raw_paths, the first in their order.
    """

    what: str
    outlet: str | None
    articles: int
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A run whose share of quarantined articles exceeds its limit (0 to 1); the largest groups come first."""

    run_id: str
    articles: int
    quarantined: int
    limit: float
    groups: tuple[Group, ...]
    staging: str  # the URI of the run's staging folder
    docs: str  # the URI of the Data Docs' first page

    @property
    def share(self) -> float:
        """The share of the judged articles that is quarantined, 0 to 1."""
        return self.quarantined / self.articles

    @property
    def sentence(self) -> str:
        """What happened, in a sentence without its end."""
        return (
            f"{self.quarantined:,} of {self.articles:,} articles failed validation ({self.share:.1%}), more than the "
            f"rejection limit of {self.limit:.1%}"
        )

    @property
    def reasons(self) -> str:
        """The commonest reasons over all outlets, with their counts."""
        counts: dict[str, int] = {}
        for group in self.groups:
            counts[group.what] = counts.get(group.what, 0) + group.articles
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        named = [f"{what} ({count:,})" for what, count in ordered[:NAMED_IN_REFUSAL]]
        return ", ".join([*named, "…"] if len(ordered) > NAMED_IN_REFUSAL else named)


def exceeds(articles: int, quarantined: int, limit: float) -> bool:
    """Tell whether the share of quarantined articles is larger than the limit."""
    return bool(articles) and quarantined / articles > limit


def ask_of(staging: Staging, articles: int, quarantined: int, limit: float) -> Question:
    """Return what there is to decide on; what was taken down meanwhile is not told.

    Args:
        staging: the run's; its verdicts are there.
        articles: that validation judged, one at least.
        quarantined: of these.
        limit: the run's rejection limit.

    Raises:
        StagingError: a file of staging is missing.
    """
    data = staging.data
    return Question(
        run_id=staging.run().run_id,
        articles=articles,
        quarantined=quarantined,
        limit=limit,
        groups=_groups(_refused(staging)),
        staging=f"{data.uri}/{staging.root}",
        docs=f"{data.uri}/docs/index.html",
    )


def _refused(staging: Staging) -> Iterator[tuple[str, str | None, str]]:
    """Yield what each quarantined article failed by, its outlet and its place."""
    failed, tombstones = _first_failures(staging), read_tombstones(staging.data)
    for part in staging.parts("cleaned", CLEANED, _COLUMNS):
        articles, _ = tombstones.split(part)
        places = pc.index_in(articles["record_key"], value_set=failed["record_key"].combine_chunks())
        refused = articles.filter(pc.is_valid(places))
        names = failed["name"].take(pc.drop_null(places))
        columns = (names, refused["problem"], refused["outlet"], refused["raw_path"])
        for name, problem, outlet, raw_path in zip(*(column.to_pylist() for column in columns), strict=True):
            yield (problem if name == "is_article" and problem else name), outlet, raw_path


def _first_failures(staging: Staging) -> pa.Table:
    """Return the failed articles: `record_key`, and the `name` of the first expectation that each failed."""
    parts = [pa.table({"record_key": pa.array([], pa.string()), "name": pa.array([], pa.string())})]
    with parquet.opened(staging.data, staging.path("verdicts.parquet")) as file:
        for part in parquet.tables(file, NARROW_ROWS, ["record_key", "failed"]):
            bad = part.filter(pc.greater(pc.list_value_length(part["failed"]), 0))
            names = [name_of(failed[0]) for failed in bad["failed"].to_pylist()]
            parts.append(pa.table({"record_key": bad["record_key"], "name": pa.array(names, pa.string())}))
    return pa.concat_tables(parts)


def _groups(refused: Iterator[tuple[str, str | None, str]]) -> tuple[Group, ...]:
    found: dict[tuple[str, str | None], tuple[int, list[str]]] = {}
    for what, outlet, raw_path in refused:
        count, places = found.get((what, outlet), (0, []))
        found[what, outlet] = (count + 1, heapq.nsmallest(PLACES, [*places, raw_path]))
    groups = [
        Group(what=what, outlet=outlet, articles=count, places=tuple(places))
        for (what, outlet), (count, places) in found.items()
    ]
    return tuple(sorted(groups, key=lambda group: (-group.articles, group.what, group.outlet or "")))
