"""The DAG verify_corpus: its shape, param and docs; that it fails for findings, and only for them."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from newsmill.upkeep.watch import CorpusDamagedError, watch
from tests.conftest import PROJECT
from tests.dags.test_ingest_news import HEAVY
from tests.integration.runs import SEEDS, run


@pytest.fixture(scope="session")
def dag():
    from airflow.dag_processing.dagbag import BundleDagBag

    bag = BundleDagBag(dag_folder=str(PROJECT / "dags"), bundle_path=PROJECT / "dags", bundle_name="dags-folder")
    assert bag.import_errors == {}
    return bag.dags["verify_corpus"]


def test_runs_weekly_one_at_a_time_without_catching_up(dag):
    assert (dag.catchup, dag.max_active_runs) == (False, 1)
    assert dag.timetable.expression == "0 6 * * 0"


def test_param_is_described_and_validated_and_dag_and_task_have_docs(dag):
    from airflow.sdk.exceptions import ParamValidationError

    assert set(dag.params) == {"sample"}
    param = dag.params.get_param("sample")
    assert param.description
    assert param.schema["title"]
    assert [param.resolve(good) for good in (0, 5, None)] == [0, 5, None]
    for bad in (-1, "all", 1.5):
        with pytest.raises(ParamValidationError):
            param.resolve(bad)
    assert "`verify`" in dag.doc_md
    assert dag.get_task("verify").doc_md


def test_findings_are_not_retried_and_a_busy_corpus_or_storage_is(dag):
    from airflow.sdk import RetryAction

    from newsmill.lock import CorpusBusyError
    from newsmill.storage import StorageError

    policy = dag.get_task("verify").retry_policy
    decide = lambda error: policy.evaluate(error, 1, 3).action  # noqa: E731
    assert {decide(error) for error in (StorageError("away"), OSError("away"), CorpusBusyError("held"))} == {
        RetryAction.RETRY
    }
    assert decide(CorpusDamagedError("a finding")) == RetryAction.FAIL


def test_task_fails_with_the_place_and_the_command_and_passes_when_that_was_run(tmp_path, monkeypatch):
    from newsmill.upkeep.repair import repair_files
    from tests.conftest import DAY

    monkeypatch.setenv("NEWSMILL_LANDING_URI", str(SEEDS))
    run(SEEDS)
    assert watch(5, "2026-03-01")["articles looked at closely"] == 5
    path = "corpus/date=2026-03-01/outlet=verity/articles.parquet"
    (tmp_path / "data" / path).write_bytes(b"no Parquet")
    with pytest.raises(CorpusDamagedError, match=rf"1 finding.*corpus.unreadable: {path}.*newsmill repair {path}"):
        watch(5, "2026-03-01")
    assert repair_files("mended", DAY, [path]).articles == 1
    assert watch(None, "2026-03-01")["articles"] == 5


def test_parsing_the_dag_loads_nothing_heavy():
    code = (
        "import sys, json, runpy; sys.path.append('dags'); runpy.run_path('dags/verify_corpus.py');"
        f"print(json.dumps([name for name in {[*HEAVY, 'duckdb']!r} if name in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.splitlines()[-1]) == []
