"""Bring the articles of a group of partitions together, out of the batches that they were cleaned in.

Owns the way from `cleaned/batch-N.parquet` to one table a partition. Keep out: what lies in the corpus already.

Batches are cut by landing files, partitions by date and outlet, so any batch may hold articles of any partition. The
group's partitions are packed into rounds of a bounded size. One round is read straight from the batches; of several
each gets a file in staging, filled in one pass over the batches, and is then read alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from newsmill import parquet
from newsmill.publish.decisions import changes
from newsmill.publish.files import rows_of
from newsmill.schema import CLEANED, CORPUS
from newsmill.staging import Staging, StagingError

WORDS_PER_ROUND = 500_000
"""Words of text held at once: about 3.5 MB, some 1,000 news articles, several times. One partition is never split."""

ROWS_PER_GROUP = 50
"""Rows that are held of each round while its file is filled: a group of fewer rows costs more than they do."""

ROWS_AT_ONCE = 200


class Arrival(NamedTuple):
    """A row that goes into a partition, and where it is found."""

    key: str
    record_key: str
    batch: int
    words: int
    revision: int
    ingested_on: date | None  # None: this run publishes it first
    moves: bool  # its article, or its text, lay in another partition until this run


class Leaver(NamedTuple):
    """A row that leaves a partition before anything comes in, and the content_hash of what stands for it."""

    key: str
    article_id: str
    replaced_by: str
    text: str | None  # its own content_hash, where the article's new row comes into the same partition; else None


def find_work(staging: Staging, keys: list[str]) -> tuple[list[Arrival], list[Leaver]]:
    """Return what comes into these partitions and what leaves them.

    A row leaves when its article leaves the corpus, or belongs into another partition now, or when its text is another
    article's now that comes into another partition: it must not be there twice.
    """
    arrivals: list[Arrival] = []
    leavers: list[Leaver] = []
    wanted = pa.array(keys, pa.string())
    taken = _taken_elsewhere(staging, wanted)
    for part in changes(staging, _COLUMNS):
        elsewhere = [pc.fill_null(pc.not_equal(part[old], part["key"]), False) for old in ("old_key", "taken_key")]
        part = part.append_column("moves", pc.or_(*elsewhere))
        coming = part.filter(pc.is_in(part["key"], value_set=wanted))
        names = ["key", "record_key", "batch", "word_count", "revision", "ingested_on", "moves"]
        arrivals += map(Arrival._make, _tuples(coming.select(names)))
        is_staying = pc.fill_null(pc.equal(part["key"], part["old_key"]), False)
        is_leaving = pc.or_(pc.invert(is_staying), pc.is_in(part["article_id"], value_set=taken))
        part = part.append_column("text", pc.if_else(is_staying, part["replaces_hash"], None))
        going = part.filter(pc.and_(pc.is_in(part["old_key"], value_set=wanted), is_leaving))
        leavers += map(Leaver._make, _tuples(going.select(["old_key", "article_id", "content_hash", "text"])))
    return sorted(arrivals), sorted(leavers)


def _taken_elsewhere(staging: Staging, wanted: pa.Array) -> pa.Array:
    """Return the ids of articles of these partitions whose texts come into another partition with another article."""
    ids: list[str] = []
    for part in changes(staging, ["takes_article_id"]):
        is_there = pc.is_in(part["taken_key"], value_set=wanted)
        taken = part.filter(pc.and_(is_there, pc.not_equal(part["taken_key"], part["key"])))
        ids += taken["takes_article_id"].to_pylist()
    return pa.array(ids, pa.string())


_COLUMNS = [
    "record_key",
    "batch",
    "article_id",
    "content_hash",
    "revision",
    "ingested_on",
    "replaces_hash",
    "word_count",
]


def by_partition(staging: Staging, arrivals: list[Arrival], name: str) -> Iterator[tuple[list[Arrival], pa.Table]]:
    """Yield the arrivals of one partition and their rows (`schema.CORPUS`, in the same order), by key.

    Args:
        staging: the run's.
        arrivals: of a group, sorted.
        name: the group's own, for its files in staging.

    Raises:
        StagingError: an article is not in the batch that it should be in.
    """
    rounds = _rounds(arrivals)
    if len(rounds) == 1:
        yield from _split(rounds[0], _from_batches(staging, rounds[0]))
    elif rounds:
        paths = [staging.path(f"rounds/{name}-{number}.parquet") for number in range(len(rounds))]
        _spill(staging, rounds, paths)
        for part, path in zip(rounds, paths, strict=True):
            with parquet.opened(staging.data, path) as file:
                yield from _split(part, parquet.read(file))
            staging.data.remove(path)


def _rounds(arrivals: list[Arrival]) -> list[list[Arrival]]:
    """Cut the arrivals between partitions, at the bound of words."""
    rounds: list[list[Arrival]] = []
    words = 0
    for arrival in arrivals:
        is_new_key = not rounds or rounds[-1][-1].key != arrival.key
        if is_new_key and (not rounds or words >= WORDS_PER_ROUND):
            rounds.append([])
            words = 0
        rounds[-1].append(arrival)
        words += arrival.words
    return rounds


def _from_batches(staging: Staging, arrivals: list[Arrival]) -> pa.Table:
    """Return the wanted rows: `record_key` and the columns of the corpus."""
    by_batch: dict[int, list[str]] = defaultdict(list)
    for arrival in arrivals:
        by_batch[arrival.batch].append(arrival.record_key)
    parts = (part for batch, keys in sorted(by_batch.items()) for part in _of_batch(staging, batch, keys))
    return rows_of(parts, _KEYED)


_KEYED = pa.schema([CLEANED.field("record_key"), *CORPUS])


def _of_batch(staging: Staging, batch: int, record_keys: list[str]) -> Iterator[pa.Table]:
    wanted = pa.array(record_keys, pa.string())
    with parquet.opened(staging.data, staging.batch_path("cleaned", batch)) as file:
        for found in parquet.tables(file, ROWS_AT_ONCE, _KEYED.names):
            part = found.select(_KEYED.names).cast(_KEYED)
            yield part.filter(pc.is_in(part["record_key"], value_set=wanted))


def _spill(staging: Staging, rounds: list[list[Arrival]], paths: list[str]) -> None:
    """Write the rows of each round to its own file, in one pass over the batches."""
    by_batch: dict[int, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for number, part in enumerate(rounds):
        for arrival in part:
            by_batch[arrival.batch][number].append(arrival.record_key)
    with ExitStack() as stack:
        writers = [stack.enter_context(_writing(staging, path)) for path in paths]
        for batch, wanted in sorted(by_batch.items()):
            numbers = {key: number for number, keys in wanted.items() for key in keys}
            for rows in _of_batch(staging, batch, list(numbers)):
                of = pa.array([numbers[key] for key in rows["record_key"].to_pylist()], pa.int32())
                for number in of.unique().to_pylist():
                    writers[number](rows.filter(pc.equal(of, number)))


@contextmanager
def _writing(staging: Staging, path: str) -> Iterator[Callable[[pa.Table], None]]:
    """Open a round's file for tables of few rows."""
    held: list[pa.Table] = []

    def write(least: int = 1) -> None:
        if sum(map(len, held)) >= least:
            writer.write_table(rows_of(held, _KEYED))
            held.clear()

    def add(rows: pa.Table) -> None:
        held.append(rows)
        write(ROWS_PER_GROUP)

    # nobody looks for a row in it, and the statistics of so small groups were as large as all that is held beside them
    with (
        staging.data.replacing(path) as handle,
        pq.ParquetWriter(handle, _KEYED, compression="zstd", write_statistics=False) as writer,
    ):
        yield add
        write()


def _split(arrivals: list[Arrival], rows: pa.Table) -> Iterator[tuple[list[Arrival], pa.Table]]:
    rows = rows.combine_chunks()  # taking rows out of many chunks copies them all, each time
    place = {record_key: row for row, record_key in enumerate(rows["record_key"].to_pylist())}
    by_key: dict[str, list[Arrival]] = defaultdict(list)
    for arrival in arrivals:
        if arrival.record_key not in place:
            raise StagingError(
                f"batch {arrival.batch} has no cleaned record {arrival.record_key}: clear the task clean of it, or "
                "start a new run"
            )
        by_key[arrival.key].append(arrival)
    for part in by_key.values():
        found = rows.take([place[arrival.record_key] for arrival in part])
        yield part, found.select(CORPUS.names)


def _tuples(table: pa.Table) -> Iterator[tuple[object, ...]]:
    return zip(*(column.to_pylist() for column in table.columns), strict=True)
