"""Read a run's sightings: which outlets it has, and the articles of some of them.

Owns how much is held at once. Narrow columns of the whole run are; rows with their keys only of outlets that together
have `ROWS_AT_ONCE` chosen articles, so that memory does not grow with the run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

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

Chosen = tuple[str, list[str]]
"""An outlet, and the record_keys of its chosen articles."""


def by_outlet(rows: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    """Yield the rows of each outlet, sorted by article_id, then record_key.

    Args:
        rows: with the columns outlet, article_id and record_key, and any others.
    """
    order = [(name, "ascending") for name in ("outlet", "article_id", "record_key")]
    ordered = rows.take(pc.sort_indices(rows, sort_keys=order)).combine_chunks()
    start = 0
    for count in pc.run_end_encode(ordered["outlet"].combine_chunks()).run_ends.to_pylist() if len(ordered) else ():
        yield ordered["outlet"][start].as_py(), ordered.slice(start, count - start)
        start = count


def together(chosen: Iterable[Chosen]) -> Iterator[list[Chosen]]:
    """Yield outlets in groups that have few enough chosen articles to be held at once."""
    held: list[Chosen] = []
    size = 0
    for outlet, keys in chosen:
        if held and (size + len(keys) > ROWS_AT_ONCE or len(held) == OUTLETS_AT_ONCE):
            yield held
            held, size = [], 0
        held.append((outlet, keys))
        size += len(keys)
    if held:
        yield held


def read_chosen(staging: Staging, group: Iterable[Chosen]) -> Mapping[str, list[dict[str, Any]]]:
    """Return the rows of `schema.SIGHTINGS` of the chosen articles by outlet; outlets and articles are sorted."""
    wanted = pa.array([key for _, keys in group for key in keys], pa.string())
    found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for part in parts(staging, SIGHTINGS.names):
        for row in part.filter(pc.is_in(part["record_key"], value_set=wanted)).to_pylist():
            found[row["outlet"]].append(row)
    return {outlet: sorted(rows, key=lambda row: row["article_id"]) for outlet, rows in sorted(found.items())}


def parts(staging: Staging, columns: list[str]) -> Iterator[pa.RecordBatch]:
    """Yield columns of the run's sightings, a part at a time."""
    for path in staging.files("sightings"):
        with parquet.opened(staging.data, path) as file:
            yield from parquet.batches(file, READ_ROWS, columns)
