"""What the DAG files share: the asset, default arguments, params, and the tasks of a run in their order.

The folder of DAGs is on `sys.path` wherever Airflow runs them. Airflow looks into this file too, and finds no DAG.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from airflow.sdk import (
    Asset,
    Connection,
    ExceptionRetryPolicy,
    Param,
    RetryAction,
    RetryRule,
    TriggerRule,
    get_current_context,
    task,
)

import alerts
from current import params, run_day, run_id
from metrics import measured
from newsmill import pipeline
from newsmill.lent import lend
from newsmill.model import Review
from newsmill.registry import MAX_SLUG, SLUG, outlet_slugs
from newsmill.settings import load_settings
from newsmill.storage import StorageError
from review import ReviewOperator

SETTINGS = load_settings()
lend(SETTINGS.store_connection, Connection.get)  # which is asked when a task opens an object store, not here
CORPUS = Asset(name="newsmill_corpus", uri="newsmill://corpus", group="newsmill")  # one, wherever the data lies: an
# Airflow that knew the name with another URI refuses to run the tasks
LABEL = "{{ task.op_kwargs['part']['label'] }}"

RETRY_WHAT_MAY_PASS = ExceptionRetryPolicy(
    [
        RetryRule(
            [StorageError, OSError, "newsmill.database.DatabaseAwayError"],
            RetryAction.RETRY,
            reason="storage or database may answer again",
        ),
        RetryRule(
            ["newsmill.lock.CorpusBusyError"], RetryAction.RETRY, reason="the other run will let go of the corpus"
        ),
        RetryRule(
            ["newsmill.lock.CorpusLetGoError"],
            RetryAction.RETRY,
            reason="done once more under the lock, each step ends as if it had been done once",
        ),
        RetryRule(
            ["airflow.sdk.exceptions.AirflowRuntimeError"],
            RetryAction.RETRY,
            reason="the api-server did not answer, and is started again",
        ),
        RetryRule(Exception, RetryAction.FAIL, reason="the same input gives the same error"),
    ]
)

RETRIES = 3
"""After 30, 60 and 120 seconds: a PostgreSQL that is started again is back within a minute, a failover within three."""

DAG_ARGS: dict[str, Any] = {
    "start_date": datetime(2026, 1, 1, tzinfo=UTC),
    "catchup": False,
    "max_active_runs": 1,
    "tags": ["newsmill"],
    "default_args": {
        "owner": "newsmill",
        "retries": RETRIES,
        "retry_delay": timedelta(seconds=30),
        "retry_exponential_backoff": 2.0,
        "max_retry_delay": timedelta(minutes=10),
        "retry_policy": RETRY_WHAT_MAY_PASS,
        "trigger_rule": TriggerRule.NONE_FAILED,
        **alerts.task_arguments(),
    },
    **alerts.dag_arguments(),
}


def landing_param() -> Param:
    """Return the param `landing_uri`."""
    return Param(
        SETTINGS.landing_uri,
        type="string",
        minLength=1,
        title="Landing zone",
        description="The folder or URI that holds the raw files. They are only read.",
    )


def outlets_param(description: str) -> Param:
    """Return the param `outlets`."""
    return Param(
        None,
        type=["array", "null"],
        items={"type": "string", "pattern": f"^{SLUG.pattern}$", "maxLength": MAX_SLUG},
        examples=outlet_slugs(SETTINGS.include / "outlets"),
        title="Outlets",
        description=description,
    )


def date_param(title: str, description: str) -> Param:
    """Return a param that is a day or empty."""
    return Param(None, type=["null", "string"], format="date", title=title, description=description)


def text_param(title: str, description: str) -> Param:
    """Return a param that is a text or empty."""
    return Param(None, type=["null", "string"], title=title, description=description)


def flag_param(default: bool, title: str, description: str) -> Param:
    """Return a param that is on or off."""
    return Param(default, type="boolean", title=title, description=description)


def min_words_param() -> Param:
    """Return the param `min_words`."""
    return Param(
        SETTINGS.min_words,
        type="integer",
        minimum=0,
        title="Minimum words",
        description="An article of fewer words, after cleaning, is quarantined.",
    )


def rejection_param(default: float = SETTINGS.rejection_limit) -> Param:
    """Return the param `rejection_limit`."""
    return Param(
        default,
        type="number",
        minimum=0,
        maximum=1,
        title="Rejection limit",
        description="A share, 0 to 1. If more of the run's articles are quarantined, it does what Review says.",
    )


def review_param() -> Param:
    """Return the param `review`."""
    return Param(
        SETTINGS.review.value,
        type="string",
        enum=[choice.value for choice in Review],
        values_display={
            "fail": "Fail, and publish nothing",
            "publish": "Publish the rest",
            "ask": "Ask a person, and wait",
        },
        title="Review",
        description="What happens above the rejection limit. A question waits under Required Actions for "
        f"{SETTINGS.review_hours:g} hours; without an answer the run fails.",
    )


def dry_run_param(default: bool = False) -> Param:
    """Return the param `dry_run`."""
    return flag_param(
        default,
        "Dry run",
        "Publish nothing: take all steps before, write below staging/ only, and log what would have been published.",
    )


def announce(keys: list[str]) -> None:
    """Announce partitions of the corpus that the task at work has written.

    Airflow announces the assets of a task that succeeds even if it names no partition; so one that has written nothing
    gives its asset up. Else every night would wake the consumers of the corpus, changed or not.
    """
    context = get_current_context()
    if keys:
        context["outlet_events"][CORPUS].add_partitions(keys)
    else:
        context["task"].outlets = []


def planned(plan: Callable[[str, date], list[dict[str, Any]]], doc_md: str) -> Any:
    """Return a run's first task, `plan`: it finishes what other runs had decided, then plans.

    Args:
        plan: called with the run's id and day.
        doc_md: the task's.
    """

    @task(task_id="plan", doc_md=doc_md, outlets=[CORPUS])
    def first() -> list[dict[str, Any]]:
        announce([] if params()["dry_run"] else pipeline.recover(run_id()))
        return measured("plan", plan, run_id(), run_day())

    return first()


def flow(batches: Any, before_deciding: Callable[[], Any] | None = None) -> None:
    """Wire what comes after `plan`: the stages of `newsmill.pipeline` in their order.

    Args:
        batches: what `plan` returns.
        before_deciding: a task between `review` and `deduplicate`.
    """

    @task(
        doc_md="Reads a batch's raw records, and extracts paragraphs and metadata from those that are new or changed.",
        map_index_template=LABEL,
    )
    def extract(part: dict[str, Any]) -> dict[str, int]:
        return measured("extract", pipeline.extract, run_id(), part["number"])

    @task(doc_md="Finds what each outlet repeats: in how many stories, on how many days, at the beginning or the end.")
    def learn() -> dict[str, int]:
        return measured("learn", pipeline.learn, run_id())

    @task(
        doc_md="Cuts the boilerplate from a batch's articles, and notes each cut with its rule and evidence.",
        map_index_template=LABEL,
    )
    def clean(part: dict[str, Any]) -> dict[str, int]:
        return measured("clean", pipeline.clean, run_id(), part["number"])

    @task(doc_md="Judges every article's fields with Great Expectations, and builds Data Docs of what it found.")
    def validate() -> dict[str, int]:
        return measured("validate", pipeline.validate, run_id())

    @task(
        doc_md="Finishes what an interrupted run had decided. Then decides each record's fate, and spreads the "
        "partitions that change over the tasks of `publish`.",
        outlets=[CORPUS],
    )
    def deduplicate() -> list[dict[str, Any]]:
        of_others: list[str] = []
        groups = measured("deduplicate", pipeline.deduplicate, run_id(), of_others)
        announce(of_others)
        return groups

    @task(
        doc_md="Merges a group's articles into its partitions of the corpus.",
        map_index_template=LABEL,
        outlets=[CORPUS],
    )
    def publish(part: dict[str, Any]) -> int:
        written = measured("publish", pipeline.publish, run_id(), part["number"])
        announce(written)
        return len(written)

    @task(doc_md="Checks that every record has one fate; writes ledger, index and profiles; logs the fates as a table.")
    def reconcile() -> dict[str, int]:
        return measured("reconcile", pipeline.reconcile, run_id())

    extracted, groups = extract.expand(part=batches), deduplicate()
    cleaned, judged = clean.expand(part=batches), validate()
    reviewed = ReviewOperator(
        task_id="review",
        judged=judged,
        hours=SETTINGS.review_hours,
        doc_md="Skipped, unless more articles are quarantined than the rejection limit allows: then it fails the run, "
        "lets the rest be published, or asks a person, as the param `review` says.",
    )
    extracted >> learn() >> cleaned >> judged
    (reviewed >> before_deciding() if before_deciding else reviewed) >> groups
    groups >> publish.expand(part=groups) >> reconcile()
