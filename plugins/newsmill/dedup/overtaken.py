"""Find the records that another run has dealt with since this run read them.

`extract` leaves out what earlier runs have dealt with. Between it and `deduplicate` another run may end that read the
same records: of another landing zone with the same files, of another scheduler. What it published stands; publishing
the record again would only put a text into its row that was cleaned by other profiles.

Owns the second look-up. Keep out: the first one (intake), what becomes of all others (rules).

It is made always: which runs have ended meanwhile cannot be told without a clock, and it costs 0.5 s for 100,000
new records beside an index of a million, 1.9 s where it knows them all, and no memory.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from newsmill.dedup.ruling import KNOWN_RECORD
from newsmill.dedup.versions import ROWS_AT_ONCE, Known
from newsmill.model import Fate, Reason

Flags = np.ndarray[Any, np.dtype[np.bool_]]


def overtaken(records: pa.Table, index: Known) -> Flags:
    """Tell of each record, by `record_key` and `fingerprint`, whether the index knows exactly these bytes."""
    flags = np.zeros(len(records), bool)
    for start in range(0, len(records), ROWS_AT_ONCE):
        some = records.select(["record_key", "fingerprint"]).slice(start, ROWS_AT_ONCE)
        keys, prints = (column.to_pylist() for column in some.columns)
        known = index.known(keys)
        for row, (key, own) in enumerate(zip(keys, prints, strict=True), start):
            flags[row] = own is not None and key in known and known[key].fingerprint == own
    return flags


def unchanged_where_overtaken(settled: pa.Table, index: Known) -> pa.Table:
    """Return `schema.SETTLED` with the unreadable records as unchanged that another run has noted as unreadable."""
    where = pa.array(overtaken(settled, index))
    said = {"fate": Fate.UNCHANGED.value, "reason": Reason.KNOWN_RECORD.value, "detail": KNOWN_RECORD.sentence}
    for name, value in said.items():
        column = pc.if_else(where, value, settled[name])
        settled = settled.set_column(settled.column_names.index(name), settled.schema.field(name), column)
    return settled
