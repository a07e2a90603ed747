"""Rows that wait on this machine's disk, spread over numbered shares, until a task reads one share after the other.

Owns the passing files of a task: one each, however many shares there are, so that no number of records opens more files
than a process may. Keep out: which row goes into which share, and what is done with it (the stages).
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import IO

import pyarrow as pa

from newsmill.storage import explained

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
        """Add rows to a share; all rows of a file have the same columns."""
        with _told():
            if self._writer is None:
                self._writer = pa.ipc.new_file(self._handle, rows.schema, options=_WRITING)
            for batch in rows.combine_chunks().to_batches():
                self._writer.write_batch(batch)
                self._places[share].append(self._batches)
                self._batches += 1

    def numbers(self) -> list[int]:
        """Return the numbers of the shares that have rows, sorted."""
        return sorted(self._places)

    def batches(self, share: int) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a share as they were put there; what was put is complete then."""
        for place in self._places[share]:
            yield self._file.get_batch(place)

    def each(self) -> Iterator[pa.Table]:
        """Yield the shares by their numbers, each as one table; what was put is complete then."""
        for share in self.numbers():
            yield pa.Table.from_batches(self.batches(share)).combine_chunks()

    @cached_property
    def _file(self) -> pa.RecordBatchFileReader:
        with _told():
            if self._writer is not None:
                self._writer.close()
            self._handle.flush()
        return pa.ipc.open_file(self._handle, options=_READING)


@contextmanager
def passing_file(task: str) -> Iterator[IO[bytes]]:
    """Open a file on this machine that has no name: nothing of it is left, however the process ends.

    Args:
        task: whose it is; while it is open, some systems show it.

    Raises:
        StorageError: there is no place for it; says where.
    """
    with _told():
        file = tempfile.TemporaryFile(prefix=f"newsmill-{task}-")  # noqa: SIM115 - closed below
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
