"""The DAG learn_outlets: its shape, params and docs; and that parsing it loads nothing heavy."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.conftest import PROJECT
from tests.dags.test_ingest_news import HEAVY


@pytest.fixture(scope="session")
def dag():
    from airflow.dag_processing.dagbag import BundleDagBag

    bag = BundleDagBag(dag_folder=str(PROJECT / "dags"), bundle_path=PROJECT / "dags", bundle_name="dags-folder")
    assert bag.import_errors == {}
    return bag.dags["learn_outlets"]


def test_profiles_are_made_before_drift_is_reported(dag):
    assert set(dag.task_ids) == {"learn_profiles", "report_drift"}
    assert dag.get_task("learn_profiles").downstream_task_ids == {"report_drift"}


def test_runs_weekly_one_at_a_time_without_catching_up(dag):
    assert (dag.catchup, dag.max_active_runs) == (False, 1)
    assert dag.timetable.expression == "0 5 * * 0"


def test_every_param_is_described_and_dag_and_tasks_have_docs(dag):
    assert set(dag.params) == {"outlets", "dry_run"}
    for name in dag.params:
        param = dag.params.get_param(name)
        assert param.description, name
        assert param.schema["title"], name
    for task_id in dag.task_ids:
        assert f"`{task_id}`" in dag.doc_md
        assert dag.get_task(task_id).doc_md


@pytest.mark.parametrize(("name", "bad", "good"), [("outlets", ["../x"], ["verity"]), ("dry_run", 1, True)])
def test_params_are_validated(dag, name, bad, good):
    from airflow.sdk.exceptions import ParamValidationError

    param = dag.params.get_param(name)
    param.resolve(good)
    with pytest.raises(ParamValidationError):
        param.resolve(bad)


def test_parsing_the_dag_loads_nothing_heavy():
    code = (
        "import sys, json, runpy; sys.path.append('dags'); runpy.run_path('dags/learn_outlets.py');"
        f"print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.splitlines()[-1]) == []
