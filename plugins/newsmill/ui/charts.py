"""What the charts show, as data for plotly; how they look is in `static/charts.js`.

Owns figures and their words for people who do not see them. Every chart has a table beside it with the same numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from newsmill.insight.books import RunBooks
from newsmill.insight.coverage import Coverage
from newsmill.insight.fields import FIELDS, Period
from newsmill.model import DateSource
from newsmill.publish.report import OutletBooks, Report

DATE_SOURCES = [source.value for source in DateSource]
BARS = 400
"""Days of an outlet's bars: a year, and what is left of a month to compare with."""


def coverage(outlets: Sequence[str], days: Sequence[date], counted: Coverage) -> dict[str, Any]:
    """Return the heat map: outlets down, days across, articles as colour."""
    return {
        "kind": "heat",
        "x": [day.isoformat() for day in days],
        "y": list(outlets),
        "z": [[count or None for count in row] for row in counted.matrix(list(outlets), list(days))],
    }


def trends(runs: Sequence[tuple[RunBooks, Report | OutletBooks]]) -> dict[str, Any]:
    """Return the shares of runs that read something new, the oldest first.

    Args:
        runs: the last one first, each with the books that are meant: of all outlets, or of one.
    """
    told = [(run, books) for run, books in reversed(runs) if books.refused_share is not None]
    return {
        "kind": "trend",
        "x": [f"{run.day.isoformat()} · {run.number}" for run, _ in told],
        "refused": [books.refused_share for _, books in told],
        "cut": [books.cut_share for _, books in told],
    }


def completeness(periods: Sequence[Period]) -> dict[str, Any]:
    """Return the heat map of fields: fields down, weeks or months across, as colour how many articles have it."""
    shown = list(reversed(periods))
    return {
        "kind": "shares",
        "x": [period.name for period in shown],
        "y": [name.replace("_", " ") for name in FIELDS],
        "z": [[period.share(name) for period in shown] for name in FIELDS],
    }


def date_sources(periods: Sequence[Period]) -> dict[str, Any]:
    """Return stacked bars: where the dates of a week's or month's articles came from, as shares."""
    shown = list(reversed(periods))
    used = [source for source in DATE_SOURCES if any(period.date_sources[source] for period in shown)]
    return {
        "kind": "stack",
        "x": [period.name for period in shown],
        "series": {source: [period.source_share(source) for period in shown] for source in used},
    }


def articles(days: Mapping[date, int]) -> dict[str, Any]:
    """Return bars: an outlet's articles by day, over the last `BARS` days that lead to its newest one."""
    shown = [day for day in sorted(days) if (max(days) - day).days < BARS]
    return {"kind": "bars", "x": [day.isoformat() for day in shown], "y": [days[day] for day in shown], "span": BARS}
