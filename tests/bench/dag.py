"""The DAG `ingest_news` under a real scheduler with a LocalExecutor of two workers.

Owns the run and its clock. Airflow's own services take processor time beside the tasks, as they do wherever it runs.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from tests.integration import airflow_server

MOST_SECONDS = 3600


def run_dag(landing: Path, data: Path, home: Path, **settings: object) -> float:
    """Trigger a run over a landing zone into a new data root; return its seconds, from its start to its end."""
    asked = {"LANDING_URI": landing, "DATA_URI": data, "SCHEDULE": "", "LEARN_SCHEDULE": "", "VERIFY_SCHEDULE": ""}
    asked |= {"REJECTION_LIMIT": "1", **{name.upper(): value for name, value in settings.items()}}
    home.mkdir(parents=True)
    airflow_server.RUN_SECONDS = MOST_SECONDS
    surroundings = {f"NEWSMILL_{name}": str(value) for name, value in asked.items()}
    with airflow_server.AirflowServer(home, surroundings) as server:
        run = server.run_dag("ingest_news")
    if run["state"] != "success":
        raise SystemExit(f"the DAG run failed; see the logs in {home}")
    began, ended = (datetime.fromisoformat(run[name]) for name in ("start_date", "end_date"))
    return (ended - began).total_seconds()
