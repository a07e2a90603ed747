"""Make the index again, from the corpus alone, and from the ledger as far as it is there.

Owns where the rows of a new index come from. Keep out: how they are written (dedup.rebuilding).

An interrupted run is finished after the rebuild, not before. It was decided by the old index, and its decisions say all
that is still to be done: which rows it forgets, which it takes in. Whatever part of it is in the corpus already, the
rebuilt index has, and taking it in twice changes nothing. Before the rebuild it could not be finished: its last step is
a commit into the index, which is damaged, gone, or another corpus's. And a half-published corpus holds nothing twice,
because what leaves goes before what comes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import groupby

import pyarrow as pa
import structlog

from newsmill import parquet, pipeline
from newsmill.database import CorpusIndexError
from newsmill.dedup.index import Index
from newsmill.dedup.rebuilding import NewIndex, TwiceError
from newsmill.dedup.tombstones import tombstone_names
from newsmill.identity import PATH, Identity, IdentityError, read_identity, write_identity
from newsmill.model import Fate, NewsmillError, Published, Seen, key_of
from newsmill.places import corpus_files
from newsmill.publish.files import read_partition
from newsmill.publish.reconcile import INDEXED, SEEN, dealt_with
from newsmill.publish.runs import readable
from newsmill.settings import load_settings
from newsmill.storage import Store
from newsmill.upkeep.aside import set_aside
from newsmill.workplace import holding_corpus

COMMAND = "newsmill rebuild-index"
ROWS_AT_ONCE = 5_000

log = structlog.get_logger("newsmill")


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuilt index holds."""

    articles: int
    records: int  # that need not be read again
    has_ledger: bool  # whether the records come from it, or from the corpus's own rows
    partitions: tuple[str, ...]  # keys that an interrupted run wrote, which was finished after


class RebuildError(NewsmillError):
    """The corpus cannot be indexed; the text names the files."""


def rebuild_index(*, replace: bool = False) -> Rebuilt:
    """Make the index of the settings again, and finish what was interrupted; holds the corpus.

    Args:
        replace: even if the index says that it is another corpus's.

    Raises:
        RebuildError: an article_id or a text is twice in the corpus.
        IdentityError: the index is another corpus's, or what says which corpus this is cannot be read.
        NewsmillError: a file of the corpus cannot be read, the database refuses, or others hold the corpus.
    """
    with holding_corpus(COMMAND):
        data = Store(load_settings().data)
        made = rebuild_held(data, load_settings().index, replace=replace)
    finished = pipeline.recover(COMMAND)
    return Rebuilt(made.articles, made.records, made.has_ledger, tuple(sorted(finished)))


def rebuild_held(data: Store, index_url: str, *, replace: bool = False) -> Rebuilt:
    """Make the index again; the caller holds the corpus. Interrupted runs stay as they are.

    Raises:
        RebuildError, IdentityError, NewsmillError: as for `rebuild_index`.
    """
    index = NewIndex(index_url)
    _check_owner(data, index, replace)
    source = _Source(data)
    try:
        index.fill(write_identity(data).corpus, source.articles(), source.records(), source.runs())
    except TwiceError as error:
        raise RebuildError(_twice(data, error)) from error
    return Rebuilt(source.article_count, source.record_count, source.has_ledger, ())


