"""How pyarrow is told to work: what a kept column keeps, and that pandas comes only when it is asked for."""

import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq

from newsmill import parquet
from newsmill.storage import Store

ROWS = 50_000


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
