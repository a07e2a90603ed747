"""The plan: which files count, how they are packed, and that packing changes nothing."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator

import pytest

from newsmill.model import Batch, RawRecord, Reason, Slice
from newsmill.read.plan import NAMES_KEPT, BatchSize, Ignored, join_batches, plan_batches, slices_of
from newsmill.read.records import read_slice
from newsmill.storage import Store

LINES = "".join(f'{{"text": "line {number}"}}\n' for number in range(12))


def plan(landing, records: int = 1000, size: int = 1 << 30) -> list[Batch]:
    return list(plan_batches(landing.store, batch_records=records, batch_bytes=size))


def test_a_landing_zone_that_is_not_there_has_no_batch(tmp_path):
    assert list(plan_batches(Store(str(tmp_path / "nowhere")), batch_records=1, batch_bytes=1)) == []


def test_an_empty_landing_zone_has_no_batch(landing):
    assert plan(landing) == []


def test_files_come_sorted_and_batches_are_numbered_from_1(landing):
    for path in ("b/2.txt", "a.txt", "b/1.md", "B/3.html"):
        landing.put(path, "x")
    batches = plan(landing, records=3)
    assert [batch.number for batch in batches] == [1, 2]
    assert [part.path for batch in batches for part in batch.slices] == ["B/3.html", "a.txt", "b/1.md", "b/2.txt"]


def test_what_is_no_raw_record_is_left_out_and_told(landing):
    kept = ["a.HTML", "a.htm", "a.txt", "a.md", "a.markdown", "a.jsonl", "a.jsonl.gz", "a.jsonl.zst"]
    ignored = ["a.pdf", "a.json", "a.csv.gz", "README", "lost.txt.meta.yaml", "a.txt.meta.yml", "a.jsonl.meta.yaml"]
    silent = [".hidden.txt", ".git/a.txt", "a.txt.meta.yaml", "o/b.html", "o/b.html-2.html", "o/b.html.meta.yaml"]
    for path in (*kept, *ignored, *silent):
        landing.put(path, '{"text": "x"}')
    told = Ignored()
    batches = list(plan_batches(landing.store, batch_records=99, batch_bytes=9999, ignored=told))
    paths = {part.path for batch in batches for part in batch.slices}
    assert paths == {*kept, "o/b.html", "o/b.html-2.html"}
    assert sorted(told.names) == sorted(ignored)
    assert told.count == len(ignored)


def test_names_of_ignored_files_are_kept_up_to_a_number():
    told = Ignored()
    for number in range(NAMES_KEPT + 5):
        told.add(str(number))
    assert (told.count, len(told.names)) == (NAMES_KEPT + 5, NAMES_KEPT)


@pytest.mark.parametrize(("records", "expected"), [(1, [1] * 5), (2, [2, 2, 1]), (5, [5]), (6, [5])])
def test_a_batch_holds_no_more_records_than_said(landing, records, expected):
    for number in range(5):
        landing.put(f"{number}.txt", "xxx")
    assert [batch.records for batch in plan(landing, records=records)] == expected


@pytest.mark.parametrize(("size", "expected"), [(1, [1] * 5), (3, [1] * 5), (5, [1] * 5), (6, [2, 2, 1]), (15, [5])])
def test_a_batch_holds_no_more_bytes_than_said_but_one_record_at_least(landing, size, expected):
    for number in range(5):
        landing.put(f"{number}.txt", "xxx")
    assert [batch.records for batch in plan(landing, size=size)] == expected


def test_a_file_of_lines_is_split_over_batches_and_shares_them(landing):
    landing.put("a.txt", "x")
    landing.put("b.jsonl", LINES)
    landing.put("c.txt", "x")
    slices = [[(part.path, part.first_line, part.records) for part in batch.slices] for batch in plan(landing, 5)]
    assert slices == [
        [("a.txt", 0, 1), ("b.jsonl", 1, 4)],
        [("b.jsonl", 5, 5)],
        [("b.jsonl", 10, 3), ("c.txt", 0, 1)],
    ]


@pytest.mark.parametrize(("records", "size"), [(1, 1 << 30), (5, 1 << 30), (1000, 1), (1000, 40)])
def test_batches_change_nothing_about_the_records(landing, records, size):
    landing.put("a.txt", "x")
    landing.put("b.jsonl", LINES + "\n\n not json \n" + LINES)
    landing.put("c.jsonl.gz", gzip.compress(LINES.encode()))
    landing.put("d.jsonl.gz", gzip.compress(LINES.encode())[:-5])
    landing.put("e.html", b"")
    whole = landing.read()
    assert len(whole) == 1 + 25 + 12 + 13 + 1
    assert landing.read(batch_records=records, batch_bytes=size) == whole


@pytest.mark.parametrize(
    ("most", "expected"), [(1, [26]), (2, [13, 13]), (3, [8, 9, 9]), (25, [1] * 24 + [2]), (26, [1] * 26)]
)
def test_batches_are_joined_with_their_neighbours(landing, most, expected):
    landing.put("a.txt", "x")
    landing.put("b.jsonl", "\n" + LINES.replace("\n", "\n\n"))
    landing.put("c.jsonl", LINES)
    landing.put("d.txt", "x")
    joined = join_batches(plan(landing, records=1), most)
    assert [batch.records for batch in joined] == expected
    assert [batch.number for batch in joined] == list(range(1, len(expected) + 1))
    found = [
        result
        for batch in joined
        for part in batch.slices
        for result in read_slice(landing.store, part, max_record_bytes=999)
    ]
    assert found == landing.read()


def test_joined_parts_of_a_file_are_one_slice(landing):
    landing.put("b.jsonl", LINES)
    assert join_batches(plan(landing, records=1), 1) == plan(landing)


def test_no_batches_are_joined_to_none():
    assert join_batches([], 5) == []


def test_one_file_is_planned_whatever_its_name_ends_in(landing):
    landing.put("o/a.dump", LINES)
    landing.put("o/b.dump", "Words.")
    assert slices_of(landing.store, "o/a.dump", len(LINES)) == [
        Slice(path="o/a.dump", size=len(LINES), records=12, first_line=1)
    ]
    assert slices_of(landing.store, "o/b.dump", 6) == [Slice(path="o/b.dump", size=6)]


UNUSUAL = ["a b.txt", "ä 新.txt", "a\nb.txt", "a#1.txt", "a=b.txt", "~a.txt", "a*[?].txt", "a\\b.txt", "a%20b.txt",
           "c:d.txt", "-a.txt", "a::b.txt"]  # fmt: skip


@pytest.mark.parametrize("name", UNUSUAL)
def test_an_unusual_name_is_a_name(landing, name):
    assert landing.record(f"o{name}/{name}", "One.").raw_path == f"o{name}/{name}"
    (landing.root / f"o{name}" / name).unlink()
    assert landing.record(f"{name}.jsonl", '{"text": "x"}').raw_path == f"{name}.jsonl#1"


def test_a_name_that_is_not_utf8_is_told_and_not_lost(landing):
    name = os.fsdecode(b"caf\xe9.jsonl")
    (landing.root / name).write_text(LINES)
    landing.put("d.txt", "One.")
    found, kept = landing.read()
    assert (found.raw_path, found.reason) == ("caf\\udce9.jsonl", Reason.NOT_READABLE)
    assert "not UTF-8; rename it" in found.detail
    assert kept.content == "One."
    found.raw_path.encode()


def test_a_link_out_of_the_landing_zone_is_left_out_and_one_within_is_read(landing, tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "s.txt").write_text("secret")
    landing.put("o/a.txt", "One.")
    (landing.root / "out.txt").symlink_to(tmp_path / "secret.txt")
    (landing.root / "outer").symlink_to(tmp_path / "secrets")
    (landing.root / "within.txt").symlink_to(landing.root / "o/a.txt")
    assert [(found.raw_path, found.content) for found in landing.read()] == [
        ("o/a.txt", "One."),
        ("within.txt", "One."),
    ]


def test_a_damaged_file_does_not_stop_the_plan(landing):
    landing.put("a.jsonl.gz", b"\x1f\x8b\x08\x00 damaged")
    landing.put("b.jsonl.zst", b"\x28\xb5\x2f\xfd damaged")
    landing.put("c.txt", "One.")
    assert [part for batch in plan(landing) for part in batch.slices] == [
        Slice(path="a.jsonl.gz", size=0, records=1, first_line=1),
        Slice(path="b.jsonl.zst", size=0, records=1, first_line=1),
        Slice(path="c.txt", size=4),
    ]


def test_bad_first_lines_do_not_hide_the_good_ones(landing):
    bad = ["not json", "{", "\x00\x01\x02" * 30_000]
    landing.put("a.jsonl", "\n".join([*bad, '{"text": "good"}']))
    assert [isinstance(found, RawRecord) for found in landing.read()] == [False, False, False, True]


def test_an_object_store_is_read_like_a_disk(landing):
    store = Store("memory://landing-of-test-plan")
    store.write("o/a.jsonl.gz", gzip.compress(LINES.encode()))
    store.write("o/b.txt", b"One.")
    landing.store = store
    try:
        assert [found.raw_path for found in landing.read(batch_records=6)][-2:] == ["o/a.jsonl.gz#12", "o/b.txt"]
    finally:
        store.remove("")


@pytest.mark.parametrize(
    ("files", "size", "expected"),
    [
        (7, BatchSize(3, 1 << 30), [3, 3, 1]),  # too small to be put together from parts
        (850, BatchSize(400, 1 << 30), [200, 200, 200, 250]),  # nine parts in four batches, not in three of 400
        (850, BatchSize(200, 1 << 30), [100, 100, 100, 100, 100, 100, 100, 150]),  # two rounds of four, not five
        (150, BatchSize(20_000, 1 << 30), [150]),  # a part holds 1,250
        (3000, BatchSize(20_000, 1 << 30), [1250, 1250, 500]),
        (3000, BatchSize(20_000, 16 << 20), [3000]),
        (0, BatchSize(20_000, 1 << 30), []),
    ],
)
def test_batches_are_put_together_from_parts_so_that_small_runs_have_several(landing, files, size, expected):
    def plan_of(records: int, most: int) -> Iterator[Batch]:
        slices = [Slice(path=f"{number:05d}.txt", size=10) for number in range(files)]
        each = min(records, most // 10)
        for number, start in enumerate(range(0, files, each), 1):
            yield Batch(number=number, slices=tuple(slices[start : start + each]))

    batches = size.batches(plan_of, 100)
    assert [batch.records for batch in batches] == expected
    assert [batch.number for batch in batches] == list(range(1, len(expected) + 1))
    assert all(batch.records <= size.records for batch in batches)
    assert len(size.batches(plan_of, 2)) <= 2
