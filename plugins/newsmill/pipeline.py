"""The flow: landing -> plan -> extract xN -> learn -> clean xN -> validate -> deduplicate -> publish xM -> reconcile.

Owns the order of the stages and what passes between them. Each function here is one task of the DAG `ingest_news`;
it takes a run's id and small numbers, and reads and writes Parquet files below `staging/<run>/`. The DAGs
`replay_quarantine` and `reprocess` plan otherwise, and `reprocess` compares before it decides.

Keep out: the steps of a run's end (finishing), runs over chosen records (rerun), how a stage does its work. Stages are
imported where they are used, because a task pays seconds and hundreds of megabytes for the libraries of a stage that it
does not run.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

import structlog

from newsmill.damage import names_damage
from newsmill.finishing import decide_all, end_run, finish_others, publish_part, stands
from newsmill.model import Review, Selection
from newsmill.progress import Progress
from newsmill.settings import load_settings
from newsmill.storage import Store
from newsmill.workplace import (
    Workplace,
    check_apart,
    find_workplace,
    holding_corpus,
    open_data,
    open_landing,
    open_workplace,
    outlets_of,
    rules_of,
)

if TYPE_CHECKING:
    from newsmill.model import Batch, Target
    from newsmill.publish.report import Report
    from newsmill.publish.takedown_report import TakedownReport

MAX_TASKS = 1000
"""Extract tasks of a run at most: Airflow maps a task over 1,024 items by default."""

log = structlog.get_logger("newsmill")


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
    _review(run_id, validate(run_id))
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
    from newsmill.landed import KnownFiles
    from newsmill.read.plan import BatchSize, Ignored, plan_batches

    place = begin(run_id, day, selection)
    settings, ignored = place.settings, Ignored()
    known = KnownFiles(place.index, place.limits, hours=settings.known_after_hours, reads_all=selection.reprocess)
    plan_of = partial(plan_batches, place.landing, ignored=ignored, pass_over=known.to_read)
    batches = BatchSize(settings.batch_records, settings.batch_bytes).batches(plan_of, MAX_TASKS)
    return planned(place, batches, known_files=known.count, ignored_files=ignored.count, ignored_names=ignored.names)


def begin(run_id: str, day: date, selection: Selection) -> Workplace:
    """Check that everything is in order, and begin a run's staging afresh."""
    from newsmill.staging import Staging

    settings = load_settings()
    outlets_of(settings)
    rules_of(settings)
    landing, data = open_landing(selection), open_data(settings)
    check_apart(landing, data)
    _check_in(run_id, data, dry_run=selection.dry_run)
    Staging.of(data, run_id).start(run_id, day, selection)
    return open_workplace(run_id)


def planned(place: Workplace, batches: list[Batch], **facts: Any) -> list[dict[str, Any]]:
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
    from newsmill.extract.language import load_detector
    from newsmill.guard import guarded
    from newsmill.intake import LEFT_OUT, not_met, take_in
    from newsmill.schema import EXTRACTED, SETTLED, SIGHTINGS
    from newsmill.staging import writing

    place = find_workplace(run_id)
    made = ("extracted", "settled", "sightings")
    if place is None or stands(place, *(place.staging.batch_path(name, number) for name in made)):
        return {}
    batch = place.staging.batch(number)
    load_detector()  # here, or every child would load it for itself, in a record's time
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
    if place is None or stands(place, place.staging.path(REPEATS_FILE), place.staging.path(TITLES_FILE)):
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
    if place is None or stands(place, *(place.staging.batch_path(name, number) for name in made)):
        return {}
    extracted = place.staging.batch_path("extracted", number)
    sorts = {(row["language"], row["outlet"]) for row in read_rows(place.data, extracted, ["language", "outlet"])}
    profiles = profiles_of(place.staging, place.data, (outlet for _, outlet in sorts))
    tools = Tools(place.registry, place.rules, profiles)
    tools.warm_up(sorts)
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
    """Judge every article's fields. Returns counts: `articles`, and how many of them are `quarantined`.

    What was taken down is not judged, and not shown in Data Docs.
    """
    from newsmill.dedup.tombstones import read_tombstones
    from newsmill.rows import verdict_row
    from newsmill.schema import CLEANED, VERDICTS
    from newsmill.staging import writing
    from newsmill.validate.docs import build_docs
    from newsmill.validate.judge import judge

    place = find_workplace(run_id)
    if place is None or stands(place, place.staging.path("verdicts.parquet")):
        return {}
    asked = place.run.selection
    tombstones = read_tombstones(place.data)
    with writing(place.data, place.staging.path("verdicts.parquet"), VERDICTS) as verdicts:
        judgement = judge(
            partial(place.staging.parts, "cleaned", CLEANED),
            lambda verdict: verdicts.add(verdict_row(verdict)),
            min_words=asked.min_words,
            registry=place.registry,
            day=place.run.day,
            leaves_out=tombstones.meet,
        )
    if judgement.articles and not asked.dry_run:
        with holding_corpus(f"{run_id}: validate"):
            if read_tombstones(place.data) == tombstones:  # else the pages would show what was taken down meanwhile
                build_docs(judgement, place.data)
    for warning in judgement.batch_warnings:
        log.warning("batch expectation", finding=warning)
    counts = {"articles": judgement.articles, "quarantined": judgement.quarantined}
    log.info("finished", task="validate", **counts)
    return counts


