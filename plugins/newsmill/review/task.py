"""The task `review`: is there a question, and what becomes of the run.

Owns these two steps, which everybody takes who runs the pipeline. Keep out: how Airflow asks a person (dags/review.py).
"""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from newsmill.damage import names_damage
from newsmill.model import Review
from newsmill.review import answer
from newsmill.review.question import Question, ask_of, exceeds
from newsmill.workplace import find_workplace, open_workplace

log = structlog.get_logger("newsmill")


@names_damage
def ask(run_id: str, judged: Mapping[str, int]) -> Question | None:
    """Return what there is to decide on; None where the run goes on by itself.

    A run that has decided or ended goes on: what it was asked before stays.

    Args:
        run_id: the run's.
        judged: what `validate` returned.
    """
    place = find_workplace(run_id)
    if place is None or place.staging.is_decided:
        return None
    answer.begin_anew(place.staging)
    articles, quarantined = judged.get("articles", 0), judged.get("quarantined", 0)
    limit = place.run.selection.rejection_limit
    return ask_of(place.staging, articles, quarantined, limit) if exceeds(articles, quarantined, limit) else None


@names_damage
def settle(run_id: str, question: Question, how: Review) -> bool:
    """Do with a run above its limit as it was told to.

    Returns:
        Whether a person is to be asked, whose answer `approve` takes; a dry run asks nobody.

    Raises:
        RejectionError: it was told to fail.
    """
    place = open_workplace(run_id)
    if how is Review.FAIL:
        answer.refuse(question)
    if place.run.selection.dry_run:
        log.warning(f"{question.sentence}; a dry run publishes nothing, and goes on", failed=question.reasons)
        return False
    if how is Review.ASK:
        return True
    answer.approve(place.staging, question, None)
    return False


def wait(run_id: str) -> None:
    """Keep a run's staging while a person is asked."""
    place = open_workplace(run_id)
    answer.wait(place.staging, place.settings.review_hours)


@names_damage
def approve(run_id: str, judged: Mapping[str, int], by: str) -> None:
    """Let a run go on of which a person said so.

    Args:
        run_id: the run's.
        judged: what `validate` returned.
        by: the person's name.
    """
    question = ask(run_id, judged)
    if question:
        answer.approve(open_workplace(run_id).staging, question, by)
