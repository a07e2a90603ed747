"""Make the profiles of what each outlet repeats again, and report what has changed of its pages.

`ingest_news` learns from each night's articles and remembers them. Once a week this DAG does the same from the ledger:

| task | what it does |
|---|---|
| `learn_profiles` | reads each outlet's newest articles back from corpus and `ledger/removals`, writes a new version \
of its profile where it differs, and compares it with the version of a week ago |
| `report_drift` | logs what has changed as a table |

Drift is a block that newly repeats, or a jump in how long an outlet's texts are or how much of them is cut: signs of a
new page design, a new appeal, or an extractor that has begun to fail. The findings are in `ledger/drift`. The
corpus does not change; run `ingest_news` with *Reprocess* to clean old articles by new profiles.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from airflow.sdk import ExceptionRetryPolicy, Param, RetryAction, RetryRule, dag, get_current_context, task

from newsmill import pipeline
from newsmill.registry import MAX_SLUG, SLUG, outlet_slugs
from newsmill.settings import load_settings
from newsmill.storage import StorageError

SETTINGS = load_settings()

PARAMS = {
    "outlets": Param(
        None,
        type=["array", "null"],
        items={"type": "string", "pattern": f"^{SLUG.pattern}$", "maxLength": MAX_SLUG},
        examples=outlet_slugs(SETTINGS.include / "outlets"),
        title="Outlets",
        description="Learn only these outlets again, by slug. Empty: all.",
    ),
    "dry_run": Param(
        False,
        type="boolean",
        title="Dry run",
        description="Compare and report, and write no profile and no ledger.",
    ),
}

RETRY_WHAT_MAY_PASS = ExceptionRetryPolicy(
    [
        RetryRule([StorageError, OSError], RetryAction.RETRY, reason="storage may answer again"),
        RetryRule(Exception, RetryAction.FAIL, reason="the same input gives the same error"),
    ]
)


@dag(
    schedule=SETTINGS.learn_schedule or None,
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
def learn_outlets() -> None:
    """Wire the tasks of `newsmill.pipeline` that belong to profiles."""

    @task(doc_md="Makes each outlet's profile again from corpus and ledger; compares it with that of a week ago.")
    def learn_profiles() -> dict[str, int]:
        context = get_current_context()
        outlets = tuple(context["params"]["outlets"] or ())
        return pipeline.learn_profiles(*_run(context), outlets, dry_run=context["params"]["dry_run"])

    @task(doc_md="Logs what has changed of the outlets' pages as a table.")
    def report_drift() -> dict[str, int]:
        context = get_current_context()
        return pipeline.report_drift(*_run(context), dry_run=context["params"]["dry_run"])

    learn_profiles() >> report_drift()


def _run(context: Any) -> tuple[str, date]:
    return str(context["run_id"]), context["dag_run"].run_after.astimezone(UTC).date()


learn_outlets()
