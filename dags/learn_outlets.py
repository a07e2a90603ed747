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

from airflow.sdk import dag, task

from current import params, run_day, run_id
from newsmill import profiles
from wiring import DAG_ARGS, SETTINGS, flag_param, outlets_param

PARAMS = {
    "outlets": outlets_param("Learn only these outlets again, by short name. Empty: all."),
    "dry_run": flag_param(False, "Dry run", "Compare and report only: write no profile, and nothing into the ledger."),
}


@dag(schedule=SETTINGS.learn_schedule or None, doc_md=__doc__, params=PARAMS, **DAG_ARGS)
def learn_outlets() -> None:
    """Wire the tasks of `newsmill.pipeline` that belong to profiles."""

    @task(doc_md="Makes each outlet's profile again from corpus and ledger; compares it with that of a week ago.")
    def learn_profiles() -> dict[str, int]:
        asked = params()
        return profiles.learn_profiles(run_id(), run_day(), asked["outlets"], dry_run=asked["dry_run"])

    @task(doc_md="Logs what has changed of the outlets' pages as a table.")
    def report_drift() -> dict[str, int]:
        return profiles.report_drift(run_id(), run_day(), dry_run=params()["dry_run"])

    learn_profiles() >> report_drift()


learn_outlets()
