"""The task `review`: Airflow's form, where a run has more articles in quarantine than its limit allows.

Owns how a person is asked and answers. Keep out: what is asked, and what the answer does (`newsmill.review`). Airflow
looks into this file too, and finds no DAG.

The form's text is made when the task runs, behind Airflow's templates: it holds names of files and outlets that
strangers chose.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import structlog
from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk.exceptions import AirflowSkipException

import alerts
from current import params, run_id
from newsmill.model import Review

SUBJECT = "Publish the rest? Too many articles are quarantined"
TESTING = "dag_test"
"""Whom `airflow dags test` names as having triggered its run. No scheduler is at work there that would end a wait."""

log = structlog.get_logger("newsmill")


class ReviewOperator(ApprovalOperator):
    """Asks whether to publish the rest of a run; skipped where there is nothing to ask.

    Args:
        judged: what `validate` returned.
        hours: how long an answer is waited for.
    """

    template_fields = (*ApprovalOperator.template_fields, "judged")

    def __init__(self, *, judged: Any, hours: float, **kwargs: Any) -> None:
        super().__init__(subject=SUBJECT, body="", response_timeout=timedelta(hours=hours), **kwargs)
        self.judged = judged
        self.hours = hours

    def execute(self, context: Any) -> Any:
        """Settle what can be settled without a person; else ask, and let go of the worker.

        Raises:
            AirflowSkipException: the run is below its limit.
            RejectionError: it is above, and was told to fail, or nobody can be asked.
        """
        from newsmill.review.form import form
        from newsmill.review.question import RejectionError
        from newsmill.review.task import ask, settle, wait

        question = ask(run_id(), self.judged)
        if question is None:
            raise AirflowSkipException("no more articles are quarantined than the rejection limit allows")
        if not settle(run_id(), question, Review(params()["review"])):
            return None
        if context["dag_run"].triggering_user_name == TESTING:
            raise RejectionError(
                f"{question.sentence}; nothing was published. `make run` and `airflow dags test` ask nobody, because "
                "nothing would end their wait: set NEWSMILL_REVIEW to fail or publish for them, or run it in make up"
            )
        wait(run_id())
        log.warning(f"{question.sentence}; waiting for an answer under Required Actions", hours=self.hours)
        alerts.run_asks(context, question.sentence)
        self.body = form(question, self.hours, page=_quarantine(run_id()))
        return super().execute(context)

    def execute_complete(self, context: Any, event: dict[str, Any]) -> Any:
        """Take the answer.

        Raises:
            RejectionError: it is no, or there was none in time.
        """
        from newsmill.review.question import RejectionError
        from newsmill.review.task import approve

        if event.get("error_type") == "timeout":
            raise RejectionError(f"nobody answered within {self.hours:g} hours; nothing was published")
        by = (event.get("responded_by_user") or {}).get("name", "unknown")
        if event.get("chosen_options") == [self.REJECT]:
            raise RejectionError(f"{by} rejected what was left of this run; nothing was published")
        answered = super().execute_complete(context, event)
        approve(run_id(), self.judged, by)
        return answered


def _quarantine(run_id: str) -> str:
    """Return the address of the page that lists what a run has refused, once it has published the rest."""
    return f"{alerts.airflow_address()}/newsmill/quarantine?run_id={quote(run_id, safe='')}"
