"""Turn the raw articles of the landing zone into a clean Parquet corpus.

Every run reads the landing zone, leaves out what earlier runs have dealt with, and takes the rest through these tasks:

| task | what it does |
|---|---|
| `plan` | checks settings, outlet files and rules, lists the landing zone, and cuts it into batches |
| `extract` | a task for each batch: reads the raw records, and extracts paragraphs and metadata |
| `learn` | finds what each outlet repeats, in this run's articles and those remembered of earlier runs |
| `clean` | a task for each batch: cuts boilerplate by the rules of `include/rules`, and notes every cut |
| `validate` | judges every article's fields with Great Expectations; builds Data Docs |
| `review` | **fails, publishes the rest, or asks a person** when more than the rejection limit is quarantined |
| `deduplicate` | decides each record's fate: published, duplicate, quarantined, unreadable, unchanged |
| `publish` | a task for each group of partitions: merges the articles into `corpus/date=…/outlet=…/` |
| `reconcile` | checks that every record has one fate; writes ledger, index and profiles; logs the fates as a table |

Trigger it with other params to take another landing zone, some outlets or days only, to clean everything again
(`reprocess`), or to see what would happen (`dry_run`). What was cut and why is in `ledger/removals`; what was not
published, in `ledger/fates`, `ledger/duplicates` and `quarantine`. Each partition written is announced as a partition
key `date|outlet` of the asset `newsmill_corpus`.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from airflow.sdk import dag

from current import params
from newsmill import pipeline
from newsmill.model import Selection
from wiring import (
    DAG_ARGS,
    SETTINGS,
    date_param,
    dry_run_param,
    flag_param,
    flow,
    landing_param,
    min_words_param,
    outlets_param,
    planned,
    rejection_param,
    review_param,
)

PARAMS = {
    "landing_uri": landing_param(),
    "outlets": outlets_param("Take only these outlets' records, by short name. Empty: all."),
    "from_date": date_param(
        "Published from", "Take only articles of this day (UTC) or later. An article without a date counts as today's."
    ),
    "to_date": date_param("Published until", "Take only articles of this day (UTC) or earlier."),
    "min_words": min_words_param(),
    "rejection_limit": rejection_param(),
    "review": review_param(),
    "reprocess": flag_param(
        False,
        "Reprocess",
        "Also take records that earlier runs have dealt with, and clean them again by today's rules.",
    ),
    "dry_run": dry_run_param(),
}


@dag(schedule=SETTINGS.schedule or None, doc_md=__doc__, params=PARAMS, **DAG_ARGS)
def ingest_news() -> None:
    """Wire the stages of `newsmill.pipeline` in their order."""
    flow(
        planned(
            _plan,
            "Finishes what an interrupted run had decided to publish. Checks settings, outlet files and rules; lists "
            "the landing zone; cuts it into batches.",
        )
    )


def _plan(run_id: str, day: date) -> list[dict[str, Any]]:
    asked = params()
    del asked["review"]  # asked when there is something to review
    return pipeline.plan(run_id, day, Selection(**asked))


ingest_news()
