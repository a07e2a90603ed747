"""A run's rows by outlet: all rows of an outlet lie in one share, and one share after the other is looked at.

Owns how much is held at once: of one share the names of the articles that are chosen of each outlet, and rows with
their keys only of outlets that together have `ROWS_AT_ONCE` chosen articles. So memory does not grow with the run, and
each row is read as often as it would be of a run of one share.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import IO, Any, TypeVar
from zlib import crc32

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from newsmill import parquet
from newsmill.passing import Shares
from newsmill.schema import SIGHTINGS
from newsmill.staging import Staging

ROWS_AT_ONCE = 20_000
"""Rows of a share, more or less, and chosen articles held at once: about 2 kB each of keys."""
OUTLETS_AT_ONCE = 1_000
"""Outlets held at once, each with the titles that are remembered of it (24 kB)."""
READ_ROWS = 2_000
PUT_ROWS = 10_000
"""Rows that are spread over the shares at once: of a run of millions each share gets some dozens of them."""
FULL = 2
"""Rows of an outlet are held up to so many times what was last chosen of them, before it is chosen again: so choosing
costs a row as much in a large outlet as in a small one."""

Chosen = TypeVar("Chosen")
"""What stands for a chosen article."""
Parts = Callable[[], Iterable[pa.RecordBatch]]
"""Reads some outlets' rows, again with each call."""


class ByOutlet:
    """Rows that come in any order, and are read by outlet.

    Args:
        handle: of an empty file, open for writing and reading.
        rows: how many will be put, to tell how many shares there are.
    """

    def __init__(self, handle: IO[bytes], rows: int) -> None:
        self._shares = Shares(handle)
        self._count = max(1, -(-rows // ROWS_AT_ONCE))

    def put(self, parts: Iterable[pa.Table]) -> None:
        """Add rows; one of their columns is outlet."""
        for part in parquet.some_at_once(parts, PUT_ROWS):
            shares = self._shares_of(part["outlet"])
            for share in np.unique(shares).tolist():
                self._shares.put(share, part.filter(pa.array(shares == share)))

    def numbers(self) -> list[int]:
        """Return the numbers of the shares that have rows, sorted."""
        return self._shares.numbers()

    def of(self, share: int) -> Parts:
        """Return how to read a share; what was put is complete then."""
        return lambda: self._shares.batches(share)

    def _shares_of(self, outlets: pa.ChunkedArray) -> Any:
        """Return each row's share: that of its outlet's hash, the same in every process."""
        coded = outlets.combine_chunks().dictionary_encode()
        of_outlet = np.array([crc32(outlet.encode()) % self._count for outlet in coded.dictionary.to_pylist()])
        return of_outlet[coded.indices.to_numpy()]


def sightings_by_outlet(handle: IO[bytes], staging: Staging, count: int) -> ByOutlet:
    """Return the run's sightings by outlet, of which there are so many.

    Args:
        handle: of an empty file, open for writing and reading.
        staging: the run's.
        count: of its sightings.
    """
    found = ByOutlet(handle, count)
    found.put(_sightings(staging))
    return found


def count_sightings(staging: Staging) -> int:
    """Return how many of the run's articles have a sighting: all that were extracted."""
    return sum(map(staging.count_rows, staging.files("sightings")))


def _sightings(staging: Staging) -> Iterator[pa.Table]:
    for path in staging.files("sightings"):
        with parquet.opened(staging.data, path) as file:
            yield from parquet.tables(file, READ_ROWS, SIGHTINGS.names)


def first_of_outlets(
    parts: Iterable[pa.RecordBatch], columns: Sequence[str], first: Callable[[list[Any]], list[Any]]
) -> list[tuple[str, list[Any]]]:
    """Return the outlets, sorted, each with the rows that are chosen of it.

    Args:
        parts: batches with the column outlet, and others.
        columns: of which rows are made, tuples.
        first: chooses of some rows of an outlet; what it leaves out it must leave out of more rows, too.
    """
    held: defaultdict[str, list[Any]] = defaultdict(list)
    chosen: defaultdict[str, int] = defaultdict(int)
    for part in parts:
        rows = zip(*(part[name].to_pylist() for name in columns), strict=True)
        for outlet, row in zip(part["outlet"].to_pylist(), rows, strict=True):
            held[outlet].append(row)
        for outlet in pc.unique(part["outlet"]).to_pylist():
            if len(held[outlet]) > FULL * chosen[outlet]:
                held[outlet] = first(held[outlet])
                chosen[outlet] = len(held[outlet])
    return [(outlet, first(rows)) for outlet, rows in sorted(held.items())]


def together(chosen: Iterable[tuple[str, list[Chosen]]]) -> Iterator[list[tuple[str, list[Chosen]]]]:
    """Yield outlets in groups that have few enough chosen articles to be held at once."""
    held: list[tuple[str, list[Chosen]]] = []
    size = 0
    for outlet, keys in chosen:
        if held and (size + len(keys) > ROWS_AT_ONCE or len(held) == OUTLETS_AT_ONCE):
            yield held
            held, size = [], 0
        held.append((outlet, keys))
        size += len(keys)
    if held:
        yield held


def of_outlets(parts: Parts, outlets: Iterable[str]) -> Parts:
    """Return how to read these outlets' rows alone."""
    wanted = pa.array(outlets, pa.string())
    return lambda: (part.filter(pc.is_in(part["outlet"], value_set=wanted)) for part in parts())


def read_chosen(parts: Parts, record_keys: Iterable[str]) -> Mapping[str, list[dict[str, Any]]]:
    """Return the rows of `schema.SIGHTINGS` of the chosen articles by outlet; outlets and articles are sorted."""
    found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows_chosen(parts, record_keys, SIGHTINGS.names):
        found[row["outlet"]].append(row)
    return {outlet: sorted(rows, key=lambda row: row["article_id"]) for outlet, rows in sorted(found.items())}


def rows_chosen(parts: Parts, record_keys: Iterable[str], columns: list[str]) -> Iterator[dict[str, Any]]:
    """Yield columns of the sightings of the chosen articles; `record_key` is one of them."""
    wanted = pa.array(record_keys, pa.string())
    for part in parts():
        yield from part.select(columns).filter(pc.is_in(part["record_key"], value_set=wanted)).to_pylist()
