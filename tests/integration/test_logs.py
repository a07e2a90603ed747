"""Every task ends with a summary in structured form, and reconcile with the table of fates by outlet."""

from __future__ import annotations

from structlog.testing import capture_logs

from tests.integration.runs import SEEDS, run


def test_every_task_of_a_run_logs_its_summary():
    with capture_logs() as lines:
        run(SEEDS)
    planned = next(line for line in lines if line["event"] == "planned")
    assert (planned["records"], planned["batches"], planned["ignored_files"]) == (5, 1, 0)
    finished = {line["task"]: line for line in lines if line["event"] == "finished"}
    assert set(finished) == {"extract", "learn", "clean", "validate", "deduplicate", "publish"}
    assert (finished["extract"]["done"], finished["extract"]["planned"], finished["extract"]["extracted"]) == (5, 5, 5)
    assert finished["clean"]["records_per_second"] > 0
    assert (finished["validate"]["articles"], finished["validate"]["quarantined"]) == (5, 0)
    assert (finished["deduplicate"]["published"], finished["deduplicate"]["unchanged"]) == (5, 0)
    report = next(line for line in lines if line["event"] == "report")
    assert (report["read"], report["published"]) == (5, 5)
    assert any(line["event"].startswith("winston-blog ") for line in lines)
