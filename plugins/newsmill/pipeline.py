"""The flow: landing -> plan -> extract xN -> learn -> clean xN -> validate -> deduplicate -> publish xM -> reconcile.

Owns the order of the stages and what passes between them. Each function here is one task of the DAG `ingest_news`;
it takes a run's id and small numbers, and reads and writes Parquet files below `staging/<run>/`. The DAGs
`replay_quarantine` and `reprocess` plan otherwise, and `reprocess` compares before it decides. `learn_profiles` and
`report_drift` are the tasks of the DAG `learn_outlets`.

Keep out: how a stage does its work. Stages are imported where they are used, because a task pays seconds and hundreds
of megabytes for the libraries of a stage that it does not run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

import structlog

from newsmill.damage import check_whole, names_damage, naming_damage
from newsmill.model import NewsmillError, Replay, Reprocess, Selection, Wanted
from newsmill.progress import Progress
from newsmill.settings import load_settings
from newsmill.storage import Store
from newsmill.workplace import (
    Workplace,
    check_apart,
    check_days,
    find_workplace,
    holding_corpus,
    open_landing,
    open_workplace,
    outlets_of,
    rules_of,
)

if TYPE_CHECKING:
    from newsmill.model import Batch, Target
    from newsmill.publish.report import Report
    from newsmill.publish.takedown_report import TakedownReport
    from newsmill.settings import Settings
    from newsmill.standing import Standing

MAX_TASKS = 1000
"""Extract tasks of a run at most: Airflow maps a task over 1,024 items by default."""

log = structlog.get_logger("newsmill")


class RejectionError(NewsmillError):
    """More articles were quarantined than the rejection limit allows; nothing was published."""


def run(run_id: str, day: date, selection: Selection) -> dict[str, int]:
    """Do a whole run in this process: what the DAG does with its tasks, in the same order. Returns the fates."""
    if not selection.dry_run:
        recover(run_id)
    return run_planned(run_id, plan(run_id, day, selection))


def run_planned(
    run_id: str, batches: list[dict[str, Any]], before_deciding: Callable[[], object] = lambda: None
) -> dict[str, int]:
    """Do what comes after the plan in this process. Returns the fates."""
    for batch in batches:
        extract(run_id, batch["number"])
    learn(run_id)
    for batch in batches:
        clean(run_id, batch["number"])
    validate(run_id)
    before_deciding()
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

    place = _begin(run_id, day, selection)
    settings, landing, ignored = place.settings, place.landing, Ignored()
    found = plan_batches(
        landing, batch_records=settings.batch_records, batch_bytes=settings.batch_bytes, ignored=ignored
    )
    batches = join_batches(list(found), MAX_TASKS)
    return _planned(place, batches, ignored_files=ignored.count, ignored_names=ignored.names)


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
    from newsmill.read.plan import join_batches, plan_batches
    from newsmill.wanted import assigned, sorted_out

    place = _begin(run_id, day, replace(selection, outlets=(), from_date=None, to_date=None))
    settings, landing = place.settings, place.landing
    with sorted_out(wanted) as sought:
        found = plan_batches(
            landing, batch_records=settings.batch_records, batch_bytes=settings.batch_bytes, only=sought.files()
        )
        batches = join_batches(list(found), MAX_TASKS)
        numbers = place.staging.write_wanted(assigned(batches, sought.records()))
        count = len(sought)
    return _planned(place, [batch for batch in batches if batch.number in numbers], wanted=count)


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
    _decide(place)
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


def _begin(run_id: str, day: date, selection: Selection) -> Workplace:
    """Check that everything is in order, and begin a run's staging afresh."""
    from newsmill.staging import Staging

    settings = load_settings()
    outlets_of(settings)
    rules_of(settings)
    landing, data = open_landing(selection), Store(settings.data)
    check_apart(landing, data)
    _check_in(run_id, data, dry_run=selection.dry_run)
    Staging.of(data, run_id).start(run_id, day, selection)
    return open_workplace(run_id)


