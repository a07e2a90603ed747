"""Read what `deduplicate` decided.

Owns narrow, filtered reads of `decisions.parquet` and the keys of partitions. Keep out: what is done about a decision.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from newsmill import parquet
from newsmill.model import Fate
from newsmill.staging import Staging, StagingError

ROWS_AT_ONCE = 2_000
"""Decisions held at once by a reader that streams them."""


def decisions(staging: Staging, columns: list[str], fate: Fate | None = None) -> Iterator[pa.Table]:
    """Yield some columns of the decisions, in their order; of one fate, or of all.

    Raises:
        StagingError: there are no decisions, or the file is damaged.
    """
    path = staging.path("decisions.parquet")
    try:
        with parquet.opened(staging.data, path) as file:
            wanted = list(dict.fromkeys([*columns, "fate"]))
            for part in parquet.tables(file, ROWS_AT_ONCE, wanted):
                if fate:
                    part = part.filter(pc.equal(part["fate"], fate.value))
                yield part.select(columns)
    except (OSError, pa.ArrowInvalid) as error:
        raise StagingError(
            f"{staging.data.uri}/{path} cannot be read ({error}): clear the task deduplicate, or start a new run"
        ) from error


def changes(staging: Staging, columns: list[str]) -> Iterator[pa.Table]:
    """Yield some columns of the decisions that change the corpus, with the keys of the partitions that they touch.

    `key` is the partition that the article comes into, null where its row leaves the corpus; `old_key` that of the row
    that goes, null where there was none; `taken_key` that of another article's row that had the text until this run.
    """
    wanted = list(dict.fromkeys([*columns, *_OF_KEYS]))
    for part in decisions(staging, wanted):
        is_published = pc.equal(part["fate"], Fate.PUBLISHED.value)
        keys = {
            "key": pc.if_else(is_published, _keys(part, "date", "outlet"), None),
            "old_key": _keys(part, "replaces_date", "replaces_outlet"),
            "taken_key": _keys(part, "takes_date", "takes_outlet"),
        }
        own = part.select(columns)
        for name, column in keys.items():
            own = own.append_column(name, column)
        yield own.filter(pc.or_(is_published, pc.is_valid(keys["old_key"])))


_OF_KEYS = ["fate", "date", "outlet", "replaces_date", "replaces_outlet", "takes_date", "takes_outlet"]


def _keys(table: pa.Table, date: str, outlet: str) -> Any:
    """Return the partition key `YYYY-MM-DD|outlet` of each row; null where it has no date."""
    return pc.binary_join_element_wise(table[date].cast(pa.string()), table[outlet], "|")
