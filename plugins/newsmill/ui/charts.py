"""What the charts show, as data for plotly; how they look is in `static/charts.js`.

Owns figures and their words for people who do not see them. Every chart has a table beside it with the same numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from newsmill.insight.books import RunBooks
from newsmill.insight.coverage import Coverage

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


def trends(runs: Sequence[RunBooks]) -> dict[str, Any]:
    """Return the shares of the newest runs that read something new, the oldest first."""
    told = [run for run in reversed(runs) if run.refused_share is not None]
    return {
        "kind": "trend",
        "x": [f"{run.day.isoformat()} · {run.number}" for run in told],
        "refused": [run.refused_share for run in told],
        "cut": [run.cut_share for run in told],
    }


def articles(days: Mapping[date, int]) -> dict[str, Any]:
    """Return bars: an outlet's articles by day, over the last `BARS` days that lead to its newest one."""
    shown = [day for day in sorted(days) if (max(days) - day).days < BARS]
    return {"kind": "bars", "x": [day.isoformat() for day in shown], "y": [days[day] for day in shown], "span": BARS}
