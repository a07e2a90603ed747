"""Read a run's sightings: which outlets it has, and the articles of some of them.

Owns how much is held at once: the names of the articles that are chosen of each outlet, and rows with their keys only
of outlets that together have `ROWS_AT_ONCE` chosen articles, so that memory does not grow with the run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from newsmill import parquet
from newsmill.schema import SIGHTINGS
from newsmill.staging import Staging

ROWS_AT_ONCE = 20_000
"""Chosen articles held at once: about 2 kB each of keys."""
OUTLETS_AT_ONCE = 1_000
"""Outlets held at once, each with the titles that are remembered of it (24 kB)."""
READ_ROWS = 2_000

Chosen = TypeVar("Chosen")
"""What stands for a chosen article."""


def first_of_outlets(
    parts: Iterable[pa.Table], columns: Sequence[str], first: Callable[[list[Any]], list[Any]]
) -> list[tuple[str, list[Any]]]:
    """Return the outlets, sorted, each with the rows that are chosen of it.

    Args:
        parts: tables with the column outlet, and others.
        columns: of which rows are made, tuples.
        first: chooses of some rows of an outlet; what it leaves out it must leave out of more rows, too.
    """
    held: dict[str, list[Any]] = {}
    for part in parts:
        fresh: defaultdict[str, list[Any]] = defaultdict(list)
        rows = zip(*(part[name].to_pylist() for name in columns), strict=True)
        for outlet, row in zip(part["outlet"].to_pylist(), rows, strict=True):
            fresh[outlet].append(row)
        held |= {outlet: first([*held.get(outlet, ()), *found]) for outlet, found in fresh.items()}
    return sorted(held.items())


def together(chosen: Iterable[tuple[str, list[Chosen]]]) -> Iterator[list[tuple[str, list[Chosen]]]]:
    """Yield outlets in groups that have few enough chosen articles to be held at once."""
    held: list[tuple[str, list[Chosen]]] = []
    size = 0
    for outlet, keys in chosen:
        if held and (size + len(keys) > ROWS_AT_ONCE or len(held) == OUTLETS_AT_ONCE):
            yield held
            held, size = [], 0
        held.append((outlet, keys))
        size += len(keys)
    if held:
        yield held


def read_chosen(staging: Staging, record_keys: Iterable[str]) -> Mapping[str, list[dict[str, Any]]]:
    """Return the rows of `schema.SIGHTINGS` of the chosen articles by outlet; outlets and articles are sorted."""
    found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows_chosen(staging, record_keys, SIGHTINGS.names):
        found[row["outlet"]].append(row)
    return {outlet: sorted(rows, key=lambda row: row["article_id"]) for outlet, rows in sorted(found.items())}


def rows_chosen(staging: Staging, record_keys: Iterable[str], columns: list[str]) -> Iterator[dict[str, Any]]:
    """Yield columns of the sightings of the chosen articles; `record_key` is one of them."""
    wanted = pa.array(record_keys, pa.string())
    for part in parts(staging, columns):
        yield from part.filter(pc.is_in(part["record_key"], value_set=wanted)).to_pylist()


def parts(staging: Staging, columns: list[str]) -> Iterator[pa.RecordBatch]:
    """Yield columns of the run's sightings, a part at a time."""
    for path in staging.files("sightings"):
        with parquet.opened(staging.data, path) as file:
            yield from parquet.batches(file, READ_ROWS, columns)
