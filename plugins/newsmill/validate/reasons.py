"""How a failure is worded: for the verdict on an article, for the log, and for Data Docs.

Owns the words, and which failing rows Data Docs show. Keep out: which rows fail (judge).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

from newsmill.validate.check import Check

SHOWN_CHARS = 100
"""A failing value is cut to this in a reason; the quarantine holds it whole."""

SAMPLE_ROWS = 20
"""Failing rows that Data Docs show for an expectation; GX's own number."""

Sample = list[tuple[str, str]]
"""Failing rows, each as its record_key and what is shown of it."""


def name_of(reason: str) -> str:
    """Return the name of the check that a reason is about."""
    return reason.partition(":")[0]


def reasons(check: Check, frame: pa.Table, rows: Sequence[int]) -> Iterator[str]:
    """Yield why each of these rows fails: `name`, or `name: value (what is expected)`."""
    if not check.shows:
        yield from (check.name for _ in rows)
        return
    failing = frame.select(check.shows).take(rows)
    for values in zip(*(column.to_pylist() for column in failing.columns), strict=True):
        yield f"{check.name}: {', '.join(map(_shown, values))} ({check.expects})"


def batch_warning(check: Check, observed: Any) -> str:
    """Return what is wrong with the run as a whole."""
    return f"{check.name}: {_shown(observed)} ({check.expects})"


def sample(check: Check, frame: pa.Table, rows: Sequence[int]) -> Sample:
    """Return what is shown of failing rows: of those with the first record_keys, whatever the order of the rows."""
    keys = frame["record_key"].take(rows).to_pylist()
    first = heapq.nsmallest(SAMPLE_ROWS, zip(keys, rows, strict=True), key=lambda pair: pair[0] or "")
    columns = dict.fromkeys(("raw_path", *check.shows))
    shown = frame.select(list(columns)).take([row for _, row in first])
    texts = (
        ": ".join(map(_shown, values)) for values in zip(*(shown[name].to_pylist() for name in columns), strict=True)
    )
    return [(key or "", text) for (key, _), text in zip(first, texts, strict=True)]


def first_of(one: Sample, other: Sample) -> Sample:
    """Return the sample of two parts together."""
    return heapq.nsmallest(SAMPLE_ROWS, [*one, *other], key=lambda pair: pair[0])


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return repr(value if len(value) <= SHOWN_CHARS else f"{value[:SHOWN_CHARS]}…")
    if isinstance(value, datetime):
        return value.isoformat()
    return f"{value:.4g}" if isinstance(value, float) else str(value)
