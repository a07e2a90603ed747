"""Decide the fate of every record of a run: staging's narrow columns in, `decisions.parquet` out.

Owns the order of the steps. Keep out: the rules themselves (rules), the corpus (publish).

1. What is settled already, and the articles with what tombstones and index say of each alone, go to a passing file on
   disk, some thousands at once (gathering). Held of each article are three numbers.
2. These tell which articles must be decided together (together). All others are judged as they come.
3. Decisions are sorted by `raw_path`, which is every record's own, so they do not depend on batches: they go to a
   passing file between bounds, and what lies between two of them is sorted alone (shares).

So memory does not grow with the run, but for these numbers (24 bytes an article) and for articles that all have to do
with each other, such as the copies of one text (0.6 kB each). No text is held.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from newsmill.dedup.gathering import articles_of, settled_records
from newsmill.dedup.index import Index
from newsmill.dedup.overtaken import unchanged_where_overtaken
from newsmill.dedup.ruled import ruled, settled
from newsmill.dedup.rules import judge
from newsmill.dedup.shares import Bounds, ByPath
from newsmill.dedup.together import ALONE, Links
from newsmill.dedup.tombstones import Tombstones, read_tombstones
from newsmill.model import Fate, Reason
from newsmill.passing import Shares, passing_file
from newsmill.schema import DECISIONS, SETTLED
from newsmill.staging import Staging, StagingError


def deduplicate(staging: Staging, index: Index, *, reprocess: bool = False) -> dict[str, int]:
    """Write `decisions.parquet` (`schema.DECISIONS`) and return the number of records of each fate.

    Args:
        staging: the run's; its `settled`, `refused`, `cleaned` and `verdicts` are read.
        index: what was published before this run; only looked up.
        reprocess: publish a known article again although its text is the same, in the place of its row.

    Raises:
        StagingError: an article has no verdict, or a record is there twice.
        StorageError: there is no room for what passes through TMPDIR, or in the data root.
        TombstoneError: it cannot be told what was taken down.
    """
    takes_known = reprocess or staging.names_records
    with ExitStack() as files:
        records, articles, linked, decided = (
            Shares(files.enter_context(passing_file("deduplicate"))) for _ in range(4)
        )
        tombstones, bounds, links = read_tombstones(staging.data), Bounds(), Links()
        for number, part in enumerate(settled_records(staging)):
            part = part if takes_known else unchanged_where_overtaken(part, index)
            records.put(number, _buried(part, tombstones))
            bounds.add(part)
        for number, part in enumerate(articles_of(staging, tombstones, index, takes_known=takes_known)):
            articles.put(number, part)
            bounds.add(part)
            links.add(part)
        by_path = ByPath(decided, bounds.between())
        for part in records.each():
            by_path.put(settled(part))
        for part in _together(articles, links, linked):
            by_path.put(ruled(part, judge(part, index, reprocess=reprocess, takes_known=takes_known)))
        return _write(staging, by_path.each())


def _together(articles: Shares, links: Links, linked: Shares) -> Iterator[pa.Table]:
    """Yield all articles, in tables that can be judged alone; `linked` takes those that have to wait for others."""
    shares = links.shares()
    start = 0
    for part in articles.each():
        own = shares[start : start + len(part)]
        start += len(part)
        for share in np.unique(own[own != ALONE]).tolist():
            linked.put(share, part.filter(pa.array(own == share)))
        yield part.filter(pa.array(own == ALONE)).combine_chunks()
    yield from linked.each()


def _write(staging: Staging, parts: Iterable[pa.Table]) -> dict[str, int]:
    """Write sorted decisions; count them by their fates."""
    counts: Counter[str] = Counter({fate.value: 0 for fate in Fate})
    with (
        staging.data.replacing(staging.path("decisions.parquet")) as handle,
        pq.ParquetWriter(handle, DECISIONS, compression="zstd") as writer,
    ):
        for part in parts:
            _check_unique(part["raw_path"])
            counts.update(part["fate"].to_pylist())
            writer.write_table(part)
    return dict(counts)


def _check_unique(paths: pa.ChunkedArray) -> None:
    """Check that no path, sorted as they are, is there twice."""
    twice = paths.slice(1).filter(pc.equal(paths.slice(1), paths.slice(0, max(len(paths) - 1, 0))))
    if len(twice):
        raise StagingError(f"the record {twice[0].as_py()!r} is in staging twice: start a new run")


def _buried(settled: pa.Table, tombstones: Tombstones) -> pa.Table:
    """Let nothing that quotes a taken-down record pass, and settle anew what could not be read of a taken-down outlet.

    Records that are known already stay so: the index need not be told of them again.
    """
    met = tombstones.meet(settled)
    is_read_anew = pc.and_(met, pc.equal(settled["fate"], Fate.UNREADABLE.value))
    nothing = pa.scalar(None, pa.string())
    changed = {
        "fate": pc.if_else(is_read_anew, Fate.UNCHANGED.value, settled["fate"]),
        "reason": pc.if_else(is_read_anew, Reason.TAKEN_DOWN.value, settled["reason"]),
        "detail": pc.if_else(met, nothing, settled["detail"]),
        "source_id": pc.if_else(met, settled["raw_path"], settled["source_id"]),
    }
    for name, column in changed.items():
        settled = settled.set_column(settled.schema.get_field_index(name), SETTLED.field(name), column)
    return settled
