import sqlite3
import subprocess
import sys
import threading
import time
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa

from newsmill import database
from newsmill.database import CorpusIndexError
from newsmill.dedup.index import Index
from newsmill.dedup.tables import INDEX_VERSION
from newsmill.model import Fate, Published, Seen

DAY = date(2024, 1, 2)


def published(name: str, **fields: object) -> Published:
    values = {
        "article_id": name,
        "content_hash": f"hash of {name}",
        "source_id": name,
        "outlet": "verity",
        "date": date(2023, 9, 13),
        "published_at": datetime(2023, 9, 13, 5, 6, 7, 891011, tzinfo=UTC),
        "fetched_at": None,
        "revision": 1,
        "ingested_on": DAY,
        "raw_path": f"verity/{name}.html",
        "raw_sha256": f"bytes of {name}",
    }
    return Published(**{**values, **fields})


def seen(name: str, **fields: object) -> Seen:
    values = {"record_key": name, "fingerprint": f"bytes of {name}", "fate": Fate.PUBLISHED}
    return Seen(**{**values, "outlet": "verity", "article_id": name, **fields})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "index.sqlite"


@pytest.fixture
def index(path: Path) -> Index:
    return Index(f"sqlite:///{path}")


def test_what_was_committed_is_found_by_each_key_and_nothing_else(index: Index) -> None:
    one, other = published("one"), published("other", published_at=None, fetched_at=datetime(1912, 1, 1, tzinfo=UTC))
    index.commit("run", DAY, [one, other], [seen("r1"), seen("r2", outlet=None, article_id=None, fate=Fate.UNREADABLE)])
    assert index.articles(["one", "other", "third"]) == {"one": one, "other": other}
    assert index.hashes(["hash of other", "hash"]) == {"hash of other": other}
    assert index.known(["r1", "r3"]) == {"r1": seen("r1")}
    assert index.known(["r2"])["r2"].fate is Fate.UNREADABLE


def test_a_moment_in_another_zone_is_the_same_moment(index: Index) -> None:
    zone = timezone(timedelta(hours=9))
    index.commit("run", DAY, [published("one", fetched_at=datetime(2023, 9, 13, 9, tzinfo=zone))], [])
    assert index.articles(["one"])["one"].fetched_at == datetime(2023, 9, 13, 0, tzinfo=UTC)


def test_reading_an_index_that_is_not_there_finds_nothing_and_creates_nothing(index: Index, path: Path) -> None:
    assert (index.known(["a"]), index.articles(["a"]), index.hashes(["a"])) == ({}, {}, {})
    assert not path.parent.exists()


def test_a_commit_of_nothing_creates_nothing(index: Index, path: Path) -> None:
    index.commit("run", DAY, [], iter(()))
    assert not path.parent.exists()


def test_a_commit_of_nothing_or_of_what_is_there_leaves_the_file_as_it_is(index: Index, path: Path) -> None:
    index.commit("run", DAY, [published("one")], [seen("r")])
    before = path.read_bytes(), path.stat().st_mtime_ns
    index.commit("run 2", DAY, [], [])
    index.commit("run", DAY, [published("one")], [seen("r")])
    index.known(["r"])
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert [file.name for file in path.parent.iterdir()] == ["index.sqlite"]


def test_a_new_version_replaces_the_old_one(index: Index) -> None:
    index.commit("run", DAY, [published("one")], [seen("r")])
    changed = published(
        "one", content_hash="new", revision=2, outlet="express", fetched_at=datetime(2024, 1, 1, tzinfo=UTC)
    )
    index.commit("run 2", DAY, [changed], [seen("r", fingerprint="new bytes")])
    assert index.articles(["one"]) == {"one": changed}
    assert index.hashes(["hash of one"]) == {}
    assert index.known(["r"])["r"].fingerprint == "new bytes"


@pytest.mark.parametrize("count", [499, 500, 501, 1203])
def test_lookups_and_commits_of_any_length_are_whole(index: Index, count: int) -> None:
    index.commit("run", DAY, (published(f"a{number}") for number in range(count)), [])
    ids = [f"a{number}" for number in range(count)]
    assert sorted(index.articles([*ids, "missing", "a0"])) == sorted(ids)


def test_texts_that_change_hands_are_taken_in_and_a_repeated_commit_changes_no_byte(index: Index, path: Path) -> None:
    index.commit("run", DAY, [published(name, content_hash=name) for name in "abcd"], [])
    swapped = [published("a", content_hash="b"), published("b", content_hash="a"), published("n", content_hash="c")]
    freed = [("b", "b"), ("a", "a"), ("c", "c"), ("missing", "m")]
    index.commit("run 2", DAY, swapped, [], freed)
    found = index.articles("abcdn")
    assert {name: row.content_hash for name, row in found.items()} == {"a": "b", "b": "a", "n": "c", "d": "d"}
    before = path.read_bytes()
    index.commit("run 2", DAY, swapped, [], freed)
    assert path.read_bytes() == before


def test_a_row_is_forgotten_only_with_the_text_that_it_lost(index: Index) -> None:
    index.commit("run", DAY, [published("a", content_hash="new")], [])
    index.commit("run 2", DAY, [], [], [("a", "old")])
    assert sorted(index.articles(["a"])) == ["a"]
    index.commit("run 3", DAY, [], [], [("a", "new")])
    assert index.articles(["a"]) == {}


