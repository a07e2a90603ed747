"""What is asked of the local disk, where the answer of the standard library or of fsspec is not enough.

Owns folders that survive a power cut, and listings that leave nothing out. Names are full paths. Keep out: roots and
object stores (storage).
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator

ABSENT = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG)
"""Errors that say that there is nothing of this name; others, that it cannot be told."""

FSCK_FOLDER = "lost+found"
"""At the top of a disk; only the administrator can look into it, and nobody but `fsck` puts anything there."""


def status(name: str) -> os.stat_result | None:
    """Return what the disk says of a file or folder; None where there is none.

    Raises:
        OSError: it may be there, and cannot be looked at.
    """
    try:
        return os.stat(name)  # noqa: PTH116
    except ValueError:  # no file has such a name
        return None
    except OSError as error:
        if error.errno in ABSENT:
            return None
        raise


def files_below(folder: str) -> Iterator[tuple[str, os.stat_result, bool]]:
    """Yield every file below a folder, sorted by its name: what the disk says of it, and whether a link leads to it.

    Names that start with a dot are left out, and so is `lost+found`; links to folders are not followed. What goes
    meanwhile is left out. Names of the folders on the way are held, and no more.

    Raises:
        OSError: a folder cannot be listed; fsspec and `os.walk` would leave out what is in it.
    """
    waiting = [iter([f"{folder}/"])]
    while waiting:
        name = next(waiting[-1], None)
        if name is None:
            waiting.pop()
        elif name.endswith("/"):
            waiting.append(iter(_names(name)))
        else:
            yield from _file(name)


def _names(folder: str) -> list[str]:
    """Return what is in a folder, sorted as the names of files below it are: a folder's own ends with a slash."""
    try:
        with os.scandir(folder) as entries:
            return sorted(
                f"{folder}{entry.name}/" if entry.is_dir(follow_symlinks=False) else f"{folder}{entry.name}"
                for entry in entries
                if not entry.name.startswith(".") and entry.name != FSCK_FOLDER
            )
    except FileNotFoundError:  # it has gone meanwhile
        return []


def _file(name: str) -> Iterator[tuple[str, os.stat_result, bool]]:
    """Yield a file; nothing where it is none, a link to itself, or has gone meanwhile."""
    try:
        found = os.lstat(name)
        is_link = stat.S_ISLNK(found.st_mode)
        if is_link:
            found = os.stat(name)  # noqa: PTH116
    except OSError as error:
        if error.errno in ABSENT:
            return
        raise
    if stat.S_ISREG(found.st_mode):
        yield name, found, is_link


def make_folder(folder: str) -> None:
    """Make a folder and what is missing above it, such that a power cut takes none of them away."""
    if os.path.isdir(folder):  # noqa: PTH112
        return
    above = os.path.dirname(folder)  # noqa: PTH120
    make_folder(above)
    os.makedirs(folder, exist_ok=True)  # noqa: PTH103 - another process may make it meanwhile
    sync_folder(above)


def sync_folder(folder: str) -> None:
    """Have the disk write down what is in a folder: which names there are."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
