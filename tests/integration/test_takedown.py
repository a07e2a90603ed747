"""What is taken down is gone from everywhere below the data root, and no run brings it back."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pyarrow.dataset as ds
import pytest

from newsmill import pipeline
from newsmill.model import Selection, Target, key_of
from newsmill.publish.takedown_report import table
from newsmill.takedown import carry
from newsmill.upkeep.findings import Finding
from newsmill.upkeep.repair import repair_files
from newsmill.upkeep.verify import verify
from newsmill.validate import judge
from tests.conftest import DAY
from tests.integration.runs import content, fates, published, rows, run
from tests.integration.takedowns import (
    ARTICLE_ID,
    COPY,
    OURS,
    SECRETS,
    TOO_SHORT,
    few_rules,
    put,
    record,
    story,
    three_nights,
    traces,
)

TODAY = DAY + timedelta(days=9)
OURS_DOWN = Target(article_id=ARTICLE_ID)
COPY_ID = key_of("url", COPY["url"])


@pytest.fixture(scope="module")
def three(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("three")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NEWSMILL_DATA_URI", str(root / "data"))
        patch.setenv("NEWSMILL_INCLUDE_DIR", str(few_rules(root / "include")))
        three_nights(root / "landing")
    return root


@pytest.fixture
def data(three, tmp_path, monkeypatch) -> Path:
    """A copy of the three nights; the landing zone lies beside it."""
    shutil.copytree(three, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("NEWSMILL_INCLUDE_DIR", str(tmp_path / "include"))
    return tmp_path / "data"


def landing_of(data: Path) -> Path:
    return data.parent / "landing"


def again(data: Path, name: str, **asked) -> dict[str, int]:
    return run(landing_of(data), name, day=TODAY, rejection_limit=1, **asked)


def test_nothing_is_left_of_an_article_below_the_data_root_and_all_else_is_as_it_was(data):
    assert {path.split("/")[0] for path in traces(data, *SECRETS)} == {"corpus", "docs", "ledger", "quarantine"}
    before, raw, told = published(data), content(landing_of(data)), rows(data, "ledger/fates")
    counted = {name: len(rows(data, f"ledger/{name}")) for name in ("removals", "metadata")}
    report = pipeline.take_down(OURS_DOWN, TODAY, "the court said so")
    assert traces(data, *SECRETS) == []
    assert content(landing_of(data)) == raw
    assert published(data) == {name: row for name, row in before.items() if name != "ours"}
    assert not (data / "docs").exists()
    assert not (data / "staging").exists()
    kept = [{name: row[name] for name in ("run_id", "record_key", "fate", "reason", "outlet")} for row in told]
    assert [{name: row[name] for name in kept[0]} for row in rows(data, "ledger/fates")] == kept
    after = {name: len(rows(data, f"ledger/{name}")) for name in counted}
    expected = {"corpus": 1, "revisions": 1, "quarantine": 1, "profiles": 1, "fates": 7, "duplicates": 1, "drift": 0}
    assert report.totals == expected | {name: counted[name] - after[name] for name in counted}
    assert after["removals"] == 0 < after["metadata"]
    tombstones = rows(data, "ledger/takedowns")
    assert {(row["article_id"], row["scope"], row["reason"]) for row in tombstones} == {
        (ARTICLE_ID, "article", "the court said so")
    }
    assert len({row["content_hash"] for row in tombstones}) == 2
    assert verified(data) == ()


def test_it_never_comes_back_and_is_read_once_more_at_most(data):
    pipeline.take_down(OURS_DOWN, TODAY)
    before = content(data / "corpus")
    assert again(data, "known")["unchanged"] == 9
    newer = OURS | {"fetched_at": "2026-03-01T00:00:00Z", "text": f"{story(30, 'with a third xylograph')}"}
    elsewhere = OURS | {
        "id": "new",
        "url": "https://other.example.org/its/own",
        "outlet": "other",
        "title": "Quinquereme",
    }
    put(landing_of(data), "new", newer, elsewhere, TOO_SHORT | {"fetched_at": "2026-03-02T00:00:00Z"})
    counts = again(data, "new")
    assert (counts["unchanged"], counts["published"], counts["quarantined"]) == (12, 0, 0)
    told = fates(data, "new")
    assert {told[f"new.jsonl#{line}"]["reason"] for line in (1, 2, 3)} == {"taken_down"}
    assert fates_of_reason(data, "third-look", again(data, "third-look")) == {"known_record"}
    again(data, "all", reprocess=True)
    assert content(data / "corpus") == before
    assert traces(data, *SECRETS) == []
    once_more = pipeline.take_down(OURS_DOWN, TODAY)
    assert not once_more.changes_something
    assert table(once_more).startswith(f"article {ARTICLE_ID}: taken down on {TODAY} already; no change\n")


def verified(data: Path) -> tuple[Finding, ...]:
    """Return what is wrong; warnings count."""
    return verify(sample=None, landing=str(landing_of(data))).findings


def fates_of_reason(data: Path, run_id: str, counts: dict[str, int]) -> set[str]:
    told = fates(data, run_id).values()
    assert len(told) == counts["read"]
    return {row["reason"] for row in told}


def test_an_outlet_goes_and_its_copies_elsewhere_may_come_in(data):
    report = pipeline.take_down(Target(outlet="verity"), TODAY)
    assert {row["outlet"] for row in rows(data, "corpus")} == {"express"}
    assert not list(data.glob("profiles/outlet=verity")) + list(data.glob("corpus/*/outlet=verity"))
    assert traces(data, "syzygy", "town 11 ", "town 12 ") == [
        next(str(path.relative_to(data)) for path in (data / "ledger/removals").rglob("*.parquet"))
    ]  # of the copy, which is another outlet's
    assert f"article {COPY_ID} of express, night-0.jsonl#2" in table(report)
    put(landing_of(data), "new", record("newcomer", 40), record("guest", 41, outlet="guest"))
    (landing_of(data) / "verity").mkdir()
    (landing_of(data) / "verity" / "empty.html").write_bytes(b"")
    counts = again(data, "next")
    assert (counts["published"], counts["unreadable"]) == (1, 0)
    assert fates(data, "next")["verity/empty.html"]["reason"] == "taken_down"
    assert again(data, "anew", reprocess=True, outlets=("express",))["published"] == 2
    assert set(published(data)) == {"guest", "copy", "other-3"}
    assert verified(data) == ()


def test_a_copy_is_taken_down_alone_and_the_report_says_where_its_text_stands(data):
    before = content(data / "corpus")
    (data / "corpus" / f".articles.parquet.{'0' * 32}.tmp").write_bytes(b"xylograph")
    first = published(data)["ours"]
    put(landing_of(data), "again", COPY | {"id": "copy-2", "text": first["text"], "url": f"{COPY['url']}-2"})
    again(data, "again")
    report = pipeline.take_down(Target(article_id=key_of("url", f"{COPY['url']}-2")), TODAY)
    assert [(row.article_id, row.outlet) for row in report.elsewhere] == [(ARTICLE_ID, "verity")]
    assert f"article {ARTICLE_ID} in date=2026-02-03, outlet=verity" in table(report)
    assert content(data / "corpus") == before
    (tombstone,) = rows(data, "ledger/takedowns")
    assert tombstone["content_hash"] is None
    again(data, "all", reprocess=True)
    assert "ours" in published(data)
    assert {row["reason"] for row in rows(data, "ledger/fates") if row["raw_path"] == "again.jsonl#1"} == {
        "same_text",
        "taken_down",
    }


def test_what_was_only_quarantined_or_never_seen_is_kept_out(data):
    short = next(row for row in rows(data, "quarantine") if row["title"] == "A short one")
    unseen = record("to-come", 50)
    reports = [
        pipeline.take_down(Target(article_id=name), TODAY)
        for name in (short["article_id"], key_of("url", unseen["url"]))
    ]
    assert [report.totals["quarantine"] for report in reports] == [1, 0]
    assert traces(data, "far too short") == []
    put(landing_of(data), "later", unseen, OURS | {"id": "x", "url": "https://x.example.org/y", "text": story(51)})
    counts = again(data, "later", reprocess=True)
    told = fates(data, "later")
    assert told["later.jsonl#1"]["reason"] == told["night-0.jsonl#6"]["reason"] == "taken_down"
    assert (told["later.jsonl#2"]["fate"], counts["quarantined"]) == ("published", 1)
    assert verified(data) == ()


def test_a_repaired_partition_does_not_miss_what_was_taken_down(data):
    pipeline.take_down(OURS_DOWN, TODAY)
    path = "corpus/date=2026-02-03/outlet=verity/articles.parquet"
    before = (data / path).read_bytes()
    (data / path).write_bytes(b"half")
    done = repair_files("repair", TODAY, [path], landing=str(landing_of(data)))
    assert done.lost == ()
    assert (data / path).read_bytes() == before


def begin(data: Path, run_id: str, *, reprocess: bool = True) -> list[int]:
    """Begin a run over everything, as the DAG does, up to what the outlets repeat."""
    asked = Selection(landing_uri=str(landing_of(data)), reprocess=reprocess, rejection_limit=1)
    numbers = [batch["number"] for batch in pipeline.plan(run_id, TODAY, asked)]
    for number in numbers:
        pipeline.extract(run_id, number)
    pipeline.learn(run_id)
    return numbers


def test_a_run_that_is_under_way_does_not_bring_it_back_and_ends_well(data):
    numbers = begin(data, "under-way")
    assert traces(data / "staging", *SECRETS)
    report = pipeline.take_down(OURS_DOWN, TODAY)
    (left,) = traces(data, *SECRETS)
    assert "/extracted/" in left  # the copy, until it has been cleaned
    emptied = [row for row in rows(data, "staging") if row.get("article_id") == ARTICLE_ID and "blocks" in row]
    assert [(row["title"], row["blocks"], row["authors"], row["choices"]) for row in emptied] == [
        (None, [], [], [])
    ] * 3
    assert [found.rows > 0 for found in report.unfinished] == [True]
    for number in numbers:
        pipeline.clean("under-way", number)
    pipeline.validate("under-way")
    for group in pipeline.deduplicate("under-way"):
        pipeline.publish("under-way", group["number"])
    counts = pipeline.reconcile("under-way")
    assert counts["read"] == sum(count for fate, count in counts.items() if fate != "read") == 9
    assert traces(data, *SECRETS) == []
    assert "ours" not in published(data)
    assert verified(data) == ()


@pytest.mark.parametrize("stage", ["validated", "decided"])
def test_a_run_that_came_further_is_emptied_or_finished_first(data, stage):
    put(
        landing_of(data), "newest", OURS | {"fetched_at": "2026-03-01T00:00:00Z", "text": story(60, "with a xylograph")}
    )
    for number in begin(data, "further", reprocess=stage != "decided"):
        pipeline.clean("further", number)
    pipeline.validate("further")
    if stage == "decided":
        pipeline.deduplicate("further")
    report = pipeline.take_down(OURS_DOWN, TODAY)
    assert traces(data, *SECRETS) == []
    assert report.totals["revisions"] == (2 if stage == "decided" else 1)
    if stage == "validated":
        pipeline.deduplicate("further")
        assert fates_after(data, "further") == {"taken_down"}


def test_docs_do_not_show_what_is_taken_down_while_they_are_being_made(data, monkeypatch):
    real = judge.judge

    def judged_meanwhile(*articles, **facts):
        judgement = real(*articles, **facts)
        pipeline.take_down(OURS_DOWN, TODAY)
        return judgement

    monkeypatch.setattr(judge, "judge", judged_meanwhile)
    for number in begin(data, "meanwhile"):
        pipeline.clean("meanwhile", number)
    pipeline.validate("meanwhile")
    assert not (data / "docs").exists()
    pipeline.deduplicate("meanwhile")
    assert fates_after(data, "meanwhile") == {"taken_down"}
    assert traces(data, *SECRETS) == []


def fates_after(data: Path, run_id: str) -> set[str]:
    pipeline.recover("next")
    told = rows(data, "ledger/fates")
    return {row["reason"] for row in told if row["run_id"] == run_id and row["article_id"] == ARTICLE_ID}


def test_a_reader_that_listed_the_corpus_before_reads_it_to_the_end(data, monkeypatch):
    monkeypatch.setenv("NEWSMILL_MOVE_GRACE_SECONDS", "7")
    before, listed = len(published(data)), ds.dataset(data / "corpus")
    counts: list[int] = []
    waits: list[float] = []

    def slept(seconds: float) -> None:
        counts.append(listed.to_table().num_rows)  # its file in which nothing is left lies there still
        waits.append(seconds)

    monkeypatch.setattr(carry.time, "sleep", slept)
    alone = published(data)["other-2"]["article_id"]
    pipeline.take_down(Target(article_id=alone), TODAY)
    assert counts == [before - 1]
    assert 5 < waits[0] <= 7
    assert not list(data.glob("corpus/date=2026-02-04/outlet=verity"))
    pipeline.take_down(OURS_DOWN, TODAY)  # others lie beside it: nobody has to wait
    assert len(waits) == 1
