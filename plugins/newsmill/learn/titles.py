"""Titles of an outlet's articles that stand as a block in another article: related headlines.

Owns finding them in narrow columns. Keep out: what is cut for it (the stage clean).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from datetime import date
from itertools import chain
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from newsmill.learn.gather import parts
from newsmill.staging import Staging

Key = tuple[str, int]
"""An outlet and the key of a title."""


def titles_seen(staging: Staging, outlets: Sequence[str], past: pa.Table) -> Iterator[dict[str, Any]]:
    """Yield rows of `schema.TITLES`: titles that stand as a block in another article of the run.

    Three passes over the sightings: only what is found in the second is held one by one.

    Args:
        staging: the run's.
        outlets: those to look at.
        past: outlet, title_key and day of the articles that are remembered of them.
    """
    looked_at = pa.array(outlets, pa.string())
    fresh = [part["title_key"] for part in _of_outlets(parts(staging, ["outlet", "title_key"]), looked_at)]
    known = pa.chunked_array([*past["title_key"].chunks, *fresh], pa.int64()).unique()
    seen: set[Key] = set()
    for part in _of_outlets(parts(staging, ["outlet", "title_key", "keys"]), looked_at):
        seen.update(_other_titles(part, known))
    dated = _of_outlets(parts(staging, ["outlet", "title_key", "day"]), looked_at)
    for (outlet, key), day in sorted(_days(seen, chain([past], dated)).items()):
        yield {"outlet": outlet, "key": key, "day": day}


def _other_titles(part: pa.RecordBatch, known: pa.Array) -> Iterator[Key]:
    """Yield the blocks that are a known title, and not that of the article in which they stand."""
    keys = pc.list_flatten(part["keys"])
    rows = pc.list_parent_indices(part["keys"])
    is_title = pc.and_(pc.is_in(keys, value_set=known), pc.not_equal(keys, part["title_key"].take(rows)))
    is_one = pc.and_(is_title, pc.not_equal(keys, 0))
    yield from zip(part["outlet"].take(rows).filter(is_one).to_pylist(), keys.filter(is_one).to_pylist(), strict=True)


def _days(seen: Set[Key], articles: Iterable[pa.Table | pa.RecordBatch]) -> dict[Key, date]:
    """Return the last day of each title of an outlet that was seen."""
    keys = pa.array(sorted({key for _, key in seen}), pa.int64())
    days: dict[Key, date] = {}
    for part in articles:
        for row in part.filter(pc.is_in(part["title_key"], value_set=keys)).to_pylist():
            title = (row["outlet"], row["title_key"])
            if title in seen:
                days[title] = max(row["day"], days.get(title, row["day"]))
    return days


def _of_outlets(found: Iterable[pa.RecordBatch], outlets: pa.Array) -> Iterator[pa.RecordBatch]:
    for part in found:
        yield part.filter(pc.is_in(part["outlet"], value_set=outlets))
