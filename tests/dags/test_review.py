"""The task `review` where nobody can answer: `airflow dags test` never waits."""

from __future__ import annotations

import pytest

from tests.conftest import PROJECT
from tests.integration.runs import SEEDS, rows

pytestmark = [pytest.mark.integration, pytest.mark.enable_socket]  # Airflow asks for the name of this machine


@pytest.fixture(scope="session")
def dag():
    from airflow.dag_processing.dagbag import BundleDagBag

    bag = BundleDagBag(dag_folder=str(PROJECT / "dags"), bundle_path=PROJECT / "dags", bundle_name="dags-folder")
    assert bag.import_errors == {}
    return bag.dags["ingest_news"]


@pytest.mark.parametrize(
    ("review", "state", "of_task", "published"), [("ask", "failed", "failed", 0), ("publish", "success", "success", 3)]
)
def test_a_test_run_above_its_limit_ends_by_itself(dag, tmp_path, review, state, of_task, published):
    conf = {"landing_uri": str(SEEDS), "min_words": 500, "rejection_limit": 0.3, "review": review}
    done = dag.test(run_conf=conf)
    assert done.state == state
    assert done.get_task_instance("review").state == of_task
    assert len(rows(tmp_path / "data", "corpus")) == published


def test_the_form_never_goes_through_templates(dag):
    task = dag.get_task("review")
    assert (task.body, task.options) == ("", ["Approve", "Reject"])
    assert task.trigger_rule == dag.get_task("deduplicate").trigger_rule == "none_failed"
    assert task.defaults is None  # nobody's answer is no answer
