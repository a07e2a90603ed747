"""The DAG runs under a real scheduler with real worker processes, and the asset gets its partitions."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import PROJECT
from tests.integration.airflow_server import AirflowServer
from tests.integration.runs import SEEDS, content, rows
from tests.integration.statsd import Collector

pytestmark = [pytest.mark.integration, pytest.mark.enable_socket]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    data = tmp_path_factory.mktemp("served-data")
    settings = {"NEWSMILL_LANDING_URI": str(SEEDS), "NEWSMILL_DATA_URI": str(data), "NEWSMILL_SCHEDULE": ""}
    settings |= {"NEWSMILL_LEARN_SCHEDULE": "", "NEWSMILL_VERIFY_SCHEDULE": ""}
    home = tmp_path_factory.mktemp("served-home")
    with Collector() as told, AirflowServer(home, settings | told.settings) as running:
        running.data, running.told = data, told
        yield running


def ingest_seeds(server) -> None:
    """Publish the seeds, if no test before has done so."""
    if not any((server.data / "corpus").glob("*/outlet=verity")):
        server.run_dag("ingest_news")


def test_triggered_runs_publish_the_seeds_then_find_them_unchanged(server):
    first = server.run_dag("ingest_news")
    assert first["state"] == "success"
    corpus = pd.read_parquet(server.data / "corpus")
    assert len(corpus) == 5
    assert {"date", "outlet"} <= set(corpus.columns)
    labels = {task["rendered_map_index"] for task in server.task_instances(first) if task["task_id"] == "extract"}
    assert labels == {"batch 1: 5 records from express/004_a345f3a04e4062ef.txt"}
    events = server.call("GET", "/api/v2/assets/events")["asset_events"]
    keys = {event["partition_key"] for event in events}
    assert keys == {f"{day}|{outlet}" for day, outlet in zip(corpus["date"], corpus["outlet"], strict=True)}

    second = server.run_dag("ingest_news")
    assert second["state"] == "success"
    states = server.states(second)
    assert (states["review"], states["publish"], states["reconcile"]) == ("skipped", "skipped", "success")
    assert len(server.call("GET", "/api/v2/assets/events")["asset_events"]) == 5  # what did not change wakes nobody
    (_, last) = sorted({row["run_id"] for row in rows(server.data, "ledger/runs")})
    assert sum(row["unchanged"] for row in rows(server.data, "ledger/runs") if row["run_id"] == last) == 5


def test_every_stage_tells_what_it_counted_under_a_documented_name(server):
    ingest_seeds(server)
    documented = set(re.findall(r"`newsmill\.(\w+\.\w+)`", (PROJECT / "docs/metrics.md").read_text()))
    told = server.told.counters("airflow.newsmill.")
    assert set(told) <= documented
    assert (told["extract.extracted"], told["clean.with_removals"], told["publish.partitions"]) == (5, 5, 5)
    assert (told["reconcile.read"] % 5, told["reconcile.published"]) == (0, 5)
    timed = server.told.timers("airflow.newsmill.")
    stages = ("plan", "extract", "learn", "clean", "validate", "deduplicate", "publish", "reconcile")
    assert {f"{stage}.duration" for stage in stages} == set(timed)
    assert all(0 < milliseconds < 600_000 for milliseconds in timed.values())


def test_a_mistake_in_the_trigger_form_fails_the_run_without_retries(server):
    run = server.run_dag("ingest_news", {"landing_uri": "/nowhere/at/all"})
    assert run["state"] == "failed"
    (plan,) = [task for task in server.task_instances(run) if task["task_id"] == "plan"]
    assert (plan["state"], plan["try_number"]) == ("failed", 1)


def test_learn_outlets_runs_over_what_is_there_and_leaves_its_findings(server):
    server.run_dag("ingest_news")
    run = server.run_dag("learn_outlets", {"outlets": ["verity", "express"]})
    assert run["state"] == "success"
    assert len(list((server.data / "ledger" / "drift").rglob("*.parquet"))) == 1
    assert rows(server.data, "ledger/drift") == []  # nothing has changed since the profiles were made


def test_a_quarantined_article_is_published_by_replay_quarantine(server, tmp_path):
    (tmp_path / "bay-post").mkdir()
    (tmp_path / "bay-post" / "short.txt").write_text("The ferry of Orrin came back to the harbour on Monday night.")
    first = server.run_dag("ingest_news", {"landing_uri": str(tmp_path), "min_words": 50, "rejection_limit": 1})
    asked = {"landing_uri": str(tmp_path), "run_id": first["dag_run_id"], "min_words": 5}
    run = server.run_dag("replay_quarantine", asked)
    assert run["state"] == "success"
    told = {row["run_id"]: row["fate"] for row in rows(server.data, "ledger/fates") if row["outlet"] == "bay-post"}
    assert told == {first["dag_run_id"]: "quarantined", f"replay_quarantine {run['dag_run_id']}": "published"}


def test_reprocess_compares_before_it_decides_and_leaves_its_differences(server):
    ingest_seeds(server)
    corpus = content(server.data / "corpus")
    run = server.run_dag("reprocess", {"outlets": ["verity"], "only_outdated": False, "dry_run": False})
    states = server.states(run)
    assert states.pop("review") == "skipped"
    assert set(states.values()) == {"success"}
    (counted,) = rows(server.data, "ledger/differences")
    assert (counted["outlet"], counted["compared"], counted["unchanged"]) == ("verity", 1, 1)
    assert content(server.data / "corpus") == corpus


def test_verify_corpus_fails_loudly_and_passes_when_what_it_printed_was_run(server):
    ingest_seeds(server)
    (path,) = (server.data / "corpus").glob("*/outlet=verity/articles.parquet")
    where, good = str(path.relative_to(server.data)), path.read_bytes()
    path.write_bytes(good[:-100])
    run = server.run_dag("verify_corpus")
    assert run["state"] == "failed"
    (task,) = server.task_instances(run)
    assert (task["state"], task["try_number"]) == ("failed", 1)  # what is wrong stays wrong: it is not tried again
    log = logged(server, run, "verify")
    (wrong,) = (entry for entry in log if entry["event"] == f"corpus.unreadable: {where}")
    assert wrong["level"] == "error"
    assert any("cannot be read: " in entry["event"] for entry in log)
    assert any(entry["event"] == f"  newsmill repair {where}" for entry in log)
    asked = subprocess.run(
        [f"{Path(sys.executable).parent}/newsmill", "repair", where],
        cwd=PROJECT,
        env=os.environ | {"NEWSMILL_LANDING_URI": str(SEEDS), "NEWSMILL_DATA_URI": str(server.data)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.returncode == 0, asked.stderr
    assert path.read_bytes() == good
    assert server.run_dag("verify_corpus", {"sample": None})["state"] == "success"


def logged(server, run: dict, task: str) -> list[dict]:
    """Return the lines of a task's log, as its page in the UI has them."""
    dag_run = f"/api/v2/dags/{run['dag_id']}/dagRuns/{run['dag_run_id']}"
    path = f"{dag_run}/taskInstances/{task}/logs/1?full_content=true"
    return [entry for entry in server.call("GET", path)["content"] if isinstance(entry, dict)]
