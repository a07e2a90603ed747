from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from newsmill.dedup.decide import deduplicate
from newsmill.publish import arrivals as arrivals_module
from newsmill.publish import partitions as partitions_module
from newsmill.publish.files import PublishError
from newsmill.publish.partitions import groups, publish_group
from newsmill.schema import CLEANED
from newsmill.staging import Staging, StagingError, write_rows
from tests.newsmill.dedup.factory import DAY, Mill, article, at
from tests.newsmill.publish.killing import killed_at_partition

LATER = date(2024, 1, 3)


@pytest.fixture
def mill(tmp_path: Path) -> Mill:
    return Mill(tmp_path)


def prepared(mill: Mill, rows: list[dict[str, Any]], **options: Any) -> Staging:
    staging = mill.stage(rows, **options)
    deduplicate(staging, mill.index, reprocess=options.get("reprocess", False))
    return staging


def spread_out(count: int) -> list[dict[str, Any]]:
    """Articles over several days and outlets, mixed in their batches."""
    return [
        article(f"n{number}", outlet=f"outlet-{number % 3}", published_at=at(1 + number % 4, number % 24))
        for number in range(count)
    ]


@pytest.mark.parametrize("count", [1, 2, 5, 12, 13])
def test_groups_hold_every_partition_once_and_evenly(mill: Mill, count: int) -> None:
    staging = prepared(mill, spread_out(48))
    found = groups(staging, count)
    keys = [key for group in found for key in group]
    assert sorted(keys) == sorted({f"2023-09-0{day}|outlet-{outlet}" for day in range(1, 5) for outlet in range(3)})
    assert len(keys) == len(set(keys))
    assert len(found) == min(count, 12)
    sizes = [len(group) for group in found]
    assert max(sizes) - min(sizes) <= 1


def test_the_heaviest_partition_does_not_drag_others_along(mill: Mill) -> None:
    rows = [article(f"a{number}") for number in range(6)]
    rows += [article(f"b{number}", outlet=f"o{number}") for number in range(6)]
    assert sorted(map(len, groups(prepared(mill, rows), 2))) == [1, 6]


def test_groups_do_not_depend_on_order_or_batches(mill: Mill) -> None:
    rows = spread_out(30)
    first = groups(prepared(mill, rows), 4)
    assert groups(prepared(mill, rows[::-1], run_id="other", batch_rows=7), 4) == first


def test_both_ends_of_a_move_are_in_one_group(mill: Mill) -> None:
    mill.run(spread_out(24))
    moved = [article("n0", "Moved.", outlet="outlet-9", published_at=at(9)), article("n1", "Stays.", outlet="outlet-1")]
    found = groups(prepared(mill, [*moved, article("new")], run_id="run-2"), 10)
    assert ["2023-09-01|outlet-0", "2023-09-09|outlet-9"] in found
    assert sorted(key for group in found for key in group) == [
        "2023-09-01|outlet-0",
        "2023-09-02|outlet-1",
        "2023-09-09|outlet-9",
        "2023-09-13|outlet-1",
        "2023-09-13|verity",
    ]


def test_nothing_to_publish_makes_no_group(mill: Mill) -> None:
    assert groups(prepared(mill, [article("a", failed=["x"])]), 4) == []


def test_an_article_goes_to_its_partition_with_all_its_fields(mill: Mill) -> None:
    row = article("a")
    mill.run([row, article("b", outlet="express", published_at=None)])
    corpus = mill.corpus()
    assert [found["key"] for found in corpus] == ["2023-09-13|verity", f"{DAY}|express"]
    assert {name: corpus[0][name] for name in corpus[0] if name != "key"} == {
        name: row[name] for name in corpus[0] if name != "key"
    }


def test_publishing_returns_the_keys_it_changed_and_after_an_interruption_all(mill: Mill) -> None:
    staging = prepared(mill, spread_out(6))
    keys = [key for group in groups(staging, 1) for key in group]
    assert publish_group(staging, mill.data, keys) == keys
    before = mill.files("corpus")
    assert publish_group(staging, mill.data, keys) == keys
    assert mill.files("corpus") == before


