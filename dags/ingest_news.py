"""Turn the raw articles of the landing zone into a clean Parquet corpus.

Every run reads the landing zone, leaves out what earlier runs have dealt with, and takes the rest through these tasks:

| task | what it does |
|---|---|
| `plan` | checks settings, outlet files and rules, lists the landing zone, and cuts it into batches |
| `extract` | one task a batch: reads the raw records and extracts blocks and metadata |
| `learn` | finds what each outlet repeats, in this run's articles and those remembered of earlier runs |
| `clean` | one task a batch: cuts boilerplate by the rules of `include/rules`, and notes every cut |
| `validate` | judges every article's fields with Great Expectations; builds Data Docs; **stops the run** when more \
than the rejection limit is quarantined |
| `deduplicate` | decides each record's fate: published, duplicate, quarantined, unreadable, unchanged |
| `publish` | one task a group of partitions: merges the articles into `corpus/date=…/outlet=…/` |
| `reconcile` | checks that the books balance, writes ledger, index and profiles, logs the table of fates by outlet |

Trigger it with other params to take another landing zone, some outlets or days only, to clean everything again
(`reprocess`), or to see what would happen (`dry_run`). What was cut and why is in `ledger/removals`; what was not
published, in `ledger/fates`, `ledger/duplicates` and `quarantine`. Each partition written is announced as a partition
key `date|outlet` of the asset `newsmill_corpus`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from airflow.sdk import (
    Asset,
    ExceptionRetryPolicy,
    Param,
    RetryAction,
    RetryRule,
    TriggerRule,
    dag,
    get_current_context,
    task,
)

from newsmill import pipeline
from newsmill.model import Selection
from newsmill.registry import MAX_SLUG, SLUG, outlet_slugs
from newsmill.settings import load_settings
from newsmill.storage import StorageError

SETTINGS = load_settings()
CORPUS = Asset(name="newsmill_corpus", uri="newsmill://corpus", group="newsmill")  # one, wherever the data lies: an
# Airflow that knew the name with another URI refuses to run the tasks

PARAMS = {
    "landing_uri": Param(
        SETTINGS.landing_uri,
        type="string",
        minLength=1,
        title="Landing zone",
        description="The folder or URI that holds the raw files. It is only read.",
    ),
    "outlets": Param(
        None,
        type=["array", "null"],
        items={"type": "string", "pattern": f"^{SLUG.pattern}$", "maxLength": MAX_SLUG},
        examples=outlet_slugs(SETTINGS.include / "outlets"),
        title="Outlets",
        description="Take only these outlets' records, by slug. Empty: all.",
    ),
    "from_date": Param(
        None,
        type=["null", "string"],
        format="date",
        title="From date",
        description="Take only articles of this day (UTC) or later. An article without a date counts as today's.",
    ),
    "to_date": Param(
        None,
        type=["null", "string"],
        format="date",
        title="To date",
        description="Take only articles of this day (UTC) or earlier.",
    ),
    "min_words": Param(
        SETTINGS.min_words,
        type="integer",
        minimum=0,
        title="Minimum words",
        description="An article of fewer words, after cleaning, is quarantined.",
    ),
    "rejection_limit": Param(
        SETTINGS.rejection_limit,
        type="number",
        minimum=0,
        maximum=1,
        title="Rejection limit",
        description="The run fails, before it publishes anything, when a larger share of its articles is quarantined.",
    ),
    "reprocess": Param(
        False,
        type="boolean",
        title="Reprocess",
        description="Take records that earlier runs have dealt with, too: clean them again by today's rules.",
    ),
    "dry_run": Param(
        False,
        type="boolean",
        title="Dry run",
        description="Do everything up to publishing, write nothing outside staging, report what would have happened.",
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
        RetryRule(Exception, RetryAction.FAIL, reason="the same input gives the same error"),
    ]
)
LABEL = "{{ task.op_kwargs['part']['label'] }}"


@dag(
    schedule=SETTINGS.schedule or None,
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
        "trigger_rule": TriggerRule.NONE_FAILED,
    },
)
def ingest_news() -> None:
    """Wire the stages of `newsmill.pipeline` in their order."""

    @task(
        doc_md="Finishes what an interrupted run had decided to publish. Checks settings, outlet files and rules; "
        "lists the landing zone; cuts it into batches.",
        outlets=[CORPUS],
    )
    def plan() -> list[dict[str, Any]]:
        context = get_current_context()
        if not context["params"]["dry_run"]:
            context["outlet_events"][CORPUS].add_partitions(pipeline.recover(_run_id()))
        return pipeline.plan(_run_id(), context["dag_run"].run_after.astimezone(UTC).date(), _selection(context))

    @task(
        doc_md="Reads a batch's raw records and extracts blocks and metadata from those that are new or changed.",
        map_index_template=LABEL,
    )
    def extract(part: dict[str, Any]) -> dict[str, int]:
        return pipeline.extract(_run_id(), part["number"])

    @task(doc_md="Finds what each outlet repeats: in how many different stories, on how many days, at which end.")
    def learn() -> dict[str, int]:
        return pipeline.learn(_run_id())

    @task(doc_md="Cuts the boilerplate from a batch's articles and notes every cut.", map_index_template=LABEL)
    def clean(part: dict[str, Any]) -> dict[str, int]:
        return pipeline.clean(_run_id(), part["number"])

    @task(doc_md="Judges every article's fields; stops the run when too many are quarantined. Builds the Data Docs.")
    def validate() -> dict[str, int]:
        return pipeline.validate(_run_id())

    @task(doc_md="Decides each record's fate and spreads the touched partitions over publish tasks.")
    def deduplicate() -> list[dict[str, Any]]:
        return pipeline.deduplicate(_run_id())

    @task(
        doc_md="Merges a group's articles into its partitions of the corpus.",
        map_index_template=LABEL,
        outlets=[CORPUS],
    )
    def publish(part: dict[str, Any]) -> int:
        written = pipeline.publish(_run_id(), part["number"])
        get_current_context()["outlet_events"][CORPUS].add_partitions(written)
        return len(written)

    @task(doc_md="Checks that the books balance, writes ledger, index and profiles, logs the table of fates by outlet.")
    def reconcile() -> dict[str, int]:
        return pipeline.reconcile(_run_id())

    batches, groups = plan(), deduplicate()
    extracted, cleaned = extract.expand(part=batches), clean.expand(part=batches)
    extracted >> learn() >> cleaned >> validate() >> groups >> publish.expand(part=groups) >> reconcile()


def _run_id() -> str:
    return str(get_current_context()["run_id"])


def _selection(context: Any) -> Selection:
    asked = dict(context["params"])
    days = {name: date.fromisoformat(asked[name]) if asked[name] else None for name in ("from_date", "to_date")}
    return Selection(**asked | days | {"outlets": tuple(asked["outlets"] or ())})


ingest_news()
