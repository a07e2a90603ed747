"""Files on disk or object storage: list, read, write atomically.

Owns every path below the landing zone and the data root. Keep out: what is in a file.
"""

from __future__ import annotations

import errno
import glob
import os
import re
import shutil
import stat
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath
from typing import IO, Any

import fsspec

from newsmill import disk
from newsmill.model import NewsmillError

_LEFT = re.compile(r"\..+\.[0-9a-f]{32}\.tmp")
"""What `Store.replacing` calls a file before it has its name."""

ADVICE = dict.fromkeys((errno.ENOSPC, errno.EDQUOT), "make room, and run it again") | dict.fromkeys(
    (errno.EACCES, errno.EPERM, errno.EROFS), "give permission, and run it again"
)
"""What mends what the system refuses."""


ENTITY_TAGS = ("ETag", "etag", "generation")
WRITTEN = ("LastModified", "last_modified", "updated")
"""What fsspec's stores call an object's version, and the time when it was written."""


class StorageError(NewsmillError):
    """A place cannot be read or written; the text names it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file below a root: its path from there, its bytes, and how it can be told whether it has changed since.

    `version` is another one once the file was written again: on disk size, times and inode, in an object store the
    entity tag; None where the store tells of none. `changed` is when that was last, in seconds since 1970.
    """

    path: str
    size: int
    version: str | None = field(default=None, compare=False)
    changed: float = field(default=0.0, compare=False)


