"""The order in which runs ended: no number is given twice, whatever became of their files."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from newsmill.publish.report import BooksError
from newsmill.publish.runs import in_order, latest, newest_published, number_of, of_run, readable
from newsmill.upkeep.aside import set_aside
from newsmill.upkeep.repair import repair_files
from tests.newsmill.dedup.factory import DAY, Mill, article

NAMES = ["e", "d", "c", "b", "a"]
"""The runs in the order in which they end; so neither name nor day tells it."""


@pytest.fixture(scope="module")
def after_five(tmp_path_factory) -> Path:
    mill = Mill(tmp_path_factory.mktemp("five") / "data")
    for number, name in enumerate(NAMES):
        mill.run([article(name)], run_id=name, day=DAY + timedelta(days=number // 2))
    return mill.root


@pytest.fixture
def mill(after_five: Path, tmp_path: Path) -> Mill:
    return Mill(shutil.copytree(after_five, tmp_path / "data"))


def path_of(mill: Mill, name: str) -> str:
    (path,) = (path for path in readable(mill.data) if path.rpartition("/")[2].startswith(f"{name}-"))
    return path


def numbers(mill: Mill) -> dict[str, int]:
    return {row["run_id"]: row["number"] for row in mill.ledger("runs")}


def test_runs_are_numbered_as_they_end(mill: Mill):
    assert numbers(mill) == {"e": 1, "d": 2, "c": 3, "b": 4, "a": 5}
    assert [of_run(mill.data, name).run_id for name in NAMES] == NAMES
    assert [path.rpartition("/")[2][0] for path in in_order(mill.data)] == NAMES


@pytest.mark.parametrize(
    ("aside", "names"),
    [(True, ["a"]), (True, ["c"]), (True, ["b", "a"]), (True, NAMES), (False, ["c"]), (False, ["e", "d", "c", "b"])],
)
def test_the_next_number_is_a_new_one_after_files_were_lost(mill: Mill, names: list[str], aside: bool):
    kept = {name: mill.data.read(path_of(mill, name)) for name in names}
    paths = {name: path_of(mill, name) for name in names}
    for path in paths.values():
        if aside:
            set_aside(mill.data, path)
        else:
            mill.data.remove(path)
    mill.run([article("next")], run_id="next", day=DAY)
    for name, content in kept.items():
        mill.data.write(paths[name], content)
    assert numbers(mill)["next"] == 6
    assert in_order(mill.data)[-1] == path_of(mill, "next")


@pytest.mark.parametrize("name", NAMES)
def test_books_that_are_counted_again_have_the_number_that_they_had(mill: Mill, name: str, monkeypatch):
    before = mill.ledger("runs")
    path = path_of(mill, name)
    mill.data.write(path, b"no Parquet")
    with mill.settings():
        assert repair_files("mend", DAY, [path]).books == 1
    again = pq.ParquetFile(mill.root / path).read().to_pylist()
    assert [row["number"] for row in again] == [row["number"] for row in before if row["run_id"] == name]


def test_several_lost_numbers_are_given_by_day(mill: Mill):
    before = numbers(mill)
    paths = [path_of(mill, name) for name in ("b", "d")]  # the later day is named first
    for path in paths:
        mill.data.write(path, b"no Parquet")
    with mill.settings():
        assert repair_files("mend", DAY, paths).books == 2
    assert numbers(mill) == before


@pytest.mark.parametrize("content", [b"", b"no Parquet", None], ids=["empty", "garbage", "without a row"])
def test_a_file_without_a_report_is_named_and_passed_over_where_the_newest_is_sought(mill: Mill, content):
    path = path_of(mill, "a")
    if content is None:
        rows = pq.ParquetFile(mill.root / path).read()
        pq.write_table(rows.slice(0, 0), mill.root / path)
    else:
        mill.data.write(path, content)
    asked = (latest, in_order, lambda data: of_run(data, "a"), lambda data: number_of(data, path))
    for ask in asked:
        with pytest.raises(BooksError, match=rf"{path} cannot be read .*newsmill verify"):
            ask(mill.data)
    assert newest_published(mill.data).run_id == "b"
    assert number_of(mill.data, f"ledger/runs/run_date={date(2030, 1, 1)}/new.parquet") == 6
