"""The index and the lock in a real PostgreSQL, which this test starts: on a loopback port of its own."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from newsmill.database import CorpusIndexError
from newsmill.dedup import bulk
from newsmill.dedup import index as indexing
from newsmill.dedup.index import Index
from newsmill.dedup.tables import META, RECORDS, REVISION, TABLES
from newsmill.identity import IdentityError, check
from newsmill.lock import ADVISORY_KEY, CorpusBusyError, CorpusLetGoError, check_held, holding
from newsmill.model import Fate
from newsmill.publish import partitions
from newsmill.publish.partitions import groups, publish_group
from newsmill.upkeep.rebuild import RebuildError, rebuild_index
from tests.newsmill.dedup.factory import Mill, article
from tests.newsmill.dedup.shapes import SHAPES, contents, differences, make_old
from tests.newsmill.dedup.test_index import published, seen
from tests.newsmill.test_lock import ENVIRONMENT, HAMMER, held, let_go, process
from tests.newsmill.upkeep.interrupted import FIRST, LATER, SECOND, mill_at
from tests.newsmill.upkeep.test_rebuild import KILLED

pytest.importorskip("psycopg2", reason="the driver comes with the extra `postgres`")
pytestmark = [pytest.mark.integration, pytest.mark.enable_socket]


@pytest.fixture
def new_database(postgres_server):
    return postgres_server.new_database


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


def test_holder_that_was_cut_off_publishes_nothing_more(mill, url, monkeypatch):
    rows = [article("z", outlet="zeta"), article("y", outlet="tass")]
    staging = mill.stage(rows, run_id="run-3", day=LATER)
    mill.decide(rows, run_id="run-3", day=LATER)
    keys = [key for keys in groups(staging, 1) for key in keys]
    before, check = mill.bytes_of("corpus"), iter([lambda: None, lambda: cut_off(url)])
    monkeypatch.setattr(partitions, "check_held", lambda: (next(check)(), check_held()))
    with pytest.raises(CorpusLetGoError), holding(url, "ours", wait=0):
        publish_group(staging, mill.data, keys)
    monkeypatch.undo()
    assert len(set(mill.bytes_of("corpus").items()) - set(before.items())) == 1
    with holding(url, "ours", wait=10):
        publish_group(staging, mill.data, keys)
    assert len(set(mill.bytes_of("corpus").items()) - set(before.items())) == len(keys) == 2


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
    before = contents(url)
    assert [len(before[name]) for name in ("articles", "runs")] == [7, 2]
    made = rebuild_index()
    assert (made.articles, made.has_ledger) == (7, True)
    assert contents(url) == before


@pytest.mark.parametrize("how", ["emptied", "dropped", "column dropped", "other version"])
def test_a_broken_index_is_named_and_made_again(mill, url, how):
    before = contents(url)
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
    assert contents(url) == before
    check(mill.data, Index(url))


def test_killed_rebuild_leaves_the_old_index(mill, url):
    tell(url, sa.delete(RECORDS))
    before = contents(url)
    environment = ENVIRONMENT | {"NEWSMILL_DATA_URI": str(mill.root), "NEWSMILL_INDEX_URL": url}
    script = [sys.executable, "-c", KILLED, "articles"]
    done = subprocess.run(script, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert contents(url) == before
    assert rebuild_index().records
    assert contents(url)["records"]


def test_what_is_twice_in_the_corpus_is_refused_and_the_index_stays(mill, url):
    before = contents(url)
    source = next(mill.root.glob("corpus/*/outlet=express/articles.parquet"))
    target = mill.root / "corpus/date=2024-05-05/outlet=zzz/articles.parquet"
    target.parent.mkdir(parents=True)
    shutil.copy(source, target)
    with pytest.raises(RebuildError, match="is twice in the corpus") as caught:
        rebuild_index()
    assert all(str(path) in str(caught.value) for path in (source, target))
    assert contents(url) == before


def test_index_of_another_corpus_takes_nothing_in(mill, url):
    Index(url).claim("f" * 32)
    before = contents(url)
    with pytest.raises(IdentityError, match="another corpus"):
        check(mill.data, Index(url))
    ours = Index(url, "0" * 32)
    with pytest.raises(CorpusIndexError, match=r"another corpus \(f{32}"):
        ours.commit("run-3", LATER, mill.index.articles([FIRST[0]["article_id"]]).values(), [])
    assert contents(url) == before


HOSTILE = (
    "a\tb",
    "a\nb\r",
    "\\N",
    "\\.",
    "\\",
    '{"a",b}',
    "'; drop table articles; --",
    "%s %(keys)s :keys",
    "né 新聞 🗞",
    "",
)


@pytest.fixture(params=["psycopg2", "psycopg"])
def any_url(url, request) -> str:
    """The URL, for each driver."""
    return url.replace("psycopg2", request.param)


def test_what_texts_say_is_kept_as_in_sqlite_and_never_becomes_a_statement(any_url, tmp_path, monkeypatch):
    monkeypatch.setattr(indexing, "ROWS_AT_ONCE", 3)
    monkeypatch.setattr(bulk, "KEYS_OF_ARRAY", 4)
    articles = [
        published(
            text, source_id=text, raw_path=text, published_at=None, fetched_at=datetime(1912, 1, 1, 1, 2, 3, 4, UTC)
        )
        for text in HOSTILE
    ]
    records = [seen(text, outlet=None, article_id=text, fate=Fate.UNREADABLE) for text in HOSTILE]
    files = [(text, text) for text in HOSTILE]
    both = Index(any_url), Index(f"sqlite:///{tmp_path}/index.sqlite")
    for index in both:
        index.commit(HOSTILE[6], LATER, articles, records, files=files)
        index.commit(HOSTILE[7], LATER, [], [], [("", "hash of "), (HOSTILE[2], "no hash")])
    ours, theirs = both
    assert contents(any_url) == contents(f"sqlite:///{tmp_path}/index.sqlite")
    asked = [*HOSTILE, "missing", HOSTILE[0]]
    assert ours.articles(asked) == theirs.articles(asked)
    assert sorted(ours.articles(asked)) == sorted(HOSTILE[:-1])
    assert ours.known(asked) == theirs.known(asked)
    assert ours.files(asked) == dict(files) == theirs.files(asked)
    assert ours.hashes(f"hash of {text}" for text in asked) == theirs.hashes(f"hash of {text}" for text in asked)


def test_what_is_there_equal_is_not_written_again_and_of_two_with_one_key_the_last_counts(any_url, monkeypatch):
    monkeypatch.setattr(indexing, "ROWS_AT_ONCE", 2)
    index, known = Index(any_url), [published(name) for name in "abcde"]
    index.commit("run", LATER, known, [seen(name) for name in "abcde"], files=[("f", "1")])
    before = versions(any_url)
    index.commit("run", LATER, known, [seen(name) for name in "abcde"], files=[("f", "1")])
    assert versions(any_url) == before
    index.commit("run 2", LATER, [published("b", revision=2), published("b", revision=3)], [])
    now = versions(any_url)
    assert [name for name in before if now[name] != before[name]] == [("articles", "b")]
    assert index.articles(["b"])["b"].revision == 3


def versions(url: str) -> dict[tuple[str, str], str]:
    """Return which transaction wrote each row, by table and key."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        found = {
            (table.name, key): str(wrote)
            for table in TABLES.sorted_tables
            for key, wrote in connection.execute(
                sa.select(*table.primary_key, sa.text("xmin::text")).select_from(table)
            )
        }
    engine.dispose()
    return found