class Store:
    """A folder on disk or a prefix of an object store; every path is relative to it."""

    def __init__(self, uri: str) -> None:
        self.uri = uri
        self._fs, self._root = fsspec.core.url_to_fs(uri)
        self._root = self._root.rstrip("/")
        self.is_local = "file" in _protocols(self._fs)

    @property
    def filesystem(self) -> Any:
        """The fsspec file system in which `full` names a path."""
        return self._fs

    def full(self, path: str) -> str:
        """Return the file system's own name of a path.

        Raises:
            StorageError: the path leads out of the root.
        """
        if path.startswith("/") or ".." in PurePosixPath(path).parts:
            raise StorageError(f"{path!r} leads out of {self.uri}")
        return f"{self._root}/{path}" if path else str(self._root)

    def exists(self, path: str = "") -> bool:
        """Tell whether a file or folder is there.

        Raises:
            StorageError: it may be there, and cannot be looked at.
        """
        return self._status(path) is not None if self.is_local else bool(self._fs.exists(self.full(path)))

    def is_folder(self, path: str = "") -> bool:
        """Tell whether a folder (or a prefix with something below it) is there.

        Raises:
            StorageError: it may be there, and cannot be looked at.
        """
        if not self.is_local:
            return bool(self._fs.isdir(self.full(path)))
        status = self._status(path)
        return status is not None and stat.S_ISDIR(status.st_mode)

    def files(self, path: str = "") -> Iterator[Entry]:
        """Yield every file below a path, sorted by path; names that start with a dot are left out.

        Symbolic links that lead out of the root are left out too, and what is no plain file (pipes, sockets).

        Raises:
            StorageError: a folder cannot be listed: what is in it would be taken for absent.
        """
        if not self.is_folder(path):
            return
        yield from self._found_on_disk(path) if self.is_local else self._found(path)

    def _found(self, path: str) -> Iterator[Entry]:
        for name, info in sorted(self._fs.find(self.full(path), detail=True).items()):
            below = name.removeprefix(self._root)
            if info["type"] == "file" and "/." not in below:
                yield Entry(below.removeprefix("/"), int(info["size"] or 0), *_version(info))

    def _found_on_disk(self, path: str) -> Iterator[Entry]:
        folder = self.full(path)
        if not self._is_inside(folder):
            return
        start = len(self._root) + 1
        try:
            for name, found, is_link in disk.files_below(folder):
                if not is_link or self._is_inside(name):  # links to folders are not followed: only a file's leads out
                    times = found.st_mtime_ns, found.st_ctime_ns
                    version = f"{found.st_size} {times[0]} {times[1]} {found.st_ino}"
                    yield Entry(name[start:], found.st_size, version, max(times) / 1e9)
        except OSError as error:
            raise StorageError(f"cannot list {str(error.filename).rstrip('/')}: {_reason(error)}") from error

    def folders(self, path: str = "") -> list[str]:
        """Return the names of the folders right below a path, sorted; what lies deeper is not looked at.

        Raises:
            StorageError: the folder cannot be listed.
        """
        if not self.is_folder(path):
            return []
        with _explained("cannot list", self.full(path)):
            entries = self._fs.ls(self.full(path), detail=True)
        found = (entry["name"] for entry in entries if entry["type"] == "directory")
        names = (str(name).rstrip("/").rpartition("/")[2] for name in found)
        return sorted(name for name in names if not name.startswith("."))

    def open(self, path: str) -> IO[bytes]:
        """Open a file for reading.

        Raises:
            OSError: it is not there, cannot be read, is a link that leads out of the root, or is no plain file.
        """
        name = self.full(path)
        if not self._is_inside(name):
            raise FileNotFoundError(f"{path} is a link that leads out of {self.uri}")
        if self.is_local and _is_special(name):
            raise OSError(errno.EINVAL, "it is no plain file")  # a pipe would hold its reader for ever
        handle: IO[bytes] = self._fs.open(name, "rb")
        return handle

    @contextmanager
    def reading(self, path: str) -> Iterator[IO[bytes]]:
        """Open a file of newsmill's own for reading: one that may not be read is not one that is damaged or gone.

        Raises:
            OSError: it is not there, or cannot be read.
            StorageError: there is no permission to read it.
        """
        try:
            handle = self.open(path)
        except PermissionError as error:
            raise StorageError(f"cannot read {self.full(path)}: {_reason(error)}") from error
        with handle:
            yield handle

    def read(self, path: str) -> bytes:
        """Return a whole file of newsmill's own; raises as `reading`."""
        with self.reading(path) as handle:
            return handle.read()

    @contextmanager
    def replacing(self, path: str) -> Iterator[IO[bytes]]:
        """Open a file for writing that appears, or replaces the old one, only when the block ends well.

        On disk: a hidden file beside it, flushed to the disk, then renamed; on object storage one PUT.

        Raises:
            StorageError: it cannot be written; says where and why.
        """
        target = self.full(path)
        with _explained("cannot write", target):
            if self.is_local:
                with self._renaming(target) as handle:
                    yield handle
            else:
                with self._fs.transaction, self._fs.open(target, "wb") as handle:
                    yield handle

    def write(self, path: str, content: bytes) -> None:
        """Write a whole file, atomically."""
        with self.replacing(path) as handle:
            handle.write(content)

    def remove(self, path: str) -> None:
        """Remove a file, or a folder with all that is in it; nothing happens where there is none.

        Raises:
            StorageError: it cannot be removed.
        """
        if self.exists(path):
            with _explained("cannot remove", self.full(path)):
                self._fs.rm(self.full(path), recursive=True)

    def sweep(self, path: str) -> None:
        """Remove what a killed `replacing` of this path left beside it (on disk only)."""
        if not self.is_local:
            return
        folder, _, name = self.full(path).rpartition("/")
        for left in glob.glob(f"{glob.escape(folder)}/.{glob.escape(name)}.*.tmp"):  # noqa: PTH207
            with _explained("cannot remove", left):
                os.unlink(left)  # noqa: PTH108

    def left_below(self, path: str) -> list[str]:
        """Return what `replacing`s have begun below a folder, sorted (on disk only); left, where nobody is writing."""
        walked = os.walk(self.full(path)) if self.is_local else ()
        found = (f"{folder}/{name}" for folder, _, names in walked for name in names if _LEFT.fullmatch(name))
        return sorted(name.removeprefix(f"{self._root}/") for name in found)

    def sweep_below(self, path: str) -> list[str]:
        """Remove what killed `replacing`s left below a folder, and return it (on disk only); nobody may be writing."""
        left = self.left_below(path)
        for name in left:
            with _explained("cannot remove", self.full(name)):
                os.unlink(self.full(name))  # noqa: PTH108
        return left

    def move(self, path: str, target: str) -> None:
        """Move a file, or a folder with all that is in it, to a place where nothing is.

        On disk: one rename, of a link that of the link itself. On object storage, and from one disk to another: copied,
        then removed.
        """
        with _explained(f"cannot move {self.full(path)} to", self.full(target)):
            if self.is_local:
                disk.make_folder(self.full(target).rpartition("/")[0])
                shutil.move(self.full(path), self.full(target))
            else:
                self._fs.mv(self.full(path), self.full(target), recursive=True)

    def size(self, path: str) -> int:
        """Return a file's bytes."""
        return int(self._fs.size(self.full(path)) or 0)

    def modified(self, path: str) -> datetime:
        """Return when a file or folder was last written."""
        moment: datetime = self._fs.modified(self.full(path))
        return moment

    def prune(self, path: str) -> None:
        """Remove a folder and its parents below the root as long as they are empty (on disk only)."""
        while self.is_local and path:
            try:
                os.rmdir(self.full(path))  # noqa: PTH106 - the path is a string everywhere here
            except OSError:
                return
            path = path.rpartition("/")[0]

    def _status(self, path: str) -> os.stat_result | None:
        with _explained("cannot look at", self.full(path)):
            return disk.status(self.full(path))

    def _is_inside(self, name: str) -> bool:
        if not self.is_local:
            return True
        root, target = os.path.realpath(self._root), os.path.realpath(name)
        return target == root or target.startswith(f"{root}/")

    @contextmanager
    def _renaming(self, target: str) -> Iterator[IO[bytes]]:
        folder, _, name = target.rpartition("/")
        disk.make_folder(folder)
        beside = f"{folder}/.{name}.{uuid.uuid4().hex}.tmp"
        try:
            with open(beside, "xb") as handle:  # noqa: PTH123
                yield handle
                handle.flush()
                os.fsync(handle.fileno())
            os.replace(beside, target)  # noqa: PTH105
        except BaseException:
            _try(lambda: os.unlink(beside))  # noqa: PTH108
            raise
        disk.sync_folder(folder)


