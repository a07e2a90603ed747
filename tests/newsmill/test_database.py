"""What the errors of a database mean: which may pass by themselves, and what people read."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from newsmill.database import LIBPQ, CorpusIndexError, DatabaseAwayError, explained, open_engine, parse

URL = "postgresql+psycopg2://miller:hunter2@db.example:5432/newsmill"
REFUSED = 'connection to server at "db.example" (10.0.0.1), port 5432 failed: '


class DriverError(Exception):
    """As a driver raises it."""

    def __init__(self, text: str, pgcode: str | None = None) -> None:
        super().__init__(text)
        self.pgcode = pgcode


def meant(error: sa.exc.DBAPIError) -> CorpusIndexError:
    with pytest.raises(CorpusIndexError) as caught, explained(parse(URL)):
        raise error
    assert "hunter2" not in str(caught.value)
    assert URL.replace("hunter2", "***") in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    "said",
    [
        f"{REFUSED}Connection refused",
        f"{REFUSED}FATAL:  the database system is starting up",
        f"{REFUSED}FATAL:  the database system is shutting down",
        f"{REFUSED}FATAL:  sorry, too many clients already",
        f"{REFUSED}timeout expired",
        f"{REFUSED}SSL SYSCALL error: Connection reset by peer",
        'could not translate host name "db.example" to address: Temporary failure in name resolution',
        "SSL connection has been closed unexpectedly",
        "server closed the connection unexpectedly",
    ],
)
def test_connection_that_is_not_there_may_come_back(said):
    assert isinstance(meant(sa.exc.OperationalError(None, None, DriverError(said))), DatabaseAwayError)


@pytest.mark.parametrize(
    "said",
    [
        f'{REFUSED}FATAL:  password authentication failed for user "miller"',
        f'{REFUSED}FATAL:  database "newsmill" does not exist',
        f'{REFUSED}FATAL:  no pg_hba.conf entry for host "10.0.0.2", user "miller", database "newsmill", no encryption',
        f"{REFUSED}server does not support SSL, but SSL was required",
        f"{REFUSED}SSL error: certificate verify failed",
        f"{REFUSED}fe_sendauth: no password supplied",
    ],
)
def test_connection_that_is_refused_for_its_settings_stays_refused(said):
    found = meant(sa.exc.OperationalError(None, None, DriverError(said)))
    assert type(found) is CorpusIndexError
    assert str(found).startswith("NEWSMILL_INDEX_URL")


@pytest.mark.parametrize(
    ("state", "may_pass"),
    [("57P01", True), ("08006", True), ("40P01", True), ("55P03", True), ("42501", False), ("53100", False)],
)
def test_statement_that_fails_may_pass_by_its_state(state, may_pass):
    error = sa.exc.OperationalError("INSERT", None, DriverError("it failed", state))
    assert isinstance(meant(error), DatabaseAwayError) is may_pass


def test_what_the_url_says_of_a_connection_comes_before_our_own(monkeypatch):
    asked = {}
    monkeypatch.setattr(sa, "create_engine", lambda url, **options: asked.update(options))
    open_engine(f"{URL}?connect_timeout=3")
    assert asked["connect_args"] == {name: value for name, value in LIBPQ.items() if name != "connect_timeout"}


@pytest.mark.parametrize("driver", ["asyncpg", "pg8000"])
def test_driver_that_cannot_be_used_is_refused_with_those_that_can(driver):
    with pytest.raises(CorpusIndexError, match=r"NEWSMILL_INDEX_URL.*postgresql\+psycopg2"):
        parse(URL.replace("psycopg2", driver))
