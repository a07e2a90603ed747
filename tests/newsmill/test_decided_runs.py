"""Tasks of a run that are done again after it has decided what to publish, or has ended: they change nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from newsmill import pipeline
from newsmill.lock import holding
from newsmill.model import Selection
from newsmill.publish.report import BooksError
from newsmill.staging import Staging, StagingError
from tests.newsmill.dedup.factory import DAY, Mill, article, decided

RUN = "run-1"
ROWS = [article("a"), article("b", outlet="express"), article("c", failed=["title"])]
MAPPED: list[Callable[[str, int], object]] = [pipeline.extract, pipeline.clean]
SINGLE: list[Callable[[str], object]] = [pipeline.learn, pipeline.validate]


@pytest.fixture
def mill(tmp_path: Path) -> Iterator[Mill]:
    mill = Mill(tmp_path / "data")
    with mill.settings(groups=2):
        yield mill


def stage(mill: Mill) -> Staging:
    """A run up to its validation."""
    staging = mill.stage(ROWS, run_id=RUN)
    pipeline.learn(RUN)
    return staging


def do_again() -> None:
    for mapped in MAPPED:
        mapped(RUN, 1)
    for single in SINGLE:
        single(RUN)


def test_tasks_before_the_decision_leave_what_it_was_made_on(mill: Mill) -> None:
    staging = stage(mill)
    parts = pipeline.deduplicate(RUN)
    before = mill.files()
    do_again()  # each would write its files anew, and most of them with other rows: their input is made up
    assert mill.files() == before
    for part in parts:
        pipeline.publish(RUN, part["number"])
    assert pipeline.reconcile(RUN)["published"] == 2
    assert not staging.has_begun


def test_a_run_that_has_not_decided_does_its_work_again(mill: Mill) -> None:
    staging = stage(mill)
    before = mill.bytes_of()
    pipeline.clean(RUN, 1)
    assert mill.bytes_of()[staging.batch_path("cleaned", 1)] != before[staging.batch_path("cleaned", 1)]


def test_a_decision_stands_whatever_the_settings_say_now(mill: Mill) -> None:
    staging = stage(mill)
    parts = pipeline.deduplicate(RUN)
    pipeline.publish(RUN, 1)
    before = mill.files()
    with mill.settings(groups=1):
        assert pipeline.deduplicate(RUN) == parts
    assert len(parts) == 2
    assert mill.files() == before
    assert staging.is_decided


@pytest.mark.parametrize("name", ["cleaned", "decisions"])
def test_a_file_of_a_decided_run_that_was_cut_is_made_again(mill: Mill, name: str) -> None:
    staging = stage(mill)
    pipeline.deduplicate(RUN)
    path = staging.batch_path("cleaned", 1) if name == "cleaned" else staging.path("decisions.parquet")
    whole = decided(staging)
    mill.data.write(path, mill.data.read(path)[:-20])
    if name == "cleaned":
        pipeline.clean(RUN, 1)
        assert staging.count_rows(path) == len(ROWS)
    else:
        pipeline.deduplicate(RUN)
        assert decided(staging) == whole


def test_tasks_of_a_run_that_has_ended_answer_from_its_books_and_write_nothing(mill: Mill) -> None:
    stage(mill)
    for part in pipeline.deduplicate(RUN):
        pipeline.publish(RUN, part["number"])
    books = pipeline.reconcile(RUN)
    before = mill.files()
    do_again()
    assert pipeline.deduplicate(RUN) == []
    assert pipeline.publish(RUN, 1) == ["2023-09-13|express", "2023-09-13|verity"]
    assert pipeline.reconcile(RUN) == books
    assert mill.files() == before
    with pytest.raises(StagingError, match="is gone"):
        pipeline.clean("never-begun", 1)


def test_a_decided_run_is_not_begun_afresh(mill: Mill) -> None:
    staging = stage(mill)
    staging.start(RUN, DAY, Selection(landing_uri="landing"))  # it has not decided yet
    staging = stage(mill)
    pipeline.deduplicate(RUN)
    before = mill.files()
    with pytest.raises(StagingError, match=r"run-1 has decided what to publish.*newsmill recover"):
        staging.start(RUN, DAY, Selection(landing_uri="landing"))
    assert mill.files() == before
    pipeline.recover("next")
    staging.start(RUN, DAY, Selection(landing_uri="landing"))


def test_books_that_do_not_balance_are_found_before_the_corpus_is_touched(mill: Mill) -> None:
    staging = stage(mill)
    staging.write_counts(1, {"read": len(ROWS) + 1})
    with pytest.raises(BooksError, match="4 raw records were read, 3 were decided on"):
        pipeline.deduplicate(RUN)
    assert not staging.is_decided
    assert pipeline.recover("next") == []
    assert mill.corpus() == []


def test_decisions_that_were_not_sealed_are_neither_published_nor_reconciled(mill: Mill) -> None:
    staging = stage(mill)
    pipeline.deduplicate(RUN)
    mill.data.remove(staging.path("groups.json"))  # as if it had been killed just before
    for again in (lambda: pipeline.publish(RUN, 1), lambda: pipeline.reconcile(RUN)):
        with pytest.raises(StagingError, match="has not decided what to publish: clear the task deduplicate"):
            again()
    assert not (mill.root / "ledger").exists()


def test_a_dry_run_waits_for_nobody(mill: Mill, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSMILL_LOCK_WAIT_SECONDS", "0")
    mill.stage(ROWS, run_id="dry", dry_run=True)
    with holding(mill.index.name, "another run", wait=0):
        assert pipeline.deduplicate("dry") == []
        assert pipeline.reconcile("dry")["published"] == 2
    assert mill.corpus() == []
