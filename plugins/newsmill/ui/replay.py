"""Trigger `replay_quarantine` for a selection of refused records.

Owns the call into Airflow. Keep out: who may (security), which records a replay takes (newsmill.rerun).
"""

from __future__ import annotations

from typing import Any

from airflow.api.common.trigger_dag import trigger_dag
from airflow.sdk.exceptions import AirflowException
from airflow.utils.types import DagRunTriggeredByType

from newsmill.model import NewsmillError

DAG_ID = "replay_quarantine"


def trigger_replay(user: str, *, reasons: list[str], outlets: list[str], run_id: str | None) -> str:
    """Trigger the DAG; return the id of its run.

    Raises:
        NewsmillError: Airflow refuses; the text says why.
    """
    asked: dict[str, Any] = {"reasons": reasons, "outlets": outlets or None, "run_id": run_id}
    conf = {name: value for name, value in asked.items() if value}
    try:
        run = trigger_dag(DAG_ID, triggered_by=DagRunTriggeredByType.UI, triggering_user_name=user, conf=conf)
    except (AirflowException, ValueError) as error:
        raise NewsmillError(f"Airflow does not start {DAG_ID}: {error}") from error
    if run is None:
        raise NewsmillError(f"Airflow does not start {DAG_ID}, and does not say why: look at its page")
    return str(run.run_id)
