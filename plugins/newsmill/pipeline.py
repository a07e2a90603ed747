"""The flow: landing -> plan -> extract xN -> (learn) -> clean xN -> validate -> deduplicate -> publish xM -> reconcile.

Owns the order of the stages and what passes between them. Each function here is one task of the DAG `ingest_news`;
it takes a run's id and small numbers, and reads and writes Parquet files below `staging/<run>/`. `learn`, which finds
what an outlet repeats, has its place between extract and clean: it needs every extracted batch of the run.

Keep out: how a stage does its work. Stages are imported where they are used, because a task pays seconds and hundreds
of megabytes for the libraries of a stage that it does not run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import structlog

from newsmill.model import Article, Cleaned, NewsmillError, RawRecord, Seen, Selection, Unreadable
from newsmill.progress import Progress
from newsmill.registry import Registry, load_registry
from newsmill.settings import Settings, absolute, load_settings
from newsmill.storage import Store

if TYPE_CHECKING:
    from newsmill.dedup.index import Index
    from newsmill.publish.report import Report
    from newsmill.staging import Run, Staging

LOOKUP_RECORDS = 20
"""Raw records held at once while the index is asked about them; bounds memory at 20 records of the largest size."""

MAX_TASKS = 1000
"""Extract tasks of a run at most: Airflow maps a task over 1,024 items by default."""

Item = TypeVar("Item")
log = structlog.get_logger("newsmill")


class RejectionError(NewsmillError):
    """More articles were quarantined than the rejection limit allows; nothing was published."""


@dataclass(frozen=True, slots=True)
class Workplace:
    """What a task of one run works with."""

    settings: Settings
    data: Store
    staging: Staging
    run: Run

    @property
    def registry(self) -> Registry:
        """The outlets' facts."""
        return load_registry(self.settings.include / "outlets")

    @property
    def index(self) -> Index:
        """The index of what is published."""
        from newsmill.dedup.index import Index

        return Index(self.settings.index)


def run(run_id: str, day: date, selection: Selection) -> dict[str, int]:
    """Do a whole run in this process: what the DAG does with its tasks, in the same order. Returns the fates."""
    batches = plan(run_id, day, selection)
    for batch in batches:
        extract(run_id, batch["number"])
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
    from newsmill.clean.rules import load_rules
    from newsmill.read.plan import Ignored, join_batches, plan_batches
    from newsmill.staging import Staging

    settings = load_settings()
    load_registry(settings.include / "outlets")
    load_rules(settings.include / "rules")
    landing = open_landing(selection)
    data = Store(settings.data)
    finish_interrupted(settings, data)
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


def extract(run_id: str, number: int) -> dict[str, int]:
    """Read one batch's raw records; extract those that are new or changed. Returns counts."""
    from newsmill.extract.article import extract as extract_article
    from newsmill.read.records import read_slice
    from newsmill.rows import article_row, date_of, unchanged_row, unreadable_row
    from newsmill.schema import EXTRACTED, SETTLED
    from newsmill.staging import writing

    place = _open(run_id)
    registry, run = place.registry, place.run
    landing, batch, limit = open_landing(run.selection), place.staging.batch(number), place.settings.max_record_bytes
    raw_records = (raw for part in batch.slices for raw in read_slice(landing, part, max_record_bytes=limit))
    progress = Progress("extract", batch.records, batch=number)
    with (
        writing(place.data, place.staging.batch_path("extracted", number), EXTRACTED) as extracted,
        writing(place.data, place.staging.batch_path("settled", number), SETTLED) as settled,
    ):
        for raw, seen in _with_known(raw_records, place):
            outcome = extract_article(raw, registry, run.day) if isinstance(raw, RawRecord) and not seen else raw
            if isinstance(outcome, Article):
                row, rows, day, what = article_row(outcome), extracted, date_of(outcome, run.day), "extracted"
            else:
                row = unchanged_row(outcome, seen) if seen else unreadable_row(outcome)
                rows, day, what = settled, None, row["fate"]
            if _selected(row["outlet"], day, run.selection):
                rows.add(row)
                progress.count(what)
            else:
                progress.count("not_selected")
    counts = progress.finish()
    place.staging.write_counts(number, {"read": progress.done - counts.get("not_selected", 0), **counts})
    return counts


