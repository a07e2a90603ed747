"""Which partitions a real run of the DAG announces as events of the corpus's asset."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from newsmill import pipeline
from newsmill.model import Selection
from tests.conftest import AIRFLOW_HOME, DAY, PROJECT
from tests.integration.runs import published

pytestmark = [pytest.mark.integration, pytest.mark.enable_socket]  # Airflow asks for the name of this machine

BODY = "The ferry of Orrin came back to the harbour on Monday night, and nobody knew why it had left so early. " * 5


@pytest.fixture(scope="session")
def dag():
    from airflow.dag_processing.dagbag import BundleDagBag

    bag = BundleDagBag(dag_folder=str(PROJECT / "dags"), bundle_path=PROJECT / "dags", bundle_name="dags-folder")
    assert bag.import_errors == {}
    return bag.dags["ingest_news"]


def put(landing: Path, outlet: str, text: str) -> Path:
    (landing / outlet).mkdir(parents=True)
    (landing / outlet / "one.txt").write_text(f"The {outlet}\n\n{text}")
    return landing


def announced() -> list[tuple[str, str]]:
    """Return the task and the partition of each event, from Airflow's own database."""
    with closing(sa.create_engine(f"sqlite:///{AIRFLOW_HOME}/airflow.db").connect()) as database:
        asked = "SELECT source_task_id, partition_key FROM asset_event ORDER BY id"
        return [(task, key) for task, key in database.execute(sa.text(asked))]


def test_partitions_of_a_dead_run_are_announced_by_the_run_that_finished_it(dag, tmp_path, monkeypatch):
    ours, theirs = put(tmp_path / "ours", "bay-post", BODY), put(tmp_path / "theirs", "coast-news", BODY.upper()[:400])
    judge = pipeline.validate

    def validate(run_id: str) -> dict[str, int]:
        """Do it; while that took its time, another run has decided, and died."""
        counts = judge(run_id)
        for batch in pipeline.plan("dead", DAY, Selection(landing_uri=str(theirs), min_words=5, rejection_limit=1)):
            pipeline.extract("dead", batch["number"])
            pipeline.learn("dead")
            pipeline.clean("dead", batch["number"])
        judge("dead")
        assert len(pipeline.deduplicate("dead")) == 1
        return counts

    monkeypatch.setattr(pipeline, "validate", validate)
    before = announced()
    done = dag.test(run_conf={"landing_uri": str(ours), "min_words": 5, "rejection_limit": 1})
    assert done.state == "success"
    keys = {row["outlet"]: f"{row['date']}|{row['outlet']}" for row in published(tmp_path / "data").values()}
    assert sorted(announced()[len(before) :]) == [
        ("deduplicate", keys["coast-news"]),
        ("publish", keys["bay-post"]),
    ]
