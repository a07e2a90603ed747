"""How Parquet is read: by the statistics of row groups, and with little memory."""

from __future__ import annotations

import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from newsmill import parquet
from newsmill.storage import Store

ROWS = 50_000


@pytest.fixture
def file(tmp_path):
    """Three row groups; a list and a struct stand before the columns that are looked at."""
    rows = pa.table(
        {
            "tags": [["a", "b"]] * 6,
            "place": [{"x": 1, "y": 2}] * 6,
            "name": ["a", "b", "b", "c", "d", None],
            "number": [1, 2, 3, 4, 5, 6],
        }
    )
    pq.write_table(rows, tmp_path / "rows.parquet", row_group_size=2)
    with parquet.opened(Store(str(tmp_path)), "rows.parquet") as opened:
        yield opened


@pytest.mark.parametrize(
    ("equal", "groups"),
    [
        ({}, [0, 1, 2]),
        ({"name": "b"}, [0, 1]),
        ({"name": "d"}, [2]),
        ({"name": "zzz"}, []),
        ({"name": "b", "number": 3}, [1]),
    ],
    ids=["all", "two", "one", "none", "both"],
)
def test_only_row_groups_that_may_hold_the_values_are_named(file, equal, groups):
    assert parquet.groups_where(file, equal) == groups


def test_rows_with_a_number_come_alone(file):
    assert [part["name"].to_pylist() for part in parquet.batches_where(file, 10, "number", 4)] == [["c"]]


def test_a_column_of_a_table_does_not_keep_the_others(tmp_path):
    rows = {"kept": pa.array(range(ROWS), pa.int64()), "left": [f"{number:0100d}" for number in range(ROWS)]}
    pq.write_table(pa.table(rows), tmp_path / "rows.parquet")
    before = pa.total_allocated_bytes()
    with parquet.opened(Store(str(tmp_path)), "rows.parquet") as file:
        kept = [part["kept"] for part in parquet.tables(file, 10_000)]
    assert sum(map(len, kept)) == ROWS
    assert pa.total_allocated_bytes() - before < 2 * 8 * ROWS  # the other column has twelve times as much


def test_pandas_is_imported_when_somebody_wants_it_and_then_all_of_it_works():
    code = """
import sys
from newsmill.parquet import go_easy
go_easy()
go_easy()
import pyarrow as pa
table = pa.table({"number": pa.array([1.5, None]), "word": pa.array(["a", None])})
print("pandas" in sys.modules)
frame = table.to_pandas()
print(pa.Table.from_pandas(frame).to_pylist() == table.to_pylist(), pa.array(frame["word"]).null_count)
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (found.stdout.split(), found.stderr) == (["False", "True", "1"], "")
