from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pytest

from newsmill.dedup.decide import deduplicate
from newsmill.model import Fate
from newsmill.publish import reconcile as reconcile_module
from newsmill.publish.partitions import groups, publish_group
from newsmill.publish.reconcile import reconcile
from newsmill.publish.report import BooksError
from newsmill.schema import CORPUS
from newsmill.staging import Staging
from tests.newsmill.dedup.factory import DAY, Mill, article, at, settled
from tests.newsmill.publish.killing import Killed

LATER = date(2024, 1, 3)

FIRST = [
    article("a", fetched_at=at(14)),
    article("b", outlet="express"),
    article("c", outlet="tass", published_at=None),
    article("d", "The story of a. It has words.", outlet="tass"),
    article("e", failed=["title"]),
    settled("s"),
]
SECOND = [
    settled("k", "unchanged", "known_record"),
    article("a", "A, told anew.", fetched_at=at(15), outlet="express", published_at=at(12)),
    article("b", "B, told anew.", outlet="express"),
    article("f", outlet="tass"),
]


@pytest.fixture
def mill(tmp_path: Path) -> Mill:
    return Mill(tmp_path)


def second_run(mill: Mill) -> Staging:
    """A run that moves, revises and adds, decided and published on top of another one."""
    mill.run(FIRST)
    staging = mill.stage(SECOND, run_id="run-2", day=LATER)
    deduplicate(staging, mill.index)
    mill.publish(staging)
    return staging


def index_rows(mill: Mill) -> dict[str, Any]:
    """What the index says of everything that the tests use."""
    ids = [row["article_id"] for row in [*FIRST, *SECOND] if row["article_id"]]
    return mill.index.articles(ids) | mill.index.known([row["record_key"] for row in [*FIRST, *SECOND]])


def test_the_corpus_reads_as_the_contract_says(mill: Mill) -> None:
    mill.run([*FIRST, article("odd", url=None, title=None, language=None, sources=[], authors=[])])
    frame = pd.read_parquet(mill.root / "corpus")
    assert list(frame.columns) == [*CORPUS.names, "date", "outlet"]
    assert len(frame) == 4
    assert set(frame["outlet"].astype(str)) == {"verity", "express", "tass"}
    assert set(frame["date"].astype(str)) == {"2023-09-13", str(DAY)}
    assert str(frame["published_at"].dtype) == "datetime64[us, UTC]"
    assert frame["published_at"].isna().sum() == 1
    assert frame["word_count"].dtype == "int32"
    assert frame["revision"].dtype == "int16"
    assert frame["ingested_on"].iloc[0] == DAY
    assert not (frame.select_dtypes("str") == "").any().any()
    found = ds.dataset(mill.root / "corpus", partitioning="hive").schema
    assert pa.schema([found.field(name) for name in CORPUS.names]) == CORPUS


def test_the_index_knows_what_was_published_and_every_record_that_was_dealt_with(mill: Mill) -> None:
    mill.run([*FIRST, settled("gone", "unreadable", "vanished", fingerprint=None)])
    found = index_rows(mill)
    for row in FIRST[:3]:
        known = found[row["article_id"]]
        names = ("content_hash", "source_id", "outlet", "date", "published_at", "fetched_at", "revision", "ingested_on")
        assert {name: getattr(known, name) for name in names} == {name: row[name] for name in names}
    assert FIRST[4]["article_id"] not in found
    known_fates = {row["source_id"]: found[row["record_key"]].fate for row in FIRST[:5]}
    assert known_fates == {
        "a": Fate.PUBLISHED,
        "b": Fate.PUBLISHED,
        "c": Fate.PUBLISHED,
        "d": Fate.DUPLICATE,
        "e": Fate.QUARANTINED,
    }
    assert found[FIRST[5]["record_key"]].fingerprint == FIRST[5]["fingerprint"]
    assert mill.index.known([settled("gone")["record_key"]]) == {}


@pytest.mark.parametrize(("reason", "is_remembered"), [("too_large", False), ("too_deep", True)])
def test_a_record_beyond_a_limit_that_is_a_setting_is_not_remembered(
    mill: Mill, reason: str, is_remembered: bool
) -> None:
    row = settled("big", "unreadable", reason)
    mill.run([row, article("a")])
    assert bool(mill.index.known([row["record_key"]])) == is_remembered


def test_a_second_run_over_known_records_changes_no_file_but_adds_its_own_to_the_ledger(mill: Mill) -> None:
    mill.run(FIRST)
    before = mill.files()
    known = [settled(row["source_id"], "unchanged", "known_record", record_key=row["record_key"]) for row in FIRST]
    report = mill.run(known, run_id="run-2", day=LATER)
    after = mill.files()
    assert {path: after[path] for path in before} == before
    new = sorted(path.rpartition("/run_date")[0] for path in after if path not in before)
    assert new == ["ledger/fates", "ledger/runs"]
    assert report.totals == {"published": 0, "duplicate": 0, "quarantined": 0, "unreadable": 0, "unchanged": 6}
    assert index_rows(mill)[FIRST[0]["record_key"]].fate is Fate.PUBLISHED


def test_a_known_text_at_a_new_place_is_unchanged_and_known_from_then_on(mill: Mill) -> None:
    mill.run(FIRST)
    before = mill.files("corpus")
    copy = article("a", raw_path="verity/copy.html")
    report = mill.run([copy], run_id="run-2")
    assert report.totals["unchanged"] == 1
    assert mill.files("corpus") == before
    assert mill.index.known([copy["record_key"]])[copy["record_key"]].fate is Fate.UNCHANGED


