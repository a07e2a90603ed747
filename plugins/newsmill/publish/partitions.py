"""Publish: merge a run's articles into the partitions of the corpus.

Owns which partitions a task writes, what goes into each, and in which order they change. Keep out: how a file is
written (files), how articles are found in staging (arrivals).

The order in a group, each step safe to repeat:

1. Rows that leave a partition are noted as replaced in staging, then go: their article leaves the corpus, or moves to
   another partition, or its text comes into another partition with another article. All partitions of such a chain are
   in one group, so this comes before step 3: for a moment an article or a text is nowhere, but never in two places.
2. Partition by partition, those into which nothing moves: the rows that are replaced are noted in staging, then the
   file is replaced by the merged one.
3. The same for partitions into which something moves, but not before some seconds have gone by since step 1: a reader
   that began before it may still be reading, and would see what it saw already a second time.
A file that is left without a row stays, empty: a reader that has listed it would fail if it went, and there is no
moment at which none can have.

A task that was killed and runs again finds some partitions done; their merged rows are equal to what lies there, and
the file stays as it is. What it noted before it was killed is kept.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from datetime import date
from itertools import groupby
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from newsmill.lock import check_held
from newsmill.model import key_of
from newsmill.publish.arrivals import Arrival, Leaver, by_partition, find_work
from newsmill.publish.decisions import changes
from newsmill.publish.files import Partition, read_partition, write_partition
from newsmill.publish.replaced import note_replaced
from newsmill.publish.written import Note
from newsmill.schema import CORPUS
from newsmill.staging import Run, Staging
from newsmill.storage import Store


def groups(staging: Staging, count: int) -> list[list[str]]:
    """Spread the touched partitions, as keys `YYYY-MM-DD|outlet`, over at most `count` publish tasks.

    Partitions between which an article or a text moves stay together. The heaviest first, each goes to the group with
    the fewest rows so far; groups and the keys in them are the same whatever the batches were.
    """
    weights, links = _touched(staging)
    loads = [0] * count
    spread: list[list[str]] = [[] for _ in range(count)]
    bundles = ((sum(weights[key] for key in bundle), bundle) for bundle in _bundles(weights, links))
    for weight, bundle in sorted(bundles, key=lambda pair: (-pair[0], pair[1])):
        lightest = loads.index(min(loads))
        loads[lightest] += weight
        spread[lightest] += bundle
    return [sorted(keys) for keys in spread if keys]


def publish_group(staging: Staging, data: Store, keys: list[str], *, grace: float = 0) -> list[str]:
    """Merge the run's articles into these partitions.

    Args:
        staging: the run's.
        data: the data root.
        keys: of the partitions.
        grace: seconds between what leaves a partition and what moves into another, for readers to come to an end.

    Returns:
        The keys of the partitions that changed, sorted. After an interrupted attempt all of the group's: which of
        them that attempt had changed already cannot be told.

    Raises:
        PublishError: an outlet is no slug, or a file of the corpus is damaged or of a newer schema version.
        CorpusLetGoError: the database has let go of the corpus, for another process to write.
    """
    note = Note(staging, keys)
    note.begin()
    run = staging.run()
    arrivals, leavers = find_work(staging, keys)
    changed: set[str] = set()
    for key, going in groupby(leavers, key=lambda leaver: leaver.key):
        check_held()
        changed |= _let_go(staging, data, run, key, list(going))
    gone_until = time.monotonic() + (grace if leavers else 0)
    moved_into = {arrival.key for arrival in arrivals if arrival.moves}
    for is_late in (False, True):
        if is_late:
            time.sleep(max(0, gone_until - time.monotonic()))
        part = [arrival for arrival in arrivals if (arrival.key in moved_into) == is_late]
        for coming, rows in by_partition(staging, part, f"{key_of(*keys)}-{is_late:d}"):
            check_held()
            changed |= _take_in(staging, data, run, coming, rows)
    return note.end(changed)


def _touched(staging: Staging) -> tuple[Counter[str], set[tuple[str, str]]]:
    """Return the rows that each touched partition gets or loses, and the pairs between which something moves."""
    weights: Counter[str] = Counter()
    links: set[tuple[str, str]] = set()
    for part in changes(staging, []):
        for key, *others in zip(*(part[name].to_pylist() for name in ("key", "old_key", "taken_key")), strict=True):
            old = others[0]
            weights.update({name for name in (key, old) if name})
            links.update((other, key) for other in others if key and other and other != key)
    return weights, links


def _bundles(weights: Counter[str], links: set[tuple[str, str]]) -> list[list[str]]:
    """Return the partitions, those that are linked in one list."""
    neighbours: dict[str, list[str]] = defaultdict(list)
    for old, new in links:
        neighbours[old].append(new)
        neighbours[new].append(old)
    bundles: list[list[str]] = []
    reached: set[str] = set()
    for key in sorted(weights):
        waiting = [key]
        bundle: set[str] = set()
        while waiting:
            at = waiting.pop()
            if at not in reached:
                reached.add(at)
                bundle.add(at)
                waiting += neighbours[at]
        if bundle:
            bundles.append(sorted(bundle))
    return bundles


def _let_go(staging: Staging, data: Store, run: Run, key: str, going: list[Leaver]) -> set[str]:
    """Drop the rows that leave; return the key if the partition changed."""
    old = read_partition(data, key)
    leaver_of = {leaver.article_id: leaver for leaver in going}
    texts = zip(old.rows["article_id"].to_pylist(), old.rows["content_hash"].to_pylist(), strict=True)
    is_going = pa.array([_is_going(leaver_of.get(article_id), text) for article_id, text in texts], pa.bool_())
    replaced_by = {leaver.article_id: leaver.replaced_by for leaver in going}
    note_replaced(staging, run, key, old.rows.filter(is_going), replaced_by)
    return {key} if write_partition(data, old, old.rows.filter(pc.invert(is_going))) else set()


def _is_going(leaver: Leaver | None, text: str) -> bool:
    """Tell whether a row is the one that leaves: an earlier attempt may have put the article's new one in its place."""
    return leaver is not None and leaver.text in (None, text)


