"""Put rows of one group in order and take the first: groups are the versions of an article, or the copies of a text.

Owns sorting by several columns without text in memory. Keep out: what the first one wins (versions, claims).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Rows = np.ndarray[Any, np.dtype[np.int64]]
Order = list[tuple[str, str]]
"""Columns and "ascending" or "descending". An unknown time is the latest; with a "-" before its name the oldest."""

UNKNOWN_OLDEST = np.iinfo(np.int64).min
UNKNOWN_LATEST = np.iinfo(np.int64).max


def codes_of(column: pa.ChunkedArray) -> Rows:
    """Return a number for each value, equal where the values are; cheaper to sort than 64 letters."""
    parts = pc.dictionary_encode(column).chunks
    return np.concatenate([np.empty(0, np.int32), *(part.indices.to_numpy() for part in parts)]).astype(np.int64)


def crowded(codes: Rows, rows: Rows) -> Rows:
    """Return those of the rows that share their code with another of them."""
    return rows[np.bincount(codes[rows], minlength=1)[codes[rows]] > 1]


def first_of_groups(table: pa.Table, codes: Rows, rows: Rows, order: Order) -> tuple[Rows, list[tuple[int, int]]]:
    """Group rows by their codes; return the first row of each group, and each other row with its group's first."""
    several = crowded(codes, rows)  # few, so that only few need sorting
    some = table.take(pa.array(several))
    keys = {"group": codes[several]} | {name: _sortable(some, name) for name, _ in order}
    ranked = pc.sort_indices(pa.table(keys), sort_keys=[("group", "ascending"), *order]).to_numpy().astype(np.int64)
    groups = codes[several[ranked]]
    is_first = np.ones(len(ranked), bool)
    is_first[1:] = groups[1:] != groups[:-1]
    firsts = several[ranked[is_first]]
    leaders = firsts[np.cumsum(is_first) - 1][~is_first]
    others = several[ranked[~is_first]]
    alone = rows[np.bincount(codes[rows], minlength=1)[codes[rows]] == 1]
    return np.concatenate([alone, firsts]), list(zip(others.tolist(), leaders.tolist(), strict=True))


def moments(column: pa.ChunkedArray, unknown: int) -> Rows:
    """Return times as microseconds since 1970, an unknown one as `unknown`."""
    filled: Rows = pc.fill_null(column.cast(pa.int64()), unknown).to_numpy()
    return filled


def _sortable(table: pa.Table, name: str) -> Any:
    column = table[name.removeprefix("-")]
    if not pa.types.is_timestamp(column.type):
        return column
    return moments(column, UNKNOWN_OLDEST if name.startswith("-") else UNKNOWN_LATEST)
