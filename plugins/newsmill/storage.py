"""Files on disk or object storage: list, read, write atomically.

Owns every path below the landing zone and the data root, and what is said where one cannot be used. A store has one of
two halves: `ondisk`, or `objects` with `s3`, `gs` and `az`. Keep out: what is in a file.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, Any, TypeVar

from newsmill.ondisk import OnDisk
from newsmill.ranged import FIRST
from newsmill.stored import NOTHING, ChangedError, Entry, StorageError, explained, reason

if TYPE_CHECKING:
    from newsmill.objects import Objects

__all__ = ["NOTHING", "ChangedError", "Entry", "StorageError", "Store", "explained"]

LOCAL = ("file", "local")

AT_ONCE = 16
"""Items whose files are on their way at once: what a core works on in a third of a second, 16 MB at most."""

T = TypeVar("T")

PACKAGES = {"s3": "s3", "s3a": "s3", "gs": "gs", "gcs": "gs", "az": "az", "abfs": "az", "abfss": "az"}
"""Protocols, and the extra of newsmill that brings what fsspec needs for them."""


class Store:
    """A folder on disk or a prefix of an object store; every path is relative to it."""

    def __init__(self, uri: str) -> None:
        self.uri = uri
        protocol, _, path = uri.rpartition("://")
        self._half: OnDisk | Objects = OnDisk(path) if protocol in ("", *LOCAL) else _objects(uri, protocol)
        self.is_local = self._half.is_local

    @property
    def filesystem(self) -> Any:
        """The fsspec file system in which `full` names a path."""
        return self._half.filesystem

    @classmethod
    def of_setting(cls, setting: str, uri: str) -> Store:
        """Open the store that a setting names, and see that it answers; whether anything is there is another question.

        Raises:
            StorageError: the object store cannot be asked; names the setting and says what to do.
        """
        try:
            store = cls(uri)
            if not store.is_local:
                store.is_folder()
        except StorageError as error:
            raise StorageError(
                f"{setting}={uri}: {error}. See that the URI is right, that the store can be reached from here, and "
                "that its credentials are those in the environment, or in the Airflow connection that "
                "NEWSMILL_STORE_CONNECTION names"
            ) from error
        return store

    def full(self, path: str) -> str:
        """Return the file system's own name of a path.

        Raises:
            StorageError: the path leads out of the root.
        """
        if path.startswith("/") or ".." in PurePosixPath(path).parts:
            raise StorageError(f"{path!r} leads out of {self.uri}")
        return f"{self._half.root}/{path}" if path else self._half.root

    def exists(self, path: str = "") -> bool:
        """Tell whether a file or folder is there.

        Raises:
            StorageError: it may be there, and cannot be looked at.
        """
        return self.is_file(path) or self.is_folder(path)

    def is_file(self, path: str) -> bool:
        """Tell whether a file is there: on an object store one request, where `exists` may take two.

        Raises:
            StorageError: it may be there, and cannot be looked at.
        """
        with explained("cannot look at", self._shown(path)):
            return self._half.is_file(self.full(path))

    def is_folder(self, path: str = "") -> bool:
        """Tell whether a folder (or a prefix with something below it) is there.

        Raises:
            StorageError: it may be there, and cannot be looked at.
        """
        with explained("cannot look at", self._shown(path)):
            return self._half.is_folder(self.full(path))

    def files(self, path: str = "") -> Iterator[Entry]:
        """Yield every file below a path, sorted by path; names that start with a dot are left out.

        Symbolic links that lead out of the root are left out too, and what is no plain file (pipes, sockets).

        Raises:
            StorageError: a folder cannot be listed: what is in it would be taken for absent.
        """
        with explained("cannot list", self._shown(path)):
            yield from self._half.files(self.full(path))

    def folders(self, path: str = "") -> list[str]:
        """Return the names of the folders right below a path, sorted; what lies deeper is not looked at.

        Raises:
            StorageError: the folder cannot be listed.
        """
        with explained("cannot list", self._shown(path)):
            names = self._half.folders(self.full(path))
        return sorted(name for name in names if not name.startswith("."))

    def expecting(self, items: Iterable[T], paths_of: Callable[[T], list[str]], first: int = FIRST) -> Iterator[T]:
        """Yield items; an object store is asked for the files of the next ones while one is worked on.

        A store answers after some hundredths of a second: who asked for a page when he came to it would wait for longer
        than he works on it.

        Args:
            items: in their order.
            paths_of: files that will be opened for an item, whether they are there or not.
            first: bytes of each that will be wanted first.
        """
        stream, waiting = iter(items), deque[T]()
        try:
            waiting.extend(islice(stream, AT_ONCE))
            while waiting:
                self._half.expect([self.full(path) for item in waiting for path in paths_of(item)], first)
                yield waiting.popleft()
                waiting.extend(islice(stream, 1))
        finally:
            self._half.expect([], first)

    def open(self, path: str, first: int = FIRST) -> IO[bytes]:
        """Open a file for reading; an object store is asked for so many bytes of it first.

        Raises:
            OSError: it is not there, cannot be read, is a link that leads out of the root, or is no plain file.
            StorageError: the object store cannot be asked; on reading, too.
        """
        return self._half.open(self.full(path), first)

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
            raise StorageError(f"cannot read {self._shown(path)}: {reason(error)}") from error
        with handle:
            yield handle

    def read(self, path: str) -> bytes:
        """Return a whole file of newsmill's own; raises as `reading`."""
        with self.reading(path) as handle:
            return handle.read()

    @contextmanager
    def replacing(self, path: str, was: str | None = None) -> Iterator[IO[bytes]]:
        """Open a file for writing that appears, or replaces the old one, only when the block ends well.

        On disk: a hidden file beside it, flushed to the disk, then renamed; on object storage one PUT.

        Args:
            path: the file's.
            was: version of the file that is replaced, as it was listed before it was read; `NOTHING`: none was there.
                An object store that can compare then replaces nothing else. None: whatever is there is replaced.

        Raises:
            StorageError: it cannot be written; says where and why.
            ChangedError: what is there is not what was said; it stays.
        """
        with explained("cannot write", self._shown(path)), self._half.replacing(self.full(path), was) as handle:
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
        with explained("cannot remove", self._shown(path)):
            self._half.remove(self.full(path))

    def sweep(self, path: str) -> None:
        """Remove what a killed `replacing` of this path left beside it (on disk only)."""
        self._half.sweep(self.full(path))

    def left_below(self, path: str) -> list[str]:
        """Return what `replacing`s have begun below a folder, sorted (on disk only); left, where nobody is writing."""
        return [name.removeprefix(f"{self._half.root}/") for name in self._half.left_below(self.full(path))]

    def sweep_below(self, path: str) -> list[str]:
        """Remove what killed `replacing`s left below a folder, and return it (on disk only); nobody may be writing."""
        left = self.left_below(path)
        for name in left:
            self.remove(name)
        return left

    def move(self, path: str, target: str) -> None:
        """Move a file, or a folder with all that is in it, to a place where nothing is.

        On disk: one rename, of a link that of the link itself. On object storage, and from one disk to another: copied,
        then removed.
        """
        with explained(f"cannot move {self._shown(path)} to", self._shown(target)):
            self._half.move(self.full(path), self.full(target))

    def size(self, path: str) -> int:
        """Return a file's bytes."""
        return self._half.size(self.full(path))

    def last_written(self, path: str) -> datetime:
        """Return when something was last written below a folder.

        Raises:
            FileNotFoundError: there is nothing, or it goes meanwhile.
        """
        return self._half.last_written(self.full(path))

    def prune(self, path: str) -> None:
        """Remove a folder and its parents below the root as long as they are empty (on disk only)."""
        while path and self._half.prune(self.full(path)):
            path = path.rpartition("/")[0]

    def _shown(self, path: str) -> str:
        """Return a path for people: as they say it, with the store's protocol."""
        return self.full(path) if self.is_local else f"{self.uri}/{path}".rstrip("/")


def _objects(uri: str, protocol: str) -> Objects:
    """Open the half for a protocol; what it imports is imported by who has such a store alone."""
    try:
        return _kind(PACKAGES.get(protocol))(uri, protocol)
    except ImportError as error:
        package = f"newsmill[{PACKAGES[protocol]}]" if protocol in PACKAGES else "what fsspec needs for it"
        raise StorageError(f"{uri}: {protocol}:// needs more than is installed ({error}): install {package}") from error
    except ValueError as error:
        known = ", ".join(f"{name}://" for name in PACKAGES)
        raise StorageError(f"{uri}: {error}; newsmill knows folders, and {known}") from error


def _kind(package: str | None) -> type[Objects]:
    if package == "s3":
        from newsmill.s3 import S3

        return S3
    if package == "gs":
        from newsmill.gs import Gs

        return Gs
    if package == "az":
        from newsmill.az import Az

        return Az
    from newsmill.objects import Objects

    return Objects
