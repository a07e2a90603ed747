"""What is wrong at the start stops `init`, run by command and environment of the compose file, and is named."""

from __future__ import annotations

import subprocess
import uuid

import pytest

from newsmill.dedup.index import Index
from tests.cluster.native import Cluster, env_for
from tests.conftest import PROJECT
from tests.integration.airflow_server import free_port

pytestmark = [pytest.mark.integration, pytest.mark.enable_socket]
SECONDS = 60


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    """Database, broker and store, and raw files in the store; no Airflow."""
    cluster = Cluster(tmp_path_factory.mktemp("start"), env_for(PROJECT / "include/seeds"))
    try:
        cluster.start_servers()
        cluster.upload()
        yield cluster
    finally:
        cluster.down()


def looked_at(servers: Cluster, **changes: str) -> tuple[int, str]:
    """Do the first step of `init`, with some of the `.env` changed; return its exit code and what it said."""
    init = servers.prepared("init", changes)
    check = next(line for line in init.command[-1].splitlines() if line.startswith("newsmill check"))
    done = subprocess.run(
        ["bash", "-c", check], env=init.environment, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_what_is_in_order_is_said(servers):
    code, said = looked_at(servers)
    assert (code, said.count("in order: "), said.count("wrong: ")) == (0, 5, 0), said


def test_weak_secret_stops_the_start(servers):
    code, said = looked_at(servers, AIRFLOW_JWT_SECRET="airflow")
    assert code == 1
    assert "wrong: AIRFLOW_JWT_SECRET has 7 characters" in said


@pytest.mark.parametrize("setting", ["LANDING", "DATA"])
def test_wrong_bucket_stops_the_start(servers, setting):
    code, said = looked_at(servers, **{f"CLUSTER_{setting}_URI": "s3://no-such-bucket/here"})
    assert code == 1
    (line,) = [line for line in said.splitlines() if line.startswith("wrong: ")]
    assert f"NEWSMILL_{setting}_URI" in line
    assert "s3://no-such-bucket/here" in line


@pytest.mark.parametrize("wrong", ["address", "key"])
def test_store_that_cannot_be_used_stops_the_start(servers, wrong):
    address = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{free_port()}"}
    code, said = looked_at(servers, **(address if wrong == "address" else {"AWS_SECRET_ACCESS_KEY": "0" * 64}))
    assert code == 1
    lines = [line for line in said.splitlines() if line.startswith("wrong: ")]
    for setting in ("NEWSMILL_LANDING_URI", "NEWSMILL_DATA_URI"):
        assert any(setting in line and "s3://newsmill/" in line for line in lines), said
    assert "0" * 64 not in said


def test_store_in_which_nothing_has_landed_yet_stops_nothing(servers):
    code, said = looked_at(servers, CLUSTER_LANDING_URI="s3://newsmill/not-yet")
    assert code == 0, said


def test_index_that_cannot_be_reached_stops_the_start(servers):
    code, said = looked_at(servers, INDEX_DB_PASSWORD="1" * 32)
    assert code == 1
    assert "wrong: " in said
    assert "NEWSMILL_INDEX_URL" in said
    assert "1" * 32 not in said


def test_index_of_another_corpus_stops_the_start(servers):
    environment = servers.prepared("init", {}).environment
    index = Index(environment["NEWSMILL_INDEX_URL"])
    index.claim(uuid.uuid4().hex)
    code, said = looked_at(servers)
    assert code == 1
    assert "NEWSMILL_INDEX_URL" in said
    assert "is the index of another corpus" in said