def test_reprocess_writes_only_what_comes_out_differently(mill: Mill) -> None:
    rows = spread_out(6)
    mill.run(rows)
    before = mill.files("corpus")
    changed = [*rows[:-1], {**rows[-1], "title": "A better title"}]
    staging = prepared(mill, changed, run_id="run-2", day=LATER, reprocess=True)
    assert mill.publish(staging) == ["2023-09-02|outlet-2"]
    after = mill.files("corpus")
    assert [path for path in after if after[path] != before[path]] == [
        "corpus/date=2023-09-02/outlet=outlet-2/articles.parquet"
    ]
    assert {row["ingested_on"] for row in mill.corpus()} == {DAY}


@pytest.mark.parametrize(("count", "batch_rows", "words"), [(1, 1, 10**9), (7, 4, 1), (3, 100, 15), (2, 5, 40)])
def test_batches_groups_rounds_and_order_do_not_change_a_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int, batch_rows: int, words: int
) -> None:
    rows = spread_out(40)
    expected = Mill(tmp_path / "expected")
    expected.run(rows)
    monkeypatch.setattr(arrivals_module, "WORDS_PER_ROUND", words)
    mill = Mill(tmp_path / "other")
    mill.run(rows[::-1], groups=count, batch_rows=batch_rows)
    assert mill.bytes_of("corpus") == expected.bytes_of("corpus")
    assert len(mill.corpus()) == 40
    assert not (mill.root / "staging").exists()


