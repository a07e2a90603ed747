"""Somebody clears tasks of a good run in Airflow, and they run again: nothing changes."""

from __future__ import annotations

import pytest

from tests.integration.agree import check_whole, dealt_with
from tests.integration.airflow_server import AirflowServer
from tests.integration.nights import changed, copies, line, put_lines, refused, told
from tests.integration.runs import content

pytestmark = [pytest.mark.integration, pytest.mark.enable_socket, pytest.mark.long]

TASKS = ("plan", "extract", "learn", "clean", "validate", "review", "deduplicate", "publish", "reconcile")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    landing, data = tmp_path_factory.mktemp("cleared-landing"), tmp_path_factory.mktemp("cleared-data")
    settings = {"NEWSMILL_LANDING_URI": str(landing), "NEWSMILL_DATA_URI": str(data), "NEWSMILL_SCHEDULE": ""}
    settings |= {"NEWSMILL_LEARN_SCHEDULE": "", "NEWSMILL_MOVE_GRACE_SECONDS": "0", "NEWSMILL_PUBLISH_GROUPS": "2"}
    with AirflowServer(tmp_path_factory.mktemp("cleared-home"), settings) as running:
        running.landing, running.data = landing, data
        yield running


@pytest.fixture(scope="module")
def runs(server):
    """A first night, and a second one with revisions, moves, copies and what is refused."""
    put_lines(server.landing, "first.jsonl", [line(told(number)) for number in range(30)])
    first = server.run_dag("ingest_news")
    put_lines(server.landing, "changed.jsonl.gz", changed())
    put_lines(server.landing, "copies.jsonl", copies())
    refused(server.landing)
    return first, server.run_dag("ingest_news", {"rejection_limit": 1})


def left(server) -> tuple:
    """Return the bytes of the corpus, and what happened to each record."""
    return content(server.data / "corpus"), dealt_with(server.data)


def test_each_task_of_a_good_run_cleared_alone_changes_no_byte(server, runs):
    first, second = runs
    assert (first["state"], second["state"]) == ("success", "success")
    before = left(server)
    assert len(before[0]) > 10
    for task in reversed(TASKS):  # forwards, `publish` would be mapped over what a cleared `deduplicate` gives: nothing
        tries = [one["try_number"] for one in server.task_instances(second) if one["task_id"] == task]
        assert server.clear(second, task, downstream=False)["state"] == "success", task
        again = [one["try_number"] for one in server.task_instances(second) if one["task_id"] == task]
        assert again == [number + 1 for number in tries], task
        assert left(server) == before, task
    check_whole(server.data)


@pytest.mark.parametrize(("task", "which"), [("plan", 0), ("deduplicate", 1)])
def test_a_task_cleared_with_all_behind_it_changes_no_byte(server, runs, which, task):
    before = left(server)
    run = server.clear(runs[which], task, downstream=True)
    assert run["state"] == "success"
    assert {one["task_id"] for one in server.task_instances(run) if one["try_number"] > 1} >= {task, "reconcile"}
    assert left(server) == before
    check_whole(server.data)
