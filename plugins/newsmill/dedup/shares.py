"""How many of a run's records are held at once, and their order: sorted by path without all of them in memory.

Owns the bounds between shares of paths. Keep out: the files that shares pass through (passing), which articles belong
together (together), what is decided (decide).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import pairwise
from zlib import crc32

import pyarrow as pa
import pyarrow.compute as pc

from newsmill.passing import Shares

ROWS_OF_SHARE = 5_000
"""Rows that are held at once: some 5 MB of keys, and as much of what is decided on them."""

SAMPLED = 100
"""Of so many paths one is kept, to tell where to cut; so few that most shares are a fifth too large or too small."""


class Bounds:
    """Finds paths between which about `ROWS_OF_SHARE` records lie, from a sample of them: the same for every order."""

    def __init__(self) -> None:
        self._sample: list[str] = []

    def add(self, rows: pa.Table) -> None:
        """Take note of some records."""
        self._sample += (path for path in rows["raw_path"].to_pylist() if crc32(path.encode()) % SAMPLED == 0)

    def between(self) -> list[str]:
        """Return the first path of each share but the first, sorted."""
        return sorted(self._sample)[ROWS_OF_SHARE // SAMPLED :: ROWS_OF_SHARE // SAMPLED]


class ByPath:
    """Rows that come in any order, and go sorted by their `raw_path`."""

    def __init__(self, shares: Shares, bounds: list[str]) -> None:
        self._shares = shares
        self._bounds = bounds

    def put(self, rows: pa.Table) -> None:
        """Add rows."""
        rows = _sorted(rows)
        paths = rows["raw_path"].to_pylist()
        cuts = [bisect_left(paths, bound) for bound in self._bounds]
        for share, (start, end) in enumerate(pairwise([0, *cuts, len(rows)])):
            if start < end:
                self._shares.put(share, rows.slice(start, end - start))

    def each(self) -> Iterator[pa.Table]:
        """Yield all rows in their order, some thousands at once; those with one path are in one table."""
        return map(_sorted, self._shares.each())


def _sorted(rows: pa.Table) -> pa.Table:
    return rows.take(pc.sort_indices(rows["raw_path"])).combine_chunks()
