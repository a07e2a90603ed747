from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from newsmill.model import Batch, Selection, Slice, Wanted
from newsmill.schema import SETTLED
from newsmill.staging import ROWS_PER_GROUP, Staging, StagingError, read_rows, run_slug, write_rows
from newsmill.storage import Store

SELECTION = Selection(landing_uri="/landing", outlets=("a", "b"), from_date=date(2026, 1, 2), dry_run=True)


@pytest.fixture
def staging(tmp_path):
    return Staging.of(Store(str(tmp_path)), "manual__2026-01-01T00:00:00+00:00")


def settled(number: int) -> dict:
    return {"record_key": f"{number}", "raw_path": f"{number}", "fate": "unreadable"}


def test_run_comes_back_as_it_was_written(staging):
    staging.start("manual__2026-01-01T00:00:00+00:00", date(2026, 1, 1), SELECTION)
    run = staging.run()
    assert (run.run_id, run.day, run.selection) == ("manual__2026-01-01T00:00:00+00:00", date(2026, 1, 1), SELECTION)


def test_run_ids_that_differ_in_punctuation_only_have_folders_of_their_own():
    assert run_slug("a b") != run_slug("a-b")
    assert "/" not in run_slug("../../x")


def test_a_run_that_is_cleared_and_runs_again_keeps_its_first_ledger_files(staging):
    staging.start("run", date(2026, 1, 1), SELECTION)
    first = staging.run().ledger_name
    staging.data.write(f"ledger/runs/run_date=2026-01-01/{first}.parquet", b"x")
    staging.start("run", date(2026, 1, 1), SELECTION)
    assert staging.run().ledger_name == f"{first}-2"


def test_staging_that_is_gone_says_what_to_do(staging):
    with pytest.raises(StagingError, match="start a new run"):
        staging.run()


def test_batches_come_back_from_the_plan(staging):
    batches = [
        Batch(number=1, slices=(Slice(path="a", size=1), Slice(path="b#c d", size=2))),
        Batch(number=2, slices=(Slice(path="x.jsonl", size=9, records=3, first_line=4, offset=77),)),
    ]
    staging.write_plan(batches)
    assert [staging.batch(1), staging.batch(2)] == batches


@pytest.mark.parametrize("count", [0, 1, ROWS_PER_GROUP, ROWS_PER_GROUP + 1])
def test_rows_stream_through_a_file_whole(staging, count):
    write_rows(staging.data, "rows.parquet", SETTLED, (settled(number) for number in range(count)))
    assert staging.count_rows("rows.parquet") == count
    assert [row["record_key"] for row in read_rows(staging.data, "rows.parquet")] == [f"{n}" for n in range(count)]


def test_parts_of_batches_come_in_order_with_their_numbers(staging):
    for number in (10, 2):
        write_rows(staging.data, staging.batch_path("settled", number), SETTLED, [settled(number)])
    table = pa.concat_tables(staging.parts("settled", SETTLED, ["raw_path"], rows=1))
    assert table.to_pylist() == [{"raw_path": "2", "batch": 2}, {"raw_path": "10", "batch": 10}]
    assert list(staging.parts("cleaned", SETTLED, ["raw_path"])) == []


@pytest.mark.parametrize("content", [None, b"", b"PAR1 not parquet"])
def test_staging_file_that_is_missing_or_damaged_is_named(staging, content):
    if content is not None:
        staging.data.write("rows.parquet", content)
    with pytest.raises(StagingError, match=r"rows\.parquet cannot be read"):
        list(read_rows(staging.data, "rows.parquet"))


def test_a_batch_reads_its_own_part_of_the_records_that_are_wanted_and_no_other(staging):
    """The first row group is destroyed, as nothing else could show that it is not read."""
    count = 2 * ROWS_PER_GROUP
    wanted = [(1 + number * 4 // count, Wanted(raw_path=f"a.jsonl#{number}")) for number in range(count)]
    assert staging.write_wanted(wanted) == {1, 2, 3, 4}
    path = f"{staging.data.uri}/{staging.root}/wanted.parquet"
    with open(path, "r+b") as handle:  # noqa: PTH123
        handle.seek(4)
        handle.write(b"\0" * 500)
    found = staging.wanted(4)
    assert [one.raw_path for one in found.values()] == [f"a.jsonl#{number}" for number in range(count * 3 // 4, count)]
    assert staging.wanted(5) == {}
    with pytest.raises(StagingError, match=r"wanted\.parquet cannot be read"):
        staging.wanted(1)


def test_a_run_over_all_that_it_reads_wants_nothing_in_particular(staging):
    assert staging.wanted(1) is None
