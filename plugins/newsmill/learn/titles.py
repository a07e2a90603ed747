"""Titles of an outlet's articles that stand as a block in another article: related headlines.

Owns finding them in narrow columns. Keep out: what is cut for it (the stage clean).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from datetime import date
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from newsmill.learn.gather import Parts

Key = tuple[str, int]
"""An outlet and the key of a title."""


def titles_seen(parts: Parts, past: pa.Table) -> Iterator[dict[str, Any]]:
    """Yield rows of `schema.TITLES`: titles that stand as a block in another article of the run.

    Three passes over the sightings: only what is found in the second is held one by one.

    Args:
        parts: reads the sightings of some outlets.
        past: outlet, title_key and day of the articles that are remembered of these outlets.
    """
    fresh = (part["title_key"].to_numpy() for part in parts())
    known = np.unique(np.concatenate([past["title_key"].to_numpy(), *fresh]))
    seen: set[Key] = set()
    for part in parts():
        seen.update(_other_titles(part, known))
    for (outlet, key), day in sorted(_days(seen, chain([past], parts())).items()):
        yield {"outlet": outlet, "key": key, "day": day}


def _other_titles(part: pa.RecordBatch, known: Any) -> Iterator[Key]:
    """Yield the blocks that are a known title, and not that of the article in which they stand.

    Args:
        part: outlet, title_key and keys.
        known: sorted keys. They may be many more than the blocks of a part, and are not hashed anew for each.
    """
    keys, rows = (found.to_numpy() for found in (pc.list_flatten(part["keys"]), pc.list_parent_indices(part["keys"])))
    if not len(known):
        return
    is_title = known[np.minimum(np.searchsorted(known, keys), len(known) - 1)] == keys
    is_one = is_title & (keys != part["title_key"].to_numpy()[rows]) & (keys != 0)
    yield from zip(part["outlet"].take(pa.array(rows[is_one])).to_pylist(), keys[is_one].tolist(), strict=True)


def _days(seen: Set[Key], articles: Iterable[pa.Table | pa.RecordBatch]) -> dict[Key, date]:
    """Return the last day of each title of an outlet that was seen."""
    keys = pa.array(sorted({key for _, key in seen}), pa.int64())
    days: dict[Key, date] = {}
    for part in articles:
        for row in _titled(part).filter(pc.is_in(part["title_key"], value_set=keys)).to_pylist():
            title = (row["outlet"], row["title_key"])
            if title in seen:
                days[title] = max(row["day"], days.get(title, row["day"]))
    return days


def _titled(part: pa.Table | pa.RecordBatch) -> Any:
    return part.select(["outlet", "title_key", "day"])
