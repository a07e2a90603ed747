"""A run on two Celery workers, an S3 store and PostgreSQL leaves the bytes of a run on one machine and its disk."""

from __future__ import annotations

import json
import secrets
import subprocess
import time
from collections import Counter
from pathlib import Path
from urllib.error import HTTPError

import pytest

from tests.cluster.landing import NIGHTS, RECORDS, lay_out
from tests.cluster.native import Cluster, env_for
from tests.integration.airflow_server import AirflowApi, AirflowServer, until

pytestmark = [pytest.mark.integration, pytest.mark.enable_socket, pytest.mark.cluster]

RUN_SECONDS = 900
LOST_SECONDS = 30
"""Instead of the two minutes of .env.example: what a test waits for."""
NO_SCHEDULE = {"NEWSMILL_SCHEDULE": "", "NEWSMILL_LEARN_SCHEDULE": "", "NEWSMILL_VERIFY_SCHEDULE": ""}
SMALL_BATCHES = {"NEWSMILL_BATCH_RECORDS": "300"}


@pytest.fixture(scope="module")
def landing(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("landing")
    lay_out(folder)
    return folder


@pytest.fixture(scope="module")
def on_one_machine(landing, tmp_path_factory) -> dict[str, dict[str, bytes]]:
    """Return the corpus after each run under LocalExecutor on a local disk, over the landing zone's parts."""
    data, home = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("home")
    settings = {"NEWSMILL_LANDING_URI": str(landing), "NEWSMILL_DATA_URI": str(data), **NO_SCHEDULE}
    corpora, corpus = {}, data / "corpus"
    with AirflowServer(home, settings) as server:
        for part in NIGHTS:
            run = server.begin("ingest_news", {"landing_uri": f"{landing}/{part}"})
            assert server.ended(run, RUN_SECONDS)["state"] == "success"
            corpora[part] = {str(path.relative_to(corpus)): path.read_bytes() for path in corpus.rglob("*.parquet")}
    return corpora


@pytest.fixture(scope="module")
def cluster(landing, tmp_path_factory):
    changes = {"WORKER_LOST_SECONDS": str(LOST_SECONDS), "TASK_QUEUED_SECONDS": str(LOST_SECONDS)}
    env = env_for(landing, WORKERS="2", WORKER_TASKS="1", **changes, **NO_SCHEDULE, **SMALL_BATCHES)
    with Cluster(tmp_path_factory.mktemp("cluster"), env) as running:
        yield running


def begun(cluster: Cluster, part: str) -> dict:
    return cluster.api.begin("ingest_news", {"landing_uri": f"{cluster.env['CLUSTER_LANDING_URI']}/{part}"})


def tasks(cluster: Cluster, run: dict, *names: str) -> list[dict]:
    return [task for task in cluster.api.task_instances(run) if task["task_id"] in names]


def fates(cluster: Cluster, run: dict) -> Counter:
    path = f"/api/v2/dags/ingest_news/dagRuns/{run['dag_run_id']}/taskInstances/reconcile/xcomEntries/return_value"
    value = cluster.api.call("GET", path)["value"]
    return Counter(json.loads(value) if isinstance(value, str) else value)


def verified(cluster: Cluster) -> str:
    done = subprocess.run(
        ["newsmill", "verify", "--all"],
        env=cluster.prepared("worker", {}).environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_two_workers_leave_the_bytes_of_one_machine(cluster, on_one_machine):
    run = begun(cluster, "first")
    assert cluster.api.ended(run, RUN_SECONDS)["state"] == "success"
    assert len(tasks(cluster, run, "extract")) > 4
    assert all("Workload finished" in cluster.running[name].log.read_text() for name in ("worker-1", "worker-2"))
    counted = fates(cluster, run)
    assert sum(counted.values()) >= RECORDS
    assert all(counted[fate] for fate in ("published", "duplicate", "quarantined", "unreadable"))
    assert cluster.download("corpus") == on_one_machine["first"]


def test_pages_of_the_corpus_ask_for_the_login_of_a_real_deployment(cluster):
    for path in ("/newsmill/", "/newsmill/runs", "/newsmill/quarantine"):
        with pytest.raises(HTTPError) as caught:
            cluster.api.page(path, token=False)
        assert caught.value.code == 401
        assert "News corpus" in cluster.api.page(path)


def test_viewer_of_a_real_deployment_looks_and_does_not_act(cluster):
    password = secrets.token_hex(16)
    words = ["airflow", "users", "create", "--role", "Viewer", "--username", "reader", "--email", "reader@localhost"]
    subprocess.run(
        [*words, "--firstname", "a", "--lastname", "reader"],
        env=cluster.prepared("init", {}).environment,
        input=f"{password}\n{password}\n",
        text=True,
        start_new_session=True,  # it asks on the terminal, if there is one
        capture_output=True,
        check=True,
    )
    reader = AirflowApi(cluster.api.address, password)
    reader.log_in("reader")
    assert "News corpus" in reader.page("/newsmill/quarantine")
    with pytest.raises(HTTPError) as caught:
        reader.call("POST", "/newsmill/quarantine/replay")
    assert caught.value.code == 403


def test_worker_that_is_killed_and_database_that_restarts_cost_time_and_nothing_else(cluster, on_one_machine):
    run = begun(cluster, "second")
    until(lambda: running(cluster, run, "extract"), 120, "no worker began to extract")
    time.sleep(2)  # in the middle of a batch
    before = cluster.running["worker-1"].starts
    cluster.kill("worker-1")
    until(lambda: cluster.running["worker-1"].starts > before, 30, "the worker was not started again")
    until(lambda: running(cluster, run, "clean"), RUN_SECONDS, "nothing was cleaned")
    cluster.restart_postgres()
    assert cluster.api.ended(run, RUN_SECONDS)["state"] == "success"
    again = [task for task in tasks(cluster, run, "extract", "clean") if task["try_number"] > 1]
    assert again, "nothing was lost with the worker"
    assert cluster.download("corpus") == on_one_machine["second"]


def test_broker_scheduler_and_api_server_that_are_killed_cost_time_and_nothing_else(cluster, on_one_machine):
    run = begun(cluster, "third")
    until(lambda: running(cluster, run, "extract"), 120, "no worker began to extract")
    cluster.kill("broker")
    until(lambda: running(cluster, run, "clean"), RUN_SECONDS, "nothing was cleaned")
    cluster.kill("scheduler")
    cluster.kill("api-server")
    assert cluster.api.ended(run, RUN_SECONDS)["state"] == "success"
    assert all(cluster.running[name].starts > 1 for name in ("broker", "scheduler", "api-server"))
    assert cluster.download("corpus") == on_one_machine["third"]
    verified(cluster)


def running(cluster: Cluster, run: dict, name: str) -> bool:
    return sum(task["state"] == "running" for task in tasks(cluster, run, name)) == 2
