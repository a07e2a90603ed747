"""The flow: landing -> plan -> extract xN -> learn -> clean xN -> validate -> deduplicate -> publish xM -> reconcile.

Owns the order of the stages and what passes between them. Each function here is one task of the DAG `ingest_news`;
it takes a run's id and small numbers, and reads and writes Parquet files below `staging/<run>/`. `learn_profiles` and
`report_drift` are the tasks of the DAG `learn_outlets`.

Keep out: how a stage does its work. Stages are imported where they are used, because a task pays seconds and hundreds
of megabytes for the libraries of a stage that it does not run.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import structlog

from newsmill.damage import check_whole, names_damage, naming_damage
from newsmill.model import NewsmillError, Selection
from newsmill.progress import Progress
from newsmill.settings import load_settings
from newsmill.storage import Store
from newsmill.workplace import (
    Workplace,
    check_apart,
    find_workplace,
    holding_corpus,
    open_landing,
    open_workplace,
    outlets_of,
    rules_of,
)

if TYPE_CHECKING:
    from newsmill.publish.report import Report

MAX_TASKS = 1000
"""Extract tasks of a run at most: Airflow maps a task over 1,024 items by default."""

log = structlog.get_logger("newsmill")


class RejectionError(NewsmillError):
    """More articles were quarantined than the rejection limit allows; nothing was published."""


def run(run_id: str, day: date, selection: Selection) -> dict[str, int]:
    """Do a whole run in this process: what the DAG does with its tasks, in the same order. Returns the fates."""
    if not selection.dry_run:
        recover(run_id)
    batches = plan(run_id, day, selection)
    for batch in batches:
        extract(run_id, batch["number"])
    learn(run_id)
    for batch in batches:
        clean(run_id, batch["number"])
    validate(run_id)
    for group in deduplicate(run_id):
        publish(run_id, group["number"])
    return reconcile(run_id)


def plan(run_id: str, day: date, selection: Selection) -> list[dict[str, Any]]:
    """Check that everything is in order, list the landing zone and cut it into batches.

    Returns:
        One dict a batch: `number` and `label`, a line for people.

    Raises:
        NewsmillError: a setting, a param, an outlet's file or a rules file has a mistake, or there is no landing zone.
    """
    from newsmill.read.plan import Ignored, join_batches, plan_batches
    from newsmill.staging import Staging

    settings = load_settings()
    outlets_of(settings)
    rules_of(settings)
    landing, data = open_landing(selection), Store(settings.data)
    check_apart(landing, data)
    _check_in(run_id, data, dry_run=selection.dry_run)
    staging = Staging.of(data, run_id)
    staging.start(run_id, day, selection)
    ignored = Ignored()
    found = plan_batches(
        landing, batch_records=settings.batch_records, batch_bytes=settings.batch_bytes, ignored=ignored
    )
    batches = join_batches(list(found), MAX_TASKS)
    staging.write_plan(batches)
    log.info(
        "planned",
        landing=landing.uri,
        records=sum(batch.records for batch in batches),
        batches=len(batches),
        ignored_files=ignored.count,
        ignored_names=ignored.names,
    )
    return [{"number": batch.number, "label": batch.label} for batch in batches]


def _check_in(run_id: str, data: Store, *, dry_run: bool) -> None:
    """Check that corpus and index belong together, before a run's first work is done in vain."""
    from newsmill.dedup.index import Index
    from newsmill.identity import check
    from newsmill.leftovers import clear_staging

    settings = load_settings()
    index = Index(settings.index)
    if dry_run or not data.is_folder():
        check(data, index)
        return
    with holding_corpus(f"{run_id}: plan"):
        check(data, index)
        clear_staging(data, settings.staging_days, but=run_id)


@names_damage
def extract(run_id: str, number: int) -> dict[str, int]:
    """Read one batch's raw records; extract those that are new or changed. Returns counts."""
    from newsmill.intake import take_in
    from newsmill.schema import EXTRACTED, SETTLED, SIGHTINGS
    from newsmill.staging import writing

    place = open_workplace(run_id)
    batch = place.staging.batch(number)
    progress = Progress("extract", batch.records, batch=number)
    with (
        writing(place.data, place.staging.batch_path("extracted", number), EXTRACTED) as extracted,
        writing(place.data, place.staging.batch_path("settled", number), SETTLED) as settled,
        writing(place.data, place.staging.batch_path("sightings", number), SIGHTINGS) as sightings,
    ):
        for taken in take_in(place, batch):
            if taken.sighting is not None:
                sightings.add(taken.sighting)
            if taken.row is not None:
                (extracted if taken.goes_on else settled).add(taken.row)
            progress.count(taken.outcome)
    counts = progress.finish()
    place.staging.write_counts(number, {"read": progress.done - counts.get("not_selected", 0), **counts})
    return counts


