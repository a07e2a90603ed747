"""The end of a run: what it does once it has decided, and how others do it for a run that did not come to its end.

Owns the steps from decisions to the removal of staging, each of which can be done twice. Who calls holds the corpus.
Keep out: the order of a run's tasks (pipeline), how a step is done (the stages).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from newsmill.damage import check_whole, naming_damage
from newsmill.settings import load_settings
from newsmill.storage import Store
from newsmill.workplace import Workplace, open_workplace

if TYPE_CHECKING:
    from newsmill.publish.report import Report

log = structlog.get_logger("newsmill")


def finish_others(run_id: str | None = None) -> list[str]:
    """Finish every takedown, and every run but this one that had decided what to publish; the caller holds the corpus.

    Once a run's decisions and groups are in staging, part of its partitions may be in the corpus. Going forward is
    always possible, and every step can be done twice; so the corpus ends as if nothing had happened. Whether that run
    has died or is only between two of its tasks does not matter: its tasks will find it ended.
    """
    from newsmill.identity import read_identity
    from newsmill.staging import Staging
    from newsmill.takedown.carry import finish_takedowns

    data = Store(load_settings().data)
    read_identity(data)  # a newer newsmill's corpus is left alone
    written = finish_takedowns(load_settings())
    for staging in Staging.interrupted(data):
        with naming_damage(staging):
            other = staging.run().run_id
            if other != run_id:
                log.warning("finishing a run that had decided what to publish", run_id=other)
                written += _finish(open_workplace(other))
    return written


def _finish(place: Workplace) -> tuple[str, ...]:
    check_whole(place.staging)  # before anything more is published
    for number in range(1, len(place.staging.groups()) + 1):
        publish_part(place, number)
    return end_run(place).partitions


def stands(place: Workplace, *paths: str) -> bool:
    """Tell whether these files of staging stay as they are; see `Staging.stands`."""
    stands = place.staging.stands(*paths)
    if stands:
        log.info("this run has decided what to publish, and what it decided on stays", files=paths)
    return stands


def decide_all(place: Workplace) -> None:
    """Decide, and check that the books can balance: a run that has decided must be one that can be finished."""
    from newsmill.dedup.decide import deduplicate
    from newsmill.publish.report import check_books, make_report

    counts = deduplicate(place.staging, place.index, reprocess=place.run.selection.reprocess)
    check_books(place.staging.total("read"), make_report(place.staging, place.run, []))
    log.info("finished", task="deduplicate", **counts)


def publish_part(place: Workplace, number: int) -> list[str]:
    """Merge one group's articles into its partitions; return the keys of those that changed."""
    from newsmill.publish.partitions import publish_group

    keys = place.staging.groups()[number - 1]
    written = publish_group(place.staging, place.data, keys, grace=place.settings.move_grace_seconds)
    log.info("finished", task="publish", group=number, partitions=len(keys), written=len(written))
    return written


def end_run(place: Workplace) -> Report:
    """End a run. The profiles come last: until the staging folder is gone it is not over, and this is done again."""
    from newsmill.learn.remembering import remember
    from newsmill.publish import reconcile as ending
    from newsmill.publish.report import table

    if place.run.selection.dry_run:
        report = ending.dry_report(place.staging, place.run)
    else:
        place.staging.groups()  # decisions that were never sealed may be of an index that is gone
        check_whole(place.staging)
        report = ending.reconcile(place.staging, place.data, place.index, place.run, place.staging.total("read"))
        log.info("remembered", **remember(place.staging, place.data, place.run))
    text = table(report)
    log.info("report", read=report.read, **report.totals)
    for line in [*text.splitlines(), *_review(place)]:
        structlog.get_logger("newsmill.report").info(line)
    kept = {"report.txt": text.encode()} | _differences(place) if place.run.selection.dry_run else {}
    place.staging.end()
    for name, content in kept.items():
        place.data.write(place.staging.path(name), content)
    return report


def _review(place: Workplace) -> list[str]:
    """Say in the report why a run published though too many of its articles were quarantined."""
    from newsmill.publish.ledger import REVIEW_FILE
    from newsmill.publish.reviewed import sentences

    path = place.staging.path(REVIEW_FILE)
    return [said for _, said in sentences(place.data, path)] if place.data.is_file(path) else []


def _differences(place: Workplace) -> dict[str, bytes]:
    from newsmill.publish.ledger import DIFFERENCES_FILE

    path = place.staging.path(DIFFERENCES_FILE)
    return {DIFFERENCES_FILE: place.data.read(path)} if place.data.is_file(path) else {}
