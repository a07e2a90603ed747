"""The task `learn`, and what a run adds to the profiles when it ends.

Owns the order of the steps. Keep out: counting (evidence), bounds (window), files (gather, history).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from operator import itemgetter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from newsmill import parquet
from newsmill.learn.evidence import SEEN_TWICE, repeats_of
from newsmill.learn.gather import by_outlet, read_chosen, together
from newsmill.learn.history import Remembered, is_outlet, latest, write_version
from newsmill.learn.sight import Sighting
from newsmill.learn.titles import titles_seen
from newsmill.learn.window import newest_first, remembered, sample
from newsmill.model import Fate, Profile, Repeat
from newsmill.schema import CLEANED, DECISIONS, REPEATS, SIGHTINGS, TITLES
from newsmill.staging import Run, Staging, writing
from newsmill.storage import Store

REPEATS_FILE, TITLES_FILE = "repeats.parquet", "titles.parquet"


def learn(staging: Staging, data: Store) -> dict[str, int]:
    """Find what the run's outlets repeat, in the run and in what is remembered of them; write it for `clean`.

    Raises:
        ProfileError: an outlet's profile cannot be read.
    """
    seen = staging.table("sightings", SIGHTINGS, ["outlet", "article_id", "record_key"])
    chosen = [(outlet, _sampled(rows)) for outlet, rows in by_outlet(seen) if is_outlet(outlet)]
    counts = {"outlets": len(chosen), "articles": len(seen), "repeats": 0, "titles": 0}
    with (
        writing(data, staging.path(REPEATS_FILE), REPEATS) as repeats,
        writing(data, staging.path(TITLES_FILE), TITLES) as titles,
    ):
        for group in together(chosen):
            past = []
            for outlet, rows in read_chosen(staging, group).items():
                known = latest(data, outlet)
                past.append(_titles_of(outlet, known))
                counts["repeats"] += repeats.add_all(_repeat_rows(outlet, _pool(rows, known)))
            counts["titles"] += titles.add_all(
                titles_seen(staging, [outlet for outlet, _ in group], pa.concat_tables(past))
            )
    return counts


def profiles_of(staging: Staging, data: Store, outlets: Iterable[str]) -> dict[str, Profile]:
    """Return what `learn` has found of these outlets."""
    wanted = pa.array(sorted(set(outlets)), pa.string())
    repeats: dict[str, dict[int, Repeat]] = {outlet: {} for outlet in wanted.to_pylist()}
    titles: dict[str, dict[int, date]] = {outlet: {} for outlet in repeats}
    for row in _rows_of(data, staging.path(REPEATS_FILE), wanted):
        outlet, key = row.pop("outlet"), row.pop("key")
        repeats[outlet][key] = Repeat(**row)
    for row in _rows_of(data, staging.path(TITLES_FILE), wanted):
        titles[row["outlet"]][row["key"]] = row["day"]
    return {outlet: Profile(repeats=repeats[outlet], titles=titles[outlet]) for outlet in repeats}


def profile_for(data: Store, outlet: str, article: Mapping[str, Any] | None = None) -> Profile:
    """Return what is remembered of an outlet as one more article would see it, without a run.

    Args:
        data: the data root.
        outlet: any name; one that is no slug has no profile.
        article: what `sighting_row` gives; None for one that is remembered already.

    Raises:
        ProfileError: the outlet's profile cannot be read.
    """
    known = latest(data, outlet) if is_outlet(outlet) else []
    more = [article] if article else []
    own = {one["article_id"] for one in more}
    titles = {other.title_key: other.day for other in reversed(known) if other.article_id not in own}
    return Profile(repeats=repeats_of(_pool(more, known)), titles=titles)


def remember(staging: Staging, data: Store, run: Run) -> dict[str, int]:
    """Add a run's published articles to the profiles of their outlets.

    Only published articles: a duplicate is a story that is there already, and what is quarantined is no article. So a
    profile is what the corpus says, and can be made from it again. May be done twice: an article counts once.
    """
    chosen = []
    facts: dict[str, dict[str, Any]] = {}
    changed = 0
    for outlet, rows in by_outlet(_published(staging)):
        keys = {row["record_key"]: row for row in rows.to_pylist()}
        winners = _winners(keys.values())
        facts |= {key: keys[key] for key in winners}
        chosen.append((outlet, winners))
    for group in together(chosen):
        found = read_chosen(staging, group)
        for outlet, _ in group:
            fresh = [_remembered(row, facts[row["record_key"]]) for row in found[outlet]]
            changed += write_version(data, outlet, run.day, run.ledger_name, merged(fresh, latest(data, outlet)))
    return {"outlets": len(chosen), "profiles_changed": changed}


def merged(fresh: Sequence[Remembered], past: Sequence[Remembered]) -> list[Remembered]:
    """Return what is remembered of new and old articles together; of one that is in both, the new."""
    known = {article.article_id: article for article in (*past, *fresh)}
    whole, titled = remembered(newest_first(known.values()))
    return newest_first([*whole, *(article.titled() for article in titled)])


def _sampled(rows: pa.Table) -> list[str]:
    """Return the record_keys of the sampled articles of an outlet; of several records of one article the first."""
    ids = rows["article_id"].to_pylist()
    first: dict[str, int] = {}
    for number, article_id in enumerate(ids):
        first.setdefault(article_id, number)
    return [rows["record_key"][first[article_id]].as_py() for article_id in sample(ids)]


def _pool(rows: Sequence[Mapping[str, Any]], past: Sequence[Remembered]) -> list[Sighting]:
    """Return the articles to compare: those of the run, and those remembered that are not among them."""
    fresh = {row["article_id"]: Sighting.of(row) for row in rows}
    return [*fresh.values(), *(article for article in past if article.keys and article.article_id not in fresh)]


def _repeat_rows(outlet: str, articles: Sequence[Sighting]) -> Iterator[dict[str, Any]]:
    for key, repeat in sorted(repeats_of(articles).items(), key=itemgetter(0)):
        if _can_matter(repeat):
            yield {"outlet": outlet, "key": key} | _fields(repeat)


def _titles_of(outlet: str, articles: Sequence[Remembered]) -> pa.Table:
    columns = {
        "outlet": [outlet] * len(articles),
        "title_key": [article.title_key for article in articles],
        "day": [article.day for article in articles],
    }
    return pa.table(columns, schema=pa.schema([SIGHTINGS.field(name) for name in columns]))


def _can_matter(repeat: Repeat) -> bool:
    """Two stories prove nothing, but of what only one author's have; most blocks that repeat at all are in two."""
    return repeat.stories > SEEN_TWICE or repeat.author is not None


