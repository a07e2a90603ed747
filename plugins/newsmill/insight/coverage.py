"""How many articles stand in each partition of the corpus: by day and outlet, as the index counts them.

Owns the counts and what is told from them alone. Keep out: runs (books), pages.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

from newsmill.dedup.index import Index

SILENT_DAYS, SILENT_FACTOR = 3, 4
"""An outlet is silent when it has been so for longer than this many days, and than so many of its usual gaps."""
KNOWN_DAYS = 5
"""Days with articles that an outlet must have before silence can be told from chance."""

_REMEMBERED: dict[str, tuple[object, Coverage]] = {}
"""What an index counted, with the state in which it did: a million articles take a third of a second to count."""


@dataclass(frozen=True, slots=True)
class Silence:
    """An outlet that used to bring articles, its last day, and its usual gap in days."""

    outlet: str
    last: date
    usual_gap: float
    days: int  # since then, up to the corpus's last day


@dataclass(frozen=True, slots=True)
class Coverage:
    """Articles of the corpus by outlet and day (UTC)."""

    outlets: Mapping[str, Mapping[date, int]]

    @property
    def articles(self) -> int:
        """All articles."""
        return sum(sum(days.values()) for days in self.outlets.values())

    @property
    def partitions(self) -> int:
        """Days and outlets that hold an article."""
        return sum(map(len, self.outlets.values()))

    @property
    def last(self) -> date | None:
        """The newest day that has an article."""
        return max((max(days) for days in self.outlets.values()), default=None)

    @property
    def first(self) -> date | None:
        """The oldest day that has an article."""
        return min((min(days) for days in self.outlets.values()), default=None)

    def sizes(self) -> list[tuple[str, int, date]]:
        """Return each outlet with its articles and its last day, the largest first."""
        sizes = [(slug, sum(days.values()), max(days)) for slug, days in self.outlets.items()]
        return sorted(sizes, key=lambda size: (-size[1], size[0]))

    def busiest(self, days: Collection[date]) -> list[str]:
        """Return all outlets, those with most articles on these days first."""
        wanted = set(days)
        counts = {
            slug: sum(count for day, count in found.items() if day in wanted) for slug, found in self.outlets.items()
        }
        return sorted(counts, key=lambda slug: (-counts[slug], slug))

    def matrix(self, outlets: list[str], days: list[date]) -> list[list[int]]:
        """Return the articles of each outlet (a row) on each day (a column)."""
        return [[self.outlets[slug].get(day, 0) for day in days] for slug in outlets]

    def silent(self) -> list[Silence]:
        """Return outlets that have gone silent, the most telling first; the corpus's last day stands for today."""
        last = self.last
        found = [silence for slug, days in self.outlets.items() if (silence := _silence(slug, days, last))]
        return sorted(found, key=lambda silence: (-len(self.outlets[silence.outlet]), silence.outlet))


def coverage_of(index: Index) -> Coverage:
    """Return what the index counts; counted again only when a run has changed the index since."""
    state = index.state()
    known = _REMEMBERED.get(index.name)
    if known is None or known[0] != state:
        outlets: dict[str, dict[date, int]] = {}
        for day, outlet, articles in index.coverage():
            outlets.setdefault(outlet, {})[day] = articles
        known = _REMEMBERED[index.name] = state, Coverage(dict(sorted(outlets.items())))
    return known[1]


def days_until(last: date, count: int) -> list[date]:
    """Return so many days up to a last one, the oldest first."""
    return [last - timedelta(days=back) for back in range(count - 1, -1, -1)]


def _silence(slug: str, days: Mapping[date, int], last: date | None) -> Silence | None:
    seen = sorted(days)
    if last is None or len(seen) < KNOWN_DAYS:
        return None
    usual = median((after - before).days for before, after in pairwise(seen))
    silent = (last - seen[-1]).days
    return Silence(slug, seen[-1], usual, silent) if silent > max(SILENT_DAYS, SILENT_FACTOR * usual) else None