def _planned(place: Workplace, batches: list[Batch], **facts: Any) -> list[dict[str, Any]]:
    """Write the plan; return what the tasks are mapped over."""
    place.staging.write_plan(batches)
    records = sum(batch.records for batch in batches)
    log.info("planned", landing=place.landing.uri, records=records, batches=len(batches), **facts)
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
    from newsmill.guard import guarded
    from newsmill.intake import LEFT_OUT, not_met, take_in
    from newsmill.schema import EXTRACTED, SETTLED, SIGHTINGS
    from newsmill.staging import writing

    place = find_workplace(run_id)
    made = ("extracted", "settled", "sightings")
    if place is None or _stands(place, *(place.staging.batch_path(name, number) for name in made)):
        return {}
    batch = place.staging.batch(number)
    progress = Progress("extract", batch.records, batch=number)
    with (
        writing(place.data, place.staging.batch_path("extracted", number), EXTRACTED) as extracted,
        writing(place.data, place.staging.batch_path("settled", number), SETTLED) as settled,
        writing(place.data, place.staging.batch_path("sightings", number), SIGHTINGS) as sightings,
        guarded(partial(take_in, place, batch), place.limits) as results,
    ):
        met: set[str] = set()
        for taken in chain(results, not_met(place, batch, met)):
            if taken.record_key:
                met.add(taken.record_key)
            if taken.sighting is not None:
                sightings.add(taken.sighting)
            if taken.row is not None:
                (extracted if taken.goes_on else settled).add(taken.row)
            progress.count(taken.outcome)
    counts = progress.finish()
    left_out = sum(counts.get(outcome, 0) for outcome in LEFT_OUT)
    place.staging.write_counts(number, {"read": progress.done - left_out, **counts})
    return counts


@names_damage
def learn(run_id: str) -> dict[str, int]:
    """Find what the run's outlets repeat, in its articles and those remembered of earlier runs. Returns counts."""
    from newsmill.learn.task import REPEATS_FILE, TITLES_FILE
    from newsmill.learn.task import learn as learn_profiles

    place = find_workplace(run_id)
    if place is None or _stands(place, place.staging.path(REPEATS_FILE), place.staging.path(TITLES_FILE)):
        return {}
    counts = learn_profiles(place.staging, place.data)
    log.info("finished", task="learn", **counts)
    return counts


@names_damage
def clean(run_id: str, number: int) -> dict[str, int]:
    """Cut the boilerplate from one batch's articles, and note every cut. Returns counts."""
    from newsmill.cleaning import Tools, clean_all
    from newsmill.guard import guarded
    from newsmill.learn.task import profiles_of
    from newsmill.schema import CLEANED, REMOVALS, SETTLED
    from newsmill.staging import read_rows, writing

    place = find_workplace(run_id)
    made = ("cleaned", "removals", "refused")
    if place is None or _stands(place, *(place.staging.batch_path(name, number) for name in made)):
        return {}
    extracted = place.staging.batch_path("extracted", number)
    outlets = (row["outlet"] for row in read_rows(place.data, extracted, ["outlet"]))
    tools = Tools(place.registry, place.rules, profiles_of(place.staging, place.data, outlets))
    progress = Progress("clean", place.staging.count_rows(extracted), batch=number)
    with (
        writing(place.data, place.staging.batch_path("cleaned", number), CLEANED) as rows,
        writing(place.data, place.staging.batch_path("removals", number), REMOVALS) as removals,
        writing(place.data, place.staging.batch_path("refused", number), SETTLED) as refused,
        guarded(partial(clean_all, place, tools, extracted), place.limits) as results,
    ):
        for done in results:
            (rows if done.goes_on else refused).add(done.row)
            removals.add_all(done.removals)
            progress.count(done.outcome)
    return progress.finish()


