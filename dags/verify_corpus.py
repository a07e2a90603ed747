"""Check once a week that corpus, index, ledger and landing zone agree; fail loudly where they do not.

| task | what it does |
|---|---|
| `verify` | reads every file of corpus, ledger and quarantine, compares them with each other and with the index, and \
looks at a sample of articles closely: do text and removals give the extracted blocks back, is the raw record still \
there? |

It logs its findings as a table, each with its place and the command that mends it, and **fails** when there are any;
what it only warns of, such as a raw file that has changed since, does not fail it. It writes nothing. The corpus is
held only while narrow columns are read; a night that is being published is waited for, and is no finding.

On the command line: `newsmill verify`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import ExceptionRetryPolicy, Param, RetryAction, RetryRule, dag, get_current_context, task

from newsmill.settings import load_settings
from newsmill.storage import StorageError
from newsmill.upkeep.findings import SAMPLE
from newsmill.upkeep.watch import watch

SETTINGS = load_settings()

PARAMS = {
    "sample": Param(
        SAMPLE,
        type=["integer", "null"],
        minimum=0,
        title="Sample",
        description="Articles to look at closely, other ones each day. Empty: all of them, which takes long.",
    ),
}

RETRY_WHAT_MAY_PASS = ExceptionRetryPolicy(
    [
        RetryRule(
            [StorageError, OSError, "sqlalchemy.exc.OperationalError"],
            RetryAction.RETRY,
            reason="storage or database may answer again",
        ),
        RetryRule(
            ["newsmill.lock.CorpusBusyError"], RetryAction.RETRY, reason="the other run will let go of the corpus"
        ),
        RetryRule(Exception, RetryAction.FAIL, reason="what is wrong stays wrong"),
    ]
)


@dag(
    schedule=SETTINGS.verify_schedule or None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    doc_md=__doc__,
    params=PARAMS,
    tags=["newsmill"],
    default_args={
        "owner": "newsmill",
        "retries": 2,
        "retry_delay": timedelta(seconds=30),
        "retry_exponential_backoff": 2.0,
        "max_retry_delay": timedelta(minutes=10),
        "retry_policy": RETRY_WHAT_MAY_PASS,
    },
)
def verify_corpus() -> None:
    """Wire the one task."""

    @task(doc_md="Checks everything against everything; logs a table of what is wrong, and fails if anything is.")
    def verify() -> dict[str, int]:
        context: Any = get_current_context()
        return watch(context["params"]["sample"], context["dag_run"].run_after.astimezone(UTC).date().isoformat())

    verify()


verify_corpus()
