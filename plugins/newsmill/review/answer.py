"""What becomes of a run above its rejection limit: it is refused, goes on, or waits.

Owns what each of these leaves in staging. Keep out: what is asked (question), who asks (dags/review.py), the ledger, to
which `reconcile` takes the record of a run that went on.

Nothing is held while a run waits: it has decided nothing, so other runs and takedowns pass it by as they do a run
between two of its tasks.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NoReturn

import structlog

from newsmill.publish.ledger import REVIEW_FILE
from newsmill.review.question import Question, RejectionError
from newsmill.schema import REVIEWS
from newsmill.staging import Staging, write_rows
from newsmill.waiting import forget_waiting, note_waiting

log = structlog.get_logger("newsmill")


def begin_anew(staging: Staging) -> None:
    """Forget what was asked and answered before: verdicts may be others now, and a task that is cleared asks again."""
    forget_waiting(staging)
    staging.data.remove(staging.path(REVIEW_FILE))


def refuse(question: Question) -> NoReturn:
    """End the run.

    Raises:
        RejectionError: always.
    """
    raise RejectionError(
        f"{question.sentence}; nothing was published. They failed: {question.reasons}. Mend the cause, or raise "
        "NEWSMILL_REJECTION_LIMIT or the run's rejection limit, or say how such a run goes on: NEWSMILL_REVIEW or the "
        "run's review"
    )


def wait(staging: Staging, hours: float) -> None:
    """Keep the run's staging for so many hours, and one more in which the answer takes effect."""
    note_waiting(staging, datetime.now(UTC) + timedelta(hours=hours + 1))


def approve(staging: Staging, question: Question, by: str | None) -> None:
    """Let the run go on; its record goes into the ledger with the run.

    Args:
        staging: the run's.
        question: what was decided on.
        by: who approved it; None: nobody was asked.
    """
    row = {
        "run_id": question.run_id,
        "articles": question.articles,
        "quarantined": question.quarantined,
        "rejection_limit": question.limit,
        "approved_by": by,
        "approved_at": datetime.now(UTC),
    }
    write_rows(staging.data, staging.path(REVIEW_FILE), REVIEWS, [row])
    forget_waiting(staging)
    log.warning(
        "more articles are quarantined than the rejection limit allows, and the rest is published",
        quarantined=question.quarantined,
        articles=question.articles,
        limit=question.limit,
        approved_by=by or "the setting",
        failed=question.reasons,
    )
