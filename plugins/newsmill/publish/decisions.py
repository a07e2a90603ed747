"""Read what `deduplicate` decided.

Owns narrow, filtered reads of `decisions.parquet` and the keys of partitions. Keep out: what is done about a decision.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from newsmill.model import Fate
from newsmill.staging import Staging, StagingError

ROWS_AT_ONCE = 10_000
"""Decisions held at once by a reader that streams them."""


def decisions(staging: Staging, columns: list[str], fate: Fate | None = None) -> Iterator[pa.Table]:
    """Yield some columns of the decisions, in their order; of one fate, or of all.

    Raises:
        StagingError: there are no decisions, or the file is damaged.
    """
    path = staging.path("decisions.parquet")
    try:
        with staging.data.open(path) as handle:
            wanted = list(dict.fromkeys([*columns, "fate"]))
            for batch in pq.ParquetFile(handle).iter_batches(ROWS_AT_ONCE, columns=wanted):
                part = pa.table(batch)
                if fate:
                    part = part.filter(pc.equal(part["fate"], fate.value))
                yield part.select(columns)
    except (OSError, pa.ArrowInvalid) as error:
        raise StagingError(
            f"{staging.data.uri}/{path} cannot be read ({error}): clear the task deduplicate, or start a new run"
        ) from error


def keys_of(table: pa.Table, date: str = "date", outlet: str = "outlet") -> Any:
    """Return the partition key `YYYY-MM-DD|outlet` of each row; null where it has no date."""
    return pc.binary_join_element_wise(table[date].cast(pa.string()), table[outlet], "|")


def replaced_keys_of(table: pa.Table) -> Any:
    """Return the key of the partition that holds the row which each row replaces; null where it replaces none."""
    return keys_of(table, "replaces_date", "replaces_outlet")