@names_damage
def validate(run_id: str) -> dict[str, int]:
    """Judge every article's fields; fail when too many are quarantined. Returns counts.

    What was taken down is not judged, and not shown in Data Docs.

    Raises:
        RejectionError: the share of quarantined articles exceeds the run's rejection limit.
    """
    from newsmill.dedup.tombstones import read_tombstones
    from newsmill.rows import verdict_row
    from newsmill.schema import CLEANED, VERDICTS
    from newsmill.staging import write_rows
    from newsmill.validate.docs import build_docs
    from newsmill.validate.judge import COLUMNS, judge

    place = find_workplace(run_id)
    if place is None or _stands(place, place.staging.path("verdicts.parquet")):
        return {}
    asked = place.run.selection
    tombstones = read_tombstones(place.data)
    articles, taken_down = tombstones.split(place.staging.table("cleaned", CLEANED, list(COLUMNS)))
    unjudged = [{"record_key": key, "failed": [], "warnings": []} for key in taken_down["record_key"].to_pylist()]
    path = place.staging.path("verdicts.parquet")
    if not len(articles):
        write_rows(place.data, path, VERDICTS, unjudged)
        log.info("finished", task="validate", articles=0)
        return {"articles": 0, "quarantined": 0}
    judgement = judge(articles, min_words=asked.min_words, registry=place.registry, day=place.run.day)
    write_rows(place.data, path, VERDICTS, [*map(verdict_row, judgement.verdicts), *unjudged])
    if not asked.dry_run:
        with holding_corpus(f"{run_id}: validate"):
            if read_tombstones(place.data) == tombstones:  # else the pages would show what was taken down meanwhile
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

    place = find_workplace(run_id)
    if place and place.run.selection.dry_run:
        _decide(place)
        return []
    with holding_corpus(f"{run_id}: deduplicate"):
        _finish_others(run_id)
        found = find_workplace(run_id)
        if found is None:
            return []
        establish(found.data, Index(found.settings.index))
        if not _stands(found, found.staging.path("decisions.parquet")):
            _decide(found)
            found.staging.write_groups(groups(found.staging, found.settings.publish_groups))
        parts = found.staging.groups()
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

    place = find_workplace(run_id)
    if place and place.run.selection.dry_run:
        report: Report | None = _reconcile(place)
    else:
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
        _publish(place, number)
    return _reconcile(place).partitions


def _stands(place: Workplace, *paths: str) -> bool:
    """Tell whether these files of staging stay as they are; see `Staging.stands`."""
    stands = place.staging.stands(*paths)
    if stands:
        log.info("this run has decided what to publish, and what it decided on stays", files=paths)
    return stands


def _decide(place: Workplace) -> None:
    """Decide, and check that the books can balance: a run that has decided must be one that can be finished."""
    from newsmill.dedup.decide import deduplicate as decide
    from newsmill.publish.report import check_books, make_report

    counts = decide(place.staging, place.index, reprocess=place.run.selection.reprocess)
    check_books(place.staging.total("read"), make_report(place.staging, place.run, []))
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
        place.staging.groups()  # decisions that were never sealed may be of an index that is gone
        check_whole(place.staging)
        report = ending.reconcile(place.staging, place.data, place.index, place.run, place.staging.total("read"))
        log.info("remembered", **remember(place.staging, place.data, place.run))
    text = table(report)
    log.info("report", read=report.read, **report.totals)
    for line in text.splitlines():
        structlog.get_logger("newsmill.report").info(line)
    kept = {"report.txt": text.encode()} | _differences(place) if place.run.selection.dry_run else {}
    place.staging.end()
    for name, content in kept.items():
        place.data.write(place.staging.path(name), content)
    return report


def _differences(place: Workplace) -> dict[str, bytes]:
    from newsmill.publish.ledger import DIFFERENCES_FILE

    path = place.staging.path(DIFFERENCES_FILE)
    return {DIFFERENCES_FILE: place.data.read(path)} if place.data.exists(path) else {}


def survey_takedown(asked: Target) -> TakedownReport:
    """Find what a takedown would remove; nothing is written, and nobody waits for it."""
    from newsmill.takedown.survey import survey

    return survey(load_settings(), asked)


def take_down(asked: Target, day: date, reason: str | None = None) -> TakedownReport:
    """Take an article or an outlet down, after finishing what others had decided.

    Args:
        asked: what `takedown.asked` returned.
        day: today, in UTC.
        reason: the operator's, kept with the tombstones.

    Raises:
        CorpusBusyError: another process holds the corpus.
        NewsmillError: a file of corpus or ledger is damaged, or nobody knows the outlet.
    """
    from newsmill.takedown import carry

    with holding_corpus("takedown"):
        _finish_others()
        return carry.take_down(load_settings(), asked, day, reason)


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
