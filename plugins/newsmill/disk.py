"""What is asked of the local disk, where the answer of the standard library or of fsspec is not enough.

Owns folders that survive a power cut, and listings that leave nothing out. Names are full paths. Keep out: roots and
object stores (storage).
"""

from __future__ import annotations

import errno
import os
from contextlib import suppress

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


def files_below(folder: str) -> dict[str, int]:
    """Return the bytes of every file below a folder, by its name.

    Names that start with a dot are left out, and so is `lost+found`; links to folders are not followed.

    Raises:
        OSError: a folder cannot be listed; fsspec and `os.walk` would leave out what is in it.
    """
    found: dict[str, int] = {}
    waiting = [folder]
    while waiting:
        with suppress(FileNotFoundError), os.scandir(waiting.pop()) as entries:  # it may have gone meanwhile
            for entry in entries:
                if entry.name.startswith(".") or entry.name == FSCK_FOLDER:
                    continue
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    found |= _size(entry)
    return found


def _size(entry: os.DirEntry[str]) -> dict[str, int]:
    """Return a file's bytes by its name; nothing where it is none, a link to itself, or has gone meanwhile."""
    try:
        return {entry.path: entry.stat().st_size} if entry.is_file() else {}
    except OSError as error:
        if error.errno in ABSENT:
            return {}
        raise


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
