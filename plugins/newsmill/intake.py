"""Raw records in, rows for staging out: which are new, which belong to the run, and what became of each.

Owns what `extract` does record by record. Keep out: reading and extracting themselves (stages), files (pipeline).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from newsmill.dedup.bulk import in_chunks
from newsmill.extract.article import extract
from newsmill.learn.sight import sighting_row
from newsmill.model import (
    Article,
    Batch,
    RawRecord,
    Reason,
    Seen,
    Selection,
    Slice,
    Spot,
    Unreadable,
    Wanted,
    place_of,
)
from newsmill.read.failure import BadRecordError, unreadable
from newsmill.read.files import files_of
from newsmill.read.records import read_slice
from newsmill.registry import Registry
from newsmill.rows import article_row, date_of, unchanged_row, unreadable_row
from newsmill.watch import Limits, Watch
from newsmill.workplace import Workplace

LOOKUP_RECORDS = 20
"""Raw records held at once while the index is asked about them; bounds memory at 20 records of the largest size."""


NOT_MET = "an earlier run read it; now its file is gone, has no such record any more, or breaks before it"


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one raw record: an article to go on with, or a record that is settled.

    `row` is one of `schema.EXTRACTED` or `schema.SETTLED`; None where the run has nothing to do with the record.
    """

    outcome: str  # "extracted", a fate, or one of `LEFT_OUT`
    row: dict[str, Any] | None
    sighting: dict[str, Any] | None = None  # of `schema.SIGHTINGS`, of an article that goes on
    record_key: str | None = None  # in a run that names its records

    @property
    def goes_on(self) -> bool:
        """Tell whether it is an article that the next stage takes."""
        return self.outcome == "extracted"


NOT_SELECTED = Taken("not_selected", None)
CHANGED_SINCE = Taken("changed_since", None)
OTHER_ARTICLE = Taken("other_article", None)
LEFT_OUT = tuple(left.outcome for left in (NOT_SELECTED, CHANGED_SINCE, OTHER_ARTICLE))
"""What the run has nothing to do with: the run was not asked for it, or it is not what was asked for any more."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a batch, behind a record: the number of its slice from 0, and what is left of that slice."""

    part: int
    rest: Slice | None


@dataclass(frozen=True, slots=True)
class _Reading:
    raw: RawRecord | Unreadable
    behind: Mark


def take_in(place: Workplace, batch: Batch, watch: Watch, behind: Mark | None = None) -> Iterator[tuple[Mark, Taken]]:
    """Read a batch's raw records; extract those that no earlier run has dealt with, or those that the run names.

    Work for `guard`: opens what it reads from by itself, as connections do not survive a fork.

    Args:
        place: the run's.
        batch: what to read.
        watch: told of each record.
        behind: where an earlier process had come to; None for the beginning.
    """
    registry, run = place.registry, place.run
    wanted = place.staging.wanted(batch.number)
    readings = _readings(place, batch, watch, behind)
    if wanted is not None:
        readings = (reading for reading in readings if reading.raw.record_key in wanted)
    takes_known = wanted is not None or run.selection.reprocess
    for reading, seen in _with_known(readings, place, takes_known=takes_known):
        raw = reading.raw
        asked = wanted[raw.record_key] if wanted else None
        watch.at(_spot(raw))
        if asked and asked.raw_sha256 and raw.raw_sha256 and raw.raw_sha256 != asked.raw_sha256:
            taken = CHANGED_SINCE
        else:
            taken = _taken(raw, seen, registry, run.selection, run.day)
        yield reading.behind, _named(taken, raw, asked) if asked else taken


def _named(taken: Taken, raw: RawRecord | Unreadable, asked: Wanted) -> Taken:
    """Return what became of a record that the run names, with its key, unless it holds another article now."""
    is_other = asked.article_id and taken.goes_on and taken.row and taken.row["article_id"] != asked.article_id
    return replace(OTHER_ARTICLE if is_other else taken, record_key=raw.record_key)


def not_met(place: Workplace, batch: Batch, met: Collection[str]) -> Iterator[Taken]:
    """Yield the records that a run names and its batch does not hold, as vanished; `met` are the keys of the others."""
    for key, asked in (place.staging.wanted(batch.number) or {}).items():
        if key not in met:
            file, line = place_of(asked.raw_path)
            gone = unreadable(file, BadRecordError(Reason.VANISHED, NOT_MET), line=line)
            yield _settled(unreadable_row(gone), place.run.selection)


def _readings(place: Workplace, batch: Batch, watch: Watch, behind: Mark | None) -> Iterator[_Reading]:
    landing, limit = place.landing, place.settings.max_record_bytes
    for number, part in landing.expecting(_parts(batch, behind), lambda each: files_of(each[1])):
        for raw in read_slice(landing, part, max_record_bytes=limit, at=watch.at):
            spot = watch.leave()
            yield _Reading(raw, Mark(number, spot.rest if spot else None))


def _parts(batch: Batch, behind: Mark | None) -> Iterator[tuple[int, Slice]]:
    done = behind.part + 1 if behind else 0
    if behind and behind.rest:
        yield behind.part, behind.rest
    yield from enumerate(batch.slices[done:], done)


def _spot(raw: RawRecord | Unreadable) -> Spot:
    return Spot(raw_path=raw.raw_path, folder=raw.folder, raw_sha256=raw.raw_sha256, fingerprint=raw.fingerprint)


def _taken(
    raw: RawRecord | Unreadable, seen: Seen | None, registry: Registry, asked: Selection, run_day: date
) -> Taken:
    if seen:
        return _settled(unchanged_row(raw, seen), asked)
    outcome = extract(raw, registry, run_day) if isinstance(raw, RawRecord) else raw
    if isinstance(outcome, Unreadable):
        return _settled(unreadable_row(outcome), asked)
    if not _is_asked_for(outcome.outlet, date_of(outcome, run_day), asked):
        return NOT_SELECTED
    return Taken("extracted", article_row(outcome), _sighted(outcome, run_day))


def _sighted(article: Article, run_day: date) -> dict[str, Any]:
    return sighting_of(article, run_day) | {"record_key": article.record_key, "outlet": article.outlet}


def sighting_of(article: Article, day: date) -> dict[str, Any]:
    """Return what is noted of an article; `day` counts where it has none."""
    return sighting_row(
        article_id=article.article_id,
        day=date_of(article, day),
        title=article.title,
        authors=article.authors,
        blocks=[block.text for block in article.blocks],
    )


def _settled(row: dict[str, Any], asked: Selection) -> Taken:
    return Taken(row["fate"], row) if _is_asked_for(row["outlet"], None, asked) else NOT_SELECTED


def _with_known(
    readings: Iterable[_Reading], place: Workplace, *, takes_known: bool
) -> Iterator[tuple[_Reading, Seen | None]]:
    """Pair each raw record with what the index says of it, if an earlier run has dealt with exactly these bytes.

    A record that was too much for the limits is known as long as these are the limits.
    """
    index, limits = place.index, place.limits
    for held in in_chunks(readings, LOOKUP_RECORDS):
        raws = [reading.raw for reading in held]
        keys = [] if takes_known else [raw.record_key for raw in raws if raw.fingerprint]
        known = index.known(keys)
        for reading in held:
            seen = known.get(reading.raw.record_key)
            yield reading, seen if seen and _is_same(reading.raw, seen, limits) else None


def _is_same(raw: RawRecord | Unreadable, seen: Seen, limits: Limits) -> bool:
    fingerprint = raw.fingerprint
    return fingerprint is not None and seen.fingerprint in (fingerprint, limits.marked(fingerprint))


def _is_asked_for(outlet: str | None, day: date | None, asked: Selection) -> bool:
    """Tell whether a record belongs to the run; `day` is None where the record has no date to judge."""
    if asked.outlets and outlet not in asked.outlets:
        return False
    return day is None or (asked.from_date or day) <= day <= (asked.to_date or day)
