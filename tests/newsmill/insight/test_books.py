"""Which runs the pages look at, and what is told of those of before."""

from __future__ import annotations

import shutil
from datetime import date

import pyarrow.parquet as pq
import pytest

from newsmill.insight.books import find_run, newest_runs
from newsmill.publish.runs import latest
from newsmill.upkeep.ledger import LedgerFile, is_readable
from tests.newsmill.dedup.factory import Mill, article, settled


@pytest.fixture(scope="module")
def five(tmp_path_factory):
    """Five runs on three days; their ids are not in the order in which they ended."""
    mill = Mill(tmp_path_factory.mktemp("five"))
    for name, day in (("e", 1), ("c", 1), ("d", 2), ("a", 3), ("b", 3)):
        mill.run([article(name)], run_id=name, day=date(2026, 3, day))
    return mill


@pytest.fixture
def mill(five, tmp_path):
    """The same, to be changed."""
    shutil.copytree(five.root, tmp_path, dirs_exist_ok=True)
    return Mill(tmp_path)


def ids(runs):
    return "".join(run.run_id for run in runs)


@pytest.mark.parametrize(
    ("limit", "skip", "found"),
    [(9, 0, "badce"), (1, 0, "b"), (3, 0, "bad"), (2, 1, "ad"), (9, 2, "dce"), (2, 3, "ce"), (9, 5, ""), (9, 9, "")],
)
def test_runs_come_as_they_ended_the_last_one_first(five, limit, skip, found):
    assert ids(newest_runs(five.data, limit, skip)) == found


def test_runs_that_are_passed_over_are_not_read(mill):
    for path in mill.root.glob("ledger/runs/run_date=2026-03-03/*"):
        path.write_bytes(b"damaged")
    assert ids(newest_runs(mill.data, 9, 2)) == "dce"


def test_a_run_is_found_by_its_id_and_of_its_attempts_the_last(mill):
    mill.run([article("x"), article("y")], run_id="c", day=date(2026, 3, 1))
    found = find_run(mill.data, "c")
    assert found is not None
    assert (found.report.read, found.number) == (2, 6)
    assert find_run(mill.data, "nothing") is None


def test_what_is_cut_is_a_share_of_what_was_extracted_and_unknown_where_it_was_not_counted(mill):
    mill.run([article("long", "x" * 93), settled("s", outlet=None)], run_id="f", day=date(2026, 3, 4))
    (run,) = newest_runs(mill.data, 1)
    assert run.report.cut_share == 7 / 100
    assert [books.cut_share for books in run.report.books] == [7 / 100, None]
    path = mill.root / run.path
    pq.write_table(pq.read_table(path).drop_columns("text_chars"), path)  # as before it was counted
    (run,) = newest_runs(mill.data, 1)
    assert run.report.cut_share is None
    assert run.report.refused_share == 0
    assert latest(mill.data) == run.report
    assert is_readable(mill.data, LedgerFile("runs", run.path.removeprefix("ledger/runs/").removesuffix(".parquet")))
