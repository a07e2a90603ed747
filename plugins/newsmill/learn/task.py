"""The task `learn`, and what a run adds to the profiles when it ends.

Owns the order of the steps. Keep out: counting (evidence), bounds (window), files (gather, history).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from operator import itemgetter
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from newsmill import parquet
from newsmill.learn.evidence import SEEN_TWICE, repeats_of
from newsmill.learn.gather import first_of_outlets, read_chosen, rows_chosen, together
from newsmill.learn.history import Remembered, is_outlet, latest, write_version
from newsmill.learn.sight import Sighting
from newsmill.learn.titles import titles_seen
from newsmill.learn.window import newest_first, remembered, sample
from newsmill.model import Fate, Profile, Repeat
from newsmill.schema import CLEANED, REPEATS, SIGHTINGS, TITLES
from newsmill.staging import NARROW_ROWS, Run, Staging, writing
from newsmill.storage import Store

REPEATS_FILE, TITLES_FILE = "repeats.parquet", "titles.parquet"


def learn(staging: Staging, data: Store) -> dict[str, int]:
    """Find what the run's outlets repeat, in the run and in what is remembered of them; write it for `clean`.

    Raises:
        ProfileError: an outlet's profile cannot be read.
    """
    seen = staging.parts("sightings", SIGHTINGS, ["outlet", *_SAMPLED])
    sampled = first_of_outlets(seen, _SAMPLED, _sampled)
    chosen = [(outlet, [key for _, key in rows]) for outlet, rows in sampled if is_outlet(outlet)]
    articles = sum(map(staging.count_rows, staging.files("sightings")))
    counts = {"outlets": len(chosen), "articles": articles, "repeats": 0, "titles": 0}
    with (
        writing(data, staging.path(REPEATS_FILE), REPEATS) as repeats,
        writing(data, staging.path(TITLES_FILE), TITLES) as titles,
    ):
        for group in together(chosen):
            past = []
            for outlet, rows in read_chosen(staging, [key for _, keys in group for key in keys]).items():
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
    chosen = first_of_outlets(_published(staging), _Candidate._fields, _candidates)
    changed = 0
    for group in together(chosen):
        fresh = _fresh(staging, group)
        for outlet, _ in group:
            past = latest(data, outlet)
            changed += write_version(data, outlet, run.day, run.ledger_name, merged(fresh[outlet], past))
    return {"outlets": len(chosen), "profiles_changed": changed}


def merged(fresh: Sequence[Remembered], past: Sequence[Remembered]) -> list[Remembered]:
    """Return what is remembered of new and old articles together; of one that is in both, the new."""
    known = {article.article_id: article for article in (*past, *fresh)}
    whole, titled = remembered(newest_first(known.values()))
    return newest_first([*whole, *(article.titled() for article in titled)])


_SAMPLED = ("article_id", "record_key")


def _sampled(rows: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the sampled articles of an outlet, sorted; of several records of one article the first."""
    first: dict[str, str] = {}
    for article_id, record_key in sorted(rows):
        first.setdefault(article_id, record_key)
    return [(article_id, first[article_id]) for article_id in sample(first)]


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


class _Candidate(NamedTuple):
    """A published article that could be remembered."""

    article_id: str
    day: date
    record_key: str


def _published(staging: Staging) -> Iterator[pa.Table]:
    """Yield which articles of the run are published: where, and on which day."""
    columns = ["record_key", "article_id", "outlet", "date", "fate"]
    with parquet.opened(staging.data, staging.path("decisions.parquet")) as file:
        for part in parquet.tables(file, NARROW_ROWS, columns):
            decided = part.filter(pc.equal(part["fate"], Fate.PUBLISHED.value))
            yield decided.rename_columns({"date": "day"})


def _candidates(rows: list[tuple[str, date, str]]) -> list[_Candidate]:
    """Return the articles that could be remembered, whatever is known from before, in the order in which they are."""
    ordered = newest_first([_Candidate(*row) for row in rows])
    return newest_first([candidate for part in remembered(ordered) for candidate in part])


def _fresh(staging: Staging, group: Sequence[tuple[str, list[_Candidate]]]) -> Mapping[str, list[Remembered]]:
    """Return the candidates of some outlets: those whose blocks may be remembered with their keys, others by title."""
    split = {outlet: remembered(candidates) for outlet, candidates in group}
    whole = {candidate.record_key: candidate.day for first, _ in split.values() for candidate in first}
    days = {candidate.record_key: candidate.day for _, others in split.values() for candidate in others}
    lengths = _lengths(staging, list(whole))
    fresh: defaultdict[str, list[Remembered]] = defaultdict(list)
    for outlet, rows in read_chosen(staging, whole).items():
        fresh[outlet] += [_remembered(row, whole[row["record_key"]], lengths[row["record_key"]]) for row in rows]
    for row in rows_chosen(staging, days, ["outlet", "article_id", "record_key", "title_key"]):
        fresh[row["outlet"]].append(Remembered.by_title(row["article_id"], days[row["record_key"]], row["title_key"]))
    return fresh


def _lengths(staging: Staging, record_keys: list[str]) -> dict[str, dict[str, int]]:
    """Return how long these articles are, and how much of each was cut."""
    names = ["text_chars", "removed_chars"]
    wanted = pa.array(record_keys, pa.string())
    found: dict[str, dict[str, int]] = {}
    for part in staging.parts("cleaned", CLEANED, ["record_key", *names]):
        own = part.filter(pc.is_in(part["record_key"], value_set=wanted))
        found |= zip(own["record_key"].to_pylist(), own.select(names).to_pylist(), strict=True)
    return found


def _remembered(row: Mapping[str, Any], day: date, lengths: Mapping[str, int]) -> Remembered:
    plain = {name: value for name, value in row.items() if name not in ("record_key", "outlet")}
    return Remembered.of(plain | {"day": day, **lengths})
