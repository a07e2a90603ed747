"""The report of a takedown: what was removed where, and what the operator has to know or do besides.

Owns the table for people. Keep out: finding any of it (the takedown above), text of articles: only keys and places.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from newsmill.model import Target
from newsmill.publish.report import aligned, safe_name
from newsmill.publish.scrub import Unfinished
from newsmill.publish.withdraw import Standing

LISTED = 50
"""Places, partitions and articles that the table names; of the rest it says where they are to be found."""

REMOVED = ("corpus", "revisions", "removals", "metadata", "quarantine", "profiles")
KEPT = ("fates", "duplicates", "drift")


class Some:
    """The first `LISTED` of many things in their order, each once; the others are not held."""

    def __init__(self) -> None:
        self.first: list[str] = []
        self.is_more = False

    def add(self, things: Iterable[str]) -> None:
        """Take things."""
        for thing in set(things) - set(self.first):
            insort(self.first, thing)
        self.is_more = self.is_more or len(self.first) > LISTED
        del self.first[LISTED:]

    def lines(self) -> list[str]:
        """Return a line each."""
        shown = [f"  {safe_name(thing, limit=None)}" for thing in self.first]
        return [*shown, "  … and more"] if self.is_more else shown


@dataclass(frozen=True, slots=True, kw_only=True)
class TakedownReport:
    """What a takedown removes, or has removed."""

    name: str  # of the takedown and its file of tombstones
    target: Target
    rows: Mapping[tuple[str, str], int]  # by outlet and dataset
    partitions: tuple[str, ...]  # keys that are rewritten
    tombstones: tuple[
        Mapping[str, object], ...
    ]  # that are new, as rows of `schema.TAKEDOWNS` but for id, day and reason
    since: date | None = None  # the day on which the same was taken down before
    raw_places: Some = field(default_factory=Some)
    copies: Some = field(default_factory=Some)
    elsewhere: tuple[Standing, ...] = ()
    unfinished: tuple[Unfinished, ...] = ()
    damaged: Some = field(default_factory=Some)

    @property
    def changes_something(self) -> bool:
        """Tell whether anything is to be done."""
        return bool(self.tombstones or self.rows or any(found.rows for found in self.unfinished))

    @property
    def totals(self) -> dict[str, int]:
        """Rows of each dataset, over all outlets."""
        counts = dict.fromkeys((*REMOVED, *KEPT), 0)
        for (_, dataset), count in self.rows.items():
            counts[dataset] += count
        return counts


def table(report: TakedownReport) -> str:
    """Return a report as plain text."""
    return "\n".join([*_head(report), *_counts(report), *_places(report), *_others(report), *_left_over(report)])


def _head(report: TakedownReport) -> Iterator[str]:
    what = f"outlet {report.target.outlet}" if report.target.outlet else f"article {report.target.article_id}"
    if report.changes_something:
        yield f"{what}: rows by dataset; of {', '.join(KEPT)} the rows stay, emptied of what they quote"
    if report.since and not report.tombstones:
        yield f"{what}: taken down on {report.since} already" + ("" if report.changes_something else "; no change")


def _counts(report: TakedownReport) -> Iterator[str]:
    outlets = sorted({outlet for outlet, _ in report.rows})
    datasets = (*REMOVED, *KEPT)
    cells = [
        [safe_name(outlet), *(f"{report.rows.get((outlet, name), 0):,}" for name in datasets)] for outlet in outlets
    ]
    total = ["total", *(f"{report.totals[name]:,}" for name in datasets)]
    if report.changes_something:
        yield from aligned([["outlet", *datasets], *cells[:LISTED], total])
        yield f"partitions rewritten: {len(report.partitions):,}"
        yield from (f"  {key}" for key in report.partitions[:LISTED])


def _places(report: TakedownReport) -> Iterator[str]:
    if report.raw_places.first:
        yield "its raw bytes lie in the landing zone, which newsmill never changes; remove them there yourself:"
        yield from report.raw_places.lines()
        if report.raw_places.is_more:
            yield f"  (all of them: raw_path in ledger/fates where outlet is {report.target.outlet!r})"
    elif report.changes_something:
        yield "no raw record of it is in the ledger; what may lie in the landing zone will not be published"


def _others(report: TakedownReport) -> Iterator[str]:
    if report.elsewhere:
        yield "the same text stands in the corpus under other ids, and stays; take these down, too, if it must go:"
        yield from (f"  article {row.article_id} in date={row.day}, outlet={row.outlet}" for row in report.elsewhere)
    if report.copies.first and report.target.outlet:
        yield "these were duplicates of what went, and are free to be published now: trigger ingest_news with Reprocess"
        yield "and their outlets to bring them in:"
        yield from report.copies.lines()
    elif report.copies.first:
        yield "these were duplicates of it; their text stays out, too:"
        yield from report.copies.lines()


def _left_over(report: TakedownReport) -> Iterator[str]:
    for found in report.unfinished:
        yield (
            f"{found.folder}: a run that has not ended; of its rows {found.rows:,} are emptied. Nothing of it comes "
            "back, but copies that it has not cleaned yet lie there until it ends; if it is dead, remove the folder"
        )
        yield from (f"  {path} cannot be read, and may hold it" for path in found.damaged)
    if report.damaged.first:
        yield "files that were set aside as damaged may hold it; remove them when they are mended:"
        yield from report.damaged.lines()
