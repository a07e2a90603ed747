"""The corpus's id, and an index that is not its own or not up to date: found before a run's first work."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from newsmill import identity, parquet, pipeline
from newsmill.corpus import SchemaVersionError
from newsmill.database import CorpusIndexError
from newsmill.dedup.index import Index
from newsmill.dedup.tables import META
from newsmill.identity import IdentityError, check, establish, read_identity
from newsmill.model import Selection
from newsmill.publish.ledger import write_ledger
from newsmill.publish.report import make_report
from newsmill.publish.runs import newest_published
from newsmill.publish.written import written_keys
from newsmill.storage import Store
from newsmill.upkeep.rebuild import rebuild_index
from tests.newsmill.dedup.factory import Mill, article, settled
from tests.newsmill.upkeep.interrupted import FIRST, LATER, SECOND, decide, mill_at, publish_all, truncate


@pytest.fixture(scope="module")
def after_two(tmp_path_factory) -> Path:
    """A data root after two runs, and beside it the index as it was after the first."""
    folder = tmp_path_factory.mktemp("two")
    mill = mill_at(folder)
    mill.run(FIRST)
    shutil.copy(folder / "data/index.sqlite", folder / "data/backup.sqlite")
    mill.run(SECOND, run_id="run-2", day=LATER)
    return folder / "data"


@pytest.fixture
def mill(tmp_path: Path, after_two: Path) -> Mill:
    (tmp_path / "landing").mkdir()
    return Mill(shutil.copytree(after_two, tmp_path / "data"))


def plan(mill: Mill, *, dry_run: bool = False) -> None:
    landing = str(mill.root.parent / "landing")
    if not dry_run:
        pipeline.recover("next")
    pipeline.plan("next", LATER, Selection(landing_uri=landing, dry_run=dry_run))


def without_id(mill: Mill) -> None:
    """Make the index one of an early newsmill, which did not say whose it is."""
    engine = sa.create_engine(f"sqlite:///{mill.root}/index.sqlite")
    with engine.begin() as connection:
        connection.execute(sa.delete(META).where(META.c.key == "corpus"))
    engine.dispose()


def delete_index(mill: Mill) -> None:
    (mill.root / "index.sqlite").unlink()


def put_back_an_old_index(mill: Mill) -> None:
    shutil.copy(mill.root / "backup.sqlite", mill.root / "index.sqlite")


def put_back_an_old_index_without_id(mill: Mill) -> None:
    put_back_an_old_index(mill)
    without_id(mill)


def lose_ledger_and_index(mill: Mill) -> None:
    delete_index(mill)
    shutil.rmtree(mill.root / "ledger")


def lose_all_but_the_corpus(mill: Mill) -> None:
    lose_ledger_and_index(mill)
    (mill.root / "newsmill.json").unlink()


def take_the_index_of_a_run_of_that_name(mill: Mill) -> None:
    """Another corpus's index of an early newsmill, whose runs have the same ids."""
    other = Mill(mill.root.parent / "other")
    other.run([article("x"), article("y")], run_id="run-2")
    shutil.copy(other.root / "index.sqlite", mill.root / "index.sqlite")


@pytest.mark.parametrize(
    "harm",
    [
        delete_index,
        put_back_an_old_index,
        put_back_an_old_index_without_id,
        lose_ledger_and_index,
        lose_all_but_the_corpus,
        take_the_index_of_a_run_of_that_name,
    ],
)
def test_an_index_that_lacks_what_the_corpus_holds_stops_the_plan_until_it_is_rebuilt(mill: Mill, harm):
    check(mill.data, mill.index)
    harm(mill)
    before = mill.files("corpus")
    with pytest.raises(
        IdentityError, match=r"NEWSMILL_INDEX_URL: sqlite.*index\.sqlite.*newsmill rebuild-index"
    ) as said:
        plan(mill)
    assert str(mill.root) in str(said.value)
    rebuild_index()
    check(mill.data, mill.index)
    assert mill.files("corpus") == before


