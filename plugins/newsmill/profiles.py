"""The tasks of the DAG `learn_outlets`: outlets' profiles made again, and what has changed of their pages.

Owns the order of these tasks and what they log. Keep out: the way of one outlet (relearn).
"""

from __future__ import annotations

from datetime import date

import structlog

from newsmill.settings import load_settings
from newsmill.storage import Store
from newsmill.workplace import holding_corpus

log = structlog.get_logger("newsmill")


def learn_profiles(run_id: str, day: date, outlets: tuple[str, ...] = (), *, dry_run: bool = False) -> dict[str, int]:
    """Make the outlets' profiles again from corpus and ledger; write what has changed to the ledger. Returns counts.

    May be done twice. A dry run writes its findings into its staging folder, and no profile.
    """
    from dataclasses import asdict

    from newsmill.progress import Progress
    from newsmill.relearn import relearn
    from newsmill.schema import DRIFT
    from newsmill.staging import run_slug, writing

    data = Store(load_settings().data)
    progress = Progress("learn_profiles", len(outlets) or None, of="outlets")
    with (
        holding_corpus(f"{run_id}: learn_profiles"),
        writing(data, _drift_path(run_id, day, dry_run), DRIFT) as rows,
    ):
        for learnt in relearn(data, run_slug(run_id), day, outlets=outlets, write=not dry_run):
            for finding in learnt.findings:
                rows.add({"run_id": run_id} | asdict(finding))
            if learnt.lost:
                log.warning("not restored", outlet=learnt.outlet, articles=learnt.lost)
            progress.count("changed" if learnt.changed else "unchanged")
    return progress.finish()


def report_drift(run_id: str, day: date, *, dry_run: bool = False) -> dict[str, int]:
    """Log what `learn_profiles` found changed of the outlets' pages, as a table. Returns the findings of each kind."""
    from collections import Counter

    from newsmill.learn.drift import Finding, table
    from newsmill.staging import read_rows

    path = _drift_path(run_id, day, dry_run)
    found = [Finding(**row) for row in read_rows(Store(load_settings().data), path, list(Finding.__slots__))]
    for line in table(found):
        structlog.get_logger("newsmill.report").info(line)
    return dict(Counter(finding.what for finding in found))


def _drift_path(run_id: str, day: date, dry_run: bool) -> str:
    from newsmill.staging import run_slug

    name = run_slug(run_id)
    return f"staging/{name}/drift.parquet" if dry_run else f"ledger/drift/run_date={day.isoformat()}/{name}.parquet"
