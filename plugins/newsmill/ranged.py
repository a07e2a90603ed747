"""A file of an object store that is read by ranges.

Owns how much is asked for at once, and what of it is kept. Keep out: how a store is asked (objects).

The first range is asked for when the file is opened, and tells its size: a small file costs one request. After that a
reader that goes on where it stopped gets more at once; one that jumps, as who wants some columns of a Parquet file,
gets little more than it asked for. Two ranges are kept: a Parquet file's end is asked for, then read again.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from typing import Any, NamedTuple

FIRST = 1024 * 1024
"""Bytes of the first range: most raw pages, most staging files and most partitions are smaller."""

AHEAD = 8 * 1024 * 1024
"""Bytes for who reads on: tenths of a second of a store's bandwidth, and hundredths go by before it answers."""

AROUND = 256 * 1024
"""Bytes for who jumps."""

KEPT = 2


class Piece(NamedTuple):
    """A part of a file, with the size and version of the whole."""

    data: bytes
    size: int
    version: str | None


class Ranged(io.RawIOBase):
    """A file that is read by ranges; all of them are of one version.

    Args:
        fetch: returns a part by its start, its length and the version that it must be of.
        first: bytes of the first range.
    """

    def __init__(self, fetch: Callable[[int, int, str | None], Piece], first: int = FIRST) -> None:
        super().__init__()
        self._fetch = fetch
        self._at = 0
        head = fetch(0, first, None)
        self._size, self._version = head.size, head.version
        self._kept = [(0, head.data)]

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def seekable(self) -> bool:
        """Tell that it can be read anywhere."""
        return True

    def tell(self) -> int:
        """Return where it is read next."""
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to where it is to be read next."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        """Return so many bytes, or all that are left."""
        left = max(0, self._size - self._at)
        wanted = left if size is None or size < 0 else min(size, left)
        parts = []
        while wanted:
            part = self._some(wanted)
            parts.append(part)
            self._at += len(part)
            wanted -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def readall(self) -> bytes:
        """Return all that is left."""
        return self.read()

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer as far as there is something."""
        view = memoryview(buffer).cast("B")
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def _some(self, wanted: int) -> bytes:
        for start, data in self._kept:
            if start <= self._at < start + len(data):
                return data[self._at - start : self._at - start + wanted]
        start, data = self._kept[-1]
        more = AHEAD if self._at == start + len(data) else AROUND
        piece = self._fetch(self._at, min(max(wanted, more), self._size - self._at), self._version)
        if not piece.data:
            raise OSError(f"it ends at {self._at:,} of {self._size:,} bytes")
        self._kept = [*self._kept[1 - KEPT :], (self._at, piece.data)]
        return piece.data[:wanted]
