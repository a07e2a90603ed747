"""`make run`, as README has it: the table, the corpus, and the second time."""

from __future__ import annotations

import os
import subprocess

import pandas as pd
import pyarrow as pa
import pytest

from newsmill.schema import CORPUS
from tests.conftest import PROJECT
from tests.integration.runs import snapshot

pytestmark = [pytest.mark.integration, pytest.mark.enable_socket]


@pytest.fixture(scope="module")
def make(tmp_path_factory):
    """Call make as a user does, with an Airflow home and a data root of the test's own."""
    home, data = tmp_path_factory.mktemp("made-home"), tmp_path_factory.mktemp("made") / "data"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "NEWSMILL_"))}

    def call(target: str, *arguments: str) -> subprocess.CompletedProcess:
        command = ["make", "--no-print-directory", target, f"AIRFLOW_HOME={home}", f"DATA={data}", *arguments]
        return subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)

    call.data = data
    return call


def total_of(done: subprocess.CompletedProcess) -> list[str]:
    return next(line for line in done.stdout.splitlines() if line.startswith("total")).split()[1:7]


def test_first_run_publishes_five_articles_and_the_second_changes_no_file(make):
    first = make("run")
    assert first.returncode == 0, first.stdout + first.stderr
    assert total_of(first) == ["5", "5", "0", "0", "0", "0"]
    assert "partitions written: 5" in first.stdout
    corpus = pd.read_parquet(make.data / "corpus")
    assert len(corpus) == 5
    assert list(corpus.columns) == [*CORPUS.names, "date", "outlet"]
    read = pa.Table.from_pandas(corpus[CORPUS.names], preserve_index=False).schema
    assert str(read.field("published_at").type) == "timestamp[us, tz=UTC]"
    before = snapshot(make.data)

    second = make("run")
    assert second.returncode == 0, second.stdout + second.stderr
    assert total_of(second) == ["5", "0", "0", "0", "0", "5"]
    assert "no partition written" in second.stdout
    after = snapshot(make.data)
    assert {path: after[path] for path in before} == before


def test_a_mistake_ends_make_run_with_the_reason_and_an_exit_code(make):
    failed = make("run", "LANDING=/nowhere/at/all")
    assert failed.returncode != 0
    assert "the landing zone /nowhere/at/all does not exist: set NEWSMILL_LANDING_URI" in failed.stdout
