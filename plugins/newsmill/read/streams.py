"""Bytes of a landing file, decompressed, in pieces and in lines, in memory that does not grow with the file.

Owns gzip, zstd and line ends. Keep out: what the bytes mean. The planner and the reader both count lines here,
so they agree on where a line begins and on where a damaged file breaks.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO

import zstandard

CHUNK = 256 * 1024
"""Bytes read from a file, and bytes taken from gzip, at a time."""

GZIP_STEP = 4 * 1024
"""Compressed bytes given to gzip at a time. What is left of a step is copied at the end of each member, and one of 20
bytes can be empty: with larger steps a file of nothing else takes time that grows with the step."""

ZSTD_STEP = 256
"""Compressed bytes given to zstd at a time. Four bytes can make a block of 128 KiB (RFC 8878, 3.1.1.2), so this
step makes 8 MiB at most, whatever the file claims; it costs about a tenth of the speed of a large step."""

GZIP_MAGIC = b"\x1f\x8b"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
ZSTD_SKIPPABLE = b"\x2a\x4d\x18"  # bytes 2 to 4 of a frame that holds no data (RFC 8878, 3.1.2)


class DamagedError(Exception):
    """A compressed stream cannot be read further; says which kind and why."""


@dataclass(frozen=True, slots=True)
class Line:
    """One physical line.

    `data` is the line without its line end (LF or CRLF), None where it is longer than was to be kept; then
    `sha256` is the hash of those bytes, else it is empty.
    """

    number: int  # from 1
    offset: int  # uncompressed byte at which it begins
    size: int  # bytes, its line end included
    blank: bool
    data: bytes | None
    sha256: str = ""


def compression(head: bytes) -> str | None:
    """Tell `gzip` or `zstd` by a file's first four bytes; None for anything else."""
    if head.startswith(GZIP_MAGIC):
        return "gzip"
    if head.startswith(ZSTD_MAGIC) or (len(head) > 3 and head[0] >> 4 == 5 and head[1:4] == ZSTD_SKIPPABLE):
        return "zstd"
    return None


def chunks(handle: IO[bytes], offset: int = 0) -> Iterator[bytes]:
    """Yield a file's bytes, decompressed, from an uncompressed byte on.

    Raises:
        DamagedError: after the last good byte of a damaged gzip or zstd file.
        OSError: the file cannot be read further.
    """
    kind = compression(handle.read(4))
    handle.seek(0 if kind else offset)
    pieces = _pieces(handle)
    if kind is None:
        return pieces
    return _skip(_gunzip(pieces) if kind == "gzip" else _unzstd(pieces), offset)


def unpack(data: bytes, kind: str) -> Iterator[bytes]:
    """Yield the content of compressed bytes.

    Raises:
        DamagedError: after the last good byte of damaged bytes.
    """
    return _gunzip(iter([data])) if kind == "gzip" else _unzstd(iter([data]))


def lines(stream: Iterable[bytes], *, keep: int, number: int = 1, offset: int = 0) -> Iterator[Line]:
    """Yield the lines of a stream, the first of which has this number and offset.

    Holds `keep` bytes of a line at most, and a piece of the stream. What the stream raises comes through,
    without the line that it broke in.
    """
    held = _Held(keep)
    for chunk in stream:
        start = 0
        while (end := chunk.find(b"\n", start) + 1) > 0:
            held.add(chunk[start:end])
            yield held.close(number, offset)
            number, offset, start = number + 1, offset + held.size, end
            held = _Held(keep)
        if start < len(chunk):
            held.add(chunk[start:])
    if held.size:
        yield held.close(number, offset)


class _Held:
    """A line that is being put together: its bytes as long as they are few, else their hash."""

    __slots__ = ("_hash", "_keep", "_open_end", "_parts", "blank", "size")

    def __init__(self, keep: int) -> None:
        self.size = 0
        self.blank = True
        self._keep = keep
        self._parts: list[bytes] = []
        self._hash = None if keep else hashlib.sha256()
        self._open_end = b""  # a CR that may turn out to be part of the line end

    def add(self, part: bytes) -> None:
        self.size += len(part)
        self.blank = self.blank and part.isspace()
        if not self._keep:
            return
        if self._hash is None:
            self._parts.append(part)
            if self.size > self._keep + 2:  # even without CRLF it is too long
                self._hash = hashlib.sha256()
                part, self._parts = b"".join(self._parts), []
                self._update(part)
        else:
            self._update(part)

    def close(self, number: int, offset: int) -> Line:
        data: bytes | None = None
        sha256 = ""
        if self._hash is None:
            data = _without_end(b"".join(self._parts))
            if len(data) > self._keep:
                sha256, data = hashlib.sha256(data).hexdigest(), None
        elif self._keep:
            sha256 = self._hash.hexdigest()
        return Line(number, offset, self.size, self.blank, data, sha256)

    def _update(self, part: bytes) -> None:
        assert self._hash is not None  # noqa: S101 - only called once it is there
        part = self._open_end + part
        body = _without_end(part)
        self._open_end = part[len(body) :]
        self._hash.update(body)


def _without_end(data: bytes) -> bytes:
    return data.removesuffix(b"\n").removesuffix(b"\r")


def _pieces(handle: IO[bytes]) -> Iterator[bytes]:
    while piece := handle.read(CHUNK):
        yield piece


def _steps(pieces: Iterator[bytes], size: int) -> Iterator[bytes]:
    for piece in pieces:
        for start in range(0, len(piece), size):
            yield piece[start : start + size]


def _skip(stream: Iterator[bytes], offset: int) -> Iterator[bytes]:
    for piece in stream:
        if offset < len(piece):
            yield piece[offset:] if offset else piece
        offset = max(0, offset - len(piece))


def _gunzip(pieces: Iterator[bytes]) -> Iterator[bytes]:
    inflate = zlib.decompressobj(31)
    for rest in _steps(pieces, GZIP_STEP):
        while rest:
            if inflate.eof:
                rest = rest.lstrip(b"\0")  # padding is allowed after a member
                if not rest:
                    break
                inflate = zlib.decompressobj(31)
            yield from _inflate(inflate, rest)
            rest = inflate.unused_data
    if not inflate.eof:
        yield inflate.flush()
        raise DamagedError("the gzip data ends too early: the file was cut off")


def _inflate(inflate: zlib._Decompress, piece: bytes) -> Iterator[bytes]:
    while piece and not inflate.eof:
        before = inflate.copy()
        try:
            made = inflate.decompress(piece, CHUNK)
        except zlib.error as error:
            yield _salvage(before, piece)
            raise DamagedError(f"the gzip data is damaged ({error})") from None
        yield made
        piece = inflate.unconsumed_tail


def _salvage(inflate: zlib._Decompress, piece: bytes) -> bytes:
    """Return what the piece holds before it breaks: `decompress` throws away what a failing call had made."""
    made = bytearray()
    try:
        for place in range(len(piece)):
            made += inflate.decompress(piece[place : place + 1])
    except zlib.error:
        pass
    return bytes(made)


def _unzstd(pieces: Iterator[bytes]) -> Iterator[bytes]:
    context = zstandard.ZstdDecompressor()
    frame = context.decompressobj()
    fed = False
    for rest in _steps(pieces, ZSTD_STEP):
        while rest:
            try:
                made = frame.decompress(rest)
            except zstandard.ZstdError as error:
                raise DamagedError(f"the zstd data is damaged ({error})") from None
            if made:
                yield made
            rest, fed = frame.unused_data, not frame.eof
            if frame.eof:
                frame = context.decompressobj()
    if fed:
        raise DamagedError("the zstd data ends too early: the file was cut off")
