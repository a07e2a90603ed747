"""Take records that were quarantined, or could not be read, through the pipeline again, after a fix.

Mend the cause first: an outlet's file, a rule, a limit, a new version of newsmill, or the raw file itself. Then trigger
this DAG; it never runs by itself. It takes the records whose **latest** fate is one of the reasons asked for, and no
others; what has come right since is not touched.

| task | what it does |
|---|---|
| `plan` | finds the records in the ledger, checks settings, outlet files and rules, cuts the records into batches |
| `extract` | a task for each batch: reads these records of the landing zone as they are today, and extracts |
| `learn` | finds what each outlet repeats, in these articles and those remembered of earlier runs |
| `clean` | a task for each batch: cuts boilerplate by the rules of `include/rules`, and notes every cut |
| `validate` | judges every article's fields with Great Expectations; builds Data Docs |
| `review` | **fails, publishes the rest, or asks a person** when more than the rejection limit is quarantined |
| `deduplicate` | decides each record's fate |
| `publish` | a task for each group of partitions: merges the articles into `corpus/date=…/outlet=…/` |
| `reconcile` | checks that every record has one fate; writes ledger, index and profiles; logs the fates as a table |

The ledger keeps both fates of a record, each with its run. A record whose raw file is gone ends as `unreadable`,
`vanished`, and keeps its old reason for the next time.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from airflow.sdk import Param, dag

from current import params, selection
from newsmill import rerun
from newsmill.model import QUARANTINE_REASONS, UNREADABLE_REASONS, Replay
from wiring import (
    DAG_ARGS,
    date_param,
    dry_run_param,
    flow,
    landing_param,
    min_words_param,
    outlets_param,
    planned,
    rejection_param,
    review_param,
    text_param,
)

REASONS = [reason.value for reason in (*QUARANTINE_REASONS, *UNREADABLE_REASONS)]

PARAMS = {
    "reasons": Param(
        [reason.value for reason in QUARANTINE_REASONS],
        type="array",
        minItems=1,
        items={"type": "string", "enum": REASONS},
        examples=REASONS,
        title="Reasons",
        description="Take records whose latest fate is a refusal for one of these. Preset are the reasons of the "
        "quarantine; the others in the list are of records that could not be read.",
    ),
    "outlets": outlets_param("Take only these outlets' records, by short name, as the ledger has it. Empty: all."),
    "run_id": text_param(
        "Run", "Take only what this run refused: its id, as the run's page in News corpus has it. Empty: any run."
    ),
    "from_date": date_param("Refused from", "Take only what was refused by a run of this day (UTC) or later."),
    "to_date": date_param("Refused until", "Take only what was refused by a run of this day (UTC) or earlier."),
    "landing_uri": landing_param(),
    "min_words": min_words_param(),
    "rejection_limit": rejection_param(1),
    "review": review_param(),
    "dry_run": dry_run_param(),
}


@dag(schedule=None, doc_md=__doc__, params=PARAMS, **DAG_ARGS)
def replay_quarantine() -> None:
    """Wire the stages of `newsmill.pipeline` behind a plan of refused records."""
    flow(planned(_plan, "Finds the refused records that are asked for in the ledger, and cuts them into batches."))


def _plan(run_id: str, day: date) -> list[dict[str, Any]]:
    asked = params()
    names = ("reasons", "outlets", "run_id", "from_date", "to_date")
    return rerun.plan_replay(run_id, day, selection(), Replay(**{name: asked[name] for name in names}))


replay_quarantine()