@names_damage
def learn(run_id: str) -> dict[str, int]:
    """Find what the run's outlets repeat, in its articles and those remembered of earlier runs. Returns counts."""
    from newsmill.learn.task import learn as learn_profiles

    place = open_workplace(run_id)
    counts = learn_profiles(place.staging, place.data)
    log.info("finished", task="learn", **counts)
    return counts


@names_damage
def clean(run_id: str, number: int) -> dict[str, int]:
    """Cut the boilerplate from one batch's articles, and note every cut. Returns counts."""
    from newsmill.clean.cleaner import clean as clean_article
    from newsmill.clean.rules import cleaner_version
    from newsmill.dedup.hashing import content_hash
    from newsmill.learn.task import profiles_of
    from newsmill.rows import cleaned_row, removal_rows, row_article
    from newsmill.schema import CLEANED, REMOVALS
    from newsmill.staging import read_rows, writing

    place = open_workplace(run_id)
    registry, rules = place.registry, place.rules
    version = cleaner_version(rules)
    extracted = place.staging.batch_path("extracted", number)
    outlets = (row["outlet"] for row in read_rows(place.data, extracted, ["outlet"]))
    profiles = profiles_of(place.staging, place.data, outlets)
    progress = Progress("clean", place.staging.count_rows(extracted), batch=number)
    with (
        writing(place.data, place.staging.batch_path("cleaned", number), CLEANED) as rows,
        writing(place.data, place.staging.batch_path("removals", number), REMOVALS) as removals,
    ):
        for article in map(row_article, read_rows(place.data, extracted)):
            cleaned = clean_article(article, rules, registry.get(article.outlet), profiles[article.outlet])
            rows.add(cleaned_row(article, cleaned, content_hash(cleaned.text), version, place.run.day))
            for row in removal_rows(article, cleaned, run_id):
                removals.add(row)
            progress.count("with_removals" if cleaned.removals else "untouched")
    return progress.finish()


@names_damage
def validate(run_id: str) -> dict[str, int]:
    """Judge every article's fields; fail when too many are quarantined. Returns counts.

    Raises:
        RejectionError: the share of quarantined articles exceeds the run's rejection limit.
    """
    from newsmill.rows import verdict_row
    from newsmill.schema import CLEANED, VERDICTS
    from newsmill.staging import write_rows
    from newsmill.validate.docs import build_docs
    from newsmill.validate.judge import COLUMNS, judge

    place = open_workplace(run_id)
    asked = place.run.selection
    articles = place.staging.table("cleaned", CLEANED, list(COLUMNS))
    path = place.staging.path("verdicts.parquet")
    if not len(articles):
        write_rows(place.data, path, VERDICTS, [])
        log.info("finished", task="validate", articles=0)
        return {"articles": 0, "quarantined": 0}
    judgement = judge(articles, min_words=asked.min_words, registry=place.registry, day=place.run.day)
    write_rows(place.data, path, VERDICTS, map(verdict_row, judgement.verdicts))
    if not asked.dry_run:
        with holding_corpus(f"{run_id}: validate"):
            build_docs(judgement, place.data)
    for warning in judgement.batch_warnings:
        log.warning("batch expectation", finding=warning)
    failed = [verdict for verdict in judgement.verdicts if verdict.failed]
    log.info("finished", task="validate", articles=len(articles), quarantined=len(failed))
    if len(failed) / len(articles) > asked.rejection_limit:
        examples = "; ".join(sorted({verdict.failed[0] for verdict in failed})[:5])
        raise RejectionError(
            f"{len(failed)} of {len(articles)} articles failed validation, more than the rejection limit of "
            f"{asked.rejection_limit:.0%}; nothing was published. They failed: {examples}. Mend the cause, or raise "
            "NEWSMILL_REJECTION_LIMIT or the run's rejection limit"
        )
    return {"articles": len(articles), "quarantined": len(failed)}