def clean(run_id: str, number: int) -> dict[str, int]:
    """Cut the boilerplate from one batch's articles, and note every cut. Returns counts."""
    from newsmill.clean.cleaner import clean as clean_article
    from newsmill.clean.rules import cleaner_version, load_rules
    from newsmill.dedup.hashing import content_hash
    from newsmill.rows import cleaned_row, removal_rows, row_article
    from newsmill.schema import CLEANED, REMOVALS
    from newsmill.staging import read_rows, writing

    place = _open(run_id)
    registry = place.registry
    rules = load_rules(place.settings.include / "rules")
    version = cleaner_version(rules)
    extracted = place.staging.batch_path("extracted", number)
    progress = Progress("clean", place.staging.count_rows(extracted), batch=number)
    with (
        writing(place.data, place.staging.batch_path("cleaned", number), CLEANED) as rows,
        writing(place.data, place.staging.batch_path("removals", number), REMOVALS) as removals,
    ):
        for article in map(row_article, read_rows(place.data, extracted)):
            cleaned = clean_article(article, rules, registry.get(article.outlet))
            rows.add(cleaned_row(article, cleaned, content_hash(cleaned.text), version, place.run.day))
            for row in removal_rows(article, cleaned, run_id):
                removals.add(row)
            progress.count("with_removals" if cleaned.removals else "untouched")
    return progress.finish()


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

    place = _open(run_id)
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
        build_docs(judgement, place.data)
    for warning in judgement.batch_warnings:
        log.warning("batch expectation", finding=warning)
    failed = [verdict for verdict in judgement.verdicts if verdict.failed]
    log.info("finished", task="validate", articles=len(articles), quarantined=len(failed))
    if len(failed) > asked.rejection_limit * len(articles):
        examples = "; ".join(sorted({verdict.failed[0] for verdict in failed})[:5])
        raise RejectionError(
            f"{len(failed)} of {len(articles)} articles failed validation, more than the rejection limit of "
            f"{asked.rejection_limit:.0%}; nothing was published. They failed: {examples}. Mend the cause, or raise "
            "NEWSMILL_REJECTION_LIMIT or the run's rejection limit"
        )
    return {"articles": len(articles), "quarantined": len(failed)}


def deduplicate(run_id: str) -> list[dict[str, Any]]:
    """Decide every record's fate and spread the touched partitions over groups.

    Returns:
        One dict a group: `number` and `label`; empty in a dry run and when nothing is to be published.
    """
    from newsmill.dedup.decide import deduplicate as decide
    from newsmill.publish.ledger import ledger_path
    from newsmill.publish.partitions import groups

    place = _open(run_id)
    if not place.data.exists(ledger_path("runs", place.run)):  # else this run is in the ledger, and what it says stays
        decide(place.staging, place.index, reprocess=place.run.selection.reprocess)
    if place.run.selection.dry_run:
        return []
    parts = groups(place.staging, place.settings.publish_groups)
    place.staging.write_groups(parts)
    return [{"number": number, "label": _group_label(number, keys)} for number, keys in enumerate(parts, 1)]


def publish(run_id: str, number: int) -> list[str]:
    """Merge one group's articles into its partitions of the corpus. Returns the keys `date|outlet` written."""
    from newsmill.publish.partitions import publish_group

    place = _open(run_id)
    keys = place.staging.groups()[number - 1]
    written = publish_group(place.staging, place.data, keys)
    log.info("finished", task="publish", group=number, partitions=len(keys), written=len(written))
    return written


def reconcile(run_id: str) -> dict[str, int]:
    """Balance the books, write ledger and index, log the report, remove the staging folder. Returns the fates."""
    place = _open(run_id)
    report = _reconcile(place)
    from newsmill.publish.report import table

    text = table(report)
    log.info("report", read=report.read, **report.totals)
    for line in text.splitlines():
        structlog.get_logger("newsmill.report").info(line)
    place.staging.end()
    if place.run.selection.dry_run:
        place.data.write(place.staging.path("report.txt"), text.encode())
    return {"read": report.read, **report.totals}


