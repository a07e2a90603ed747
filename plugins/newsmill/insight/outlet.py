"""One outlet over time: its articles, how complete their fields are, what is cut of them most, and how it changes.

Owns which rows are looked at, so that a page costs the same for a large outlet as for a small one. Keep out: pages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from newsmill.insight.books import RunBooks, newest_runs, rows_of
from newsmill.insight.coverage import coverage_of
from newsmill.insight.overview import latest_drift
from newsmill.learn.history import Version, versions
from newsmill.publish.files import read_partition
from newsmill.publish.report import OutletBooks
from newsmill.storage import Store
from newsmill.workplace import index_of

DAYS_READ = 60
"""Newest days of the outlet of which fields are looked at: one small file a day."""
RUNS_READ = 10
"""Newest runs of which cut blocks are counted."""
CUTS_SHOWN = 20
FIELDS = ("url", "title", "description", "authors", "tags", "published_at", "language", "sources")
"""Fields of an article that may be missing."""
LISTED = ["article_id", "title", "authors", "published_at", "word_count", "removed_chars", "revision", "url"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A block that was cut from articles: its text before, the rule, and of how many articles."""

    text: str
    rule: str
    category: str
    articles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """How complete the fields of a month's articles are, and where their dates came from."""

    month: str  # YYYY-MM
    articles: int
    filled: Mapping[str, int]  # articles that have the field
    date_sources: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """What is known of an outlet."""

    slug: str
    days: Mapping[date, int]
    months: Sequence[Month]  # the newest first
    runs: Sequence[tuple[RunBooks, OutletBooks]]  # the last one first
    cuts: Sequence[Cut]
    profile: Version | None
    drift_day: date | None
    drift: Sequence[Mapping[str, Any]]

    @property
    def articles(self) -> int:
        """Its articles in the corpus."""
        return sum(self.days.values())


def scorecard(data: Store, slug: str) -> Scorecard | None:
    """Return what is known of an outlet; None of one of which nothing was ever read.

    Raises:
        NewsmillError: corpus, ledger or index cannot be read; says what mends it.
    """
    days = coverage_of(index_of(data)).outlets.get(slug, {})
    runs = [(run, books) for run in newest_runs(data, 30) for books in run.report.books if books.outlet == slug]
    if not days and not runs:
        return None
    known, (day, findings) = versions(data, slug), latest_drift(data)
    return Scorecard(
        slug=slug,
        days=days,
        months=list(_months(data, slug, sorted(days)[-DAYS_READ:])),
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


def _months(data: Store, slug: str, days: Sequence[date]) -> Iterator[Month]:
    by_month: dict[str, list[dict[str, Any]]] = {}
    for day in days:
        rows = read_partition(data, f"{day}|{slug}", ["article_id", *FIELDS, "date_source"]).rows
        by_month.setdefault(f"{day:%Y-%m}", []).extend(rows.to_pylist())
    for month, articles in sorted(by_month.items(), reverse=True):
        yield Month(
            month=month,
            articles=len(articles),
            filled={name: sum(bool(row[name]) for row in articles) for name in FIELDS},
            date_sources=Counter(row["date_source"] for row in articles),
        )


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
