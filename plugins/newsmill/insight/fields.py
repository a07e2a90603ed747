"""How complete the fields of an outlet's articles are, and where their dates came from, week by week or month by month.

Owns the periods and the counts. Keep out: pages, and which days are looked at (outlet).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from newsmill.publish.files import read_partition
from newsmill.storage import Store

FIELDS = ("url", "title", "description", "authors", "tags", "published_at", "language", "sources")
"""Fields of an article that may be missing."""
BY_WEEK = 26 * 7
"""Days up to which weeks are told apart: half a year of them are as many as a chart can show; more days go by month."""


@dataclass(frozen=True, slots=True)
class Period:
    """A week (by its Monday) or a month (by its first day): its articles, and of how many each field is known."""

    start: date
    is_week: bool
    articles: int = 0
    filled: Counter[str] = field(default_factory=Counter)
    date_sources: Counter[str] = field(default_factory=Counter)

    @property
    def name(self) -> str:
        """The day on which a week begins, or the month."""
        return self.start.isoformat() if self.is_week else f"{self.start:%Y-%m}"

    def share(self, name: str) -> float | None:
        """Return the share of articles that have a field, 0 to 1."""
        return self.filled[name] / self.articles if self.articles else None

    def source_share(self, source: str) -> float | None:
        """Return the share of articles whose date came from a source, 0 to 1."""
        return self.date_sources[source] / self.articles if self.articles else None

    def added(self, rows: pa.Table) -> Period:
        """Return it with the articles of a partition."""
        filled = self.filled + Counter({name: _known(rows[name]) for name in FIELDS})
        sources = Counter({one["values"]: one["counts"] for one in pc.value_counts(rows["date_source"]).to_pylist()})
        return Period(self.start, self.is_week, self.articles + len(rows), filled, self.date_sources + sources)


def periods(data: Store, slug: str, days: Sequence[date]) -> list[Period]:
    """Return the periods of an outlet's days, the newest first; one small file is read a day.

    Raises:
        NewsmillError: a partition cannot be read; says what mends it.
    """
    is_week = bool(days) and (max(days) - min(days)).days < BY_WEEK
    found: dict[date, Period] = {}
    for day in days:
        start = day - timedelta(days=day.weekday()) if is_week else day.replace(day=1)
        rows = read_partition(data, f"{day}|{slug}", ["article_id", *FIELDS, "date_source"]).rows
        found[start] = found.get(start, Period(start, is_week)).added(rows)
    return [found[start] for start in sorted(found, reverse=True)]


def _known(column: pa.ChunkedArray) -> int:
    """Count the values that are there: not null, and no empty list."""
    if pa.types.is_list(column.type):
        return int(pc.sum(pc.greater(pc.list_value_length(column), 0)).as_py() or 0)
    return len(column) - int(column.null_count)
