"""The DAG's shape, params and docs; and that parsing it loads nothing heavy."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from datetime import timedelta

import pytest

from tests.conftest import PROJECT

FLOW = ["plan", "extract", "learn", "clean", "validate", "review", "deduplicate", "publish", "reconcile"]
HEAVY = ["pandas", "pyarrow", "trafilatura", "great_expectations"]


@pytest.fixture(scope="session")
def dag():
    from airflow.dag_processing.dagbag import BundleDagBag

    bag = BundleDagBag(dag_folder=str(PROJECT / "dags"), bundle_path=PROJECT / "dags", bundle_name="dags-folder")
    assert bag.import_errors == {}
    return bag.dags["ingest_news"]


def test_tasks_stand_in_the_order_of_the_flow(dag):
    assert set(dag.task_ids) == set(FLOW)
    for before, after in itertools.pairwise(FLOW):
        assert after in dag.get_task(before).get_flat_relative_ids(upstream=False), f"{before} comes before {after}"


def test_extract_clean_and_publish_are_mapped_and_labelled(dag):
    mapped = {task.task_id for task in dag.tasks if task.is_mapped}
    assert mapped == {"extract", "clean", "publish"}
    assert all("label" in dag.get_task(name).map_index_template for name in mapped)


def test_runs_by_schedule_one_at_a_time_without_catching_up(dag):
    assert (dag.catchup, dag.max_active_runs) == (False, 1)
    assert dag.timetable.expression == "0 3 * * *"


def test_every_param_is_described_and_dag_and_tasks_have_docs(dag):
    assert set(dag.params) == {
        "landing_uri",
        "outlets",
        "from_date",
        "to_date",
        "min_words",
        "rejection_limit",
        "review",
        "reprocess",
        "dry_run",
    }
    for name in dag.params:
        param = dag.params.get_param(name)
        assert param.description, name
        assert param.schema["title"], name
    for task_id in FLOW:
        assert f"`{task_id}`" in dag.doc_md
        assert dag.get_task(task_id).doc_md


@pytest.mark.parametrize(
    ("name", "bad", "good"),
    [
        ("landing_uri", "", "/somewhere"),
        ("outlets", ["../../x"], ["verity"]),
        ("from_date", "yesterday", "2026-01-31"),
        ("to_date", "2026-13-01", None),
        ("min_words", -1, 0),
        ("rejection_limit", 1.1, 1),
        ("review", "perhaps", "ask"),
        ("reprocess", "yes", True),
        ("dry_run", 1, False),
    ],
)
def test_params_are_validated(dag, name, bad, good):
    from airflow.sdk.exceptions import ParamValidationError

    param = dag.params.get_param(name)
    param.resolve(good)
    with pytest.raises(ParamValidationError):
        param.resolve(bad)


def test_retries_where_a_retry_can_help_and_nowhere_else(dag):
    from airflow.sdk import RetryAction

    from newsmill.database import CorpusIndexError, DatabaseAwayError
    from newsmill.lock import CorpusBusyError, CorpusLetGoError
    from newsmill.registry import RegistryError
    from newsmill.storage import StorageError

    policy = dag.get_task("extract").partial_kwargs["retry_policy"]
    decide = lambda error: policy.evaluate(error, 1, 3).action  # noqa: E731
    may_pass = (StorageError, OSError, DatabaseAwayError, CorpusBusyError, CorpusLetGoError)
    assert {decide(kind("away")) for kind in may_pass} == {RetryAction.RETRY}
    assert {decide(kind("wrong")) for kind in (CorpusIndexError, RegistryError, KeyError)} == {RetryAction.FAIL}


def test_retries_span_the_minutes_in_which_a_database_fails_over(dag):
    task = dag.get_task("deduplicate")
    waits = [task.retry_delay * task.retry_exponential_backoff**turn for turn in range(task.retries)]
    assert timedelta(minutes=3) <= sum(waits, timedelta()) <= timedelta(minutes=15)
    assert max(waits) <= task.max_retry_delay


def test_parsing_the_dags_loads_nothing_heavy():
    code = (
        "import sys, json, runpy; sys.path.append('dags'); runpy.run_path('dags/ingest_news.py');"
        f"print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.splitlines()[-1]) == []
