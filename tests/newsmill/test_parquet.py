"""Reading by the statistics of row groups."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from newsmill import parquet
from newsmill.storage import Store


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