def test_rounds_are_cut_between_partitions_at_the_bound(mill: Mill, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [article(f"{o}{n}", f"four words are {o}{n}", outlet=o) for o in "abc" for n in "12"]
    staging = prepared(mill, texts)
    arrivals, _ = arrivals_module.find_work(staging, [f"2023-09-13|{outlet}" for outlet in "abc"])
    for bound, expected in ((8, [2, 2, 2]), (9, [4, 2]), (16, [4, 2]), (17, [6])):
        monkeypatch.setattr(arrivals_module, "WORDS_PER_ROUND", bound)
        assert [len(part) for part in arrivals_module._rounds(arrivals)] == expected


def test_a_revision_takes_the_place_of_its_row_and_the_old_row_is_kept(mill: Mill) -> None:
    mill.run([article("a"), article("b")])
    old = next(row for row in mill.corpus() if row["source_id"] == "a")
    mill.run([article("a", "Told anew.")], run_id="run-2", day=LATER)
    corpus = {row["source_id"]: row for row in mill.corpus()}
    assert (corpus["a"]["text"], corpus["a"]["revision"], corpus["a"]["ingested_on"]) == ("Told anew.", 2, DAY)
    assert corpus["b"]["revision"] == 1
    [kept] = mill.ledger("revisions")
    assert kept["replaced_by"] == corpus["a"]["content_hash"]
    assert kept["run_id"] == "run-2"
    assert f"{kept['date']}|{kept['outlet']}" == old.pop("key")
    assert {name: kept[name] for name in old} == old


def test_a_revision_that_moves_is_in_its_new_partition_alone(mill: Mill) -> None:
    mill.run([article("a"), article("b", outlet="express")])
    mill.run([article("a", "Told anew.", outlet="tass", published_at=at(20))], run_id="run-2", day=LATER)
    found = {(row["key"], row["source_id"], row["revision"], row["ingested_on"]) for row in mill.corpus()}
    assert found == {("2023-09-13|express", "b", 1, DAY), ("2023-09-20|tass", "a", 2, DAY)}
    left = pq.ParquetFile(mill.root / "corpus/date=2023-09-13/outlet=verity/articles.parquet")
    assert left.metadata.num_rows == 0  # a reader may have listed it
    assert [row["outlet"] for row in mill.ledger("revisions")] == ["verity"]
    assert mill.index.articles([article("a")["article_id"]])[article("a")["article_id"]].outlet == "tass"


def test_articles_that_change_places_are_both_there_once(mill: Mill) -> None:
    mill.run([article("a"), article("b", outlet="express")])
    rows = [article("a", "A, anew.", outlet="express"), article("b", "B, anew.")]
    mill.run(rows, run_id="run-2")
    found = {(row["key"], row["source_id"], row["text"]) for row in mill.corpus()}
    assert found == {("2023-09-13|express", "a", "A, anew."), ("2023-09-13|verity", "b", "B, anew.")}
    assert len(mill.ledger("revisions")) == 2


def moving(mill: Mill) -> Staging:
    """Three articles in the corpus; a run that moves one, revises one and adds one."""
    mill.run([article("a"), article("b"), article("c", outlet="express")])
    rows = [article("a", "Moved.", outlet="express"), article("b", "Revised."), article("n", outlet="tass")]
    return prepared(mill, rows, run_id="run-2", day=LATER)


def test_a_move_leaves_the_old_partition_before_it_enters_the_new(mill: Mill, monkeypatch: pytest.MonkeyPatch) -> None:
    staging = moving(mill)
    real = partitions_module.write_partition
    seen: list[list[str]] = []

    def watched(*arguments: Any) -> bool:
        changed = real(*arguments)
        seen.append(sorted(row["source_id"] for row in mill.corpus()))
        return changed

    monkeypatch.setattr(partitions_module, "write_partition", watched)
    mill.publish(staging, 1)
    assert seen == [["b", "c"], ["b", "c", "n"], ["b", "c", "n"], ["a", "b", "c", "n"]]


@pytest.mark.parametrize("after", [True, False])
@pytest.mark.parametrize("step", range(4))
def test_publishing_that_is_killed_at_a_partition_and_repeated_ends_the_same(
    tmp_path: Path, step: int, after: bool
) -> None:
    expected = Mill(tmp_path / "expected")
    staging = moving(expected)
    expected.publish(staging, 1)
    expected.end(staging, 3)

    mill = Mill(tmp_path / "killed")
    staging = moving(mill)
    with killed_at_partition(step, after=after):
        mill.publish(staging, 1)
    mill.publish(staging, 1)
    mill.end(staging, 3)
    for part in ("corpus", "ledger"):
        assert mill.bytes_of(part) == expected.bytes_of(part)
    assert len(mill.ledger("revisions")) == 2


def test_rows_that_a_lost_run_left_keep_their_first_day(mill: Mill) -> None:
    staging = prepared(mill, spread_out(6))
    mill.publish(staging)
    mill.data.remove(staging.root)
    before = mill.files("corpus")
    mill.run(spread_out(6), run_id="run-2", day=LATER)
    assert mill.files("corpus") == before
    assert mill.index.articles([article("n0")["article_id"]])[article("n0")["article_id"]].ingested_on == DAY


def test_an_outlet_that_is_no_slug_stops_publishing_before_a_path_is_made(mill: Mill) -> None:
    staging = prepared(mill, [article("a", outlet="../../x")])
    with pytest.raises(PublishError, match=r"\.\./\.\./x"):
        publish_group(staging, mill.data, ["2023-09-13|../../x"])
    assert not (mill.root / "corpus").exists()


def test_a_batch_that_lost_its_record_is_named(mill: Mill) -> None:
    staging = prepared(mill, [article("a")])
    write_rows(mill.data, staging.batch_path("cleaned", 1), CLEANED, [])
    with pytest.raises(StagingError, match="batch 1 has no cleaned record"):
        publish_group(staging, mill.data, ["2023-09-13|verity"])


def test_publishing_without_decisions_says_which_task_to_clear(mill: Mill) -> None:
    staging = mill.stage([article("a")])
    with pytest.raises(StagingError, match="clear the task deduplicate"):
        groups(staging, 2)
