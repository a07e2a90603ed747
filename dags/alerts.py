"""Alerts: a notifier of the user's choice is told of runs that failed, are late, or wait for an answer.

Owns when something is told, and what. Keep out: how it is delivered (the notifier).

Off unless `NEWSMILL_ALERT_NOTIFIER` names a class. It is made anew for each alert, with `NEWSMILL_ALERT_ARGUMENTS`, in
which Airflow fills in `{{ alert.subject }}`, `{{ alert.text }}` and `{{ alert.html }}`; so no argument is ever in
Airflow's database. An alert holds names, counts, errors that newsmill words itself, and addresses of the UI, and never
what an article says. Airflow looks into this file too, and finds no DAG.
"""

from __future__ import annotations

import html
import inspect
import json
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import structlog
from airflow.sdk.exceptions import AirflowException

from newsmill.model import NewsmillError
from newsmill.settings import SettingsError, load_settings

SETTINGS = load_settings()
ERROR_KEY = "error"
"""The XCom by which a task that failed tells its error to the alert, which is sent from another process."""

ERROR_CHARS = 1000
ENDED = ("success", "failed")

log = structlog.get_logger("newsmill")


@dataclass(frozen=True, slots=True)
class Alert:
    """What is told: a line, and lines of names with their values."""

    subject: str
    facts: Mapping[str, str]

    @property
    def text(self) -> str:
        """The facts as plain text, one a line."""
        return "\n".join(f"{name}: {value}" for name, value in self.facts.items())

    @property
    def html(self) -> str:
        """The same as HTML, escaped."""
        return f"<pre>{html.escape(self.text)}</pre>"


def dag_arguments() -> dict[str, Any]:
    """Return what a DAG is told of alerts; nothing where they are off.

    Raises:
        SettingsError: a setting of alerts has a mistake; the text names it, and never its value, which may be secret.
    """
    if not SETTINGS.alert_notifier:
        if SETTINGS.deadline_hours:
            raise SettingsError("NEWSMILL_DEADLINE_HOURS is set, and NEWSMILL_ALERT_NOTIFIER does not say who is told")
        return {}
    from airflow.sdk import DeadlineAlert, DeadlineReference, SyncCallback  # type: ignore[attr-defined] # its stub

    _check()
    hours = timedelta(hours=SETTINGS.deadline_hours)
    deadline = DeadlineAlert(DeadlineReference.DAGRUN_QUEUED_AT, hours, SyncCallback(run_is_late))
    return {"on_failure_callback": run_failed} | ({"deadline": deadline} if hours else {})


def task_arguments() -> dict[str, Any]:
    """Return what a DAG's tasks are told of alerts; nothing where they are off."""
    return {"on_failure_callback": keep_error} if SETTINGS.alert_notifier else {}


def keep_error(context: Any) -> None:
    """Keep a task's error for the alert: Airflow tells it to the task's process alone."""
    error = context.get("exception")
    if error is not None:
        context["ti"].xcom_push(ERROR_KEY, _said(error))


def run_failed(context: Any) -> None:
    """Tell of a run that failed."""
    dag_id, run_id, ti = context["dag"].dag_id, context["run_id"], context.get("ti")
    facts = {"DAG": dag_id, "run": run_id}
    if ti is None:
        facts |= {"error": context.get("reason", "unknown"), "run's page": _page(dag_id, run_id)}
    else:
        mapped = f" (map index {ti.map_index})" if ti.map_index is not None and ti.map_index >= 0 else ""
        facts |= {"failed task": f"{ti.task_id}{mapped}", "error": _kept_error(ti), "log": ti.log_url}
    tell(Alert(f"newsmill: {dag_id} failed", facts), context)


def run_is_late(context: Any) -> None:
    """Tell of a run that has not ended by its deadline; Airflow calls this for runs that failed before it, too."""
    run = context["dag_run"]
    if run["state"] in ENDED:
        return
    dag_id, run_id = run["dag_id"], run["dag_run_id"]
    late = f"it has not ended {SETTINGS.deadline_hours:g} hours after it was queued; it is {run['state']}"
    facts = {"DAG": dag_id, "run": run_id, "late": late, "run's page": _page(dag_id, run_id)}
    tell(Alert(f"newsmill: {dag_id} is late", facts), context)


def run_asks(context: Any, question: str) -> None:
    """Tell of a run that waits for an answer; a notifier that fails does not stop it."""
    if not SETTINGS.alert_notifier:
        return
    ti = context["ti"]
    form = f"{_page(ti.dag_id, ti.run_id)}/tasks/{ti.task_id}/required_actions"
    facts = {"DAG": ti.dag_id, "run": ti.run_id, "asks": question, "answer it at": form}
    try:
        tell(Alert(f"newsmill: {ti.dag_id} waits for an answer", facts), context)
    except Exception:
        log.exception("nobody could be told that this run waits for an answer")


def tell(alert: Alert, context: Any) -> None:
    """Give an alert to the notifier, which raises what it likes."""
    told = {**context, "alert": alert}
    if not hasattr(told.get("dag"), "get_template_env"):
        told.pop("dag", None)  # `airflow dags test` gives a DAG with which no template can be filled in
    _notifier()(**_arguments())(told)


def _said(error: BaseException) -> str:
    """Return an error, in its words if they are newsmill's, the system's or Airflow's: others may quote an article."""
    words = str(error) if isinstance(error, (NewsmillError, OSError, AirflowException)) else "see the log"
    return f"{type(error).__name__}: {words}"[:ERROR_CHARS]


def _kept_error(ti: Any) -> str:
    try:
        kept = ti.xcom_pull(task_ids=ti.task_id, key=ERROR_KEY, map_indexes=ti.map_index)
    except Exception:
        log.warning("the error of the failed task cannot be looked up", exc_info=True)
        kept = None
    return kept or "see the log"


def airflow_address() -> str:
    """Return where people find this Airflow, without a slash at the end."""
    from airflow.sdk.configuration import conf

    return str(conf.get("api", "base_url", fallback="http://localhost:8080/")).rstrip("/")


def _page(dag_id: str, run_id: str) -> str:
    return f"{airflow_address()}/dags/{dag_id}/runs/{quote(run_id)}"


def _check() -> None:
    """Find mistakes in the settings when DAGs are read, not when something has failed."""
    try:
        inspect.signature(_notifier()).bind(**_arguments())
    except TypeError as error:
        raise SettingsError(f"NEWSMILL_ALERT_ARGUMENTS does not fit {SETTINGS.alert_notifier}: {error}") from None


def _notifier() -> Any:
    from airflow.sdk import BaseNotifier

    path = SETTINGS.alert_notifier
    try:
        found = pkgutil.resolve_name(path)
    except (ImportError, AttributeError, ValueError) as error:
        raise SettingsError(f"NEWSMILL_ALERT_NOTIFIER={path!r} cannot be imported: {error}") from error
    if not (isinstance(found, type) and issubclass(found, BaseNotifier)):
        raise SettingsError(f"NEWSMILL_ALERT_NOTIFIER={path!r} is no notifier: a class of airflow.sdk.BaseNotifier")
    return found


def _arguments() -> dict[str, Any]:
    try:
        found = json.loads(SETTINGS.alert_arguments or "{}")
    except ValueError as error:
        raise SettingsError(f"NEWSMILL_ALERT_ARGUMENTS is no JSON: {error}") from None
    if not isinstance(found, dict):
        raise SettingsError("NEWSMILL_ALERT_ARGUMENTS is no JSON object of arguments by their names")
    return found