def test_texts_that_change_hands_are_taken_in_as_in_sqlite(any_url, tmp_path, monkeypatch):
    monkeypatch.setattr(indexing, "ROWS_AT_ONCE", 2)
    swapped = [published("a", content_hash="b"), published("b", content_hash="a"), published("n", content_hash="c")]
    freed = [("b", "b"), ("a", "a"), ("c", "c"), ("missing", "m")]
    sqlite = f"sqlite:///{tmp_path}/index.sqlite"
    for index in (Index(any_url), Index(sqlite)):
        index.commit("run", LATER, [published(name, content_hash=name) for name in "abcd"], [])
        index.commit("run 2", LATER, swapped, [], freed)
    assert contents(any_url) == contents(sqlite)
    assert {row[0]: row[1] for row in contents(any_url)["articles"]} == {"a": "b", "b": "a", "n": "c", "d": "d"}
    with pytest.raises(CorpusIndexError, match="another run published the same text"):
        Index(any_url).commit("run 3", LATER, [published("m", content_hash="d")], [], [("a", "b")])
    assert contents(any_url) == contents(sqlite)


def test_error_of_a_copy_is_told_like_any_other(any_url):
    with pytest.raises(CorpusIndexError, match=r"articles.*newsmill rebuild-index"):
        Index(any_url).commit("run", LATER, [published("a", revision="no number")], [])
    assert contents(any_url)["articles"] == []


def test_lookups_of_many_keys_scan_no_table(url):
    index = Index(url)
    index.commit("run", LATER, (published(f"{number:032x}") for number in range(20_000)), [])
    tell(url, "ANALYZE articles")
    keys = [f"{number:032x}" for number in range(0, 20_000, 200)]
    plan = sa.text("EXPLAIN SELECT * FROM articles WHERE article_id = ANY(:keys)")
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        said = " ".join(connection.execute(plan, {"keys": keys}).scalars())
    engine.dispose()
    assert "articles_pkey" in said
    assert "Seq Scan" not in said
    assert len(index.articles(keys)) == len(keys)


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_an_older_index_is_read_as_it_is_and_migrated_by_a_commit(url, shape):
    make_old(url, shape)
    index = Index(url, "c0")
    assert (sorted(index.articles(["one"])), index.files(["a"])) == (["one"], {})
    assert Index(url).revision() == shape
    index.commit("run 2", LATER, [published("two")], [], files=[("a", "1")])
    assert differences(url) == []
    assert Index(url).revision() == REVISION
    found = Index(url, "c0")
    assert (sorted(found.articles(["one", "two"])), found.files(["a"])) == (["one", "two"], {"a": "1"})


def test_a_new_index_has_the_tables_to_which_the_migrations_lead(url):
    Index(url).claim("c0")
    assert (differences(url), Index(url).revision()) == ([], REVISION)


@pytest.mark.parametrize("shape", [None, "0001"])
def test_many_that_make_or_migrate_it_at_once_do_it_once(url, shape):
    if shape:
        make_old(url, shape)
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: Index(url).bring_up(), range(8)))
    assert {after for _, after in made} == {REVISION}
    assert differences(url) == []