def _take_in(staging: Staging, data: Store, run: Run, coming: list[Arrival], rows: pa.Table) -> set[str]:
    """Put new rows in the place of old ones of the same article; return the key if the partition changed."""
    key = coming[0].key
    old = read_partition(data, key)
    new = _versioned(rows, coming, old, run.day)
    is_replaced = pc.is_in(old.rows["article_id"], value_set=new["article_id"].combine_chunks())
    merged = pa.concat_tables([old.rows.filter(pc.invert(is_replaced)), new])
    replaced = _unlike(old.rows.filter(is_replaced), new)
    replaced_by = dict(zip(new["article_id"].to_pylist(), new["content_hash"].to_pylist(), strict=True))
    note_replaced(staging, run, key, replaced, replaced_by)
    return {key} if write_partition(data, old, merged) else set()


def _versioned(rows: pa.Table, coming: list[Arrival], old: Partition, day: date) -> pa.Table:
    """Set `revision` as decided, and `ingested_on` to the day on which the article was first published."""
    there = dict(zip(old.rows["article_id"].to_pylist(), old.rows["ingested_on"].to_pylist(), strict=True))
    days = [
        arrival.ingested_on or there.get(article_id, day)
        for arrival, article_id in zip(coming, rows["article_id"].to_pylist(), strict=True)
    ]
    rows = _with(rows, "revision", [arrival.revision for arrival in coming])
    return _with(rows, "ingested_on", days)


def _with(rows: pa.Table, name: str, values: list[Any]) -> pa.Table:
    field = CORPUS.field(name)
    return rows.set_column(CORPUS.get_field_index(name), field, pa.array(values, field.type))


def _unlike(replaced: pa.Table, new: pa.Table) -> pa.Table:
    """Return the rows that are not among the new ones, equal in every column."""
    if not len(replaced):
        return replaced
    rows_by_id = {article_id: row for row, article_id in enumerate(new["article_id"].to_pylist())}
    peers = new.take([rows_by_id[article_id] for article_id in replaced["article_id"].to_pylist()])
    unlike = [row for row in range(len(replaced)) if not replaced.slice(row, 1).equals(peers.slice(row, 1))]
    return replaced.take(pa.array(unlike, pa.int64()))