def _version(info: Mapping[str, Any]) -> tuple[str | None, float]:
    """Return what an object store tells of an object's version, and when it was written."""
    tag = next((str(info[name]) for name in ENTITY_TAGS if info.get(name)), None)
    written = next((info[name] for name in WRITTEN if isinstance(info.get(name), datetime)), None)
    return tag, written.timestamp() if written else 0.0


def _try(action: Callable[[], Any]) -> None:
    try:
        action()
    except OSError:
        return


@contextmanager
def _explained(what: str, name: str) -> Iterator[None]:
    """Say what could not be done, and where."""
    try:
        yield
    except OSError as error:
        raise StorageError(f"{what} {name}: {_reason(error)}") from error


def _reason(error: OSError) -> str:
    """Return why, and what mends it if that is known."""
    why = error.strerror or str(error)
    return f"{why}; {ADVICE[error.errno]}" if error.errno in ADVICE else why


def _is_special(name: str) -> bool:
    """Tell whether a pipe, a socket or a device has this name."""
    return os.path.exists(name) and not os.path.isfile(name) and not os.path.isdir(name)  # noqa: PTH110, PTH112, PTH113


def _protocols(filesystem: Any) -> tuple[str, ...]:
    protocol = filesystem.protocol
    return (protocol,) if isinstance(protocol, str) else tuple(protocol)
