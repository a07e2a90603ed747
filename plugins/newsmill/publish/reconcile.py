"""End a run: balance the books, write the ledger, bring the index up to date.

Owns the order of these steps and the proof that the corpus holds what was decided. Keep out: how each is done.

A run that is killed is finished from its staging folder, by the same steps with the same results:

1. The books and the corpus are checked; nothing is written.
2. The ledger is written: files of this run alone, the same bytes each time.
3. The index takes in, in one transaction, what was published and which records were dealt with. From here on later
   runs take the records for known. This comes after the ledger, so that no record is known whose fate is nowhere.
4. The caller removes the staging folder. Until then the run is not over, and every step above may be done again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from newsmill.lock import check_held
from newsmill.model import Fate, Published, Reason, Seen, place_of
from newsmill.publish.decisions import changes, decisions
from newsmill.publish.files import read_partition
from newsmill.publish.ledger import write_ledger
from newsmill.publish.report import BooksError, Report, check_books, make_report, touched_keys
from newsmill.publish.written import written_keys
from newsmill.staging import Run, Staging
from newsmill.storage import Store

INDEXED = [
    "article_id",
    "content_hash",
    "source_id",
    "published_at",
    "fetched_at",
    "revision",
    "ingested_on",
    "raw_path",
    "raw_sha256",
]
"""Columns of the corpus that the index keeps."""


class TakesCommits(Protocol):
    """What is asked of the index."""

    def commit(
        self,
        run_id: str,
        run_date: date,
        articles: Iterable[Published],
        records: Iterable[Seen],
        freed: Iterable[tuple[str, str]] = (),
        files: Iterable[tuple[str, str]] = (),
    ) -> None:
        """Forget freed rows (article_id, content_hash), then take in articles, records, files; in one transaction."""


def reconcile(staging: Staging, data: Store, index: TakesCommits, run: Run, read_count: int) -> Report:
    """End a run; the caller then removes its staging folder.

    Args:
        staging: the run's.
        data: the data root.
        index: what is published.
        run: the run.
        read_count: raw records that were read, as the readers counted them.

    Raises:
        BooksError: records and fates do not balance, or the corpus does not hold what was decided.
        CorpusLetGoError: the database has let go of the corpus, for another process to write.
    """
    report = make_report(staging, run, written_keys(staging))
    check_books(read_count, report)
    _check_departures(staging, data)
    for _ in _published(staging, data):
        pass  # every article is looked up before the first lasting word is written
    check_held()
    write_ledger(staging, data, run, report)
    check_held()
    index.commit(
        run.run_id, run.day, _published(staging, data), _dealt_with(staging), _freed(staging), _known(staging, run)
    )
    return report


def dry_report(staging: Staging, run: Run) -> Report:
    """Return what the report of a run would say if it published; nothing is written."""
    return make_report(staging, run, touched_keys(staging))


def _published(staging: Staging, data: Store) -> Iterator[Published]:
    """Yield the run's articles as they stand in the corpus: the index knows what is there, not what was meant.

    Raises:
        BooksError: an article is not there, or with another text.
    """
    for key, decided in _by_partition(staging, lambda part: part["key"]):
        rows = read_partition(data, key, INDEXED).rows
        standing = {row["article_id"]: row for row in rows.to_pylist()}
        day, _, outlet = key.partition("|")
        for article_id, content_hash in decided:
            row = standing.get(article_id)
            if row is None or row["content_hash"] != content_hash:
                raise BooksError(
                    f"article {article_id} should be published in {key}, and the corpus does not hold it with this "
                    "text: clear the task publish and what follows it"
                )
            yield Published(outlet=outlet, date=date.fromisoformat(day), **row)


def _check_departures(staging: Staging, data: Store) -> None:
    """Check that no article that moved, or left the corpus, still lies where it was."""
    for key, gone in _by_partition(staging, _left_keys_of):
        rows = read_partition(data, key, ["article_id"]).rows
        left = set(rows["article_id"].to_pylist()) & {article_id for article_id, _ in gone}
        if left:
            raise BooksError(f"article {min(left)} has left {key}, and still lies in it: clear the task publish")


def _left_keys_of(part: pa.Table) -> Any:
    """Return the key of the partition that each row's article left; null where it stays."""
    stays = pc.fill_null(pc.equal(part["old_key"], part["key"]), False)
    return pc.if_else(stays, None, part["old_key"])


def _by_partition(staging: Staging, keys: Callable[[pa.Table], Any]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield partitions and the run's articles of each, as (article_id, content_hash); sorted by key."""
    parts = []
    for part in changes(staging, ["article_id", "content_hash"]):
        keyed = part.select(["article_id", "content_hash"]).append_column("at", keys(part))
        parts.append(keyed.filter(pc.is_valid(keyed["at"])))
    if not parts:
        return
    articles = pa.concat_tables(parts).sort_by("at")
    counts = articles.group_by("at", use_threads=False).aggregate([("at", "count")]).sort_by("at")
    start = 0
    for key, size in zip(counts["at"].to_pylist(), counts["at_count"].to_pylist(), strict=True):
        own = articles.slice(start, size)
        start += size
        yield key, list(zip(own["article_id"].to_pylist(), own["content_hash"].to_pylist(), strict=True))


def _freed(staging: Staging) -> Iterator[tuple[str, str]]:
    """Yield (article_id, content_hash) of the rows that left the corpus, or whose text another article has now."""
    for part in changes(staging, ["article_id", "content_hash", "replaces_hash", "takes_article_id"]):
        left = part.filter(pc.is_null(part["key"]))
        yield from zip(left["article_id"].to_pylist(), left["replaces_hash"].to_pylist(), strict=True)
        took = part.filter(pc.is_valid(part["takes_article_id"]))
        yield from zip(took["takes_article_id"].to_pylist(), took["content_hash"].to_pylist(), strict=True)


def _dealt_with(staging: Staging) -> Iterator[Seen]:
    for part in decisions(staging, SEEN):
        yield from dealt_with(part)


def _known(staging: Staging, run: Run) -> Iterator[tuple[str, str]]:
    """Yield path and version of the landing files that later runs need not read: of which they know all records.

    A run that was asked for some outlets or days leaves records out, and does not say which.
    """
    asked = run.selection
    if asked.outlets or asked.from_date or asked.to_date or staging.names_records:
        return
    again: set[str] = set()
    for part in decisions(staging, ["fingerprint", "reason", "raw_path"]):
        unknown = pc.or_(pc.is_null(part["fingerprint"]), pc.equal(part["reason"], Reason.TOO_LARGE.value))
        again.update(place_of(path)[0] for path in part.filter(unknown)["raw_path"].to_pylist())
    last = None
    for path, version in staging.planned_versions():
        if path != last and path not in again:
            yield path, version
        last = path


SEEN = ["record_key", "fingerprint", "fate", "reason", "outlet", "article_id"]
"""Columns of decisions, and of the ledger's fates, that `dealt_with` asks for."""


def dealt_with(part: pa.Table) -> Iterator[Seen]:
    """Yield the records that later runs need not read again; those that are known already are left out.

    One that was too large is read again by every run: the limit is a setting, and may have been raised.
    """
    again = pa.array([Reason.KNOWN_RECORD.value, Reason.TOO_LARGE.value], pa.string())
    part = part.filter(pc.and_(pc.is_valid(part["fingerprint"]), pc.invert(pc.is_in(part["reason"], value_set=again))))
    for row in part.select(SEEN).to_pylist():
        del row["reason"]
        yield Seen(**{**row, "fate": Fate(row["fate"])})
