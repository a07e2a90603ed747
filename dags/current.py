"""What the task at work can ask of its run: ids, day, params.

Owns how Airflow's context is read. Airflow looks into this file too, and finds no DAG.
"""

from __future__ import annotations

from datetime import UTC, date
from typing import Any

from airflow.sdk import get_current_context

from newsmill.model import Selection


def run_id() -> str:
    """Return newsmill's id of the run that the task at work belongs to: Airflow's, which two DAGs may both have.

    Staging and ledger are named by it, so those of other DAGs than `ingest_news` begin with the DAG's.
    """
    run = get_current_context()["dag_run"]
    return run.run_id if run.dag_id == "ingest_news" else f"{run.dag_id} {run.run_id}"


def run_day() -> date:
    """Return the UTC day of that run."""
    day: date = get_current_context()["dag_run"].run_after.astimezone(UTC).date()
    return day


def params() -> dict[str, Any]:
    """Return that run's params; days as dates, outlets and reasons as tuples."""
    asked = dict(get_current_context()["params"])
    for name in ("from_date", "to_date"):
        if name in asked:
            asked[name] = date.fromisoformat(asked[name]) if asked[name] else None
    for name in ("outlets", "reasons"):
        if name in asked:
            asked[name] = tuple(asked[name] or ())
    return asked


def selection() -> Selection:
    """Return what that run was asked to do, as far as all DAGs ask it."""
    asked = params()
    common = ("landing_uri", "min_words", "rejection_limit", "dry_run")
    return Selection(**{name: asked[name] for name in common})
