"""What a run adds to the profiles of its outlets when it ends.

Owns which of its articles may be remembered, and bringing together what is. Keep out: bounds (window), files (gather,
history).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from newsmill import parquet
from newsmill.learn.gather import (
    ByOutlet,
    Parts,
    count_sightings,
    first_of_outlets,
    read_chosen,
    rows_chosen,
    sightings_by_outlet,
    together,
)
from newsmill.learn.history import Remembered, latest, write_version
from newsmill.learn.window import newest_first, remembered
from newsmill.model import Fate
from newsmill.passing import passing_file
from newsmill.staging import NARROW_ROWS, Run, Staging
from newsmill.storage import Store


def remember(staging: Staging, data: Store, run: Run) -> dict[str, int]:
    """Add a run's published articles to the profiles of their outlets.

    Only published articles: a duplicate is a story that is there already, and what is quarantined is no article. So a
    profile is what the corpus says, and can be made from it again. May be done twice: an article counts once.

    Raises:
        ProfileError: an outlet's profile cannot be read.
        StorageError: there is no room for what passes through TMPDIR, or in the data root.
    """
    count, outlets, changed = count_sightings(staging), 0, 0
    with passing_file("reconcile") as handle, passing_file("reconcile") as other:
        seen, published = sightings_by_outlet(handle, staging, count), ByOutlet(other, count)
        published.put(_published(staging))
        for share in published.numbers():
            chosen = first_of_outlets(published.of(share)(), _Candidate._fields, _candidates)
            outlets += len(chosen)
            for group in together(chosen):
                fresh = _fresh(seen.of(share), group)
                for outlet, _ in group:
                    past = latest(data, outlet)
                    changed += write_version(data, outlet, run.day, run.ledger_name, merged(fresh[outlet], past))
    return {"outlets": outlets, "profiles_changed": changed}


def merged(fresh: Sequence[Remembered], past: Sequence[Remembered]) -> list[Remembered]:
    """Return what is remembered of new and old articles together; of one that is in both, the new."""
    known = {article.article_id: article for article in (*past, *fresh)}
    whole, titled = remembered(newest_first(known.values()))
    return newest_first([*whole, *(article.titled() for article in titled)])


class _Candidate(NamedTuple):
    """A published article that could be remembered."""

    article_id: str
    day: date
    record_key: str
    text_chars: int
    removed_chars: int


def _published(staging: Staging) -> Iterator[pa.Table]:
    """Yield which articles of the run are published: where, on which day, and how long they are."""
    columns = ["record_key", "article_id", "outlet", "date", "text_chars", "removed_chars", "fate"]
    with parquet.opened(staging.data, staging.path("decisions.parquet")) as file:
        for part in parquet.tables(file, NARROW_ROWS, columns):
            decided = part.filter(pc.equal(part["fate"], Fate.PUBLISHED.value))
            yield decided.rename_columns({"date": "day"})


def _candidates(rows: list[tuple[str, date, str, int, int]]) -> list[_Candidate]:
    """Return the articles that could be remembered, whatever is known from before, in the order in which they are."""
    ordered = newest_first([_Candidate(*row) for row in rows])
    return newest_first([candidate for part in remembered(ordered) for candidate in part])


def _fresh(parts: Parts, group: Sequence[tuple[str, list[_Candidate]]]) -> Mapping[str, list[Remembered]]:
    """Return the candidates of some outlets: those whose blocks may be remembered with their keys, others by title.

    Args:
        parts: reads the outlets' sightings, and those of others.
        group: the outlets, each with its candidates.
    """
    split = {outlet: remembered(candidates) for outlet, candidates in group}
    whole = {candidate.record_key: candidate for first, _ in split.values() for candidate in first}
    days = {candidate.record_key: candidate.day for _, others in split.values() for candidate in others}
    fresh: defaultdict[str, list[Remembered]] = defaultdict(list)
    for outlet, rows in read_chosen(parts, whole).items():
        fresh[outlet] += [_remembered(row, whole[row["record_key"]]) for row in rows]
    for row in rows_chosen(parts, days, ["outlet", "article_id", "record_key", "title_key"]):
        fresh[row["outlet"]].append(Remembered.by_title(row["article_id"], days[row["record_key"]], row["title_key"]))
    return fresh


def _remembered(row: Mapping[str, Any], chosen: _Candidate) -> Remembered:
    plain = {name: value for name, value in row.items() if name not in ("record_key", "outlet")}
    told = {"day": chosen.day, "text_chars": chosen.text_chars, "removed_chars": chosen.removed_chars}
    return Remembered.of(plain | told)
