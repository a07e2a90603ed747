"""A PostgreSQL that crashes, or is not there: tasks that are tried again end as if nothing had happened.

The server is a real one, on a loopback port, and it is crashed (`immediate`) and started again in the middle of a task.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from newsmill import database, pipeline
from newsmill.database import CorpusIndexError, DatabaseAwayError
from newsmill.dedup.index import Index
from newsmill.insight.overview import overview
from newsmill.lock import CorpusLetGoError, holding
from newsmill.schema import SIGHTINGS
from newsmill.settings import load_settings
from newsmill.staging import write_rows
from newsmill.upkeep.again import wanted_of
from newsmill.upkeep.index import is_usable
from newsmill.upkeep.verify import verify
from tests.newsmill.dedup.factory import Mill, sighting
from tests.newsmill.dedup.shapes import contents
from tests.newsmill.dedup.test_index import DAY, published
from tests.newsmill.upkeep.interrupted import FIRST, LATER, SECOND, mill_at

pytest.importorskip("psycopg2", reason="the driver comes with the extra `postgres`")
pytestmark = [pytest.mark.integration, pytest.mark.enable_socket]

RUN = "run-2"
TASKS: dict[str, Callable[[], Any]] = {
    "deduplicate": lambda: pipeline.deduplicate(RUN),
    "publish": lambda: [pipeline.publish(RUN, number) for number in (1, 2)],
    "reconcile": lambda: pipeline.reconcile(RUN),
}
PASSING = (DatabaseAwayError, CorpusLetGoError)
"""Errors after which Airflow tries a task again; tests/dags holds the DAGs to that."""


@pytest.fixture
def url(postgres_server) -> str:
    return postgres_server.new_database()


def second_night(root, url: str, patch: pytest.MonkeyPatch) -> Mill:
    """A corpus after one run, and the second run as far as it decides."""
    patch.setenv("NEWSMILL_DATA_URI", str(root / "data"))
    patch.setenv("NEWSMILL_INDEX_URL", url)
    patch.setenv("NEWSMILL_PUBLISH_GROUPS", "2")
    patch.setenv("NEWSMILL_MOVE_GRACE_SECONDS", "0")
    mill = Mill(root / "data")
    mill.index = Index(url)
    mill_at(root, mill)
    mill.run(FIRST)
    staging = mill.stage(SECOND, run_id=RUN, day=LATER, batch_rows=4)
    for number in (1, 2):
        seen = [sighting(row) for row in SECOND[4 * number - 4 : 4 * number] if "fate" not in row]
        write_rows(mill.data, staging.batch_path("sightings", number), SIGHTINGS, seen)
    return mill


def what_is_there(mill: Mill, url: str) -> tuple:
    """Return corpus, fates and index; the id of the corpus is each one's own."""
    found = contents(url)
    del found["meta"]
    return mill.bytes_of("corpus"), mill.bytes_of("ledger/fates"), found


@contextmanager
def watched(at: Callable[[int], None]) -> Iterator[None]:
    """Call `at` before each statement, with its number from 0."""
    count = iter(range(1 << 30))

    def before(*_: Any) -> None:
        at(next(count))

    sa.event.listen(sa.Engine, "before_cursor_execute", before)
    try:
        yield
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", before)


@pytest.fixture(scope="module")
def calm(postgres_server, tmp_path_factory):
    """What two nights leave that nothing disturbs, and how many statements each task of the second makes."""
    counts = dict.fromkeys(TASKS, 0)
    url = postgres_server.new_database()
    with pytest.MonkeyPatch.context() as patch:
        mill = second_night(tmp_path_factory.mktemp("calm"), url, patch)
        for name, task in TASKS.items():
            with watched(lambda number, name=name: counts.update({name: number + 1})):
                task()
        return what_is_there(mill, url), counts


@pytest.mark.parametrize(
    "share", [pytest.param(0.0, marks=pytest.mark.long), 0.5, pytest.param(1.0, marks=pytest.mark.long)]
)
def test_server_that_crashes_in_the_middle_of_each_task_changes_nothing(
    postgres_server, url, tmp_path, monkeypatch, calm, share
):
    expected, counts = calm
    mill = second_night(tmp_path, url, monkeypatch)
    for name, task in TASKS.items():
        place = round(share * (counts[name] - 1))

        def crash(number: int, place: int = place) -> None:
            if number == place:
                postgres_server.stop("immediate")
                postgres_server.start()

        with watched(crash), pytest.raises(PASSING):
            task()
        task()
    assert what_is_there(mill, url) == expected