def test_a_late_older_fetch_does_not_replace_a_newer_one_and_a_newer_one_does(mill: Mill) -> None:
    mill.run([article("a", "Second.", fetched_at=at(15))])
    mill.run([article("a", "First.", fetched_at=at(14), raw_path="verity/late.html")], run_id="run-2")
    assert [(row["text"], row["revision"]) for row in mill.corpus()] == [("Second.", 1)]
    assert mill.ledger("duplicates")[0]["reason"] == "superseded"
    mill.run([article("a", "Third.", fetched_at=at(16))], run_id="run-3")
    assert [(row["text"], row["revision"]) for row in mill.corpus()] == [("Third.", 2)]


def test_index_and_corpus_agree_after_revisions_and_moves(mill: Mill) -> None:
    mill.end(second_run(mill), len(SECOND))
    for row in mill.corpus():
        known = mill.index.articles([row["article_id"]])[row["article_id"]]
        assert f"{known.date}|{known.outlet}" == row["key"]
        for name in ("content_hash", "source_id", "published_at", "fetched_at", "revision", "ingested_on"):
            assert getattr(known, name) == row[name]


@pytest.mark.parametrize("read", [len(SECOND) - 1, len(SECOND) + 1])
def test_books_that_do_not_balance_leave_ledger_and_index_as_they_are(mill: Mill, read: int) -> None:
    staging = second_run(mill)
    before = {path: content for path, content in mill.files().items() if not path.startswith(("staging", "corpus"))}
    with pytest.raises(BooksError, match=f"{read} raw records were read"):
        reconcile(staging, mill.data, mill.index, staging.run(), read)
    after = {path: content for path, content in mill.files().items() if not path.startswith(("staging", "corpus"))}
    assert after == before
    mill.end(staging, len(SECOND))


def test_an_article_that_did_not_reach_the_corpus_fails_the_run(mill: Mill) -> None:
    staging = mill.stage(FIRST)
    deduplicate(staging, mill.index)
    [*most, last] = [key for group in groups(staging, 1) for key in group]
    publish_group(staging, mill.data, most)
    with pytest.raises(BooksError, match=rf"should be published in {last.replace('|', '.')}"):
        reconcile(staging, mill.data, mill.index, staging.run(), len(FIRST))
    assert not (mill.root / "ledger").exists()
    publish_group(staging, mill.data, [last])
    mill.end(staging, len(FIRST))


def test_an_article_that_did_not_leave_its_old_partition_fails_the_run(mill: Mill) -> None:
    mill.run(FIRST)
    old = mill.root / "corpus/date=2023-09-13/outlet=verity/articles.parquet"
    content = old.read_bytes() if old.exists() else b""
    staging = mill.stage(SECOND, run_id="run-2")
    deduplicate(staging, mill.index)
    mill.publish(staging)
    old.parent.mkdir(parents=True, exist_ok=True)
    old.write_bytes(content)
    with pytest.raises(BooksError, match=r"has left 2023-09-13\|verity, and still lies in it"):
        reconcile(staging, mill.data, mill.index, staging.run(), len(SECOND))


STEPS = ["make_report", "check_books", "_check_departures", "write_ledger", "commit"]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("step", STEPS)
def test_a_run_killed_around_any_step_of_its_end_ends_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, after: bool
) -> None:
    expected = Mill(tmp_path / "expected")
    expected.end(second_run(expected), len(SECOND))

    mill = Mill(tmp_path / "killed")
    staging = second_run(mill)
    place: Any = mill.index if step == "commit" else reconcile_module
    real: Callable[..., Any] = getattr(place, step)

    def deadly(*arguments: Any) -> None:
        if after:
            real(*arguments)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(place, step, deadly)
        with pytest.raises(Killed):
            mill.end(staging, len(SECOND))
    mill.publish(staging)
    mill.end(staging, len(SECOND))
    assert mill.bytes_of("corpus") == expected.bytes_of("corpus")
    assert index_rows(mill) == index_rows(expected)
    for dataset in ("fates", "removals", "metadata", "duplicates", "revisions"):
        assert mill.bytes_of(f"ledger/{dataset}") == expected.bytes_of(f"ledger/{dataset}")


@pytest.mark.parametrize("files", range(5))
def test_a_ledger_that_was_written_in_part_is_written_to_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: int
) -> None:
    expected = Mill(tmp_path / "expected")
    expected.end(second_run(expected), len(SECOND))
    mill = Mill(tmp_path / "killed")
    staging = second_run(mill)
    real = mill.data.replacing
    opened: list[str] = []

    def deadly(path: str) -> Any:
        opened.append(path)
        if len(opened) > files:
            raise Killed
        return real(path)

    with monkeypatch.context() as patch:
        patch.setattr(mill.data, "replacing", deadly)
        with pytest.raises(Killed):
            mill.end(staging, len(SECOND))
    assert len(mill.bytes_of("ledger")) == len(expected.bytes_of("ledger")) - 5 + files
    mill.end(staging, len(SECOND))
    assert mill.bytes_of("ledger") == expected.bytes_of("ledger")


def test_a_run_lost_between_publish_and_its_end_and_run_anew_gives_the_same_corpus(tmp_path: Path) -> None:
    expected = Mill(tmp_path / "expected")
    expected.end(second_run(expected), len(SECOND))
    mill = Mill(tmp_path / "lost")
    staging = second_run(mill)
    mill.data.remove(staging.root)
    mill.run(SECOND, run_id="run-2", day=LATER)
    assert mill.bytes_of("corpus") == expected.bytes_of("corpus")
    assert index_rows(mill) == index_rows(expected)
    assert mill.bytes_of("ledger/fates") == expected.bytes_of("ledger/fates")
