"""One outlet over time: its articles, how complete their fields are, what is cut of them most, and how it changes.

Owns which runs and days are looked at. Keep out: counting fields (fields), pages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from newsmill.insight.books import RunBooks, newest_runs, rows_of
from newsmill.insight.coverage import coverage_of
from newsmill.insight.fields import Period, periods
from newsmill.insight.overview import latest_drift
from newsmill.learn.history import Version, versions
from newsmill.publish.files import read_partition
from newsmill.publish.report import OutletBooks
from newsmill.storage import Store
from newsmill.workplace import index_of

DAYS_READ = 60
"""Newest days of which fields are looked at, where not all are: one small file a day, on disk 1.5 ms each, in an object
store fifty."""
RUNS_READ = 10
"""Newest runs of which cut blocks are counted."""
CUTS_SHOWN = 20
LISTED = ["article_id", "title", "authors", "published_at", "word_count", "removed_chars", "revision", "url"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A block that was cut from articles: its text before, the rule, and of how many articles."""

    text: str
    rule: str
    category: str
    articles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """What is known of an outlet."""

    slug: str
    days: Mapping[date, int]
    periods: Sequence[Period]  # the newest first
    days_read: int  # newest days with articles that the periods are of
    runs: Sequence[tuple[RunBooks, OutletBooks]]  # the last one first
    cuts: Sequence[Cut]
    profile: Version | None
    drift_day: date | None
    drift: Sequence[Mapping[str, Any]]

    @property
    def articles(self) -> int:
        """Its articles in the corpus."""
        return sum(self.days.values())


def scorecard(data: Store, slug: str, *, all_days: bool) -> Scorecard | None:
    """Return what is known of an outlet; None of one of which nothing was ever read.

    Args:
        data: the data root.
        slug: the outlet's.
        all_days: whether the fields of all days are looked at, or of the newest `DAYS_READ`.

    Raises:
        NewsmillError: corpus, ledger or index cannot be read; says what mends it.
    """
    days = coverage_of(index_of(data)).outlets.get(slug, {})
    runs = [(run, books) for run in newest_runs(data, 30) for books in run.report.books if books.outlet == slug]
    if not days and not runs:
        return None
    known, (day, findings) = versions(data, slug), latest_drift(data)
    read = sorted(days)[0 if all_days else -DAYS_READ :]
    return Scorecard(
        slug=slug,
        days=days,
        periods=periods(data, slug, read),
        days_read=len(read),
        runs=runs,
        cuts=_cuts(data, slug, [run for run, _ in runs[:RUNS_READ]]),
        profile=known[-1] if known else None,
        drift_day=day,
        drift=[found for found in findings if found["outlet"] == slug],
    )


def articles_of(data: Store, slug: str, day: date) -> list[dict[str, Any]]:
    """Return the articles of a partition, `LISTED` of each, as they lie in it.

    Raises:
        NewsmillError: the partition cannot be read; says what mends it.
    """
    return list(read_partition(data, f"{day}|{slug}", LISTED).rows.to_pylist())


def _cuts(data: Store, slug: str, runs: Iterable[RunBooks]) -> list[Cut]:
    """Return the blocks most often cut from the outlet's articles in these runs; each counts once an article."""
    columns = ["record_key", "text_before", "text_after", "rule", "category"]
    seen: set[tuple[str, str, str, str]] = set()
    for run in runs:
        for part in rows_of(data, run, "removals", columns, outlet=slug):
            for key, before, after, rule, category in zip(*(part[name].to_pylist() for name in columns), strict=True):
                if after is None:
                    seen.add((key, before, rule, category))
    counted = Counter(found[1:] for found in seen)
    most = sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:CUTS_SHOWN]
    return [Cut(text=text, rule=rule, category=category, articles=count) for (text, rule, category), count in most]
