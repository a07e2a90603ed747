"""The task `learn`, and what it hands to `clean`.

Owns the order of the steps. Keep out: counting (evidence), bounds (window), files (gather, history), what a
run leaves in the profiles (remembering).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain
from operator import itemgetter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from newsmill import parquet
from newsmill.learn.evidence import SEEN_TWICE, repeats_of
from newsmill.learn.gather import (
    ByOutlet,
    Parts,
    count_sightings,
    first_of_outlets,
    of_outlets,
    read_chosen,
    sightings_by_outlet,
    together,
)
from newsmill.learn.history import Remembered, is_outlet, latest
from newsmill.learn.sight import Sighting
from newsmill.learn.titles import titles_seen
from newsmill.learn.window import sample
from newsmill.model import Profile, Repeat
from newsmill.passing import passing_file
from newsmill.schema import REPEATS, SIGHTINGS, TITLES
from newsmill.staging import Staging, writing
from newsmill.storage import Store

REPEATS_FILE, TITLES_FILE = "repeats.parquet", "titles.parquet"


def learn(staging: Staging, data: Store) -> dict[str, int]:
    """Find what the run's outlets repeat, in the run and in what is remembered of them; write it for `clean`.

    Raises:
        ProfileError: an outlet's profile cannot be read.
        StorageError: there is no room for what passes through TMPDIR, or in the data root.
    """
    counts = {"outlets": 0, "articles": count_sightings(staging), "repeats": 0, "titles": 0}
    with (
        passing_file("learn") as handle,
        writing(data, staging.path(REPEATS_FILE), REPEATS) as repeats,
        writing(data, staging.path(TITLES_FILE), TITLES) as titles,
    ):
        for parts, group in _groups(sightings_by_outlet(handle, staging, counts["articles"])):
            past = []
            for outlet, rows in read_chosen(parts, chain.from_iterable(group.values())).items():
                known = latest(data, outlet)
                past.append(_titles_of(outlet, known))
                counts["repeats"] += repeats.add_all(_repeat_rows(outlet, _pool(rows, known)))
            counts["titles"] += titles.add_all(titles_seen(of_outlets(parts, group), pa.concat_tables(past)))
            counts["outlets"] += len(group)
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


def _groups(seen: ByOutlet) -> Iterator[tuple[Parts, dict[str, list[str]]]]:
    """Yield how to read some outlets, and these, each with the record keys of its sampled articles."""
    for parts in map(seen.of, seen.numbers()):
        sampled = first_of_outlets(parts(), _SAMPLED, _sampled)
        for group in together((outlet, rows) for outlet, rows in sampled if is_outlet(outlet)):
            yield parts, {outlet: [key for _, key in rows] for outlet, rows in group}


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
