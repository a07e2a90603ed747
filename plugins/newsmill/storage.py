"""Files on disk or object storage: list, read, write atomically.

Owns every path below the landing zone and the data root. Keep out: what is in a file.
"""

from __future__ import annotations

import glob
import os
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import IO, Any

import fsspec

from newsmill.model import NewsmillError

_LEFT = re.compile(r"\..+\.[0-9a-f]{32}\.tmp")
"""What `Store.replacing` calls a file before it has its name."""


class StorageError(NewsmillError):
    """A place cannot be read or written; the text names it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file below a root: its path from there, and its bytes."""

    path: str
    size: int


class Store:
    """A folder on disk or a prefix of an object store; every path is relative to it."""

    def __init__(self, uri: str) -> None:
        self.uri = uri
        self._fs, self._root = fsspec.core.url_to_fs(uri)
        self._root = self._root.rstrip("/")
        self.is_local = "file" in _protocols(self._fs)

    def full(self, path: str) -> str:
        """Return the file system's own name of a path.

        Raises:
            StorageError: the path leads out of the root.
        """
        if path.startswith("/") or ".." in PurePosixPath(path).parts:
            raise StorageError(f"{path!r} leads out of {self.uri}")
        return f"{self._root}/{path}" if path else str(self._root)

    def exists(self, path: str = "") -> bool:
        """Tell whether a file or folder is there."""
        return bool(self._fs.exists(self.full(path)))

    def is_folder(self, path: str = "") -> bool:
        """Tell whether a folder (or a prefix with something below it) is there."""
        return bool(self._fs.isdir(self.full(path)))

    def files(self, path: str = "") -> Iterator[Entry]:
        """Yield every file below a path, sorted by path; names that start with a dot are left out.

        Symbolic links that lead out of the root are left out too, and what is no plain file (pipes, sockets).
        """
        if not self.is_folder(path):
            return
        found = self._fs.find(self.full(path), detail=True)
        for name in sorted(found):
            relative = name.removeprefix(f"{self._root}/")
            hidden = any(part.startswith(".") for part in relative.split("/"))
            if not hidden and _is_file(found[name]) and self._is_inside(name):
                yield Entry(relative, int(found[name]["size"] or 0))

    def folders(self, path: str = "") -> list[str]:
        """Return the names of the folders right below a path, sorted; what lies deeper is not looked at."""
        if not self.is_folder(path):
            return []
        found = (entry["name"] for entry in self._fs.ls(self.full(path), detail=True) if entry["type"] == "directory")
        names = (str(name).rstrip("/").rpartition("/")[2] for name in found)
        return sorted(name for name in names if not name.startswith("."))

    def open(self, path: str) -> IO[bytes]:
        """Open a file for reading.

        Raises:
            OSError: it is not there, cannot be read, or is a link that leads out of the root.
        """
        if not self._is_inside(self.full(path)):
            raise FileNotFoundError(f"{path} is a link that leads out of {self.uri}")
        handle: IO[bytes] = self._fs.open(self.full(path), "rb")
        return handle

    def read(self, path: str) -> bytes:
        """Return a whole file."""
        with self.open(path) as handle:
            return handle.read()

    @contextmanager
    def replacing(self, path: str) -> Iterator[IO[bytes]]:
        """Open a file for writing that appears, or replaces the old one, only when the block ends well.

        On disk: a hidden file beside it, flushed to the disk, then renamed; on object storage one PUT.

        Raises:
            StorageError: it cannot be written; says where and why.
        """
        target = self.full(path)
        try:
            if self.is_local:
                with self._renaming(target) as handle:
                    yield handle
            else:
                with self._fs.transaction, self._fs.open(target, "wb") as handle:
                    yield handle
        except OSError as error:
            raise StorageError(f"cannot write {target}: {error.strerror or error}") from error

    def write(self, path: str, content: bytes) -> None:
        """Write a whole file, atomically."""
        with self.replacing(path) as handle:
            handle.write(content)

    def remove(self, path: str) -> None:
        """Remove a file, or a folder with all that is in it; nothing happens where there is none."""
        if self.exists(path):
            self._fs.rm(self.full(path), recursive=True)

    def sweep(self, path: str) -> None:
        """Remove what a killed `replacing` of this path left beside it (on disk only)."""
        if not self.is_local:
            return
        folder, _, name = self.full(path).rpartition("/")
        for left in glob.glob(f"{glob.escape(folder)}/.{glob.escape(name)}.*.tmp"):  # noqa: PTH207
            os.unlink(left)  # noqa: PTH108

    def sweep_below(self, path: str) -> list[str]:
        """Remove what killed `replacing`s left below a folder, and return it (on disk only); nobody may be writing."""
        left: list[str] = []
        for folder, _, names in os.walk(self.full(path)) if self.is_local else ():
            for name in names:
                if _LEFT.fullmatch(name):
                    os.unlink(f"{folder}/{name}")  # noqa: PTH108
                    left.append(f"{folder}/{name}".removeprefix(f"{self._root}/"))
        return sorted(left)

    def move(self, path: str, target: str) -> None:
        """Move a file, or a folder with all that is in it, to a place where nothing is.

        On disk: one rename. On object storage: copied, then removed.
        """
        if self.is_local:
            _make_folder(self.full(target).rpartition("/")[0])
            os.rename(self.full(path), self.full(target))  # noqa: PTH104
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

    def _is_inside(self, name: str) -> bool:
        if not self.is_local:
            return True
        root, target = os.path.realpath(self._root), os.path.realpath(name)
        return target == root or target.startswith(f"{root}/")

    @contextmanager
    def _renaming(self, target: str) -> Iterator[IO[bytes]]:
        folder, _, name = target.rpartition("/")
        _make_folder(folder)
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
        _sync_folder(folder)


def _make_folder(folder: str) -> None:
    """Make a folder and what is missing above it, such that a power cut takes none of them away."""
    if os.path.isdir(folder):  # noqa: PTH112
        return
    above = os.path.dirname(folder)  # noqa: PTH120
    _make_folder(above)
    os.makedirs(folder, exist_ok=True)  # noqa: PTH103 - another process may make it meanwhile
    _sync_folder(above)


def _sync_folder(folder: str) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _try(action: Callable[[], Any]) -> None:
    try:
        action()
    except OSError:
        return


def _is_file(info: dict[str, Any]) -> bool:
    return info["type"] == "file" or (bool(info.get("islink")) and os.path.isfile(info["name"]))  # noqa: PTH113


def _protocols(filesystem: Any) -> tuple[str, ...]:
    protocol = filesystem.protocol
    return (protocol,) if isinstance(protocol, str) else tuple(protocol)