class _Source:
    """Reads corpus and ledger, a file at a time, and counts."""

    def __init__(self, data: Store) -> None:
        self._data = data
        self._runs: dict[str, date] = {}
        self.article_count = self.record_count = 0
        self.has_ledger = bool(data.folders("ledger/runs"))

    def articles(self) -> Iterator[Published]:
        """Yield the rows of the corpus as the index keeps them, partition by partition."""
        for key in partition_keys(self._data):
            day, _, outlet = key.partition("|")
            for row in read_partition(self._data, key, INDEXED).rows.to_pylist():
                self.article_count += 1
                yield Published(outlet=outlet, date=date.fromisoformat(day), **row)

    def records(self) -> Iterator[Seen]:
        """Yield the records that earlier runs have dealt with, in the order of the runs."""
        yield from self._of_ledger() if self.has_ledger else self._of_corpus()

    def runs(self) -> Iterator[tuple[str, date]]:
        """Yield the runs and takedowns that changed the index; to be asked after `records`."""
        yield from sorted((self._runs | tombstone_names(self._data)).items())

    def _of_corpus(self) -> Iterator[Seen]:
        """Yield the records of the corpus's rows. One with a sidecar is read again: its fingerprint holds both."""
        for key in partition_keys(self._data):
            for row in read_partition(self._data, key, ["article_id", "raw_path", "raw_sha256"]).rows.to_pylist():
                self.record_count += 1
                yield Seen(
                    record_key=key_of(row["raw_path"]),
                    fingerprint=row["raw_sha256"],
                    fate=Fate.PUBLISHED,
                    outlet=key.partition("|")[2],
                    article_id=row["article_id"],
                )

    def _of_ledger(self) -> Iterator[Seen]:
        for path in readable(self._data):
            day = path.split("/")[2].removeprefix("run_date=")
            yield from self._of_run(path, date.fromisoformat(day))

    def _of_run(self, path: str, day: date) -> Iterator[Seen]:
        """Yield the records of one run. What cannot be read is left out: its records are read again by the next run."""
        try:
            run_id, has_published = _run(self._data, path)
            if has_published:
                self._runs[run_id] = day
            with parquet.opened(self._data, path.replace("/runs/", "/fates/", 1)) as file:
                for part in parquet.tables(file, ROWS_AT_ONCE, SEEN):
                    for seen in dealt_with(part):
                        self._runs[run_id] = day
                        self.record_count += 1
                        yield seen
        except (OSError, pa.ArrowException, LookupError) as error:
            log.warning("left out of the index; its records are read again", run=path, error=str(error))


def partition_keys(data: Store) -> Iterator[str]:
    """Yield the key `YYYY-MM-DD|outlet` of every partition of the corpus that has a file, by day."""
    for key, _ in groupby(corpus_files(data), key=lambda file: file.key):
        yield key


def _run(data: Store, path: str) -> tuple[str, bool]:
    """Return the id of a run in the ledger, and whether it wrote a partition."""
    with parquet.opened(data, path) as file:
        rows = parquet.read(file, ["run_id", "partitions"]).to_pylist()
    return rows[0]["run_id"], any(row["partitions"] for row in rows)


def _check_owner(data: Store, index: Index, replace: bool) -> None:
    identity = _identity(data, replace)
    with suppress(CorpusIndexError):  # what cannot be read is what is to be made again
        owner = index.corpus()
        if not replace and owner is not None and owner != (identity and identity.corpus):
            raise IdentityError(
                f"NEWSMILL_INDEX_URL: {index.name} is the index of another corpus ({owner}) than that in {data.uri}: "
                f"set NEWSMILL_INDEX_URL to this corpus's own; or, if no other corpus uses it, {COMMAND} --replace"
            )


def _identity(data: Store, replace: bool) -> Identity | None:
    """Return which corpus this is; a file that does not say it any more is set aside when a new one may be made."""
    try:
        return read_identity(data)
    except IdentityError:
        if not replace:
            raise
        set_aside(data, PATH)
        return None


def _twice(data: Store, error: TwiceError) -> str:
    one, other = (_file_of(data, article, error.what) for article in (error.first, error.second))
    return (
        f"the {error.what} {getattr(error.first, error.what)} is twice in the corpus, in {data.uri}/{one} and "
        f"{data.uri}/{other}; the index is as it was. Move the file away that should not have it, and start a run "
        "with reprocess, which makes again what else was in it"
    )


def _file_of(data: Store, article: Published, what: str) -> str:
    """Return the file of a partition that holds an article; its folder if it is not found."""
    from newsmill import corpus

    key = f"{article.date.isoformat()}|{article.outlet}"
    files = read_partition(data, key, ["article_id"]).files
    wanted = (article.article_id, getattr(article, what))
    for path in files:
        rows = corpus.read(data, path, list(dict.fromkeys(["article_id", what])))
        if wanted in zip(rows["article_id"].to_pylist(), rows[what].to_pylist(), strict=True):
            return path
    return files[0]