def test_connection_that_is_lost_in_a_commit_leaves_the_index_as_it_was(postgres_server, url, monkeypatch):
    index = Index(url)
    index.commit("run", DAY, [published("one")], [])
    before = contents(url)

    def articles() -> Iterator[Any]:
        yield published("two")
        yield published("three")
        postgres_server.stop("immediate")

    monkeypatch.setattr("newsmill.dedup.index.ROWS_AT_ONCE", 1)
    try:
        with pytest.raises(DatabaseAwayError, match=r"NEWSMILL_INDEX_URL: .* is away or busy"):
            index.commit("run 2", DAY, articles(), [])
        with pytest.raises(DatabaseAwayError, match="NEWSMILL_INDEX_URL"):
            index.articles(["one"])
    finally:
        postgres_server.start()
    assert contents(url) == before


def test_what_only_says_that_the_database_is_away_is_no_finding(postgres_server, url, tmp_path, monkeypatch):
    mill = second_night(tmp_path, url, monkeypatch)
    postgres_server.stop()
    try:
        for ask in (
            lambda: verify(sample=0),
            lambda: is_usable(url),
            lambda: wanted_of(load_settings(), mill.data, (DAY, "verity")),
        ):
            with pytest.raises(DatabaseAwayError):
                ask()
    finally:
        postgres_server.start()


def test_page_that_needs_a_database_that_is_away_says_so(postgres_server, url, tmp_path, monkeypatch):
    mill = second_night(tmp_path, url, monkeypatch)
    postgres_server.stop()
    try:
        with pytest.raises(DatabaseAwayError, match="See whether the database runs"):
            overview(mill.data)
    finally:
        postgres_server.start()
    assert overview(mill.data).coverage.articles


@pytest.fixture(scope="module")
def locked(postgres_server) -> str:
    """A database whose owner, `miller`, needs a password, and has one."""
    url = postgres_server.new_database()
    postgres_server.demand_password("miller", "s3same", sa.make_url(url).database)
    return str(sa.make_url(url).set(username="miller", password="s3same").render_as_string(hide_password=False))


WRONG: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "port": ({"port": 1}, DatabaseAwayError, "refused"),
    "password": ({"password": "wr0ng"}, CorpusIndexError, "password authentication failed"),
    "user": ({"username": "nobody"}, CorpusIndexError, "does not exist"),
    "database": ({"database": "nowhere"}, CorpusIndexError, "does not exist"),
    "TLS": ({"query": {"sslmode": "require"}}, CorpusIndexError, "does not support SSL"),
}


@pytest.mark.parametrize("driver", ["psycopg2", "psycopg"])
@pytest.mark.parametrize("what", sorted(WRONG))
def test_wrong_setting_is_named_without_the_password_by_whoever_meets_it_first(locked, driver, what):
    changed, kind, says = WRONG[what]
    url = sa.make_url(locked).set(drivername=f"postgresql+{driver}", **changed)
    bad = url.render_as_string(hide_password=False)
    for ask in (lambda: Index(bad).corpus(), lambda: hold(bad)):
        with pytest.raises(kind, match=says) as caught:
            ask()
        assert type(caught.value) is kind
        assert "NEWSMILL_INDEX_URL" in str(caught.value)
        assert str(url.password) not in str(caught.value)


def hold(url: str) -> None:
    with holding(url, "a test", wait=0):
        pass


def test_server_that_never_answers_is_given_up(monkeypatch):
    monkeypatch.setitem(database.LIBPQ, "connect_timeout", 2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql+psycopg2://u:hunter2@127.0.0.1:{silent.getsockname()[1]}/d"
        with pytest.raises(DatabaseAwayError, match="timeout expired"):
            Index(url).corpus()


def test_user_who_may_only_read_reads_and_is_told_what_he_may_not(postgres_server, locked):
    Index(locked).commit("run", DAY, [published("one")], [])
    postgres_server.demand_password("reader", "s3same", None)
    name = sa.make_url(locked).database
    postgres_server.tell("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader", name)
    reader = Index(sa.make_url(locked).set(username="reader"))
    assert sorted(reader.articles(["one"])) == ["one"]
    with pytest.raises(CorpusIndexError, match="permission denied") as caught:
        reader.commit("run 2", DAY, [published("two")], [])
    assert not isinstance(caught.value, DatabaseAwayError)