def test_a_text_that_was_not_freed_is_refused_with_all_of_the_commit(index: Index) -> None:
    index.commit("run", DAY, [published(name, content_hash=name) for name in "ab"], [])
    with pytest.raises(CorpusIndexError, match="another run published the same text"):
        index.commit("run 2", DAY, [published("n", content_hash="b")], [], [("a", "a")])
    assert sorted(index.articles("abn")) == ["a", "b"]


def test_a_refused_commit_changes_nothing_and_says_why(index: Index) -> None:
    index.commit("run", DAY, [published("one")], [])
    with pytest.raises(CorpusIndexError, match="another run published the same text"):
        index.commit("run 2", DAY, [published("two"), published("three", content_hash="hash of one")], [seen("r")])
    assert index.articles(["one", "two", "three"]) == {"one": published("one")}
    assert index.known(["r"]) == {}


def test_a_commit_that_is_killed_half_way_leaves_no_trace(index: Index, path: Path) -> None:
    index.commit("run", DAY, [published("one")], [])
    script = f"""
import os
from datetime import date
from newsmill.dedup.index import Index
from tests.newsmill.dedup.test_index import published
def articles():
    for number in range(5000):
        yield published(f"b{{number}}")
    os.kill(os.getpid(), 9)
Index("sqlite:///{path}").commit("run 2", date(2024, 1, 2), articles(), [])
"""
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == -9
    assert index.articles(["one", "b0", "b1000", "b4999"]) == {"one": published("one")}
    index.commit("run 2", DAY, [published("b0")], [])
    assert sorted(index.articles(["one", "b0"])) == ["b0", "one"]


def test_tables_without_a_commit_are_an_empty_index(index: Index, path: Path) -> None:
    index.commit("run", DAY, [published("one")], [])
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM meta")
        connection.execute("DELETE FROM articles")
    connection.close()
    again = Index(f"sqlite:///{path}")
    assert again.articles(["one"]) == {}
    again.commit("run", DAY, [published("one")], [])
    assert again.articles(["one"]) == {"one": published("one")}


def test_an_index_that_was_taken_away_is_made_anew(index: Index, path: Path) -> None:
    index.commit("run", DAY, [published("one")], [])
    path.unlink()
    assert index.articles(["one"]) == {}
    index.commit("run", DAY, [published("two")], [])
    assert sorted(index.articles(["one", "two"])) == ["two"]


def test_an_index_of_another_version_is_refused_by_reads_and_writes(index: Index, path: Path) -> None:
    index.commit("run", DAY, [published("one")], [])
    with sqlite3.connect(path) as connection:
        connection.execute(f"UPDATE meta SET value = '{INDEX_VERSION + 1}'")
    connection.close()
    other = Index(f"sqlite:///{path}")
    with pytest.raises(CorpusIndexError, match=f"schema version {INDEX_VERSION + 1}"):
        other.articles(["one"])
    with pytest.raises(CorpusIndexError, match=f"schema version {INDEX_VERSION + 1}"):
        other.commit("run 2", DAY, [published("two")], [])


def test_a_damaged_file_is_named(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"no database at all, but long enough to look like one" * 100)
    with pytest.raises(CorpusIndexError, match=r"index\.sqlite.*not a database.*newsmill rebuild-index"):
        Index(f"sqlite:///{path}").known(["a"])


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("sqlite://", "in memory"),
        ("sqlite:///:memory:", "in memory"),
        ("mysql://host/db", "use sqlite"),
        ("not a url", "NEWSMILL_INDEX_URL"),
        ("postgresql+nodriver://u:secret@host/db", "NEWSMILL_INDEX_URL"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused_at_once(url: str, says: str) -> None:
    with pytest.raises(CorpusIndexError, match=says) as caught:
        Index(url)
    assert "secret" not in str(caught.value)


def test_a_write_waits_for_another_process_and_then_passes(index: Index, path: Path) -> None:
    index.commit("run", DAY, [published("one")], [])
    holder = sqlite3.connect(path, check_same_thread=False)
    holder.execute("BEGIN IMMEDIATE")
    threading.Thread(target=lambda: (time.sleep(0.5), holder.rollback(), holder.close())).start()
    start = time.perf_counter()
    index.commit("run 2", DAY, [published("two")], [])
    assert time.perf_counter() - start > 0.3
    assert "two" in index.articles(["two"])


def test_a_lock_that_is_never_let_go_ends_with_an_error_that_names_it(
    path: Path, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.commit("run", DAY, [published("one")], [])
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.1)
    holder = sqlite3.connect(path)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(CorpusIndexError, match="locked"):
        Index(f"sqlite:///{path}").commit("run 2", DAY, [published("two")], [])
    holder.rollback()
    holder.close()


def test_lookups_use_the_keys_and_scan_no_table(index: Index, path: Path) -> None:
    index.commit("run", DAY, [published("one")], [seen("r")])
    queries = {"articles": ["article_id", "content_hash"], "records": ["record_key"], "runs": ["run_id"]}
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        for table, columns in queries.items():
            for column in columns:
                plan = connection.exec_driver_sql(
                    f"EXPLAIN QUERY PLAN SELECT * FROM {table} WHERE {column} IN ('a', 'b')"
                ).all()
                assert "SEARCH" in str(plan)
                assert "SCAN" not in str(plan)
    engine.dispose()
