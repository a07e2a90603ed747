"""The half of `storage` that lies on disk: every name is a full path, or below the root.

Owns what a link may lead to, and how a file is replaced at once. Keep out: object stores (objects), what is asked of
the disk itself (disk).
"""

from __future__ import annotations

import errno
import glob
import os
import re
import shutil
import stat
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import IO, Any

import fsspec

from newsmill import disk
from newsmill.stored import Entry, StorageError, explained, reason

_LEFT = re.compile(r"\..+\.[0-9a-f]{32}\.tmp")
"""What `replacing` calls a file before it has its name."""


class OnDisk:
    """A folder on disk."""

    is_local = True

    def __init__(self, root: str) -> None:
        self.root = root.rstrip("/")

    @property
    def filesystem(self) -> Any:
        """The fsspec file system that knows the names."""
        return fsspec.filesystem("file")

    def is_file(self, name: str) -> bool:
        """Tell whether anything but a folder is there."""
        status = self._status(name)
        return status is not None and not stat.S_ISDIR(status.st_mode)

    def is_folder(self, name: str) -> bool:
        """Tell whether a folder is there."""
        status = self._status(name)
        return status is not None and stat.S_ISDIR(status.st_mode)

    def files(self, folder: str) -> Iterator[Entry]:
        """Yield the files below a folder, sorted by path."""
        if not (self.is_folder(folder) and self._is_inside(folder)):
            return
        start = len(self.root) + 1
        try:
            for name, found, is_link in disk.files_below(folder):
                if not is_link or self._is_inside(name):  # links to folders are not followed: only a file's leads out
                    times = found.st_mtime_ns, found.st_ctime_ns
                    version = f"{found.st_size} {times[0]} {times[1]} {found.st_ino}"
                    yield Entry(name[start:], found.st_size, version, max(times) / 1e9)
        except OSError as error:
            raise StorageError(f"cannot list {str(error.filename).rstrip('/')}: {reason(error)}") from error

    def folders(self, folder: str) -> list[str]:
        """Return the names of the folders right below one."""
        if not self.is_folder(folder):
            return []
        with explained("cannot list", folder), os.scandir(folder) as entries:
            return [entry.name for entry in entries if entry.is_dir()]

    def expect(self, names: list[str], first: int) -> None:
        """Do nothing: a disk answers at once."""

    def open(self, name: str, first: int) -> IO[bytes]:  # noqa: ARG002 - a disk is asked for what is wanted
        """Open a file for reading."""
        if not self._is_inside(name):
            raise FileNotFoundError(f"{name} is a link that leads out of {self.root}")
        if _is_special(name):
            raise OSError(errno.EINVAL, "it is no plain file")  # a pipe would hold its reader for ever
        return open(name, "rb")  # noqa: PTH123

    @contextmanager
    def replacing(self, name: str, was: str | None) -> Iterator[IO[bytes]]:  # noqa: ARG002 - a disk cannot compare
        """Write a hidden file beside it, flush it to the disk, then rename it."""
        folder, _, last = name.rpartition("/")
        disk.make_folder(folder)
        beside = f"{folder}/.{last}.{uuid.uuid4().hex}.tmp"
        try:
            with open(beside, "xb") as handle:  # noqa: PTH123
                yield handle
                handle.flush()
                os.fsync(handle.fileno())
            os.replace(beside, name)  # noqa: PTH105
        except BaseException:
            _try(lambda: os.unlink(beside))  # noqa: PTH108
            raise
        disk.sync_folder(folder)

    def remove(self, name: str) -> None:
        """Remove a file, or a folder with all that is in it."""
        if os.path.isdir(name) and not os.path.islink(name):  # noqa: PTH112, PTH114
            shutil.rmtree(name)
        elif self._status(name) is not None:
            os.unlink(name)  # noqa: PTH108

    def move(self, name: str, target: str) -> None:
        """Move a file or a folder: one rename, of a link that of the link itself."""
        disk.make_folder(target.rpartition("/")[0])
        shutil.move(name, target)

    def size(self, name: str) -> int:
        """Return a file's bytes."""
        return os.stat(name).st_size  # noqa: PTH116

    def last_written(self, folder: str) -> datetime:
        """Return when something was last written below a folder, or in it."""
        names = [folder, *(f"{self.root}/{entry.path}" for entry in self.files(folder))]
        return datetime.fromtimestamp(max(os.stat(name).st_mtime for name in names), UTC)  # noqa: PTH116

    def sweep(self, name: str) -> None:
        """Remove what a killed `replacing` left beside a file."""
        folder, _, last = name.rpartition("/")
        for left in glob.glob(f"{glob.escape(folder)}/.{glob.escape(last)}.*.tmp"):  # noqa: PTH207
            with explained("cannot remove", left):
                os.unlink(left)  # noqa: PTH108

    def left_below(self, folder: str) -> list[str]:
        """Return what `replacing`s have begun below a folder."""
        walked = ((above, name) for above, _, names in os.walk(folder) for name in names)
        return sorted(f"{above}/{name}" for above, name in walked if _LEFT.fullmatch(name))

    def prune(self, folder: str) -> bool:
        """Remove a folder if it is empty; tell whether it was."""
        try:
            os.rmdir(folder)  # noqa: PTH106 - the path is a string everywhere here
        except OSError:
            return False
        return True

    def _status(self, name: str) -> os.stat_result | None:
        with explained("cannot look at", name):
            return disk.status(name)

    def _is_inside(self, name: str) -> bool:
        root, target = os.path.realpath(self.root), os.path.realpath(name)
        return target == root or target.startswith(f"{root}/")


def _try(action: Callable[[], Any]) -> None:
    try:
        action()
    except OSError:
        return


def _is_special(name: str) -> bool:
    """Tell whether a pipe, a socket or a device has this name."""
    return os.path.exists(name) and not os.path.isfile(name) and not os.path.isdir(name)  # noqa: PTH110, PTH112, PTH113
