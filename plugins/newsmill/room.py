"""Look for room before a run decides: may it write everywhere, and is there space for what it will write?

Owns the estimate and the look. A run that has decided is finished, come what may, and its articles are in the corpus
before its ledger is written; so a full disk, or a folder that it may not write to, is better found before. What is
found holds for the moment: if space goes meanwhile, the run fails all the same, and the next one finishes it. Keep out:
writing.

A look is a nameless file of the size that will be wanted, in the folder where it will be wanted, which the disk is made
to give room for; so quotas count, as free space does. All are held at once, because folders share disks. Nothing is
left of it, however it ends. Object storage is not asked: it has no bound.
"""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import pyarrow.compute as pc
import sqlalchemy as sa

from newsmill import disk
from newsmill.learn.history import folder_of as profile_folder
from newsmill.learn.history import versions
from newsmill.model import Fate, Reason
from newsmill.publish.decisions import decisions
from newsmill.publish.files import folder_of
from newsmill.publish.ledger import DIFFERENCES_FILE, REVIEW_FILE, ledger_path
from newsmill.staging import Staging
from newsmill.storage import StorageError, Store

RECORD_BYTES = 1000
"""What a record adds to the index, with its keys; 600 were measured."""

PAGES, PAGE_BYTES = 8, 4096
"""SQLite's pages that a record changes at most: its rows in two tables, its keys in three trees, and what of these is
split. The journal holds them as they were, and never more than the index had."""

FILE_BYTES = 16 * 1024
"""Of a Parquet file beside its rows, whole blocks counted: 5,000 to 10,000 were measured. What is one file in staging
becomes a file for each partition."""

SMALL = 64 * 1024
"""For files of a few rows."""

CANNOT = (errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL)
"""What file systems say that cannot give room beforehand; then only the permission is tried."""


class _Decided(NamedTuple):
    """What of the decisions tells how much will be written."""

    records: int  # that the index takes in
    replaced: float  # share of the words that replaces something
    quarantined: float  # share of the words


def check_room(staging: Staging, groups: list[list[str]], index_url: str) -> None:
    """Check that what a run is about to decide on can be written.

    Args:
        staging: the run's; its decisions are there, and what they will be written from.
        groups: keys of the partitions that each publish task will touch.
        index_url: where the index is.

    Raises:
        StorageError: there is no room, or no permission; says where, how much and why.
    """
    if not staging.data.is_local:
        return
    with ExitStack() as held:
        for folder, size in _wanted(staging, groups, index_url):
            held.enter_context(_taken(folder, size))


def _wanted(staging: Staging, groups: list[list[str]], index_url: str) -> Iterator[tuple[Path, int]]:
    """Yield folders, and how many bytes a run will write there; more rather than less."""
    root, run, decided = Path(staging.data.full("")), staging.run(), _decided(staging)
    outlets = sorted({key.partition("|")[2] for keys in groups for key in keys})
    partitions = sum(map(len, groups)) * FILE_BYTES
    cleaned = _staged(staging, "cleaned")
    revisions = int(cleaned * decided.replaced)
    yield root / staging.root, revisions + cleaned + partitions + SMALL  # the second for its rounds
    if groups:
        profiles = sum(_profile(staging.data, outlet) + FILE_BYTES for outlet in outlets)
        yield root / "corpus", cleaned + sum(_largest(staging.data, keys) for keys in groups) + partitions
        yield root / "profiles", profiles + _staged(staging, "sightings")
    for dataset, size in {
        "fates": _file(staging, "decisions.parquet"),
        "removals": _staged(staging, "removals"),
        "metadata": _staged(staging, "extracted"),
        "duplicates": _file(staging, "decisions.parquet"),
        "revisions": revisions,
        "quarantine": int(cleaned * decided.quarantined),
        "differences": _file(staging, DIFFERENCES_FILE),
        "reviews": _file(staging, REVIEW_FILE),
        "runs": 0,
    }.items():
        yield (root / ledger_path(dataset, run)).parent, size + SMALL
    yield from _index(index_url, decided.records)


def _decided(staging: Staging) -> _Decided:
    records, words, replaced, quarantined = 0, 1, 0, 0
    for part in decisions(staging, ["fate", "reason", "word_count", "replaces_date"]):
        sizes = pc.fill_null(part["word_count"], 0)
        words += pc.sum(sizes).as_py() or 0
        replaced += pc.sum(sizes.filter(pc.is_valid(part["replaces_date"]))).as_py() or 0
        quarantined += pc.sum(sizes.filter(pc.equal(part["fate"], Fate.QUARANTINED.value))).as_py() or 0
        is_known = pc.fill_null(pc.equal(part["reason"], Reason.KNOWN_RECORD.value), False)
        records += len(part) - (pc.sum(is_known).as_py() or 0)
    return _Decided(records, replaced / words, quarantined / words)


def _staged(staging: Staging, dataset: str) -> int:
    return sum(staging.data.size(path) for path in staging.files(dataset))


def _file(staging: Staging, name: str) -> int:
    path = staging.path(name)
    return staging.data.size(path) if staging.data.is_file(path) else 0


def _largest(data: Store, keys: list[str]) -> int:
    """Return the bytes of the largest of these partitions: one after another is written beside what is there."""
    return max(_replaceable(data, folder_of(key), [entry.path for entry in data.files(folder_of(key))]) for key in keys)


def _profile(data: Store, outlet: str) -> int:
    """Return the bytes of the last version of a profile; the next one is about as large."""
    return _replaceable(data, profile_folder(outlet), [version.path for version in versions(data, outlet)[-1:]])


def _replaceable(data: Store, folder: str, paths: list[str]) -> int:
    """Return the bytes of these files of a folder.

    Raises:
        StorageError: they may not be read, or there may no other be written beside them.
    """
    for path in paths:
        with data.reading(path):
            pass
    with _taken(Path(data.full(folder)), 0):
        return sum(map(data.size, paths))


def _index(url: str, records: int) -> Iterator[tuple[Path, int]]:
    """Yield where an SQLite index grows, if it may be written; what others need for themselves is theirs to know."""
    address = sa.make_url(url)
    if address.get_backend_name() != "sqlite":
        return
    path = Path(address.database or "")
    if not os.access(path, os.R_OK | os.W_OK):  # opening and closing it would undo the locks of this process
        raise StorageError(_said(path, 0, PermissionError(errno.EACCES, os.strerror(errno.EACCES))))
    size = path.stat().st_size
    yield path.parent, records * RECORD_BYTES + min(size, records * PAGES * PAGE_BYTES) + SMALL


def _there(folder: Path) -> Path:
    """Return the folder, or the lowest one above it that is there."""
    while disk.status(str(folder)) is None:
        folder = folder.parent
    return folder


@contextmanager
def _taken(folder: Path, size: int) -> Iterator[None]:
    """Take so much room where a folder is, or will be, while the block runs.

    Raises:
        StorageError: there is none, or it may not be taken.
    """
    with ExitStack() as held:
        try:
            # hidden, for the moment in which it has a name where the file system knows no nameless files
            file = held.enter_context(tempfile.TemporaryFile(dir=_there(folder), prefix=".room."))
            if size and hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, size)
        except OSError as error:
            if error.errno not in CANNOT:
                raise StorageError(_said(folder, size, error)) from error
        yield


def _said(place: Path, size: int, error: OSError) -> str:
    amount = f" about {size:,} bytes in" if size else ""
    return (
        f"cannot write{amount} {place}: {error.strerror or error}. Nothing of this run was published: make room, or "
        "give permission, and run the task again"
    )
