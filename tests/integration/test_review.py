"""Too much is quarantined, under a real scheduler: a person is asked, and answers or not; and who is told of it."""

from __future__ import annotations

import json
import time

import pytest

from tests.conftest import PROJECT
from tests.integration.airflow_server import AirflowServer
from tests.integration.runs import SEEDS, rows

pytestmark = [pytest.mark.integration, pytest.mark.enable_socket]

WAITS = 12
"""Seconds that a run waits for its answer, mostly given within one. Once they are waited out."""

LATE = 1
"""Seconds after which a run is late."""

TOLD_SECONDS = 60

TOO_MUCH = {"min_words": 500, "rejection_limit": 0.3, "review": "ask"}
"""Of the five seeds two have fewer than 500 words."""


@pytest.fixture
def server(tmp_path_factory):
    data, home = tmp_path_factory.mktemp("reviewed-data"), tmp_path_factory.mktemp("reviewed-home")
    arguments = {"path": str(home / "told"), "subject": "{{ alert.subject }}", "text": "{{ alert.text }}"}
    settings = {
        "NEWSMILL_LANDING_URI": str(SEEDS),
        "NEWSMILL_DATA_URI": str(data),
        "NEWSMILL_REVIEW_HOURS": str(WAITS / 3600),
        "NEWSMILL_ALERT_NOTIFIER": "tests.integration.told.FileNotifier",
        "NEWSMILL_ALERT_ARGUMENTS": json.dumps(arguments),
        "NEWSMILL_DEADLINE_HOURS": str(LATE / 3600),
        "AIRFLOW__SCHEDULER__TRIGGER_TIMEOUT_CHECK_INTERVAL": "1",
        "PYTHONPATH": f"{PROJECT}:{PROJECT / 'plugins'}",
    }
    settings |= {f"NEWSMILL_{name}SCHEDULE": "" for name in ("", "LEARN_", "VERIFY_")}
    with AirflowServer(home, settings) as running:
        running.data, running.told = data, home / "told"
        yield running


def alert(server, subject: str, number: int = 1) -> str:
    """Wait until this was told so many times, and return the last one's text."""
    end = time.monotonic() + TOLD_SECONDS
    while time.monotonic() < end:
        lines = server.told.read_text().splitlines() if server.told.exists() else []
        told = [one["text"] for one in map(json.loads, lines) if one["subject"] == f"newsmill: ingest_news {subject}"]
        if len(told) == number:
            return told[-1]
        time.sleep(0.2)
    raise TimeoutError(f"nobody was told {subject!r} for the {number}. time: {lines}")


def test_a_run_that_nobody_lets_go_fails_and_when_it_asks_again_an_approval_publishes_the_rest(server):
    run = server.begin("ingest_news", TOO_MUCH)
    asked = server.asked(run, "review")
    assert asked["options"] == ["Approve", "Reject"]
    assert "2 of 5 articles failed validation (40.0%), more than the rejection limit of 30.0%" in asked["body"]
    assert "| `word_count_enough` | `verity` | 1 | 20.0% | `verity/003_ea36221fa27ea21e.txt` |" in asked["body"]
    told = alert(server, "waits for an answer")
    assert "asks: 2 of 5 articles failed validation" in told
    assert told.endswith("/tasks/review/required_actions")
    assert server.answer(run, "review", "Reject")["state"] == "failed"
    assert server.states(run)["deduplicate"] == "upstream_failed"
    told = alert(server, "failed")
    assert f"run: {run['dag_run_id']}\nfailed task: review\n" in told
    assert "error: RejectionError: admin rejected what was left of this run; nothing was published\n" in told
    assert told.endswith("/tasks/review?try_number=1")

    server.cleared(run, "review", downstream=True)
    assert server.asked(run, "review")["response_received"] is False
    assert server.ended(run)["state"] == "failed"
    (review,) = [task for task in server.task_instances(run) if task["task_id"] == "review"]
    assert (review["state"], review["try_number"]) == ("failed", 2)  # cleared once, and never tried again by itself
    assert "error: RejectionError: nobody answered within" in alert(server, "failed", 2)
    assert not (server.data / "corpus").exists()

    server.cleared(run, "review", downstream=True)
    server.asked(run, "review")
    assert server.answer(run, "review", "Approve")["state"] == "success"
    assert (len(rows(server.data, "corpus")), len(rows(server.data, "quarantine"))) == (3, 2)
    (record,) = rows(server.data, "ledger/reviews")
    assert (record["articles"], record["quarantined"], record["approved_by"]) == (5, 2, "admin")
    assert "it has not ended" in alert(server, "is late")
