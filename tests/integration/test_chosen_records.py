"""A run over records that are named: those and no others go through the pipeline, whatever became of them before."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from itertools import pairwise

import pytest

from newsmill import pipeline, rerun
from newsmill.model import Batch, Selection, Slice, Wanted, place_of
from newsmill.schema import EXTRACTED, SETTLED
from newsmill.staging import Staging
from newsmill.storage import Store
from newsmill.wanted import assigned, sorted_out
from tests.conftest import DAY
from tests.integration.runs import fates, published, run, snapshot

TEXT = (
    "The ferry of {0} came back to the harbour on Monday, after the engineers had looked for the damage in vain.",
    "Nobody of {0} had counted on it, and the shops on the quay stayed closed until the evening of that day.",
)


def text(name: str) -> str:
    return "\n\n".join(part.format(name) for part in TEXT)


def lines(*names: str) -> bytes:
    return "".join(json.dumps({"id": name, "text": text(name)}) + "\n" for name in names).encode()


@pytest.fixture
def landing(tmp_path):
    folder = tmp_path / "landing" / "bay-post"
    folder.mkdir(parents=True)
    return folder.parent


def run_over(landing, wanted, run_id="chosen", **asked) -> dict[str, int]:
    batches = rerun.plan_records(run_id, DAY, Selection(landing_uri=str(landing), **asked), wanted)
    return pipeline.run_planned(run_id, batches)


def test_only_the_named_records_are_read_though_earlier_runs_have_dealt_with_them(landing, tmp_path):
    (landing / "bay-post" / "one.txt").write_text(text("one"))
    (landing / "bay-post" / "two.txt").write_text(text("two"))
    (landing / "bay-post" / "feed.jsonl").write_bytes(lines("three", "four", "five"))
    run(landing)
    counts = run_over(landing, ["bay-post/two.txt", "bay-post/feed.jsonl#2", "bay-post/two.txt"], reprocess=True)
    assert (counts["read"], counts["published"]) == (2, 2)
    assert set(fates(tmp_path / "data", "chosen")) == {"bay-post/two.txt", "bay-post/feed.jsonl#2"}


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("batch_records", [1, 4, 100])
def test_lines_in_any_order_come_out_of_whatever_batches(pack, batch_records, landing, tmp_path, monkeypatch):
    monkeypatch.setenv("NEWSMILL_BATCH_RECORDS", str(batch_records))
    path = landing / "bay-post" / ("a.jsonl.gz" if pack is gzip.compress else "a.jsonl")
    path.write_bytes(pack(b"\n" + lines(*(f"n{number}" for number in range(9)))))
    (landing / "bay-post" / "z.txt").write_text(text("z"))
    name = f"bay-post/{path.name}"
    batches = rerun.plan_records(
        "chosen", DAY, Selection(landing_uri=str(landing)), [f"{name}#9", f"{name}#2", f"{name}#10", f"{name}#1"]
    )
    assert len(batches) == {1: 3, 4: 3, 100: 1}[batch_records]  # a batch without a wanted record is left out
    for batch in batches:
        pipeline.extract("chosen", batch["number"])
    staging = Staging.of(Store(str(tmp_path / "data")), "chosen")
    assert staging.total("read") == 4
    assert sorted(
        row["source_id"] for part in staging.parts("extracted", EXTRACTED, ["source_id"]) for row in part.to_pylist()
    ) == ["n0", "n7", "n8"]
    parts = staging.parts("settled", SETTLED, ["raw_path", "reason"])
    settled = [row for part in parts for row in part.drop_columns("batch").to_pylist()]
    assert settled == [{"raw_path": f"{name}#1", "reason": "vanished"}]  # a blank line now


def test_what_is_gone_ends_as_vanished_and_what_changed_is_read_as_it_is(landing, tmp_path):
    post = landing / "bay-post"
    for name in ("gone", "cut", "grown", "turned"):
        (post / f"{name}.jsonl").write_bytes(lines(f"{name}-1", f"{name}-2", f"{name}-3"))
    (post / "gone.txt").write_text(text("gone"))
    (post / "changed.txt").write_text(text("changed"))
    run(landing)
    for name in ("gone.jsonl", "gone.txt"):
        (post / name).unlink()
    (post / "cut.jsonl").write_bytes(lines("cut-1"))
    (post / "grown.jsonl").write_bytes(lines("grown-1", "other-2", "grown-3", "grown-4"))
    (post / "turned.jsonl").write_bytes(b"\n\n")
    (post / "changed.txt").write_text(text("something else"))
    wanted = [f"bay-post/{name}.jsonl#{line}" for name in ("gone", "cut", "grown", "turned") for line in (2, 3)]
    counts = run_over(landing, [*wanted, "bay-post/gone.txt", "bay-post/changed.txt"], reprocess=True)
    assert counts == {
        "read": 10, "published": 3, "unreadable": 7, "duplicate": 0, "quarantined": 0, "unchanged": 0
    }  # fmt: skip
    found = fates(tmp_path / "data", "chosen")
    vanished = {path for path, row in found.items() if row["reason"] == "vanished"}
    assert vanished == {
        "bay-post/gone.txt", "bay-post/gone.jsonl#2", "bay-post/gone.jsonl#3", "bay-post/cut.jsonl#2",
        "bay-post/cut.jsonl#3", "bay-post/turned.jsonl#2", "bay-post/turned.jsonl#3",
    }  # fmt: skip
    assert {row["outlet"] for row in found.values()} == {"bay-post"}
    assert "something else" in published(tmp_path / "data")["bay-post/changed.txt"]["text"]


def test_a_file_that_breaks_before_a_wanted_line_costs_that_line(landing, tmp_path):
    path = landing / "bay-post" / "a.jsonl.gz"
    path.write_bytes(gzip.compress(lines("one")) + gzip.compress(lines("two"))[:-30])
    run_over(landing, ["bay-post/a.jsonl.gz#1", "bay-post/a.jsonl.gz#2", "bay-post/a.jsonl.gz#3"])
    reasons = {path: row["reason"] for path, row in fates(tmp_path / "data", "chosen").items()}
    assert reasons == {
        "bay-post/a.jsonl.gz#1": None,
        "bay-post/a.jsonl.gz#2": "bad_compression",
        "bay-post/a.jsonl.gz#3": "vanished",
    }


def test_nothing_wanted_is_a_run_over_nothing(landing, tmp_path):
    (landing / "bay-post" / "one.txt").write_text(text("one"))
    run(landing)
    before = snapshot(tmp_path / "data" / "corpus")
    assert run_over(landing, [])["read"] == 0
    assert snapshot(tmp_path / "data" / "corpus") == before


def test_outlets_and_dates_of_the_selection_leave_no_named_record_out(landing):
    (landing / "bay-post" / "one.txt").write_text(text("one"))
    assert run_over(landing, ["bay-post/one.txt"], outlets=("other",), to_date=DAY.replace(year=1999))["read"] == 1


def test_records_go_to_the_batch_whose_slice_holds_them():
    def part(path, first, records):
        return Slice(path=path, size=1, records=records, first_line=first)

    batches = [
        Batch(number=3, slices=(part("a.jsonl", 2, 4), part("b.txt", 0, 1))),
        Batch(number=7, slices=(part("c.jsonl", 1, 5),)),
        Batch(number=9, slices=(part("c.jsonl", 6, 5), part("d.jsonl", 1, 1))),
    ]
    names = ["a.jsonl#1", "a.jsonl#2", "a.jsonl#99", "b.txt", "c.jsonl#5", "c.jsonl#6", "c.jsonl#1000", "d.jsonl#1"]
    with sorted_out(Wanted(raw_path=name) for name in (*reversed(names), *names)) as sought:
        assert len(sought) == len(names)
        assert list(sought.files()) == ["a.jsonl", "b.txt", "c.jsonl", "d.jsonl"]
        found = [(number, record.raw_path) for number, record in assigned(batches, sought.records())]
    assert found == list(zip([3, 3, 3, 3, 7, 9, 9, 9], names, strict=True))
    assert all(before[0] <= after[0] for before, after in pairwise(found))


def test_names_are_sorted_in_memory_that_does_not_grow_with_them():
    def peak(count: int) -> int:
        tracemalloc.start()
        with sorted_out(Wanted(raw_path=f"a.jsonl#{number}") for number in range(count, 0, -1)) as sought:
            lines = (place_of(record.raw_path)[1] for record in sought.records())
            assert all(line == number for number, line in enumerate(lines, 1))
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used

    assert peak(20_000) < 2 * peak(1_000) + 100_000
