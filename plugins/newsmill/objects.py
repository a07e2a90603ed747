"""The half of `storage` that lies in an object store: every name is `bucket/key`.

Owns what holds for any store that fsspec knows: one instance a process and store, folders that are nothing but
prefixes, listings that stream, files that appear at once. `s3` and `gs` know better how their store is asked. Keep out:
credentials (lent), how a file is read by ranges (ranged).

fsspec's asynchronous file systems do not survive a fork: the thread that talks for them is not in the child, and their
connections are the parent's. So each process opens its own, and the instance of the parent is kept as it is: to let go
of it in a child would close connections that are not the child's.
"""

from __future__ import annotations

import errno
import heapq
import os
import pickle
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from operator import attrgetter
from typing import IO, Any, NamedTuple, cast

import fsspec

from newsmill.lent import options_for
from newsmill.model import NewsmillError
from newsmill.ranged import Piece, Ranged
from newsmill.stored import Entry, StorageError

WRITTEN = ("LastModified", "last_modified", "updated", "created")
"""What fsspec's stores call the time when an object was written."""

HELD_BYTES = 8 * 1024 * 1024
"""Of a file that is being written, in memory; what is more waits in a temporary file until it is whole."""

HELD_ENTRIES = 50_000
"""Of a store that lists in another order than by name, in memory: some 25 MB. What is more waits in temporary files."""

_opened: dict[tuple[int, str, str], Any] = {}
"""By process, protocol and options. Never emptied: what is a parent's must not be closed in its child."""


class Found(NamedTuple):
    """What a store tells of an object."""

    name: str
    size: int
    version: str | None
    changed: float  # seconds since 1970


