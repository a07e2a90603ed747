"""Hold the corpus: who writes corpus, ledger, index or profiles holds it, and all others wait.

Owns the lock and what is said of its holder. Keep out: what is done while it is held.

The lock lives where the index lives, because who shares a corpus shares its index: beside an SQLite file (`flock`), or
in the PostgreSQL database (an advisory lock). Both are the system's, so a process that dies lets go of it. It guards
single steps; a run that has decided what to publish and died is found by its staging folder, and finished by whoever
holds the corpus next. So nothing here expires, and no clock decides who may write.

Publish tasks of one run share the lock: each writes partitions of its own.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, TypeVar

import sqlalchemy as sa
import structlog

from newsmill.database import explained, open_engine, parse
from newsmill.model import NewsmillError
from newsmill.storage import StorageError

POLL_SECONDS = 0.1
NOTE_SECONDS = 0.5
ADVISORY_KEY = int.from_bytes(b"newsmill", "big") >> 1
"""Of PostgreSQL's advisory lock, one for each database; `>> 1` makes it fit a signed bigint."""

NAME_BYTES = 63
"""What PostgreSQL keeps of an application's name."""

Got = TypeVar("Got")

_CHECK: ContextVar[Callable[[], None]] = ContextVar("check", default=lambda: None)
"""Fails when what this process holds was let go of; of the innermost block."""

log = structlog.get_logger("newsmill")


class CorpusBusyError(NewsmillError):
    """Another process holds the corpus, and kept it for longer than was to be waited."""


class CorpusLetGoError(NewsmillError):
    """The database lost the lock while this process worked on: another may have written at the same time."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the corpus, for people."""

    what: str
    process: int
    host: str
    since: str

    def __str__(self) -> str:
        """Return it as words."""
        return f"{self.what} (process {self.process} on {self.host}, since {self.since} UTC)"


@contextmanager
def holding(index_url: str, what: str, *, wait: float, shared: bool = False) -> Iterator[None]:
    """Hold the corpus while the block runs.

    Args:
        index_url: of the corpus's index.
        what: who wants it and what for; told to those who wait.
        wait: seconds to wait for others.
        shared: hold it together with others that share it.

    Raises:
        CorpusBusyError: others held it all the time; says who.
        StorageError: the file that is locked cannot be written; says which.
        CorpusLetGoError: the block ended well, but the database had let go of the corpus meanwhile.
        CorpusIndexError: the database refuses, or is away.
    """
    url = parse(index_url)
    held = _file(url, what, wait, shared) if url.get_backend_name() == "sqlite" else _database(url, what, wait, shared)
    with held:
        yield


@contextmanager
def _file(url: sa.URL, what: str, wait: float, shared: bool) -> Iterator[None]:
    path = Path(f"{url.database}.lock")
    mode = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = _patiently(lambda: _locked(path, mode), lambda: _noted(path), what, wait)
    except OSError as error:
        raise StorageError(
            f"cannot hold the corpus by {path}: {error.strerror or error}. It lies beside the index, where "
            "NEWSMILL_INDEX_URL says"
        ) from error
    try:
        _note(handle, what)
        yield
    finally:
        _let_go(path, handle)


def _note(handle: IO[str], what: str) -> None:
    """Write for others who holds the file; where there is no room for it, the lock holds all the same."""
    holder = Holder(what, os.getpid(), socket.gethostname(), f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}")
    with suppress(OSError):
        os.truncate(handle.fileno(), 0)
        os.write(handle.fileno(), json.dumps(asdict(holder)).encode())


def _locked(path: Path, mode: int) -> IO[str] | None:
    """Return the open, locked file; None where others hold it. A file that was removed meanwhile locks nobody out."""
    handle = path.open("a", encoding="utf-8")
    try:
        fcntl.flock(handle, mode | fcntl.LOCK_NB)
        if _is_at(path, handle):
            return handle
    except (BlockingIOError, FileNotFoundError):
        pass
    handle.close()
    return None


def _is_at(path: Path, handle: IO[str]) -> bool:
    return os.path.samestat(os.fstat(handle.fileno()), path.stat())


