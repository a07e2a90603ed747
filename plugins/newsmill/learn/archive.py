"""Read back from corpus and ledger what an outlet's profile remembers: the way of the DAG `learn_outlets`.

For each outlet the corpus is read from its newest day backwards, as far as the profile remembers (`window`); so the
cost hangs on the number of outlets, and on the ledger's narrow columns, which are read once for a group of outlets.

Owns which rows are read. Keep out: undoing the removals (the stage clean), counting (evidence).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from newsmill import corpus, parquet
from newsmill.learn.history import ProfileError
from newsmill.learn.window import A_DAY, TITLES, WINDOW, newest_first, remembered
from newsmill.model import Fate, Removal
from newsmill.places import corpus_files
from newsmill.storage import Store

OUTLETS_AT_ONCE = 20
"""Of each at most `WINDOW` articles are held with their texts, and `TITLES` without."""
COLUMNS = ["article_id", "title", "authors", "text", "removed_chars", "revision"]
READ_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class Archived:
    """A published article and, for each run that published this revision of it, what that run cut."""

    article_id: str
    day: date
    row: Mapping[str, Any]  # of `COLUMNS`
    cuts: Sequence[Sequence[Removal]]  # the last run first
    titled: bool  # whether the profile remembers only its title


@dataclass(frozen=True, slots=True)
class _Place:
    article_id: str
    day: date
    path: str


Places = Mapping[str, Sequence[tuple[date, str]]]
"""The corpus's files of each outlet, with their days, the newest first."""


def corpus_places(data: Store) -> Places:
    """List the corpus by outlet."""
    found: defaultdict[str, list[tuple[date, str]]] = defaultdict(list)
    for file in corpus_files(data):
        found[file.outlet].append((file.day, file.path))
    return {outlet: sorted(found[outlet], reverse=True) for outlet in sorted(found)}


def read_outlets(data: Store, places: Places) -> Iterator[tuple[str, list[Archived]]]:
    """Yield the outlets with the articles that their profiles remember, some outlets at a time.

    Raises:
        ProfileError: a file of corpus or ledger cannot be read.
    """
    outlets = iter(places.items())
    while group := list(islice(outlets, OUTLETS_AT_ONCE)):
        try:
            rows = {outlet: list(_rows_of(data, paths)) for outlet, paths in group}
            cuts = _Cuts.of(data, [row for found in rows.values() for _, row, titled in found if not titled])
        except (pa.ArrowException, OSError, KeyError) as error:
            names = ", ".join(outlet for outlet, _ in group)
            raise ProfileError(f"{data.uri}: corpus or ledger cannot be read for {names}: {error}") from error
        for outlet, found in rows.items():
            yield outlet, [_archived(place, row, titled, cuts) for place, row, titled in found]


def _rows_of(data: Store, paths: Sequence[tuple[date, str]]) -> Iterator[tuple[_Place, dict[str, Any], bool]]:
    places = list({place.article_id: place for place in reversed(list(_places(data, paths)))}.values())
    whole, titled = remembered(newest_first(places))
    for chosen, only_title in ((whole, False), (titled, True)):
        by_path: defaultdict[str, dict[str, _Place]] = defaultdict(dict)
        for place in chosen:
            by_path[place.path][place.article_id] = place
        for path, wanted in sorted(by_path.items()):
            ids = pa.array(sorted(wanted), pa.string())
            columns = [name for name in COLUMNS if name != "text"] if only_title else COLUMNS
            for part in corpus.batches(data, path, READ_ROWS, columns):
                for row in part.filter(pc.is_in(part["article_id"], value_set=ids)).to_pylist():
                    yield wanted[row["article_id"]], row, only_title


def _places(data: Store, paths: Sequence[tuple[date, str]]) -> Iterator[_Place]:
    """Yield articles from the newest day on, until enough are known for every bound of a profile."""
    days: Counter[date] = Counter()
    for day, path in paths:
        if day not in days and days.total() >= TITLES and sum(min(A_DAY, count) for count in days.values()) >= WINDOW:
            return
        for part in corpus.batches(data, path, READ_ROWS, ["article_id"]):
            days[day] += len(part)
            for article_id in part["article_id"].to_pylist():
                yield _Place(article_id, day, path)


class _Cuts:
    """What the runs that published some articles cut from them."""

    def __init__(self, cuts: Mapping[str, list[list[Removal]]]) -> None:
        self._cuts = cuts

    @classmethod
    def of(cls, data: Store, rows: Sequence[Mapping[str, Any]]) -> _Cuts:
        revisions = {row["article_id"]: row["revision"] for row in rows}
        ids = pa.array(sorted(revisions), pa.string())
        found: defaultdict[str, list[list[Removal]]] = defaultdict(list)
        for path in [entry.path for entry in data.files("ledger/fates")][::-1]:
            records = {key: article for article, key in _published(data, path, ids, revisions)}
            removals = _removals(data, path.replace("ledger/fates/", "ledger/removals/", 1), records) if records else {}
            for key, article_id in records.items():
                found[article_id].append(removals.get(key, []))
        return cls(found)

    def __getitem__(self, article_id: str) -> list[list[Removal]]:
        return self._cuts.get(article_id, [])


def _published(data: Store, path: str, ids: pa.Array, revisions: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """Yield article_id and record_key of what one run published in the revision that stands."""
    columns = ["article_id", "record_key", "fate", "revision"]
    for part in _parts(data, path, columns):
        is_one = pc.and_(pc.equal(part["fate"], Fate.PUBLISHED.value), pc.is_in(part["article_id"], value_set=ids))
        for row in part.filter(is_one).to_pylist():
            if row["revision"] == revisions[row["article_id"]]:
                yield row["article_id"], row["record_key"]


def _removals(data: Store, path: str, records: Iterable[str]) -> dict[str, list[Removal]]:
    found: defaultdict[str, list[Removal]] = defaultdict(list)
    if data.is_file(path):
        wanted = pa.array(sorted(records), pa.string())
        for part in _parts(data, path, ["record_key", *Removal.__slots__]):
            for row in part.filter(pc.is_in(part["record_key"], value_set=wanted)).to_pylist():
                found[row.pop("record_key")].append(Removal(**row))
    return found


def _archived(place: _Place, row: Mapping[str, Any], titled: bool, cuts: _Cuts) -> Archived:
    return Archived(place.article_id, place.day, row, cuts[place.article_id], titled)


def _parts(data: Store, path: str, columns: list[str]) -> Iterator[pa.RecordBatch]:
    with parquet.opened(data, path) as file:
        yield from parquet.batches(file, READ_ROWS, columns)