def test_a_dry_run_is_stopped_too(mill: Mill):
    plan(mill, dry_run=True)
    delete_index(mill)
    before = mill.files()
    with pytest.raises(IdentityError, match="newsmill rebuild-index"):
        plan(mill, dry_run=True)
    assert mill.files() == before


@pytest.mark.parametrize("has_file", [False, True])
def test_another_corpus_s_index_stops_the_plan_and_is_left_alone(mill: Mill, monkeypatch, has_file: bool):
    other = mill_at(mill.root.parent / "other")
    other.run([article("x")])
    index = other.root / "index.sqlite"
    before = index.read_bytes()
    monkeypatch.setenv("NEWSMILL_INDEX_URL", f"sqlite:///{index}")
    if not has_file:
        (mill.root / "newsmill.json").unlink()
    theirs = json.loads((other.root / "newsmill.json").read_text())["corpus"]
    with pytest.raises(
        IdentityError, match=rf"another corpus \({theirs}\).*NEWSMILL_DATA_URI.*rebuild-index --replace"
    ):
        plan(mill)
    assert index.read_bytes() == before
    with pytest.raises(IdentityError, match="rebuild-index --replace"):
        rebuild_index()
    assert index.read_bytes() == before
    rebuild_index(replace=True)
    check(mill.data, Index(f"sqlite:///{index}"))
    assert Index(f"sqlite:///{index}").corpus() == read_identity(mill.data).corpus


def test_an_index_of_an_early_newsmill_is_adopted_when_a_run_decides(mill: Mill):
    (mill.root / "newsmill.json").unlink()
    without_id(mill)
    plan(mill)
    assert not (mill.root / "newsmill.json").exists()  # a plan decides nothing
    staging = decide(mill, [article("z")], run_id="run-3")
    assert mill.index.corpus() == read_identity(mill.data).corpus
    assert staging.is_decided
    pipeline.recover("next")
    plan(mill)


def test_the_id_stays_from_run_to_run(mill: Mill):
    before = mill.files()["newsmill.json"]
    mill.run([article("z")], run_id="run-3")
    establish(mill.data, mill.index)
    assert mill.files()["newsmill.json"] == before


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "{}", '{"corpus": "x", "schema_version": 1}', '{"corpus": 1}', "null"]
)
def test_a_damaged_identity_is_named_with_what_mends_it(mill: Mill, content: str):
    (mill.root / "newsmill.json").write_text(content)
    with pytest.raises(IdentityError, match=r"newsmill\.json is damaged .*rebuild-index --replace"):
        check(mill.data, mill.index)
    (mill.root / "newsmill.json").unlink()
    rebuild_index(replace=True)
    check(mill.data, mill.index)


def test_a_newer_newsmill_s_corpus_is_refused_before_anything_is_written(mill: Mill):
    staging = decide(mill, SECOND, run_id="run-3")
    known = json.loads((mill.root / "newsmill.json").read_text())
    (mill.root / "newsmill.json").write_text(json.dumps(known | {"schema_version": 2}))
    before = mill.files()
    for act in (
        lambda: plan(mill),
        lambda: pipeline.recover("next"),
        lambda: establish(mill.data, mill.index),
        rebuild_index,
    ):
        with pytest.raises(SchemaVersionError, match=r"newsmill\.json.* schema version 2.* writes version 1: install"):
            act()
    assert mill.files() == before
    assert staging.is_decided


def test_a_run_that_was_killed_between_ledger_and_index_trips_nobody(mill: Mill):
    staging = decide(mill, [article("z"), settled("u")], run_id="run-3")
    publish_all(mill, staging)
    write_ledger(staging, mill.data, staging.run(), make_report(staging, staging.run(), written_keys(staging)))
    assert newest_published(mill.data).run_id == "run-3"
    assert not mill.index.has_run("run-3")
    plan(mill, dry_run=True)  # which recovers nothing
    check(mill.data, mill.index)
    plan(mill)
    assert mill.index.has_run("run-3")


