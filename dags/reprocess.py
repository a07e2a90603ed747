"""Clean again what is published, after rules or code have changed, and show first what that changes.

Every row of the corpus names the raw record that it was made of and the version that cleaned it. This DAG takes the
rows asked for, by default those that another version made, and takes their raw records through the pipeline again. It
is a *dry run* unless that is switched off, and it never runs by itself.

| task | what it does |
|---|---|
| `plan` | finds the rows in the corpus, checks settings, outlet files and rules, cuts their raw records into batches |
| `extract` | a task for each batch: reads these raw records, and extracts |
| `learn` | finds what each outlet repeats, in these articles and those remembered of earlier runs |
| `clean` | a task for each batch: cuts boilerplate by the rules of `include/rules`, and notes every cut |
| `validate` | judges every article's fields with Great Expectations; builds Data Docs |
| `review` | **fails, publishes the rest, or asks a person** when more than the rejection limit is quarantined |
| `compare` | **compares the new texts with those of the corpus**, block by block; logs articles changed, words \
gained and lost, by outlet and by rule, with examples |
| `deduplicate` | decides each record's fate |
| `publish` | a task for each group of partitions: merges the articles into `corpus/date=…/outlet=…/` |
| `reconcile` | checks that every record has one fate; writes ledger, index and profiles; logs the fates as a table |

A text that changes is a new revision; the old row goes to `ledger/revisions`, the differences to `ledger/differences`
(of a dry run: to `staging/<run>/differences.parquet`). A row stays as it is when its raw record is gone, or has changed
since it was published, or is now another article, or would be quarantined today.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from airflow.sdk import dag, task

from current import params, run_id, selection
from newsmill import rerun
from newsmill.model import Reprocess
from wiring import (
    DAG_ARGS,
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
    text_param,
)

PARAMS = {
    "outlets": outlets_param("Clean only these outlets' articles again, by short name. Empty: all."),
    "from_date": date_param("Published from", "Take only articles in partitions of this day or later."),
    "to_date": date_param("Published until", "Take only articles in partitions of this day or earlier."),
    "only_outdated": flag_param(
        True, "Only outdated", "Take only articles that another version of rules and code cleaned than the current one."
    ),
    "cleaner_version": text_param(
        "Cleaner version",
        "Take only articles that this version cleaned, as their column cleaner_version has it, even if it is the "
        "current one. Empty: any.",
    ),
    "landing_uri": landing_param(),
    "min_words": min_words_param(),
    "rejection_limit": rejection_param(),
    "review": review_param(),
    "dry_run": dry_run_param(True),
}


@dag(schedule=None, doc_md=__doc__, params=PARAMS, **DAG_ARGS)
def reprocess() -> None:
    """Wire the stages of `newsmill.pipeline` behind a plan of published records, with a comparison."""

    @task(doc_md="Compares the new texts with those of the corpus; logs what changes by outlet and by rule.")
    def compare() -> dict[str, int]:
        return rerun.compare(run_id(), _asked())

    flow(planned(_plan, "Finds the rows that are asked for, and cuts their raw records into batches."), compare)


def _plan(run_id: str, day: date) -> list[dict[str, Any]]:
    return rerun.plan_reprocess(run_id, day, selection(), _asked())


def _asked() -> Reprocess:
    asked = params()
    names = ("outlets", "from_date", "to_date", "cleaner_version", "only_outdated")
    return Reprocess(**{name: asked[name] for name in names})


reprocess()