@names_damage
def deduplicate(run_id: str) -> list[dict[str, Any]]:
    """Decide every record's fate and spread the touched partitions over groups.

    Returns:
        One dict a group: `number` and `label`; empty in a dry run and when nothing is to be published.

    Raises:
        CorpusBusyError: another process holds the corpus.
    """
    from newsmill.dedup.index import Index
    from newsmill.identity import establish
    from newsmill.publish.partitions import groups

    place = open_workplace(run_id)
    if place.run.selection.dry_run:
        _decide(place)
        return []
    with holding_corpus(f"{run_id}: deduplicate"):
        _finish_others(run_id)
        found = find_workplace(run_id)
        if found is None:
            return []
        establish(found.data, Index(found.settings.index))
        _decide(found)
        parts = groups(found.staging, found.settings.publish_groups)
        found.staging.write_groups(parts)
    return [{"number": number, "label": _group_label(number, keys)} for number, keys in enumerate(parts, 1)]


@names_damage
def publish(run_id: str, number: int) -> list[str]:
    """Merge one group's articles into its partitions of the corpus. Returns the keys `date|outlet` written.

    Raises:
        CorpusBusyError: another process holds the corpus.
    """
    from newsmill.publish.report import of_run

    with holding_corpus(f"{run_id}: publish", shared=True):
        place = find_workplace(run_id)
        if place:
            return _publish(place, number)
    report = of_run(Store(load_settings().data), run_id)
    return list(report.partitions) if report else []


@names_damage
def reconcile(run_id: str) -> dict[str, int]:
    """Balance the books, write ledger, index and profiles, log the report, remove staging. Returns the fates.

    Raises:
        CorpusBusyError: another process holds the corpus.
    """
    from newsmill.publish.report import of_run

    with holding_corpus(f"{run_id}: reconcile"):
        place = find_workplace(run_id)
        report = _reconcile(place) if place else of_run(Store(load_settings().data), run_id)
    return {"read": report.read, **report.totals} if report else {}


def recover(run_id: str) -> list[str]:
    """Finish what interrupted runs had decided to publish, before anything new is planned.

    Args:
        run_id: who asks.

    Returns:
        The keys `date|outlet` of the partitions that those runs wrote.

    Raises:
        CorpusBusyError: another process holds the corpus.
    """
    if not Store(load_settings().data).is_folder():
        return []  # nothing is made before the settings are checked
    with holding_corpus(f"{run_id}: recover"):
        return _finish_others()


def _finish_others(run_id: str | None = None) -> list[str]:
    """Finish every run but this one that had decided what to publish; the caller holds the corpus.

    Once a run's decisions and groups are in staging, part of its partitions may be in the corpus. Going forward is
    always possible, and every step can be done twice; so the corpus ends as if nothing had happened. Whether that run
    has died or is only between two of its tasks does not matter: its tasks will find it ended.
    """
    from newsmill.identity import read_identity
    from newsmill.staging import Staging

    data = Store(load_settings().data)
    read_identity(data)  # a newer newsmill's corpus is left alone
    written: list[str] = []
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
        _publish(place, number)
    return _reconcile(place).partitions


def _decide(place: Workplace) -> None:
    from newsmill.dedup.decide import deduplicate as decide
    from newsmill.publish.ledger import ledger_path

    if place.data.exists(ledger_path("runs", place.run)):
        return  # this run is in the ledger, and what it says stays
    counts = decide(place.staging, place.index, reprocess=place.run.selection.reprocess)
    log.info("finished", task="deduplicate", **counts)


def _publish(place: Workplace, number: int) -> list[str]:
    from newsmill.publish.partitions import publish_group

    keys = place.staging.groups()[number - 1]
    written = publish_group(place.staging, place.data, keys, grace=place.settings.move_grace_seconds)
    log.info("finished", task="publish", group=number, partitions=len(keys), written=len(written))
    return written


def _reconcile(place: Workplace) -> Report:
    """End a run. The profiles come last: until the staging folder is gone it is not over, and this is done again."""
    from newsmill.learn.task import remember
    from newsmill.publish import reconcile as ending
    from newsmill.publish.report import table

    if place.run.selection.dry_run:
        report = ending.dry_report(place.staging, place.run)
    else:
        check_whole(place.staging)
        report = ending.reconcile(place.staging, place.data, place.index, place.run, place.staging.total("read"))
        log.info("remembered", **remember(place.staging, place.data, place.run))
    text = table(report)
    log.info("report", read=report.read, **report.totals)
    for line in text.splitlines():
        structlog.get_logger("newsmill.report").info(line)
    place.staging.end()
    if place.run.selection.dry_run:
        place.data.write(place.staging.path("report.txt"), text.encode())
    return report


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
    progress = Progress("learn_profiles", len(outlets))
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


def _group_label(number: int, keys: list[str]) -> str:
    return f"group {number}: {keys[0]}" + (f" and {len(keys) - 1:,} more partitions" if len(keys) > 1 else "")