class Objects:
    """A prefix of an object store."""

    is_local = False
    defaults: Mapping[str, Any] = {"use_listings_cache": False}
    """What fsspec is told: each listing is fresh, for other workers write."""

    def __init__(self, uri: str, protocol: str) -> None:
        self.uri = uri
        self._protocol = protocol
        kind = fsspec.get_filesystem_class(protocol)
        self.root = str(kind._strip_protocol(uri)).rstrip("/")
        named = kind._get_kwargs_from_urls(uri)
        self._options = {
            **self.defaults,
            **named,
            **options_for(protocol),
        }  # now: nobody lends credentials to a forked child

    @property
    def filesystem(self) -> Any:
        """This process's instance of fsspec's file system for the store."""
        key = (os.getpid(), self._protocol, repr(self._options))
        if key not in _opened:
            with self._asking():
                _opened[key] = self.opened(self._options)
        return _opened[key]

    def opened(self, options: Mapping[str, Any]) -> Any:
        """Open fsspec's file system: one for all threads, where fsspec would make one for each."""
        return fsspec.filesystem(self._protocol, skip_instance_cache=True, **options)

    def is_file(self, name: str) -> bool:
        """Tell whether an object of this name is there."""
        return self.found(name) is not None

    def is_folder(self, name: str) -> bool:
        """Tell whether something lies below a name."""
        return any(True for _ in islice(self.below(name, 1), 1))

    def files(self, folder: str) -> Iterator[Entry]:
        """Yield the objects below a folder, sorted by path, page after page.

        Hidden ones are left out, and what no path can name: keys with an empty part, or that end with a slash.
        """
        start = len(self.root) + 1
        for found in self.below(folder):
            if not any(odd in f"{found.name[start - 1 :]}/" for odd in ("/.", "//")):
                yield Entry(found.name[start:], found.size, found.version, found.changed)

    def folders(self, folder: str) -> list[str]:
        """Return the names of the folders right below one."""
        with self._asking(absent=True):
            entries = self.filesystem.ls(folder, detail=True)
            return [str(one["name"]).rstrip("/").rpartition("/")[2] for one in entries if one["type"] == "directory"]
        return []

    def expect(self, names: list[str], first: int) -> None:
        """Ask for the beginnings of these objects, and of no others any more, without waiting; this way, do nothing."""

    def open(self, name: str, first: int) -> IO[bytes]:
        """Open an object for reading; so many bytes of it are asked for first.

        Raises:
            FileNotFoundError, PermissionError: of this object.
            StorageError: the store cannot be asked; the object may be there all the same.
        """
        return cast(IO[bytes], Ranged(partial(self._piece, name), first))

    @contextmanager
    def replacing(self, name: str, was: str | None) -> Iterator[IO[bytes]]:
        """Hold what is written until it is whole, then put it there at once."""
        with tempfile.SpooledTemporaryFile(HELD_BYTES, prefix="newsmill-") as spooled:
            handle = cast(IO[bytes], spooled)
            yield handle
            size = handle.seek(0, os.SEEK_END)
            handle.seek(0)
            with self._asking():
                self.put(name, handle, size, was)

    def remove(self, name: str) -> None:
        """Remove an object, and all that lies below its name."""
        with self._asking(absent=True):
            names = (found.name for found in self.below(name))
            while lot := list(islice(names, 1000)):
                self.delete(lot)
            self.delete([name])

    def move(self, name: str, target: str) -> None:
        """Copy an object, or all that lies below its name, then remove it."""
        moved = [found.name for found in self.below(name)] or [name]
        for each in moved:
            self.filesystem.cp_file(each, f"{target}{each[len(name) :]}")
        self.delete(moved)

    def size(self, name: str) -> int:
        """Return an object's bytes."""
        found = self.found(name)
        if found is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)
        return found.size

    def last_written(self, folder: str) -> datetime:
        """Return when something was last written below a folder."""
        times = [entry.changed for entry in self.files(folder)]
        if not times:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), folder)
        return datetime.fromtimestamp(max(times), UTC)

    def sweep(self, name: str) -> None:
        """Do nothing: what is not whole has never been in the store."""

    def left_below(self, folder: str) -> list[str]:  # noqa: ARG002
        """Return nothing, for the same reason."""
        return []

    def prune(self, folder: str) -> bool:  # noqa: ARG002
        """Do nothing: folders are not there by themselves."""
        return False

    def below(self, folder: str, most: int | None = None) -> Iterator[Found]:  # noqa: ARG002 - of use to who asks pages
        """Yield what lies below a folder, sorted by name, hidden ones too; this way, by a listing of each folder.

        Args:
            folder: a name; empty for all that there is.
            most: of them that are wanted.
        """
        found: list[Mapping[str, Any]] = []
        with self._asking(absent=True):
            found = self.filesystem.ls(folder, detail=True)
        for name, info in sorted((f"{one['name'].rstrip('/')}{'/' * _is_folder(one)}", one) for one in found):
            if name.rstrip("/") == folder:
                continue
            if _is_folder(info):
                yield from self.below(name.rstrip("/"))
            else:
                yield told(name, info)

    def found(self, name: str) -> Found | None:
        """Return what the store tells of an object; None where there is none."""
        with self._asking(absent=True):
            info = self.filesystem.info(name)
            return None if _is_folder(info) else told(name, info)
        return None

    def piece(self, name: str, start: int, length: int, version: str | None) -> Piece:
        """Return a part of an object, as long as it is of this version."""
        found = self.found(name)
        if found is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)
        end = min(start + length, found.size)
        data = self.filesystem.cat_file(name, start=start, end=end) if start < end else b""
        return Piece(data, found.size, version or found.version)

    def put(self, name: str, handle: IO[bytes], size: int, was: str | None) -> None:  # noqa: ARG002 - not all can compare
        """Write a whole object, which appears when its last byte is there."""
        with self.filesystem.open(name, "wb") as target:
            shutil.copyfileobj(handle, target)

    def delete(self, names: list[str]) -> None:
        """Delete objects, at most a thousand; nothing happens where there is none."""
        for name in names:
            with self._asking(absent=True):
                self.filesystem.rm_file(name)

    def changed(self, name: str) -> str:
        """Return what is said where an object is not as it was read."""
        return (
            f"{self._protocol}://{name} is not what was read: another process has written it meanwhile, and it stays "
            "as that one wrote it. Run the task again; if this comes again, two processes hold one corpus: see that "
            "all use one NEWSMILL_INDEX_URL"
        )

    def is_outage(self, error: BaseException) -> bool:
        """Tell whether an error says nothing of the object that was asked for: the store cannot be asked."""
        return not isinstance(error, FileNotFoundError | PermissionError)

    def _piece(self, name: str, start: int, length: int, version: str | None) -> Piece:
        try:
            with self._asking():
                return self.piece(name, start, length, version)
        except OSError as error:
            if self.is_outage(error):
                raise StorageError(f"cannot read {self._protocol}://{name}: {error}") from error
            raise

    @contextmanager
    def _asking(self, *, absent: bool = False) -> Iterator[None]:
        """Turn errors of a store's client into those of a file system; `absent`: that there is nothing is none."""
        try:
            yield
        except FileNotFoundError as error:
            if not absent or self.is_outage(error):
                raise
        except (OSError, NewsmillError, GeneratorExit):
            raise
        except Exception as error:
            raise OSError(errno.EIO, f"{type(error).__name__}: {error}") from error


def in_order(found: Iterable[Found]) -> Iterator[Found]:
    """Yield what a store lists in another order sorted by name, holding `HELD_ENTRIES` and as many temporary bytes."""
    by_name = attrgetter("name")
    stream = iter(found)
    with ExitStack() as held:
        runs: list[Iterator[Found]] = []
        while len(lot := sorted(islice(stream, HELD_ENTRIES), key=by_name)) == HELD_ENTRIES:
            file = held.enter_context(tempfile.TemporaryFile(prefix="newsmill-"))
            for one in lot:
                pickle.dump(tuple(one), file)
            file.seek(0)
            runs.append(_again(file, len(lot)))
        yield from heapq.merge(*runs, lot, key=by_name)


def told(name: str, info: Mapping[str, Any], versions: Iterable[str] = ("ETag", "etag", "generation")) -> Found:
    """Return what fsspec's stores tell of an object, each in words of its own."""
    version = next((str(info[key]) for key in versions if info.get(key)), None)
    written = next((info[key] for key in WRITTEN if isinstance(info.get(key), datetime)), None)
    return Found(name, int(info["size"] or 0), version, written.timestamp() if written else 0.0)


def _is_folder(info: Mapping[str, Any]) -> bool:
    return bool(info["type"] == "directory")


def _again(file: IO[bytes], count: int) -> Iterator[Found]:
    for _ in range(count):
        yield Found(*pickle.load(file))  # noqa: S301 - what this process wrote, into a file without a name
