"""Indexes of earlier newsmills become today's, without losing a row; for PostgreSQL see tests/integration."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from threading import Barrier, Thread

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from typer.testing import CliRunner

from newsmill.cli.main import app
from newsmill.database import CorpusIndexError
from newsmill.dedup import migrating
from newsmill.dedup.index import Index
from newsmill.dedup.tables import REVISION
from newsmill.settings import load_settings
from tests.newsmill.dedup.shapes import ROWS, SHAPES, contents, differences, make_old, stamped, tell
from tests.newsmill.dedup.test_index import DAY, published, seen


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path / "data" / "index.sqlite"


@pytest.fixture
def url(path: Path) -> str:
    return f"sqlite:///{path}"


def test_each_change_of_the_tables_has_a_revision_in_one_line_and_the_last_is_the_one_of_new_indexes():
    config = Config()
    config.set_main_option("script_location", str(Path(migrating.__file__).with_name("migrations")))
    scripts = ScriptDirectory.from_config(config)
    assert [script.revision for script in scripts.walk_revisions()][::-1] == sorted(SHAPES)
    assert scripts.get_heads() == [REVISION]


def test_a_new_index_has_the_tables_to_which_the_migrations_lead(url):
    Index(url).claim("c0")
    assert (differences(url), stamped(url)) == ([], REVISION)


@pytest.mark.parametrize("shape", sorted(SHAPES)[:-1])
def test_an_older_index_is_migrated_by_the_first_commit_and_loses_no_row(url, shape):
    make_old(url, shape)
    Index(url).commit("run 2", DAY, [published("two")], [seen("s")], files=[("a", "1")])
    assert (differences(url), stamped(url)) == ([], REVISION)
    index = Index(url, "c0")
    assert index.articles(["one", "two"]) == {"one": published("one"), "two": published("two")}
    assert (sorted(index.known(["r", "s"])), index.files(["a"])) == (["r", "s"], {"a": "1"})
    assert index.has_run("run")


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_an_older_index_is_read_as_it_is_and_a_run_with_nothing_to_say_leaves_it_to_the_byte(url, path, shape):
    make_old(url, shape)
    before = path.read_bytes()
    index = Index(url, "c0")
    assert index.articles(["one"]) == {"one": published("one")}
    assert sorted(index.known(["r"])) == ["r"]
    assert (index.files(["a"]), index.knows_files(1)) == ({}, False)
    assert [count for *_, count in index.coverage()] == [1]
    index.commit("run 2", DAY, [], [])
    assert path.read_bytes() == before


def test_a_whole_index_from_before_there_were_revisions_is_not_written_for_them(url, path):
    make_old(url, "0003")
    before = path.read_bytes()
    assert Index(url).bring_up() == ("0003", REVISION)
    assert path.read_bytes() == before


def test_a_migration_that_fails_leaves_the_index_as_it_was(url, path):
    make_old(url, "0001")
    tell(url, "CREATE VIEW files AS SELECT key FROM meta")
    before = path.read_bytes()
    with pytest.raises(CorpusIndexError, match="files already exists"):
        Index(url).bring_up()
    assert path.read_bytes() == before


def test_two_that_migrate_at_once_migrate_it_once(url):
    make_old(url, "0001")
    start, made = Barrier(4), []

    def migrate() -> None:
        index = Index(url)
        start.wait()
        made.append(index.bring_up())

    threads = [Thread(target=migrate) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [after for _, after in made] == [REVISION] * 4
    assert (differences(url), stamped(url), len(contents(url)["articles"])) == ([], REVISION, 1)


def test_what_a_newer_newsmill_added_stays_and_does_no_harm(url):
    Index(url).claim("c0")
    tell(url, "UPDATE index_revision SET version_num = '9999'", "CREATE TABLE later (key TEXT)")
    Index(url).commit("run", DAY, [published("one")], [])
    assert (stamped(url), sorted(Index(url).articles(["one"]))) == ("9999", ["one"])


def test_what_a_newer_newsmill_changed_is_refused(url):
    make_old(url, "0001")
    tell(url, "UPDATE meta SET value = '2' WHERE key = 'schema_version'")
    with pytest.raises(CorpusIndexError, match="schema version 2"):
        Index(url).bring_up()


def test_tables_of_a_trial_version_are_named_with_what_to_do(url):
    make_old(url, "0001")
    tell(url, "ALTER TABLE articles DROP COLUMN raw_path")
    with pytest.raises(CorpusIndexError, match=r"index\.sqlite.*trial version.*newsmill rebuild-index"):
        Index(url).claim("c0")


def test_alembic_is_loaded_only_to_migrate(url):
    script = f"""
import sys
from datetime import date
from newsmill.dedup.index import Index
index = Index("{url}")
index.claim("c0")
index.commit("run", date(2024, 1, 2), [], [], files=[("a", "1")])
assert index.files(["a"])
assert "alembic" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], check=True)


def test_command_migrates_and_says_from_where_to_where():
    said = lambda: CliRunner().invoke(app, ["migrate-index"])  # noqa: E731
    assert "no index yet" in said().output
    url = load_settings().index
    make_old(url, "0001")
    tell(url, "DELETE FROM meta WHERE key = 'corpus'")
    assert f"from revision 0001 to {REVISION}" in said().output
    assert f"revision {REVISION}; there is nothing" in said().output
    tell(url, "UPDATE meta SET value = '2' WHERE key = 'schema_version'")
    refused = said()
    assert (refused.exit_code, "schema version 2" in refused.output) == (1, True)


def test_rows_of_then_are_rows_of_now(url):
    """The statements of the shapes are those that an older newsmill ran: what they hold is what is written now."""
    make_old(url, "0003")
    old = contents(url)
    tell(url, "DELETE FROM articles", "DELETE FROM records", "DELETE FROM runs")
    Index(url).commit("run", DAY, [published("one")], [seen("r")])
    assert contents(url) == old
    assert len(ROWS) == len([rows for rows in old.values() if rows])