def preview(path: Path, *, outlet: str | None = None) -> Iterator[Unreadable | tuple[Article, Cleaned]]:
    """Take one file through read, extract and clean, without a run: what would become of it, and what was cut.

    The outlet is found as in a landing zone whose folder for the file is the file's own.

    Raises:
        NewsmillError: there is no such file, or the rules or an outlet's file have a mistake.
    """
    from newsmill.clean.cleaner import clean as clean_article
    from newsmill.clean.rules import load_rules
    from newsmill.extract.article import extract as extract_article
    from newsmill.read.plan import slices_of
    from newsmill.read.records import read_slice

    if not path.is_file():
        raise NewsmillError(f"{path}: no such file")
    settings = load_settings()
    registry, rules = load_registry(settings.include / "outlets"), load_rules(settings.include / "rules")
    landing = Store(str(path.absolute().parents[1]))
    for part in slices_of(landing, str(path.absolute().relative_to(landing.uri)), path.stat().st_size):
        for raw in read_slice(landing, part, max_record_bytes=settings.max_record_bytes):
            if isinstance(raw, RawRecord) and outlet:
                raw = replace(raw, given=replace(raw.given, outlet=outlet))
            article = extract_article(raw, registry, datetime.now(UTC).date()) if isinstance(raw, RawRecord) else raw
            if isinstance(article, Unreadable):
                yield article
            else:
                yield article, clean_article(article, rules, registry.get(article.outlet))


def finish_interrupted(settings: Settings, data: Store) -> None:
    """Publish what an earlier run had decided when it was killed, before anything new is planned.

    Once a run's decisions and groups are in staging, part of its partitions may be in the corpus. Going forward
    is always possible, and every step can be done twice; so the corpus ends as if nothing had happened.
    """
    from newsmill.staging import Staging

    for staging in Staging.interrupted(data):
        place = Workplace(settings, data, staging, staging.run())
        log.warning("finishing an interrupted run", run_id=place.run.run_id)
        for number in range(1, len(staging.groups()) + 1):
            publish(place.run.run_id, number)
        reconcile(place.run.run_id)


def open_landing(selection: Selection) -> Store:
    """Open the landing zone.

    Raises:
        NewsmillError: it does not exist, or the dates that were asked for are the wrong way round.
    """
    if selection.from_date and selection.to_date and selection.from_date > selection.to_date:
        raise NewsmillError(f"from_date {selection.from_date} is after to_date {selection.to_date}; swap them")
    landing = Store(absolute(selection.landing_uri))
    if not landing.is_folder():
        raise NewsmillError(
            f"the landing zone {landing.uri} does not exist: set NEWSMILL_LANDING_URI (or the run's landing zone, or "
            "LANDING for make run) to the folder that holds the raw files"
        )
    return landing


def _reconcile(place: Workplace) -> Report:
    from newsmill.publish.reconcile import dry_report
    from newsmill.publish.reconcile import reconcile as balance

    if place.run.selection.dry_run:
        return dry_report(place.staging, place.run)
    return balance(place.staging, place.data, place.index, place.run, place.staging.total("read"))


def _open(run_id: str) -> Workplace:
    from newsmill.staging import Staging

    settings = load_settings()
    data = Store(settings.data)
    staging = Staging.of(data, run_id)
    return Workplace(settings, data, staging, staging.run())


def _with_known(raw_records: Iterable[RawRecord | Unreadable], place: Workplace) -> Iterator[tuple[Any, Seen | None]]:
    """Pair each raw record with what the index says of it, if an earlier run has dealt with exactly these bytes."""
    index = place.index
    for held in _chunks(raw_records, LOOKUP_RECORDS):
        keys = [] if place.run.selection.reprocess else [raw.record_key for raw in held if raw.fingerprint]
        known = index.known(keys)
        for raw in held:
            seen = known.get(raw.record_key)
            yield raw, seen if seen and seen.fingerprint == raw.fingerprint else None


def _selected(outlet: str | None, day: date | None, asked: Selection) -> bool:
    """Tell whether a record is one that the run was asked for; `day` is None where the record has no date to judge."""
    if asked.outlets and outlet not in asked.outlets:
        return False
    return day is None or (asked.from_date or day) <= day <= (asked.to_date or day)


def _group_label(number: int, keys: list[str]) -> str:
    return f"group {number}: {keys[0]}" + (f" and {len(keys) - 1:,} more partitions" if len(keys) > 1 else "")


def _chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yield lists of at most `size` items."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk
