"""The index made again: equal to the old one where the ledger is whole, and harmless where it is not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from newsmill import pipeline
from newsmill.database import CorpusIndexError
from newsmill.dedup.index import Index
from newsmill.identity import IdentityError
from newsmill.publish.ledger import write_ledger
from newsmill.publish.report import make_report
from newsmill.publish.written import written_keys
from newsmill.upkeep.rebuild import RebuildError, partition_keys, rebuild_index
from tests.conftest import PROJECT
from tests.newsmill.dedup.factory import DAY, Mill, article, at, settled
from tests.newsmill.upkeep.interrupted import (
    FIRST,
    LATER,
    SECOND,
    decide,
    index_rows,
    mill_at,
    publish_all,
    publish_until_killed,
    truncate,
)

THIRD = [
    article("b", "B, told anew.", outlet="express"),  # the same again
    settled("s", reason="binary", fingerprint="other bytes"),  # read again, because it has changed
    article("a", "A, told anew.", fetched_at=at(15), outlet="express", published_at=at(12)),
    article("i", "The story of h. It has words.", outlet="verity"),  # a copy
    settled("l", "unreadable", "too_large"),
]


@pytest.fixture(scope="module")
def after_three(tmp_path_factory) -> Path:
    """A data root after three runs, the last two on one day."""
    folder = tmp_path_factory.mktemp("three")
    mill = mill_at(folder)
    mill.run(FIRST)
    mill.run(SECOND, run_id="run-2", day=LATER)
    second = next((folder / f"data/ledger/runs/run_date={LATER}").iterdir())
    os.utime(second, (1, 1))
    mill.run(THIRD, run_id="a-run-3", day=LATER)  # its name comes before that of the second
    mill.run([settled("k", "unchanged", "known_record")], run_id="run-4", day=LATER + timedelta(days=1))
    return folder / "data"


@pytest.fixture
def mill(tmp_path: Path, after_three: Path) -> Mill:
    return Mill(shutil.copytree(after_three, tmp_path / "data"))


@pytest.fixture
def path(mill: Mill) -> Path:
    return mill.root / "index.sqlite"


def test_rebuilt_index_equals_the_old_one_row_by_row(mill: Mill, path: Path):
    before, files = index_rows(path), mill.files("corpus") | mill.files("ledger")
    assert [len(before[table]) for table in ("articles", "runs")] == [7, 3]
    path.unlink()
    made = rebuild_index()
    assert index_rows(path) == before
    assert (made.articles, made.has_ledger) == (7, True)
    assert mill.files("corpus") | mill.files("ledger") == files
    assert sorted(file.name for file in mill.root.iterdir() if "index" in file.name) == ["index.sqlite"]


def test_a_rebuild_of_a_good_index_changes_no_row(mill: Mill, path: Path):
    before = index_rows(path)
    rebuild_index()
    assert index_rows(path) == before


def test_without_a_ledger_the_records_are_those_of_the_rows(mill: Mill, path: Path):
    before = index_rows(path)
    shutil.rmtree(mill.root / "ledger")
    made = rebuild_index()
    assert not made.has_ledger
    after = index_rows(path)
    assert after["articles"] == before["articles"]
    assert {key for key, *_ in after["records"]} == {row["record_key"] for row in _standing(mill)}
    assert {mark for _, mark, *_ in after["records"]} == {row["raw_sha256"] for row in mill.corpus()}
    corpus = mill.files("corpus")
    mill.run([row for row in SECOND if "fate" not in row], run_id="run-5", day=LATER)
    assert mill.files("corpus") == corpus


def _standing(mill: Mill) -> list[dict]:
    paths = {row["raw_path"] for row in mill.corpus()}
    return [row for row in [*FIRST, *SECOND] if row["raw_path"] in paths]


@pytest.mark.parametrize("dataset", ["runs", "fates"])
def test_a_damaged_file_of_the_ledger_costs_its_records_only(mill: Mill, path: Path, dataset: str):
    before = index_rows(path)
    damaged = next((mill.root / f"ledger/{dataset}/run_date={DAY}").glob("*.parquet"))
    truncate(damaged)
    rebuild_index()
    after = index_rows(path)
    assert after["articles"] == before["articles"]
    assert set(after["records"]) < set(before["records"])


@pytest.mark.parametrize("how", ["truncated", "one page", "empty", "garbage", "folder"])
def test_a_damaged_index_is_named_with_the_command_and_replaced_by_it(mill: Mill, path: Path, how: str):
    before = index_rows(path)
    if how == "folder":
        path.unlink()
        path.mkdir()
        (path / "note.txt").write_text("mine")
    else:
        keep = {"truncated": 0.7, "one page": 4096 / path.stat().st_size, "empty": 0}.get(how)
        path.write_bytes(b"no database" * 1000) if keep is None else truncate(path, keep)
    with pytest.raises((CorpusIndexError, IdentityError), match=r"index\.sqlite.*newsmill rebuild-index"):
        _plan(mill)
    rebuild_index()
    assert index_rows(path) == before
    if how == "folder":
        assert [aside.joinpath("note.txt").read_text() for aside in mill.root.glob("index.sqlite.*.aside")] == ["mine"]
    _plan(mill)


def _plan(mill: Mill) -> None:
    from newsmill.model import Selection

    pipeline.recover("next")
    (mill.root.parent / "landing").mkdir(exist_ok=True)
    pipeline.plan("next", LATER, Selection(landing_uri=str(mill.root.parent / "landing")))


def test_a_journal_that_a_killed_write_left_is_not_played_back_into_the_new_index(mill: Mill, path: Path):
    before = index_rows(path)
    _kill_while_writing(path)
    path.unlink()
    rebuild_index()
    assert [file.name for file in mill.root.glob("index.sqlite*")] == ["index.sqlite"]
    assert index_rows(path) == before


def _kill_while_writing(path: Path) -> None:
    """Leave the journal of a transaction that was written to the file in part."""
    script = (
        "import os, signal, sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('pragma cache_size = 1');"
        "c.execute('pragma cache_spill = 1'); c.execute('begin');"
        "c.execute('delete from articles');"
        "c.executemany('insert into runs values (?, ?)', ((str(n) * 500, 'x') for n in range(500)));"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    assert Path(f"{path}-journal").stat().st_size


KILLED = """
import os, signal, sys
from pathlib import Path
from newsmill.dedup import rebuilding
where = sys.argv[1]
def die(*_): os.kill(os.getpid(), signal.SIGKILL)
if where == "articles":
    real = rebuilding._check_once
    def check(connection, rows): real(connection, rows); die()
    rebuilding._check_once = check
elif where == "before rename":
    rebuilding._put = die
else:
    real = rebuilding._put
    def put(*paths): real(*paths); die()
    rebuilding._put = put
from newsmill.upkeep.rebuild import rebuild_index
rebuild_index()
"""


@pytest.mark.parametrize("where", ["articles", "before rename", "after rename"])
def test_killed_rebuild_leaves_the_old_index_or_the_new_one_and_the_next_clears_up(mill: Mill, path: Path, where: str):
    before = index_rows(path)
    environment = os.environ | {"NEWSMILL_DATA_URI": str(mill.root), "PYTHONPATH": str(PROJECT / "plugins")}
    done = subprocess.run(
        [sys.executable, "-c", KILLED, where], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == -9, done.stderr
    assert index_rows(path) == before
    rebuild_index()
    assert index_rows(path) == before
    assert [file.name for file in mill.root.glob("*index*")] + [file.name for file in mill.root.glob(".*")] == [
        "index.sqlite"
    ]


def _copy_row(mill: Mill, source: str, target: str, **fields) -> None:
    """Put a row of one file of the corpus into another one as well."""
    row = pq.read_table(mill.root / source).slice(0, 1)
    for name, value in fields.items():
        at_column = row.schema.get_field_index(name)
        row = row.set_column(at_column, row.schema.field(name), [[value]])
    (mill.root / target).parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(row, mill.root / target)


EXPRESS = "corpus/date=2023-09-13/outlet=express/articles.parquet"


@pytest.mark.parametrize(
    ("target", "fields", "what"),
    [
        ("corpus/date=2024-05-05/outlet=zzz/articles.parquet", {}, "article_id"),
        ("corpus/date=2024-05-05/outlet=zzz/articles.parquet", {"article_id": "0" * 32}, "content_hash"),
        ("corpus/date=2023-09-13/outlet=express/part-0.parquet", {"article_id": "0" * 32}, "content_hash"),
    ],
)
def test_what_is_twice_in_the_corpus_is_refused_by_both_names(mill: Mill, path: Path, target: str, fields, what: str):
    before = path.read_bytes()
    _copy_row(mill, EXPRESS, target, **fields)
    with pytest.raises(RebuildError, match=f"{what} .* is twice") as caught:
        rebuild_index()
    assert f"{mill.root}/{EXPRESS}" in str(caught.value)
    assert f"{mill.root}/{target}" in str(caught.value)
    assert path.read_bytes() == before


def test_a_copy_that_a_killed_tidying_left_counts_once(mill: Mill, path: Path):
    """An article in a partition's own file and another one there is what publishing takes from its own file."""
    before = index_rows(path)
    _copy_row(mill, EXPRESS, EXPRESS.replace("articles.", "part-0."))
    rebuild_index()
    assert index_rows(path) == before


@pytest.mark.parametrize("step", [1, 4, 6])
def test_an_interrupted_run_is_finished_after_the_rebuild(tmp_path: Path, step: int):
    """Decided by the old index, of which half is gone: the end is that of an undisturbed run."""
    expected = Mill(tmp_path / "undisturbed")
    expected.run(FIRST)
    expected.run(SECOND, run_id="run-2", day=LATER)
    mill = mill_at(tmp_path)
    mill.run(FIRST)
    staging = decide(mill, SECOND)
    if step < 6:
        publish_until_killed(mill, staging, step)
    else:
        publish_all(mill, staging)
        write_ledger(staging, mill.data, staging.run(), make_report(staging, staging.run(), written_keys(staging)))
    (mill.root / "index.sqlite").write_bytes(b"gone")
    with pytest.raises(CorpusIndexError, match="newsmill rebuild-index"):
        pipeline.recover("next")
    made = rebuild_index()
    assert made.partitions
    assert mill.bytes_of("corpus") == expected.bytes_of("corpus")
    ours, theirs = (index_rows(root / "index.sqlite") for root in (mill.root, expected.root))
    for table in ("articles", "records", "runs"):
        assert ours[table] == theirs[table]
    assert not list(mill.data.files("staging"))


def test_an_index_of_another_corpus_is_replaced_only_when_asked_to(mill: Mill, path: Path):
    before = index_rows(path)
    Index(f"sqlite:///{path}").claim("f" * 32)
    with pytest.raises(IdentityError, match=r"another corpus \(f{32}\).*rebuild-index --replace"):
        rebuild_index()
    rebuild_index(replace=True)
    assert index_rows(path) == before


def test_partitions_are_walked_in_order(mill: Mill):
    keys = list(partition_keys(mill.data))
    assert keys == sorted({row["key"] for row in mill.corpus()})
    assert len(keys) > 3


def test_a_corpus_of_nothing_has_an_index_of_nothing(tmp_path: Path):
    made = rebuild_index()
    assert (made.articles, made.records) == (0, 0)
    assert index_rows(tmp_path / "data/index.sqlite")["articles"] == []
