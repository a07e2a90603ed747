"""The database behind NEWSMILL_INDEX_URL: how it is opened, and what its errors mean.

Owns the connections' settings and the errors that people read. Keep out: tables (dedup), the lock (lock).

An error that may pass by itself (the server is away or was started again, a file is locked) is a `DatabaseAwayError`: a
task that failed by it is tried again. All others are the same the next time.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from newsmill import disk
from newsmill.model import NewsmillError

BUSY_SECONDS = 60
"""How long a write waits for another process's write to an SQLite index; a night's commit takes a few seconds."""

CONNECT_SECONDS = 10
"""How long a server may take to answer; libpq would wait for minutes for a host that says nothing."""

LIBPQ = {
    "connect_timeout": CONNECT_SECONDS,
    "keepalives": 1,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
"""Of PostgreSQL's library: a connection that says nothing while a run publishes is kept, and its loss is noticed, as
that of a server which vanished while it was being asked (`tcp_user_timeout`, in milliseconds). What the URL says comes
first."""

DRIVERS = ("psycopg2", "psycopg")

WRONG_SETTING = (
    "authentication failed",
    "does not exist",
    "no password supplied",
    "pg_hba.conf",
    "does not support SSL",
    "certificate",
    "permission denied for database",
    "is not permitted to log in",
    "invalid port",
    "invalid connection option",
)
"""What is said of a connection that would be refused again. Not "SSL" alone: a server that stops breaks TLS off, too.
Where a server speaks another language the task is tried again in vain, and fails some minutes later."""


class CorpusIndexError(NewsmillError):
    """The index cannot be used; the text names it and says what to do."""


class DatabaseAwayError(CorpusIndexError):
    """The database does not answer, or let a connection go; it may answer again."""


def parse(url: str | sa.URL) -> sa.URL:
    """Read the URL of an index.

    Raises:
        CorpusIndexError: it is none, or of a database that cannot be used.
    """
    try:
        found = sa.make_url(url)
    except sa.exc.ArgumentError as error:
        raise CorpusIndexError(f"NEWSMILL_INDEX_URL: no database can be opened with it: {error}") from None
    name, backend = name_of(found), found.get_backend_name()
    if backend not in ("sqlite", "postgresql"):
        raise CorpusIndexError(f"NEWSMILL_INDEX_URL: {name}: use sqlite:///… or postgresql://…")
    if backend == "sqlite" and (found.database or ":memory:") == ":memory:":
        raise CorpusIndexError(f"NEWSMILL_INDEX_URL: {name}: an index in memory forgets; name a file")
    if backend == "postgresql" and _driver(found) not in DRIVERS:
        raise CorpusIndexError(
            f"NEWSMILL_INDEX_URL: no database can be opened with {name}: use postgresql+psycopg2://… or "
            "postgresql+psycopg://…"
        )
    return found


def name_of(url: str | sa.URL) -> str:
    """Return a URL for people: without its password."""
    return sa.make_url(url).render_as_string(hide_password=True)


def open_engine(url: str | sa.URL, **options: Any) -> sa.Engine:
    """Return an engine that holds no connection between two uses; nothing is connected yet.

    Args:
        url: the index's.
        options: SQLAlchemy's own.

    Raises:
        CorpusIndexError: the URL is none, or its driver is not installed.
    """
    found = parse(url)
    is_sqlite = found.get_backend_name() == "sqlite"
    wanted = {"timeout": BUSY_SECONDS} if is_sqlite else {k: v for k, v in LIBPQ.items() if k not in found.query}
    try:
        return sa.create_engine(found, poolclass=NullPool, connect_args=wanted, **options)
    except ModuleNotFoundError as error:
        raise CorpusIndexError(
            f"NEWSMILL_INDEX_URL: no database can be opened with it: {error}; the extra `postgres` brings the driver"
        ) from None


def is_missing(url: sa.URL) -> bool:
    """Tell whether the file of an SQLite index is not there; opening it would create it.

    Raises:
        CorpusIndexError: something else lies there, or it cannot be looked at.
    """
    if url.get_backend_name() != "sqlite":
        return False
    name, path = name_of(url), url.database or ""
    try:
        found = disk.status(path)
    except OSError as error:
        raise CorpusIndexError(f"{name}: {path} cannot be looked at: {error.strerror}") from error
    if found and not stat.S_ISREG(found.st_mode):
        raise CorpusIndexError(
            f"{name}: {path} is no file: newsmill rebuild-index puts it aside and makes the index again; or set "
            "NEWSMILL_INDEX_URL right"
        )
    return found is None


def make_folder(url: sa.URL) -> None:
    """Make the folder of an SQLite index.

    Raises:
        CorpusIndexError: it cannot be made.
    """
    if url.get_backend_name() != "sqlite":
        return
    folder = Path(url.database or "").parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CorpusIndexError(f"{name_of(url)}: the folder {folder} cannot be made: {error.strerror}") from error


@contextmanager
def explained(url: sa.URL) -> Iterator[None]:
    """Say which database refused, and what to do.

    Raises:
        DatabaseAwayError: it may answer again.
        CorpusIndexError: it will not.
    """
    try:
        yield
    except sa.exc.IntegrityError as error:
        raise CorpusIndexError(
            f"{name_of(url)}: another run published the same text or article meanwhile ({_said(error)}); nothing of "
            "this run was taken in: start a new run"
        ) from error
    except sa.exc.DBAPIError as error:
        raise _refused(url, error) from error


def _refused(url: sa.URL, error: sa.exc.DBAPIError) -> CorpusIndexError:
    name, said = name_of(url), _said(error)
    if error.statement is None and any(word in said for word in WRONG_SETTING):
        return CorpusIndexError(
            f"NEWSMILL_INDEX_URL: {name} cannot be opened: {said}. Set user, password, host, port, database and "
            "sslmode in it right, or make on the server what it names"
        )
    if _may_pass(error):
        return DatabaseAwayError(
            f"NEWSMILL_INDEX_URL: {name} is away or busy: {said}. Nothing of this step was taken in. See whether the "
            "database runs and can be reached from here, and run the task again"
        )
    return CorpusIndexError(
        f"{name}: {said}. If its disk is full or it may not be written, make room or give permission, and run the task "
        "again; if it is damaged, newsmill rebuild-index makes it again from the corpus; NEWSMILL_INDEX_URL says where "
        "it lies"
    )


def _may_pass(error: sa.exc.DBAPIError) -> bool:
    """Tell whether the same may go well later."""
    code = getattr(error.orig, "sqlite_errorname", None) or ""
    if code:
        return str(code).startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))
    state = getattr(error.orig, "pgcode", None) or getattr(error.orig, "sqlstate", None) or ""
    # 08: the connection; 40: a deadlock; 53300: too many connections; 55P03, 57014: waited too long; 57P0n: it stops
    if str(state).startswith(("08", "40", "53300", "55P03", "57")):
        return True
    is_of_connection = isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError)
    return error.connection_invalidated or (is_of_connection and not state)


def _said(error: sa.exc.DBAPIError) -> str:
    return " ".join(str(error.orig).split())


def _driver(url: sa.URL) -> str:
    return "psycopg2" if url.drivername == "postgresql" else url.drivername.partition("+")[2]
