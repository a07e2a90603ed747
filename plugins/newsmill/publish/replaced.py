"""Keep the rows that a later version replaces, until the ledger takes them.

Owns `staging/<run>/revisions/`. Keep out: why a row is replaced.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from newsmill import parquet
from newsmill.publish.files import folder_of, rows_of
from newsmill.schema import CORPUS, REVISIONS
from newsmill.staging import Run, Staging


def note_replaced(staging: Staging, run: Run, key: str, rows: pa.Table, replaced_by: dict[str, str]) -> None:
    """Write rows of a partition that are about to be replaced, before they are.

    What an interrupted attempt noted stays: its rows may be gone from the corpus already.

    Args:
        staging: the run's.
        run: the run.
        key: of the partition.
        rows: of `schema.CORPUS`.
        replaced_by: the new version's content_hash, by article_id.
    """
    if not len(rows):
        return
    path = staging.path(f"revisions/{folder_of(key).removeprefix('corpus/').replace('/', ',')}.parquet")
    noted = REVISIONS.empty_table()
    if staging.data.is_file(path):
        with parquet.opened(staging.data, path) as file:
            noted = parquet.read(file)
    is_noted = pc.is_in(rows["article_id"], value_set=noted["article_id"].combine_chunks())
    fresh = _revisions(run, key, rows.filter(pc.invert(is_noted)), replaced_by)
    with staging.data.replacing(path) as handle:
        pq.write_table(rows_of([noted, fresh], REVISIONS), handle, compression="zstd")


def _revisions(run: Run, key: str, rows: pa.Table, replaced_by: dict[str, str]) -> pa.Table:
    day, _, outlet = key.partition("|")
    size = len(rows)
    columns = {name: rows[name] for name in CORPUS.names} | {
        "run_id": pa.repeat(run.run_id, size),
        "date": pa.repeat(day, size).cast(pa.date32()),
        "outlet": pa.repeat(outlet, size),
        "replaced_by": pa.array([replaced_by[name] for name in rows["article_id"].to_pylist()], pa.string()),
    }
    return pa.table({name: columns[name] for name in REVISIONS.names}, schema=REVISIONS)
