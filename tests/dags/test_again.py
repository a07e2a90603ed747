"""The DAGs replay_quarantine and reprocess: shapes, params and docs; and that parsing them loads nothing heavy."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from copy import deepcopy

import pytest

from tests.conftest import PROJECT
from tests.dags.test_ingest_news import FLOW, HEAVY

SHAPES = {"replay_quarantine": FLOW, "reprocess": [*FLOW[:6], "compare", *FLOW[6:]]}


@pytest.fixture(scope="session")
def dags():
    from airflow.dag_processing.dagbag import BundleDagBag

    bag = BundleDagBag(dag_folder=str(PROJECT / "dags"), bundle_path=PROJECT / "dags", bundle_name="dags-folder")
    assert bag.import_errors == {}
    return bag.dags


@pytest.mark.parametrize(("name", "flow"), SHAPES.items())
def test_tasks_stand_in_the_order_of_the_flow_and_have_docs(name, flow, dags):
    dag = dags[name]
    assert set(dag.task_ids) == set(flow)
    for before, after in itertools.pairwise(flow):
        assert after in dag.get_task(before).get_flat_relative_ids(upstream=False), f"{before} comes before {after}"
    for task_id in flow:
        assert f"`{task_id}`" in dag.doc_md
        assert dag.get_task(task_id).doc_md
    assert {task.task_id for task in dag.tasks if task.is_mapped} == {"extract", "clean", "publish"}


@pytest.mark.parametrize("name", SHAPES)
def test_it_runs_by_hand_only_and_one_at_a_time(name, dags):
    dag = dags[name]
    assert not dag.timetable.can_be_scheduled
    assert (dag.catchup, dag.max_active_runs) == (False, 1)


COMMON = {"landing_uri", "outlets", "from_date", "to_date", "min_words", "rejection_limit", "review", "dry_run"}


@pytest.mark.parametrize(
    ("name", "own", "defaults"),
    [
        ("replay_quarantine", {"reasons", "run_id"}, {"rejection_limit": 1, "dry_run": False}),
        ("reprocess", {"cleaner_version", "only_outdated"}, {"only_outdated": True, "dry_run": True}),
    ],
)
def test_every_param_is_described_and_has_its_default(name, own, defaults, dags):
    found = dags[name].params
    assert set(found) == COMMON | own
    for param in map(found.get_param, found):
        assert param.description
        assert param.schema["title"]
    assert {key: found[key] for key in defaults} == defaults


@pytest.mark.parametrize(
    ("name", "bad", "good"),
    [
        ("reasons", ["same_text"], ["cookie_wall", "too_slow"]),
        ("reasons", [], ["failed_expectations"]),
        ("run_id", 5, "manual__2026-03-01T00:00:00+00:00"),
        ("outlets", ["../x"], None),
    ],
)
def test_params_of_a_replay_are_validated(name, bad, good, dags):
    from airflow.sdk.exceptions import ParamValidationError

    param = deepcopy(dags["replay_quarantine"].params.get_param(name))  # it remembers what it is given
    param.resolve(good)
    with pytest.raises(ParamValidationError):
        param.resolve(bad)


def test_the_reasons_that_are_set_are_those_of_the_quarantine(dags):
    from newsmill.model import QUARANTINE_REASONS

    assert dags["replay_quarantine"].params["reasons"] == list(QUARANTINE_REASONS)


def test_parsing_the_dags_loads_nothing_heavy():
    code = (
        "import sys, json, runpy; sys.path.append('dags'); runpy.run_path('dags/reprocess.py');"
        "runpy.run_path('dags/replay_quarantine.py');"
        f"print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.splitlines()[-1]) == []
