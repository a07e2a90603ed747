"""A run above its rejection limit, in this process: what it is asked, what becomes of it, and what stays of that."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
import structlog

from newsmill import pipeline
from newsmill.leftovers import clear_staging
from newsmill.model import Review, Selection
from newsmill.publish.reviewed import review_of
from newsmill.review.question import RejectionError
from newsmill.review.task import approve, ask, settle, wait
from newsmill.staging import Staging
from newsmill.storage import Store
from newsmill.upkeep.verify import verify
from tests.conftest import DAY
from tests.integration.runs import SEEDS, content, rows, run

BELOW = {"min_words": 500}
"""Two of the five seeds have fewer words: verity and libertarian-institute."""


@pytest.fixture
def data(tmp_path) -> Path:
    return tmp_path / "data"


def judged(run_id: str = "run-1", limit: float = 0.3, **asked) -> dict[str, int]:
    """Do a run up to its verdicts."""
    selection = Selection(landing_uri=str(SEEDS), rejection_limit=limit, **BELOW, **asked)
    for batch in pipeline.plan(run_id, DAY, selection):
        pipeline.extract(run_id, batch["number"])
        pipeline.learn(run_id)
        pipeline.clean(run_id, batch["number"])
    return pipeline.validate(run_id)


def end(run_id: str = "run-1") -> dict[str, int]:
    for group in pipeline.deduplicate(run_id):
        pipeline.publish(run_id, group["number"])
    return pipeline.reconcile(run_id)


def test_the_question_counts_by_what_failed_and_outlet_and_names_places():
    counts = judged()
    question = ask("run-1", counts)
    assert question is not None
    assert counts == {"articles": 5, "quarantined": 2}
    assert (question.articles, question.quarantined, question.limit, question.share) == (5, 2, 0.3, 0.4)
    assert [(group.what, group.outlet, group.articles, group.places) for group in question.groups] == [
        ("word_count_enough", "libertarian-institute", 1, ("libertarian-institute/001_11603c5c69428a9e.txt",)),
        ("word_count_enough", "verity", 1, ("verity/003_ea36221fa27ea21e.txt",)),
    ]
    assert question.reasons == "word_count_enough (2)"
    with pytest.raises(RejectionError, match=r"2 of 5 articles .* word_count_enough \(2\).*NEWSMILL_REVIEW"):
        settle("run-1", question, Review.FAIL)


def test_a_run_at_its_limit_is_not_asked_of():
    assert ask("run-1", judged(limit=0.4)) is None


def test_a_run_that_publishes_above_its_limit_has_the_corpus_of_one_below_and_a_record(data, tmp_path, monkeypatch):
    counts = judged()
    question = ask("run-1", counts)
    assert not settle("run-1", question, Review.PUBLISH)
    with structlog.testing.capture_logs() as lines:
        assert end()["published"] == 3
    assert any("without asking anybody, as it was set" in line["event"] for line in lines)
    (record,) = rows(data, "ledger/reviews")
    assert (record["quarantined"], record["articles"], record["rejection_limit"]) == (2, 5, 0.3)
    assert record["approved_by"] is None
    assert "2 of 5 articles" in str(said := review_of(Store(str(data)), "run-1"))
    assert "without asking anybody" in str(said)
    assert review_of(Store(str(data)), "run-2") is None
    assert verify(sample=None, seed="all").is_clean
    ours = content(data / "corpus")
    monkeypatch.setenv("NEWSMILL_DATA_URI", str(tmp_path / "other"))
    run(SEEDS, **BELOW)
    assert content(tmp_path / "other" / "corpus") == ours
    assert not (tmp_path / "other" / "ledger" / "reviews").exists()


def test_who_is_asked_publishes_by_the_answer_which_is_forgotten_when_it_is_asked_again(data):
    counts = judged()
    assert settle("run-1", ask("run-1", counts), Review.ASK)
    wait("run-1")
    approve("run-1", counts, "ada")
    staging = Staging.of(Store(str(data)), "run-1")
    assert (data / staging.path("review.parquet")).exists()
    assert ask("run-1", counts) is not None  # the task was cleared
    assert not (data / staging.path("review.parquet")).exists()
    approve("run-1", counts, "grace")
    end()
    assert [record["approved_by"] for record in rows(data, "ledger/reviews")] == ["grace"]
    assert ask("run-1", counts) is None  # cleared after the run's end


def test_what_a_run_has_decided_on_is_not_asked_again(data):
    counts = judged()
    approve("run-1", counts, "ada")
    pipeline.deduplicate("run-1")
    assert ask("run-1", counts) is None
    assert pipeline.recover("run-2")  # another run finishes it, with its record
    assert [record["approved_by"] for record in rows(data, "ledger/reviews")] == ["ada"]
    assert "as ada approved, on 20" in str(review_of(Store(str(data)), "run-1"))


def test_a_dry_run_asks_nobody_and_fails_only_where_it_was_told_to(data):
    question = ask("run-1", judged(dry_run=True))
    with pytest.raises(RejectionError):
        settle("run-1", question, Review.FAIL)
    assert not settle("run-1", question, Review.ASK)
    assert end()["published"] == 3
    assert not (data / "corpus").exists()
    assert not (data / "ledger").exists()


def test_the_staging_of_a_run_that_waits_stays_until_its_time_is_over(data, monkeypatch):
    judged()
    store, staging = Store(str(data)), Staging.of(Store(str(data)), "run-1")
    monkeypatch.setenv("NEWSMILL_REVIEW_HOURS", "30")
    wait("run-1")
    long_ago = time.time() - 29 * 3600
    for path in [data / staging.root, *(data / staging.root).rglob("*")]:
        os.utime(path, (long_ago, long_ago))
    assert clear_staging(store, 1, but="run-2") == []
    (data / staging.path("waiting.json")).write_text('{"until": "2026-01-01T00:00:00+00:00"}')
    os.utime(data / staging.path("waiting.json"), (long_ago, long_ago))
    os.utime(data / staging.root, (long_ago, long_ago))
    assert clear_staging(store, 1, but="run-2") == [staging.root.partition("/")[2]]


def test_other_runs_and_takedowns_pass_a_waiting_run_by_and_it_tells_nothing_of_what_went(data):
    from newsmill.takedown.asked import asked_for

    counts = judged()
    wait("run-1")
    assert run(SEEDS, "run-2")["published"] == 5
    pipeline.take_down(asked_for(outlet="verity"), DAY)
    question = ask("run-1", counts)
    assert {group.outlet for group in question.groups} == {"libertarian-institute"}
    approve("run-1", counts, "ada")
    pipeline.take_down(asked_for(outlet="libertarian-institute"), DAY)
    assert end()["quarantined"] == 0
    assert len(rows(data, "ledger/reviews")) == 1
