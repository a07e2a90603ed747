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

from airflow.sdk import Param, dag, task

from current import params, run_day
from newsmill.upkeep.findings import SAMPLE
from newsmill.upkeep.watch import watch
from wiring import DAG_ARGS, SETTINGS

PARAMS = {
    "sample": Param(
        SAMPLE,
        type=["integer", "null"],
        minimum=0,
        title="Sample",
        description="So many articles are looked at closely, others every day. Empty: all of them, which takes long.",
    ),
}


@dag(schedule=SETTINGS.verify_schedule or None, doc_md=__doc__, params=PARAMS, **DAG_ARGS)
def verify_corpus() -> None:
    """Wire the one task."""

    @task(doc_md="Checks everything against everything; logs a table of what is wrong, and fails if anything is.")
    def verify() -> dict[str, int]:
        return watch(params()["sample"], run_day().isoformat())

    verify()


verify_corpus()