def test_half_published_partitions_trip_nobody(mill: Mill):
    """What the newest run wrote is being changed by an unfinished one."""
    publish_all(mill, decide(mill, [article("b", "B, told a third time.", outlet="express")], run_id="run-3"))
    plan(mill, dry_run=True)


def test_an_index_that_is_lost_in_the_middle_of_a_run_is_not_begun_anew(mill: Mill):
    """Not even by the run itself: its decisions were made with the old one."""
    publish_all(mill, decide(mill, [article("z")], run_id="run-3"))
    delete_index(mill)
    with pytest.raises(IdentityError, match="newsmill rebuild-index"):
        establish(mill.data, mill.index)
    with pytest.raises(CorpusIndexError, match="newsmill rebuild-index"):
        pipeline.recover("next")
    assert not (mill.root / "index.sqlite").exists()
    rebuild_index()
    assert mill.index.has_run("run-3")
    plan(mill)


@pytest.mark.parametrize("step", ["write", "claim"])
def test_killed_while_it_says_whose_the_index_is_the_next_says_it(tmp_path: Path, monkeypatch, step: str):
    mill = Mill(tmp_path / "data")
    where = (Store, "write") if step == "write" else (Index, "claim")
    with monkeypatch.context() as patch:
        patch.setattr(*where, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            establish(mill.data, mill.index)
    assert mill.index.corpus() is None
    said = read_identity(mill.data)
    establish(mill.data, mill.index)
    assert mill.index.corpus() == read_identity(mill.data).corpus
    assert said in (None, read_identity(mill.data))
    mill.run(FIRST)
    check(mill.data, mill.index)


def test_a_dry_run_and_a_plan_make_no_id(tmp_path: Path):
    (tmp_path / "landing").mkdir()
    pipeline.run("dry", LATER, Selection(landing_uri=str(tmp_path / "landing"), dry_run=True))
    pipeline.plan("run", LATER, Selection(landing_uri=str(tmp_path / "landing")))
    assert not (tmp_path / "data/newsmill.json").exists()
    assert not (tmp_path / "data/index.sqlite").exists()


def test_a_damaged_partition_or_report_leaves_the_check_to_others(mill: Mill):
    """A run that does not touch them goes on; verify finds them."""
    for path in mill.root.glob("corpus/*/*/articles.parquet"):
        truncate(path)
    check(mill.data, mill.index)
    truncate(next(mill.root.glob(f"ledger/runs/run_date={LATER}/*")))
    assert newest_published(mill.data).run_id == "run-1"


def test_the_check_reads_no_more_of_a_larger_corpus(mill: Mill, monkeypatch):
    def opened() -> int:
        paths: list[str] = []
        real = parquet.opened
        with monkeypatch.context() as patch:
            patch.setattr(parquet, "opened", lambda data, path: (paths.append(path), real(data, path))[1])
            check(mill.data, mill.index)
        return len(paths)

    before = opened()
    for number in range(5):
        rows = [article(f"n{number}-{outlet}", outlet=f"outlet-{outlet}") for outlet in range(8)]
        mill.run(rows, run_id=f"more-{number}", day=LATER + timedelta(days=number + 1))
    assert 0 < before <= opened() <= identity.PARTITIONS + 2  # of the newest day's one run: its place, its report


def test_many_nights_without_an_article_are_looked_through(mill: Mill):
    for number in range(3):
        mill.run([settled("k", "unchanged", "known_record")], run_id=f"quiet-{number}", day=LATER.replace(year=2025))
    assert newest_published(mill.data).run_id == "run-2"
    put_back_an_old_index(mill)
    with pytest.raises(IdentityError, match="run-2"):
        check(mill.data, mill.index)
