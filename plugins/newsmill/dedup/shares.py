"""Rows that wait on disk, spread over numbered shares, until one share after the other is read.

Owns the passing files of `deduplicate`: one each, however many shares there are, so that no number of records opens
more files than a process may. Keep out: which row goes into which share (together), what is decided (decide).
"""

from __future__ import annotations

import tempfile
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise
from typing import IO
from zlib import crc32

import pyarrow as pa
import pyarrow.compute as pc

from newsmill.storage import explained

ROWS_OF_SHARE = 5_000
"""Rows that are held at once: some 5 MB of keys, and as much of what is decided on them."""

SAMPLED = 100
"""Of so many paths one is kept, to tell where to cut; so few that most shares are a fifth too large or too small."""

_WRITING = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)
_READING = pa.ipc.IpcReadOptions(use_threads=False)
"""LZ4 halves the bytes for a twentieth of the time that deciding takes. A thread of pyarrow's keeps what it once took:
with them `deduplicate` took 20 to 50 MB more."""


class Shares:
    """A file of rows in numbered shares; first all are put there, then they are read.

    Args:
        handle: of an empty file, open for writing and reading.
    """

    def __init__(self, handle: IO[bytes]) -> None:
        self._handle = handle
        self._writer: pa.RecordBatchFileWriter | None = None
        self._places: dict[int, list[int]] = defaultdict(list)  # of a share's batches in the file
        self._batches = 0

    def put(self, share: int, rows: pa.Table) -> None:
        """Add rows to a share."""
        with _told():
            if self._writer is None:
                self._writer = pa.ipc.new_file(self._handle, rows.schema, options=_WRITING)
            for batch in rows.combine_chunks().to_batches():
                self._writer.write_batch(batch)
                self._places[share].append(self._batches)
                self._batches += 1

    def each(self) -> Iterator[pa.Table]:
        """Yield the shares by their numbers, each as one table; what was put is complete then."""
        if self._writer is None:
            return
        with _told():
            self._writer.close()
            self._handle.flush()
        with pa.ipc.open_file(self._handle, options=_READING) as file:
            for share in sorted(self._places):
                yield pa.Table.from_batches(map(file.get_batch, self._places[share])).combine_chunks()


@contextmanager
def passing_file() -> Iterator[IO[bytes]]:
    """Open a file on this machine that has no name: nothing of it is left, however the process ends.

    Raises:
        StorageError: there is no place for it; says where.
    """
    with _told():
        file = tempfile.TemporaryFile(prefix="newsmill-deduplicate-")  # noqa: SIM115 - closed below
    try:
        yield file
    finally:
        with suppress(OSError):  # what could not be written has been told, and closing tries to write it again
            file.close()


@contextmanager
def _told() -> Iterator[None]:
    """Say where there is no room: what the system refuses has no name, and the user may not know of TMPDIR."""
    with explained("cannot write a passing file into", f"{tempfile.tempdir or 'a temporary folder'} (TMPDIR)"):
        yield


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
