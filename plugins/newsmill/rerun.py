"""Runs over raw records that earlier runs have dealt with: chosen ones, refused ones, those of published articles.

Owns which records such a run takes; `replay` and `reprocess` are what the DAGs `replay_quarantine` and `reprocess` do
with their tasks. Keep out: the tasks that they share with every run (pipeline).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from newsmill.finishing import decide_all
from newsmill.model import Replay, Reprocess, Selection, Wanted
from newsmill.pipeline import MAX_TASKS, begin, planned, recover, run_planned
from newsmill.settings import load_settings
from newsmill.storage import Store
from newsmill.workplace import check_days, open_workplace, rules_of

if TYPE_CHECKING:
    from newsmill.settings import Settings
    from newsmill.standing import Standing

log = structlog.get_logger("newsmill")


def plan_records(run_id: str, day: date, selection: Selection, wanted: Iterable[str]) -> list[dict[str, Any]]:
    """Plan a run over these raw records alone, whatever earlier runs did with them.

    One that is not in the landing zone any more ends as `unreadable` with the reason `vanished`.

    Args:
        run_id: the run's.
        day: its UTC day.
        selection: what is asked of the run; its outlets and dates are not asked for, as the records are named.
        wanted: raw_paths, in any order.

    Returns:
        One dict a batch, as `plan` does; batches without a wanted record are left out.

    Raises:
        NewsmillError: as for `plan`.
    """
    return _plan_wanted(run_id, day, selection, (Wanted(raw_path=raw_path) for raw_path in wanted))


def _plan_wanted(run_id: str, day: date, selection: Selection, wanted: Iterable[Wanted]) -> list[dict[str, Any]]:
    from newsmill.read.plan import BatchSize, plan_batches
    from newsmill.wanted import assigned, sorted_out

    place = begin(run_id, day, replace(selection, outlets=(), from_date=None, to_date=None))
    settings = place.settings
    with sorted_out(wanted) as sought:
        plan_of = partial(plan_batches, place.landing, only=sought.files())
        batches = BatchSize(settings.batch_records, settings.batch_bytes).batches(plan_of, MAX_TASKS)
        numbers = place.staging.write_wanted(assigned(batches, sought.records()))
        count = len(sought)
    return planned(place, [batch for batch in batches if batch.number in numbers], wanted=count)


def plan_replay(run_id: str, day: date, selection: Selection, asked: Replay) -> list[dict[str, Any]]:
    """Plan a run over records that were quarantined, or could not be read, and have not come right since.

    Raises:
        NewsmillError: as for `plan`; the dates are the wrong way round, or the ledger has no such run.
    """
    from newsmill.refused import refused

    check_days(asked.from_date, asked.to_date)
    with refused(Store(load_settings().data), asked) as raw_paths:
        return plan_records(run_id, day, selection, raw_paths)


def replay(run_id: str, day: date, selection: Selection, asked: Replay) -> dict[str, int]:
    """Do what the DAG `replay_quarantine` does in this process. Returns the fates."""
    if not selection.dry_run:
        recover(run_id)
    return run_planned(run_id, plan_replay(run_id, day, selection, asked))


def plan_reprocess(run_id: str, day: date, selection: Selection, asked: Reprocess) -> list[dict[str, Any]]:
    """Plan a run that makes rows of the corpus again from their raw records, as far as these are still the same.

    Raises:
        NewsmillError: as for `plan`; the dates are the wrong way round.
    """
    check_days(asked.from_date, asked.to_date)
    settings = load_settings()
    rows = _standing(settings, asked).rows(Store(settings.data), ["raw_path", "raw_sha256", "article_id"])
    wanted = (
        Wanted(raw_path=row["raw_path"], raw_sha256=row["raw_sha256"], article_id=row["article_id"]) for row in rows
    )
    return _plan_wanted(run_id, day, replace(selection, reprocess=True), wanted)


def compare(run_id: str, asked: Reprocess) -> dict[str, int]:
    """Say what a run of `reprocess` would change in the corpus: log tables, write `differences`. Returns counts.

    It stands before `deduplicate`, with decisions of its own: a run that has decided may be finished by another one at
    any moment, and what it replaces is gone then.
    """
    from newsmill.preview.comparison import compare as compare_texts
    from newsmill.preview.comparison import rows, tables
    from newsmill.publish.ledger import DIFFERENCES_FILE
    from newsmill.schema import DIFFERENCES
    from newsmill.staging import write_rows

    place = open_workplace(run_id)
    decide_all(place)
    found = compare_texts(place.staging, place.data, _standing(place.settings, asked))
    write_rows(place.data, place.staging.path(DIFFERENCES_FILE), DIFFERENCES, rows(found, run_id))
    for line in tables(found):
        structlog.get_logger("newsmill.report").info(line)
    counts = found.counts()
    log.info("finished", task="compare", **counts)
    return counts


def reprocess(run_id: str, day: date, selection: Selection, asked: Reprocess) -> dict[str, int]:
    """Do what the DAG `reprocess` does in this process. Returns the fates."""
    if not selection.dry_run:
        recover(run_id)
    batches = plan_reprocess(run_id, day, selection, asked)
    return run_planned(run_id, batches, before_deciding=lambda: compare(run_id, asked))


def _standing(settings: Settings, asked: Reprocess) -> Standing:
    from newsmill.clean.rules import cleaner_version
    from newsmill.standing import Standing

    is_any = asked.cleaner_version or not asked.only_outdated
    return Standing(
        outlets=asked.outlets,
        from_date=asked.from_date,
        to_date=asked.to_date,
        made_by=asked.cleaner_version or None,
        not_made_by=None if is_any else cleaner_version(rules_of(settings)),
    )