@names_damage
def deduplicate(run_id: str, of_others: list[str] | None = None) -> list[dict[str, Any]]:
    """Decide every record's fate and spread the touched partitions over groups.

    Args:
        run_id: the run's.
        of_others: gets the keys `date|outlet` that other runs wrote, which had decided and were finished first.

    Returns:
        One dict a group: `number` and `label`; empty in a dry run and when nothing is to be published.

    Raises:
        CorpusBusyError: another process holds the corpus.
        StorageError: there is no room, or no permission, for what would be written; nothing is decided.
    """
    from newsmill.dedup.index import Index
    from newsmill.identity import establish
    from newsmill.publish.partitions import groups
    from newsmill.room import check_room

    place = find_workplace(run_id)
    if place and place.run.selection.dry_run:
        decide_all(place)
        return []
    with holding_corpus(f"{run_id}: deduplicate"):
        written = finish_others(run_id)
        if of_others is not None:
            of_others += written
        found = find_workplace(run_id)
        if found is None:
            return []
        establish(found.data, Index(found.settings.index))
        if not stands(found, found.staging.path("decisions.parquet")):
            decide_all(found)
            parts = groups(found.staging, found.settings.publish_groups)
            check_room(found.staging, parts, found.settings.index)
            found.staging.write_groups(parts)
        parts = found.staging.groups()
    return [{"number": number, "label": _group_label(number, keys)} for number, keys in enumerate(parts, 1)]


@names_damage
def publish(run_id: str, number: int) -> list[str]:
    """Merge one group's articles into its partitions of the corpus. Returns the keys `date|outlet` written.

    Raises:
        CorpusBusyError: another process holds the corpus.
    """
    from newsmill.publish.runs import of_run

    with holding_corpus(f"{run_id}: publish", shared=True):
        place = find_workplace(run_id)
        if place:
            return publish_part(place, number)
    report = of_run(Store(load_settings().data), run_id)
    return list(report.partitions) if report else []


@names_damage
def reconcile(run_id: str) -> dict[str, int]:
    """Balance the books, write ledger, index and profiles, log the report, remove staging. Returns the fates.

    Raises:
        CorpusBusyError: another process holds the corpus.
    """
    from newsmill.publish.runs import of_run

    place = find_workplace(run_id)
    if place and place.run.selection.dry_run:
        report: Report | None = end_run(place)
    else:
        with holding_corpus(f"{run_id}: reconcile"):
            place = find_workplace(run_id)
            report = end_run(place) if place else of_run(Store(load_settings().data), run_id)
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
    if not open_data(load_settings()).is_folder():
        return []  # nothing is made before the settings are checked
    with holding_corpus(f"{run_id}: recover"):
        return finish_others()


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
        finish_others()
        return carry.take_down(load_settings(), asked, day, reason)


def _group_label(number: int, keys: list[str]) -> str:
    return f"group {number}: {keys[0]}" + (f" and {len(keys) - 1:,} more partitions" if len(keys) > 1 else "")


def _review(run_id: str, judged: dict[str, int]) -> None:
    """Do what the task `review` does where nobody can be asked."""
    from newsmill.review.task import ask, settle

    question = ask(run_id, judged)
    if question:
        settle(run_id, question, Review.FAIL)
