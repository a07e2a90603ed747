"""The landing zone -> batches: what there is to read, and who reads which part.

Owns the listing and the packing. Only heads of plain files are read; JSON Lines files are streamed once to count
their lines. Keep out: what is in a record (records), which records a run wants.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import groupby

from newsmill.model import Batch, Slice
from newsmill.read.files import SIDECAR
from newsmill.read.sniff import PROBE_BYTES, is_json_lines
from newsmill.read.streams import DamagedError, chunks, lines
from newsmill.storage import Entry, Store

PLAIN_ENDINGS = (".html", ".htm", ".txt", ".md", ".markdown")
LINES_ENDINGS = (".jsonl", ".jsonl.gz", ".jsonl.zst")

PassOver = Callable[[Iterator[Entry]], Iterator[Entry]]
"""Yields of some files those that are to be read, with the version by which they are to be known."""

PARTS = 16
LEAST_RECORDS, LEAST_BYTES = 100, 8 * 1024 * 1024
"""A batch is put together from so many parts, none smaller than this: less is not worth a task of its own."""
AT_ONCE = 4
"""A run has so many batches or a multiple of it, if it has the parts: as many tasks as a small machine runs at once. Of
seven batches on two cores the last would leave one core idle for an eighth of the time."""

NAMES_KEPT = 20
"""Names of ignored files that are kept for a report."""


@dataclass(slots=True)
class Ignored:
    """Files of the landing zone that are no raw records: how many, and the first of their names."""

    count: int = 0
    names: list[str] = field(default_factory=list)

    def add(self, path: str) -> None:
        """Take note of a file."""
        self.count += 1
        if len(self.names) < NAMES_KEPT:
            self.names.append(path)


@dataclass(frozen=True, slots=True)
class BatchSize:
    """How large batches are: large enough for a task's fixed cost, and several in a small run, for its workers."""

    records: int  # at most
    size: int  # bytes at most, uncompressed where lines were counted

    def batches(self, plan: Callable[[int, int], Iterable[Batch]], most: int) -> list[Batch]:
        """Return batches of at most this size, in `most` at most, numbered from 1.

        Args:
            plan: gives batches of at most so many records and bytes, in order; of small ones larger ones are made.
            most: batches at most; where the landing zone has more in it, they are larger than this.
        """
        parts = max(1, min(PARTS, self.records // LEAST_RECORDS, self.size // LEAST_BYTES))
        small = list(plan(self.records // parts, self.size // parts))
        rounds = -(-len(small) // (parts * AT_ONCE))
        return join_batches(small, min(rounds * AT_ONCE, most))


def plan_batches(
    landing: Store,
    batch_records: int,
    batch_bytes: int,
    *,
    ignored: Ignored | None = None,
    pass_over: PassOver | None = None,
    only: Iterable[str] | None = None,
) -> Iterator[Batch]:
    """Yield batches over all raw records, in the sorted order of their files, the same for the same files.

    A batch has at least one record, and no more records or bytes than said. A file that cannot be read is planned
    as it would be by its name; reading it then says what is wrong. A landing zone that is not there holds no batch:
    whoever opens it says so.

    Args:
        landing: the landing zone.
        batch_records: records in a batch at most.
        batch_bytes: bytes in a batch at most, uncompressed where lines were counted.
        ignored: is told of files that are neither raw records nor the sidecar of one.
        pass_over: leaves out the files that need not be read; None: no file is, and none is known by its version later.
        only: these files, sorted, instead of all; each has at least one record, which tells of a file that is gone.
    """
    packer = _Packer(batch_records, batch_bytes)
    found = _record_files(landing, ignored or Ignored())
    wanted = pass_over(found) if pass_over else (Entry(entry.path, entry.size) for entry in found)
    coming = landing.expecting(wanted, lambda entry: [entry.path], PROBE_BYTES)
    every = (_parts(landing, entry) for entry in coming)
    for parts in every if only is None else (_parts_of(landing, path) for path in only):
        for part in parts:
            yield from packer.add(part)
    yield from packer.close()


def join_batches(batches: Sequence[Batch], most: int) -> list[Batch]:
    """Return the same slices in `most` batches at most, as many neighbours in each, numbered from 1."""
    count = min(most, len(batches))
    groups = (batches[number * len(batches) // count : (number + 1) * len(batches) // count] for number in range(count))
    return [
        Batch(number=number, slices=tuple(_joined(part for batch in group for part in batch.slices)))
        for number, group in enumerate(groups, 1)
    ]


def slices_of(landing: Store, path: str, size: int) -> list[Slice]:
    """Return what there is to read in one file, whatever its name ends in; `size` is its bytes."""
    return list(_joined(_parts(landing, Entry(path, size))))


def _record_files(landing: Store, ignored: Ignored) -> Iterator[Entry]:
    """Yield the files that hold records; the version of one with a sidecar is that of both."""
    plain: list[str] = []  # plain files whose names the current one begins with: its sidecar comes after it
    held: dict[str, Entry] = {}  # these, and the files between them, until the sidecars must have come
    for entry in landing.files():
        name = entry.path.lower()
        while plain and not entry.path.startswith(plain[-1]):
            plain.pop()
        if not plain:
            yield from held.values()
            held.clear()
        if name.endswith(PLAIN_ENDINGS):
            plain.append(entry.path)
            held[entry.path] = entry
        elif name.endswith(LINES_ENDINGS):
            held[entry.path] = entry
        elif (of := entry.path.removesuffix(SIDECAR)) in plain:
            held[of] = _with_sidecar(held[of], entry)
        else:
            ignored.add(_writable(entry.path))
    yield from held.values()


def _with_sidecar(file: Entry, sidecar: Entry) -> Entry:
    version = f"{file.version} {sidecar.version}" if file.version and sidecar.version else None
    return replace(file, version=version, changed=max(file.changed, sidecar.changed))


def _parts_of(landing: Store, path: str) -> Iterator[Slice]:
    """Yield the slices of a file that was there once; of one that is gone, or holds no line any more, one."""
    size = landing.size(path) if landing.exists(path) else None
    parts = iter(()) if size is None else _parts(landing, Entry(path, size))
    first = next(parts, Slice(path=path, size=0))
    yield first
    yield from parts


def _parts(landing: Store, entry: Entry) -> Iterator[Slice]:
    """Yield one slice a record."""
    name = _writable(entry.path)
    if name != entry.path:
        yield Slice(path=name, size=entry.size)
        return
    head, whole = _head(landing, entry.path)
    named = entry.path.lower().endswith(LINES_ENDINGS)
    if not is_json_lines(head, whole=whole, named=named):
        yield Slice(path=entry.path, size=entry.size, version=entry.version)
        return
    number, offset = 1, 0
    try:
        with landing.open(entry.path) as handle:
            for line in lines(chunks(handle), keep=0):
                number, offset = line.number + 1, line.offset + line.size
                if not line.blank:
                    yield Slice(
                        path=entry.path,
                        size=line.size,
                        first_line=line.number,
                        offset=line.offset,
                        version=entry.version,
                    )
    except (DamagedError, OSError):
        # Where a file breaks there is one more record, which reading it turns into the reason.
        yield Slice(path=entry.path, size=0, first_line=number, offset=offset)


def _writable(path: str) -> str:
    r"""Return a path as text that Parquet and logs take: bytes that are not UTF-8 become escapes like `\udce9`.

    No file is found under such a name; the reader says that it must be renamed.
    """
    return path.encode("utf-8", "backslashreplace").decode()


def _head(landing: Store, path: str) -> tuple[bytes, bool]:
    """Return a file's first bytes, uncompressed as far as that goes, and whether they are all."""
    head = b""
    with suppress(DamagedError, OSError), landing.open(path, PROBE_BYTES) as handle:
        for piece in chunks(handle):
            head += piece
            if len(head) >= PROBE_BYTES:
                return head[:PROBE_BYTES], False
        return head, True
    return head, False


class _Packer:
    """Puts slices of one record together into batches."""

    def __init__(self, records: int, size: int) -> None:
        self._most_records = records
        self._most_bytes = size
        self._number = 0
        self._slices: list[Slice] = []
        self._records = 0
        self._bytes = 0

    def add(self, part: Slice) -> Iterator[Batch]:
        if self._records == self._most_records or self._bytes + part.size > self._most_bytes:
            yield from self.close()
        self._slices.append(part)
        self._records += 1
        self._bytes += part.size

    def close(self) -> Iterator[Batch]:
        """Yield the batch that is open, if anything is in it."""
        if self._slices:
            self._number += 1
            yield Batch(number=self._number, slices=tuple(_joined(self._slices)))
        self._slices, self._records, self._bytes = [], 0, 0


def _joined(slices: Iterable[Slice]) -> Iterator[Slice]:
    """Yield one slice for each file: parts of it that follow one another go together."""
    for path, group in groupby(slices, key=lambda part: part.path):
        parts = list(group)
        first, last = parts[0], parts[-1]
        yield Slice(
            path=path,
            size=last.offset + last.size - first.offset,
            records=sum(part.records for part in parts),
            first_line=first.first_line,
            offset=first.offset,
            version=first.version,
        )
