"""Raw records in, rows for staging out: which are new, which belong to the run, and what became of each.

Owns what `extract` does record by record. Keep out: reading and extracting themselves (stages), files (pipeline).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from newsmill.dedup.index import in_chunks
from newsmill.extract.article import extract
from newsmill.learn.sight import sighting_row
from newsmill.model import Article, Batch, RawRecord, Reason, Seen, Selection, Unreadable, Wanted, place_of
from newsmill.read.failure import BadRecordError, unreadable
from newsmill.read.records import read_slice
from newsmill.registry import Registry
from newsmill.rows import article_row, date_of, unchanged_row, unreadable_row
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

    @property
    def goes_on(self) -> bool:
        """Tell whether it is an article that the next stage takes."""
        return self.outcome == "extracted"


NOT_SELECTED = Taken("not_selected", None)
CHANGED_SINCE = Taken("changed_since", None)
OTHER_ARTICLE = Taken("other_article", None)
LEFT_OUT = tuple(left.outcome for left in (NOT_SELECTED, CHANGED_SINCE, OTHER_ARTICLE))
"""What the run has nothing to do with: the run was not asked for it, or it is not what was asked for any more."""


def take_in(place: Workplace, batch: Batch) -> Iterator[Taken]:
    """Read a batch's raw records; extract those that no earlier run has dealt with, or those that the run names."""
    landing, registry, run = place.landing, place.registry, place.run
    limit = place.settings.max_record_bytes
    raw_records = (raw for part in batch.slices for raw in read_slice(landing, part, max_record_bytes=limit))
    wanted = place.staging.wanted(batch.number)
    if wanted is None:
        for raw, seen in _with_known(raw_records, place):
            yield _taken(raw, seen, registry, run.selection, run.day)
        return
    for raw, asked in _met(raw_records, wanted):
        is_changed = asked.raw_sha256 and raw.raw_sha256 and raw.raw_sha256 != asked.raw_sha256
        taken = CHANGED_SINCE if is_changed else _taken(raw, None, registry, run.selection, run.day)
        yield taken if _is_that_article(taken, asked) else OTHER_ARTICLE


def _met(
    raw_records: Iterable[RawRecord | Unreadable], wanted: Mapping[str, Wanted]
) -> Iterator[tuple[RawRecord | Unreadable, Wanted]]:
    """Yield the wanted ones among a batch's raw records, then those that were not met, as vanished."""
    left = dict(wanted)
    for raw in raw_records:
        asked = left.pop(raw.record_key, None)
        if asked:
            yield raw, asked
    for asked in left.values():
        file, line = place_of(asked.raw_path)
        yield unreadable(file, BadRecordError(Reason.VANISHED, NOT_MET), line=line), asked


def _is_that_article(taken: Taken, asked: Wanted) -> bool:
    is_other = asked.article_id and taken.goes_on and taken.row and taken.row["article_id"] != asked.article_id
    return not is_other


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
    raw_records: Iterable[RawRecord | Unreadable], place: Workplace
) -> Iterator[tuple[RawRecord | Unreadable, Seen | None]]:
    """Pair each raw record with what the index says of it, if an earlier run has dealt with exactly these bytes."""
    index = place.index
    for held in in_chunks(raw_records, LOOKUP_RECORDS):
        keys = [] if place.run.selection.reprocess else [raw.record_key for raw in held if raw.fingerprint]
        known = index.known(keys)
        for raw in held:
            seen = known.get(raw.record_key)
            yield raw, seen if seen and seen.fingerprint == raw.fingerprint else None


def _is_asked_for(outlet: str | None, day: date | None, asked: Selection) -> bool:
    """Tell whether a record belongs to the run; `day` is None where the record has no date to judge."""
    if asked.outlets and outlet not in asked.outlets:
        return False
    return day is None or (asked.from_date or day) <= day <= (asked.to_date or day)
