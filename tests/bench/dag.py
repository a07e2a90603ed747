"""The DAG `ingest_news` under a real scheduler with a LocalExecutor of two workers.

Owns the run and its clock. Airflow's own services take processor time beside the tasks, as they do wherever it runs.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from tests.integration.airflow_server import AirflowServer

MOST_SECONDS = 3600
PAUSE = 10.0
"""Seconds between questions whether a run has ended: each takes the api-server processor time that the tasks lack. The
run itself says when that was."""


def run_dag(landing: Path, data: Path, home: Path, **settings: object) -> float:
    """Trigger a run over a landing zone into a new data root; return its seconds, from its start to its end."""
    asked = {"LANDING_URI": landing, "DATA_URI": data, "SCHEDULE": "", "LEARN_SCHEDULE": "", "VERIFY_SCHEDULE": ""}
    asked |= {"REJECTION_LIMIT": "1", **{name.upper(): value for name, value in settings.items()}}
    home.mkdir(parents=True)
    surroundings = {f"NEWSMILL_{name}": str(value) for name, value in asked.items()}
    with AirflowServer(home, surroundings) as server:
        run = server.ended(server.begin("ingest_news"), MOST_SECONDS, PAUSE)
    if run["state"] != "success":
        raise SystemExit(f"the DAG run failed; see the logs in {home}")
    began, ended = (datetime.fromisoformat(run[name]) for name in ("start_date", "end_date"))
    return (ended - began).total_seconds()
