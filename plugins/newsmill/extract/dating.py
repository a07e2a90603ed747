"""Decide an article's dates from what its record, its page, its address and its text say of them.

Owns which clues are believed, and how reliable each kind of place was measured to be. Keep out: finding clues
(metadata, printed, markdown), reading one date (dates), the count (vote).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import inf

from newsmill.extract.choices import RECORD
from newsmill.extract.dates import is_believable, parse_date, parse_number
from newsmill.extract.draft import DateClue
from newsmill.extract.vote import LEAST_WEIGHT, Claim, Outcome, decide, weight_of
from newsmill.model import DateSource
from newsmill.registry import Outlet

DATED_RIGHT = {"JSON-LD": (107, 1), "meta": (87, 1), "itemprop": (7, 0), "time": (63, 4), "url": (22, 0)}
"""On how many pages of fundus-dev each kind of place had the gold's day, and another one."""
SELDOM = (1, 0)
"""What a place counts that pages with others seldom have: a byline, a shown date, front matter."""
SAME_DAY = timedelta(hours=36)
"""How far apart two places may mean one day: a day alone is 00:00 UTC, and its last moment in the west 36 hours on."""
NOTED_CHARS = 100
"""Characters of a disbelieved value that its note quotes."""


@dataclass(slots=True)
class Notes:
    """Sentences for a person, in the order in which they came up."""

    sentences: list[str] = field(default_factory=list)

    def add(self, name: str, value: str, why: str) -> None:
        """Note a field's value that is not believed."""
        self.sentences.append(f"{name} {value[:NOTED_CHARS]!r} {why}; not believed")


@dataclass(frozen=True, slots=True)
class Dates:
    """Reads one record's dates: its outlet's zone, its language, and the time of its fetch."""

    outlet: Outlet
    language: str | None
    latest: datetime
    notes: Notes

    def decide(self, clues: Iterable[DateClue], changes: Iterable[DateClue] = ()) -> Dated:
        """Return the date that most of the believable clues mean; a given one is the date whatever the others say.

        Args:
            clues: the most trusted first.
            changes: clues to the last change. A template that was given the wrong field says the same moment of both
                dates; it is not believed where another place tells an earlier day.
        """
        found: dict[str, _Found] = {}
        for clue in clues:
            place = RECORD if clue.source is DateSource.RECORD else clue.field
            if place not in found and (moment := self.read(clue, noted=not found)):
                found[place] = _Found(moment, clue.source)
        changed = {self.read(clue, noted=False) for clue in changes}
        earliest = min((one.moment for one in found.values()), default=None)
        late = {one.moment for one in found.values() if earliest and one.moment - earliest > SAME_DAY}
        outcome = decide((_dated_by(place, one, changed & late) for place, one in found.items()), _is_same_day)
        return Dated(outcome, found[outcome.source].source if outcome else DateSource.INGESTED)

    def read(self, clue: DateClue, *, noted: bool = True) -> datetime | None:
        """Return a clue's date if it can be believed; what cannot is noted until a clue was believed."""
        moment = parse_number(clue.value) if clue.source is DateSource.RECORD else None
        if moment is None:
            epoch = clue.source is DateSource.METADATA
            moment = parse_date(clue.value, self.outlet.zone, self.language, epoch=epoch)
        if moment is not None and is_believable(moment, self.latest):
            return moment
        if noted:
            late = moment is not None and moment > self.latest
            doubt = "is more than a day after the fetch" if late else "is before 1900"
            self.notes.add(clue.field, clue.value, doubt if moment else "is no date that can be read")
        return None


@dataclass(frozen=True, slots=True)
class _Found:
    """What one place says, as a moment in UTC."""

    moment: datetime
    source: DateSource


@dataclass(frozen=True, slots=True)
class Dated:
    """A decided date, and the kind of place it came from."""

    outcome: Outcome[datetime] | None
    source: DateSource

    @property
    def moment(self) -> datetime | None:
        """The date, in UTC."""
        return self.outcome.value if self.outcome else None


def _dated_by(place: str, found: _Found, changed: Collection[datetime | None]) -> Claim[datetime]:
    kind = place.split()[0]
    weight = LEAST_WEIGHT if found.moment in changed else weight_of(*DATED_RIGHT.get(kind, SELDOM))
    return Claim(value=found.moment, source=place, weight=inf if place == RECORD else weight, voice=kind)


def _is_same_day(one: datetime, other: datetime) -> bool:
    return abs(one - other) <= SAME_DAY
