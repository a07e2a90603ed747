import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from newsmill.dedup.decide import deduplicate
from newsmill.publish.reconcile import dry_report
from newsmill.publish.report import (
    MAX_LINES,
    BooksError,
    OutletBooks,
    Report,
    check_books,
    make_report,
    table,
)
from newsmill.publish.runs import in_order, latest, number_of
from tests.newsmill.dedup.factory import DAY, Mill, article, settled

EMPTY = OutletBooks(
    outlet="verity",
    read=0,
    published=0,
    duplicate=0,
    quarantined=0,
    unreadable=0,
    unchanged=0,
    words=0,
    text_chars=0,
    removed_chars=0,
    partitions=(),
)


@pytest.fixture
def mill(tmp_path: Path) -> Mill:
    return Mill(tmp_path)


MIXED = [
    article("a", "Five words are in here."),
    article("b", "Five words are in here.", outlet="express"),
    article("c", outlet="tass", failed=["title"]),
    settled("s"),
    settled("t", outlet=None),
    settled("k", "unchanged", "known_record", outlet="tass"),
]


def test_a_report_counts_each_outlets_fates_words_and_partitions(mill: Mill) -> None:
    report = mill.run(MIXED)
    assert report.books == (
        replace(EMPTY, outlet="express", read=1, duplicate=1),
        replace(EMPTY, outlet="tass", read=2, quarantined=1, unchanged=1),
        replace(
            EMPTY,
            read=2,
            published=1,
            unreadable=1,
            words=5,
            text_chars=23,
            removed_chars=7,
            partitions=("2023-09-13|verity",),
        ),
        replace(EMPTY, outlet=None, read=1, unreadable=1),
    )
    assert report.totals == {"published": 1, "duplicate": 1, "quarantined": 1, "unreadable": 2, "unchanged": 1}
    assert report.read == 6


def test_a_report_comes_back_from_the_ledger(mill: Mill) -> None:
    assert latest(mill.data) is None
    report = mill.run(MIXED)
    assert latest(mill.data) == report


def test_the_last_report_is_of_the_last_day_and_there_of_the_run_that_ended_last(mill: Mill) -> None:
    mill.run([article("a")], run_id="z", day=date(2024, 1, 5))
    mill.run([article("b")], run_id="a", day=date(2024, 1, 5))
    mill.run([article("c")], run_id="m", day=date(2024, 1, 4))
    paths = {entry.path.split("/")[-1][0]: entry.path for entry in mill.data.files("ledger/runs")}
    os.utime(mill.root / paths["a"], (1_000, 1_000))  # as in a copy: times of files tell nothing
    os.utime(mill.root / paths["z"], (2_000, 2_000))
    found = latest(mill.data)
    assert found is not None
    assert found.run_id == "a"
    assert in_order(mill.data) == [paths["z"], paths["a"], paths["m"]]


def test_a_run_that_is_written_twice_keeps_its_place_in_the_order(mill: Mill) -> None:
    for run_id in ("b", "a"):
        mill.run([article(run_id)], run_id=run_id)
    first, second = in_order(mill.data)
    assert (number_of(mill.data, first), number_of(mill.data, second), number_of(mill.data, "new")) == (1, 2, 3)


def test_a_run_over_nothing_has_a_report_too(mill: Mill) -> None:
    report = mill.run([])
    assert (report.read, report.partitions) == (0, ())
    assert latest(mill.data) == report
    assert table(report).splitlines()[-1] == "no partition written"


def test_the_partition_that_a_row_left_is_reported(mill: Mill) -> None:
    mill.run([article("a")])
    report = mill.run([article("a", "Anew.", outlet="express")], run_id="run-2")
    assert report.partitions == ("2023-09-13|express", "2023-09-13|verity")


def test_a_dry_run_reports_what_it_would_do_and_writes_nothing_outside_staging(mill: Mill) -> None:
    staging = mill.stage(MIXED)
    deduplicate(staging, mill.index)
    report = dry_report(staging, staging.run())
    assert [path for path in mill.files() if not path.startswith("staging/")] == []
    assert report == mill.run(MIXED)


@pytest.mark.parametrize("read", [5, 7])
def test_records_without_a_fate_or_fates_without_a_record_are_found(mill: Mill, read: int) -> None:
    staging = mill.stage(MIXED)
    deduplicate(staging, mill.index)
    report = make_report(staging, staging.run(), [])
    check_books(6, report)
    with pytest.raises(BooksError, match=rf"{read} raw records were read, 6 were decided.*1 published \+ 1 duplicate"):
        check_books(read, report)


def test_a_fate_that_is_none_of_the_five_is_found() -> None:
    report = Report(run_id="r", books=(replace(EMPTY, read=2, published=1),))
    with pytest.raises(BooksError, match="= 1"):
        check_books(2, report)


def test_the_table_is_aligned_and_ends_with_totals_and_partitions(mill: Mill) -> None:
    lines = table(mill.run(MIXED)).splitlines()
    assert lines[0].split() == [
        "outlet",
        "read",
        "published",
        "duplicate",
        "quarantined",
        "unreadable",
        "unchanged",
        "words",
        "partitions",
    ]
    assert [line.split()[0] for line in lines[2:6]] == ["express", "tass", "verity", "(none)"]
    assert lines[7].split() == ["total", "6", "1", "1", "1", "2", "1", "5", "1"]
    assert len({len(line) for line in lines[:8]}) == 1
    assert lines[9:] == ["partitions written: 1", "  2023-09-13|verity"]


@pytest.mark.parametrize(("count", "more"), [(MAX_LINES, False), (MAX_LINES + 2, True)])
def test_a_long_table_names_the_first_and_counts_the_rest(count: int, more: bool) -> None:
    books = tuple(
        replace(EMPTY, outlet=f"o{number:03}", read=1, published=1, partitions=(f"2023-09-13|o{number:03}",))
        for number in range(count)
    )
    text = table(Report(run_id="r", books=books))
    assert ("… and 2 more outlets" in text) == more
    assert ("  … and 2 more\n" in f"{text}\n") == more
    assert text.splitlines()[-1].strip() == ("… and 2 more" if more else f"2023-09-13|o{count - 1:03}")
    assert f"partitions written: {count}" in text


def test_a_name_from_outside_cannot_speak_to_the_terminal() -> None:
    books = (replace(EMPTY, outlet="\x1b[2J\n" + "x" * 300, read=1, quarantined=1),)
    text = table(Report(run_id="r", books=books))
    assert "\x1b" not in text
    assert len(text.splitlines()) == 7
    assert max(map(len, text.splitlines())) < 150


def test_the_day_of_the_run_is_its_place_in_the_ledger(mill: Mill) -> None:
    mill.run([article("a")])
    [entry] = mill.data.files("ledger/runs")
    assert entry.path.startswith(f"ledger/runs/run_date={DAY}/run-1")
