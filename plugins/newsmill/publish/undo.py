"""Take back what a run that is given up had published, as far as its staging folder tells.

Owns the way back: rows that the run brought go, rows that it took out come back. Keep out: whether to (upkeep).

The way forward is the rule; this is for a run whose staging is damaged. It goes the same way as publishing, what leaves
before what comes, so that no reader sees an article or a text twice. It may be done twice.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

from newsmill import parquet
from newsmill.publish.decisions import changes
from newsmill.publish.files import read_partition, remove_empty, write_partition
from newsmill.schema import CORPUS
from newsmill.staging import Staging

IsGone = Callable[[pa.Table], pa.Table]


def undo_published(staging: Staging, *, grace: float = 0) -> tuple[int, int]:
    """Make the corpus what it was before the run; return how many rows went and how many came back.

    A row that the run put in the place of one that it did not note is the same in every column, and stays.

    Args:
        staging: the run's; its decisions and what it noted as replaced are read before anything is written.
        grace: seconds between what goes and what comes back, for readers to come to an end.

    Raises:
        OSError, pa.ArrowInvalid, StagingError: one of these cannot be read.
        PublishError: a file of the corpus cannot be read.
    """
    noted = {article_id for _, rows in noted_rows(staging) for article_id in rows["article_id"].to_pylist()}
    brought = _brought(staging, noted)
    gone = sum(_remove(staging, key, rows) for key, rows in sorted(brought.items()))
    time.sleep(grace if gone and noted else 0)
    back = put_back(staging)
    for key in sorted(brought):
        remove_empty(staging.data, key)
    return gone, back


def put_back(staging: Staging, wanted: IsGone = lambda rows: rows) -> int:
    """Put the rows that the run noted as replaced into their partitions again; return how many.

    Args:
        staging: the run's.
        wanted: returns those of a partition's rows that are to come back; of these, an article that stands there stays.
    """
    count = 0
    for key, noted in noted_rows(staging):
        old = read_partition(staging.data, key)
        is_there = pc.is_in(noted["article_id"], value_set=old.rows["article_id"].combine_chunks())
        rows = wanted(noted.filter(pc.invert(is_there)))
        if len(rows):
            write_partition(staging.data, old, pa.concat_tables([old.rows, rows]))
        count += len(rows)
    return count


def noted_rows(staging: Staging) -> Iterator[tuple[str, pa.Table]]:
    """Yield the partitions of which the run noted rows as replaced, each with these rows (`schema.CORPUS`)."""
    for path in staging.files("revisions"):
        with parquet.opened(staging.data, path) as file:
            rows = parquet.read(file)
        if len(rows):
            yield f"{rows['date'][0].as_py().isoformat()}|{rows['outlet'][0].as_py()}", rows.select(CORPUS.names)


def _brought(staging: Staging, noted: set[str]) -> dict[str, list[tuple[str, str]]]:
    """Return (article_id, content_hash) of the rows that the run brings, by the key of their partition.

    Of an article that had a row before, only where that one is noted: else the new one has not come, or is the same.
    """
    found = defaultdict(list)
    for part in changes(staging, ["article_id", "content_hash"]):
        columns = (part[name].to_pylist() for name in ("key", "old_key", "article_id", "content_hash"))
        for key, old_key, article_id, text in zip(*columns, strict=True):
            if key and (old_key is None or article_id in noted):
                found[key].append((article_id, text))
    return found


def _remove(staging: Staging, key: str, brought: list[tuple[str, str]]) -> int:
    old = read_partition(staging.data, key)
    rows = zip(old.rows["article_id"].to_pylist(), old.rows["content_hash"].to_pylist(), strict=True)
    wanted = set(brought)
    stays = pa.array([row not in wanted for row in rows], pa.bool_())
    left = old.rows.filter(stays)
    write_partition(staging.data, old, left)
    return len(old.rows) - len(left)
