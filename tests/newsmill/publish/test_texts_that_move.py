"""Texts that change their article, and rows that leave the corpus: what readers see, and what a kill leaves."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from newsmill.dedup.decide import deduplicate
from newsmill.publish import partitions as partitions_module
from newsmill.publish.files import read_partition
from newsmill.publish.partitions import groups
from newsmill.publish.reconcile import reconcile
from newsmill.publish.report import BooksError
from newsmill.staging import Staging
from tests.newsmill.dedup.factory import Mill, article
from tests.newsmill.publish.killing import Killed, killed_at_partition

LATER = date(2024, 1, 3)

FIRST = [
    article("x", "A.", outlet="express"),
    article("y", "B.", outlet="tass"),
    article("z", "C."),
    article("v", "V. Slogan.", outlet="dpa"),
    article("w", "W."),
]
STALE = {name: FIRST[3][name] for name in ("raw_path", "raw_sha256", "fingerprint", "outlet")}
SECOND = [
    article("x", "B.", outlet="express"),  # a circle of two partitions
    article("y", "A.", outlet="tass"),
    article("z", "New."),
    article("n", "C.", outlet="afp"),  # takes what z had, which stays where it is
    article("v", "W.", **STALE),  # leaves
    article("m", "V. Slogan.", outlet="bbc"),  # takes what v had
]
EXPECTED = {"x": "B.", "y": "A.", "z": "New.", "n": "C.", "w": "W.", "m": "V. Slogan."}


def second(mill: Mill) -> Staging:
    """A run that reprocesses, in which texts move, decided on top of another one."""
    mill.run(FIRST)
    staging = mill.stage(SECOND, run_id="run-2", day=LATER)
    deduplicate(staging, mill.index, reprocess=True)
    return staging


def texts(mill: Mill) -> dict[str, str]:
    return {row["source_id"]: row["text"] for row in mill.corpus()}


def assert_once(mill: Mill) -> None:
    """What a reader of the corpus may rely on at any moment."""
    rows = mill.corpus()
    for name in ("content_hash", "article_id"):
        assert len({row[name] for row in rows}) == len(rows), name


def watching(monkeypatch: pytest.MonkeyPatch, see: Callable[[], None]) -> None:
    real = partitions_module.write_partition

    def watched(*arguments: Any) -> bool:
        changed = real(*arguments)
        see()
        return changed

    monkeypatch.setattr(partitions_module, "write_partition", watched)


def test_partitions_between_which_a_text_moves_are_in_one_group(tmp_path: Path) -> None:
    found = groups(second(Mill(tmp_path)), 10)
    assert sorted(found) == [
        ["2023-09-13|afp", "2023-09-13|verity"],
        ["2023-09-13|bbc", "2023-09-13|dpa"],
        ["2023-09-13|express", "2023-09-13|tass"],
    ]


@pytest.mark.parametrize("count", [1, 2, 10])
def test_a_reader_never_sees_a_text_or_an_article_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    mill = Mill(tmp_path)
    staging = second(mill)
    watching(monkeypatch, lambda: assert_once(mill))
    mill.publish(staging, count)
    mill.end(staging, len(SECOND))
    assert texts(mill) == EXPECTED


def test_texts_that_change_hands_within_one_partition_do_so_in_one_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mill = Mill(tmp_path)
    mill.run([article("a", "A."), article("b", "B.")])
    seen: list[dict[str, str]] = []
    watching(monkeypatch, lambda: seen.append(texts(mill)))
    mill.run([article("a", "B."), article("b", "A.")], run_id="run-2")
    assert seen == [{"a": "B.", "b": "A."}]


def test_every_row_that_went_is_in_the_ledger_with_the_text_that_stands_for_it(tmp_path: Path) -> None:
    mill = Mill(tmp_path)
    staging = second(mill)
    mill.publish(staging)
    report = mill.end(staging, len(SECOND))
    hashes = {row["text"]: row["content_hash"] for row in [*FIRST, *SECOND]}
    went = {(row["source_id"], row["text"], row["replaced_by"]) for row in mill.ledger("revisions")}
    assert went == {
        ("x", "A.", hashes["B."]),
        ("y", "B.", hashes["A."]),
        ("z", "C.", hashes["New."]),
        ("v", "V. Slogan.", hashes["W."]),
    }
    assert "2023-09-13|dpa" in report.partitions
    assert read_partition(mill.data, "2023-09-13|dpa").rows.num_rows == 0


def test_a_dry_report_names_the_partition_that_a_row_leaves(tmp_path: Path) -> None:
    from newsmill.publish.reconcile import dry_report

    staging = second(Mill(tmp_path))
    assert "2023-09-13|dpa" in dry_report(staging, staging.run()).partitions


def test_a_row_that_did_not_leave_fails_the_run(tmp_path: Path) -> None:
    mill = Mill(tmp_path)
    mill.run(FIRST)
    path = mill.root / "corpus/date=2023-09-13/outlet=dpa/articles.parquet"
    content = path.read_bytes()
    rows = SECOND[:-1]
    staging = mill.stage(rows, run_id="run-2", day=LATER)
    deduplicate(staging, mill.index, reprocess=True)
    mill.publish(staging)
    path.write_bytes(content)
    with pytest.raises(BooksError, match=r"has left 2023-09-13\|dpa, and still lies in it"):
        reconcile(staging, mill.data, mill.index, staging.run(), len(rows))


def test_publishing_again_what_is_published_writes_nothing(tmp_path: Path) -> None:
    mill = Mill(tmp_path)
    staging = second(mill)
    mill.publish(staging, 1)
    before = mill.files("corpus")
    mill.publish(staging, 1)
    assert mill.files("corpus") == before


@pytest.mark.parametrize("after", [True, False])
@pytest.mark.parametrize("step", range(9))
def test_publishing_that_is_killed_at_any_partition_and_repeated_ends_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int, after: bool
) -> None:
    expected = Mill(tmp_path / "expected")
    staging = second(expected)
    expected.publish(staging, 1)
    expected.end(staging, len(SECOND))

    mill = Mill(tmp_path / "killed")
    staging = second(mill)
    with killed_at_partition(step, after=after):
        mill.publish(staging, 1)
    assert_once(mill)
    watching(monkeypatch, lambda: assert_once(mill))
    mill.publish(staging, 1)
    mill.end(staging, len(SECOND))
    for part in ("corpus", "ledger/fates", "ledger/revisions", "ledger/duplicates"):
        assert mill.bytes_of(part) == expected.bytes_of(part)
    ids = [row["article_id"] for row in SECOND]
    assert mill.index.articles(ids) == expected.index.articles(ids)


@pytest.mark.parametrize("after", [True, False])
def test_a_commit_that_is_repeated_leaves_the_index_as_the_corpus(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    mill = Mill(tmp_path)
    staging = second(mill)
    mill.publish(staging)
    real = mill.index.commit

    def deadly(*arguments: Any) -> None:
        if after:
            real(*arguments)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(mill.index, "commit", deadly)
        with pytest.raises(Killed):
            mill.end(staging, len(SECOND))
    mill.publish(staging)
    mill.end(staging, len(SECOND))
    check_index(mill)


def test_a_run_lost_after_publishing_and_run_anew_gives_the_same_corpus(tmp_path: Path) -> None:
    expected = Mill(tmp_path / "expected")
    staging = second(expected)
    expected.publish(staging)
    expected.end(staging, len(SECOND))
    mill = Mill(tmp_path / "lost")
    staging = second(mill)
    mill.publish(staging)
    mill.data.remove(staging.root)
    mill.run(SECOND, run_id="run-2", day=LATER, reprocess=True)
    assert mill.bytes_of("corpus") == expected.bytes_of("corpus")
    check_index(mill)


def check_index(mill: Mill) -> None:
    """The index knows the corpus: every row of it, and no other text of these articles."""
    rows = mill.corpus()
    ids = {row["article_id"] for row in [*rows, *FIRST, *SECOND]}
    known = mill.index.articles(ids)
    assert {name: row.content_hash for name, row in known.items()} == {
        row["article_id"]: row["content_hash"] for row in rows
    }
    for row in rows:
        one = known[row["article_id"]]
        assert f"{one.date}|{one.outlet}" == row["key"]
        assert (one.raw_path, one.raw_sha256, one.revision) == (row["raw_path"], row["raw_sha256"], row["revision"])