def _fields(repeat: Repeat) -> dict[str, Any]:
    return {name: getattr(repeat, name) for name in REPEATS.names if name not in ("outlet", "key")}


def _rows_of(data: Store, path: str, outlets: pa.Array) -> Iterator[dict[str, Any]]:
    with parquet.opened(data, path) as file:
        for part in parquet.batches(file, 10_000):
            yield from part.filter(pc.is_in(part["outlet"], value_set=outlets)).to_pylist()


def _published(staging: Staging) -> pa.Table:
    """Return which articles of the run are published: where, on which day, and how much of each was cut."""
    path = staging.path("decisions.parquet")
    columns = ["record_key", "article_id", "outlet", "date", "fate", "batch"]
    with parquet.opened(staging.data, path) as file:
        decided = parquet.read(file, columns).cast(pa.schema([DECISIONS.field(name) for name in columns]))
    decided = decided.filter(pc.equal(decided["fate"], Fate.PUBLISHED.value)).drop_columns(["fate", "batch"])
    lengths = staging.table("cleaned", CLEANED, ["record_key", "text_chars", "removed_chars"]).drop_columns(["batch"])
    return decided.join(lengths, "record_key", join_type="inner", use_threads=False)


def _winners(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the record_keys of the articles that could be remembered, whatever is known from before."""
    ordered = newest_first([_Candidate(row["article_id"], row["date"], row["record_key"]) for row in rows])
    return [candidate.record_key for part in remembered(ordered) for candidate in part]


class _Candidate:
    def __init__(self, article_id: str, day: date, record_key: str) -> None:
        self.article_id, self.day, self.record_key = article_id, day, record_key


def _remembered(row: Mapping[str, Any], facts: Mapping[str, Any]) -> Remembered:
    plain = {name: value for name, value in row.items() if name not in ("record_key", "outlet")}
    lengths = {name: facts[name] for name in ("text_chars", "removed_chars")}
    return Remembered.of(plain | {"day": facts["date"]} | lengths)