def _let_go(path: Path, handle: IO[str]) -> None:
    """Remove the file, unless others share it, and close it. Only who holds the file that lies there removes it."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if _is_at(path, handle):
            path.unlink()
    except OSError:
        pass  # others share it, or it is not ours to remove; its closing lets go
    finally:
        handle.close()


def _noted(path: Path) -> str:
    """Return who holds the file; who has just locked it is given a moment to note itself."""
    end = time.monotonic() + NOTE_SECONDS
    while True:
        try:
            return str(Holder(**json.loads(path.read_text(encoding="utf-8"))))
        except (OSError, ValueError, TypeError):
            if time.monotonic() >= end:
                return "another process"
        time.sleep(POLL_SECONDS / 10)


@contextmanager
def _database(url: sa.URL, what: str, wait: float, shared: bool) -> Iterator[None]:
    name = f"{socket.gethostname()[:20]}/{os.getpid()}: {what}".encode()[:NAME_BYTES].decode(errors="ignore")
    ask = sa.func.pg_try_advisory_lock_shared if shared else sa.func.pg_try_advisory_lock
    with ExitStack() as until_the_end:  # the connection's end lets go
        with explained(url):
            connection = until_the_end.enter_context(open_engine(url, isolation_level="AUTOCOMMIT").connect())
            connection.execute(sa.select(sa.func.set_config("application_name", name, False)))
            _patiently(
                lambda: connection.execute(sa.select(ask(ADVISORY_KEY))).scalar() or None,
                lambda: _asked(connection),
                what,
                wait,
            )
        told = _CHECK.set(lambda: _check(connection, what))
        try:
            yield
        finally:
            _CHECK.reset(told)
        _give_back(connection, what, shared)


def check_held() -> None:
    """Check, before a write that others would suffer from, that this process still holds the corpus, if it did.

    A file stays locked. A database's connection may have ended, and another process may hold the corpus since.

    Raises:
        CorpusLetGoError: the database has let go of it.
    """
    _CHECK.get()()


def _check(connection: sa.Connection, what: str) -> None:
    _held_until_now(connection, sa.select(sa.true()), what)


def _give_back(connection: sa.Connection, what: str, shared: bool) -> None:
    give = sa.func.pg_advisory_unlock_shared if shared else sa.func.pg_advisory_unlock
    _held_until_now(connection, sa.select(give(ADVISORY_KEY)), what)


def _held_until_now(connection: sa.Connection, question: sa.Select[Any], what: str) -> None:
    try:
        is_held = connection.execute(question).scalar()
    except sa.exc.DBAPIError:
        is_held = False
    if not is_held:
        raise CorpusLetGoError(
            f"the database ended the connection by which {what} held the corpus, before it was done; another process "
            "may have written meanwhile. Run the task again, as Airflow does: it finds what was done. If it fails so "
            "again and again, see why connections end: a time-out of the server or of something in between, or a "
            "pooler that shares them"
        )


_HOLDERS = sa.text(
    "select a.application_name, a.backend_start from pg_locks l join pg_stat_activity a using (pid) "
    "where l.locktype = 'advisory' and l.granted and l.database = (select oid from pg_database "
    "where datname = current_database()) and l.classid = :high and l.objid = :low order by 2"
)


def _asked(connection: sa.Connection) -> str:
    halves = {"high": ADVISORY_KEY >> 32, "low": ADVISORY_KEY & 0xFFFFFFFF}
    held = [f"{name} (since {since:%Y-%m-%d %H:%M:%S})" for name, since in connection.execute(_HOLDERS, halves)]
    return ", ".join(held) or "another process"


def _patiently(attempt: Callable[[], Got | None], holder: Callable[[], str], what: str, wait: float) -> Got:
    """Attempt until it succeeds; say once who is in the way."""
    end = time.monotonic() + wait
    is_told = False
    while (got := attempt()) is None:
        if time.monotonic() >= end:
            raise CorpusBusyError(
                f"the corpus is held by {holder()}; {what} waited {wait:,.0f} seconds for it. Run it again when that "
                "is done, or raise NEWSMILL_LOCK_WAIT_SECONDS"
            )
        if not is_told:
            log.info("waiting for the corpus", held_by=holder())
            is_told = True
        time.sleep(POLL_SECONDS)
    return got
