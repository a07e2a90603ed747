"""Which corpus this is, and whether the index is its own and up to date.

Owns `newsmill.json` in the data root and the checks before a run. Keep out: what the index holds (dedup), mending
(upkeep).

`newsmill.json` and the index hold one id, made when a run first decides. The index must also know the newest run in the
ledger that published, and what lies in the partitions that it wrote: an index that was put back from a backup knows
neither. All this reads a few small files, however large the corpus is.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import structlog

from newsmill.model import NewsmillError
from newsmill.schema import SCHEMA_VERSION
from newsmill.storage import Store

if TYPE_CHECKING:
    from newsmill.dedup.index import Index
    from newsmill.publish.report import Report

PATH = "newsmill.json"
REBUILD = "newsmill rebuild-index"

PARTITIONS = 3
"""Partitions of the newest run that are compared with the index: one is enough to find an old index."""


log = structlog.get_logger("newsmill")


class IdentityError(NewsmillError):
    """Corpus and index do not belong together; the text names the setting or file, and the command that mends it."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What `newsmill.json` says."""

    corpus: str
    schema_version: int


def read_identity(data: Store) -> Identity | None:
    """Return which corpus lies in a data root; None where no run has decided yet.

    Raises:
        IdentityError: the file is damaged.
        SchemaVersionError: a newer newsmill writes this corpus.
    """
    from newsmill.corpus import check_version

    if not data.is_file(PATH):
        return None
    try:
        content = json.loads(data.read(PATH))
        found = Identity(uuid.UUID(content["corpus"]).hex, int(content["schema_version"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise IdentityError(
            f"{data.uri}/{PATH} is damaged ({error}): put a backup of it back; or, if no other corpus uses this index, "
            f"{REBUILD} --replace sets it aside and makes a new one"
        ) from error
    check_version(f"the corpus in {data.uri} ({PATH})", found.schema_version)
    return found


def write_identity(data: Store) -> Identity:
    """Say in the data root which corpus this is, and that files of this newsmill's schema version are in it."""
    known = read_identity(data)
    wanted = Identity(known.corpus if known else uuid.uuid4().hex, SCHEMA_VERSION)
    if known != wanted:
        data.sweep(PATH)
        data.write(PATH, json.dumps(asdict(wanted)).encode())
    return wanted


def establish(data: Store, index: Index) -> None:
    """Check that corpus and index belong together, and write into both which corpus this is.

    The caller holds the corpus, and no other run is unfinished. The file comes first: a run that is killed between the
    two leaves an index that says nothing, which is checked again and claimed by the next.

    Raises:
        NewsmillError: as for `check`.
    """
    check(data, index)
    index.claim(write_identity(data).corpus)


def check(data: Store, index: Index) -> None:
    """Check at the beginning of a run that the index is this corpus's, and knows all of it.

    An index of an early newsmill says of no corpus that it is its own; it passes if it knows what this corpus holds.

    Raises:
        IdentityError: it is not, or does not; or the file that says which corpus this is is damaged.
        SchemaVersionError: a newer newsmill writes this corpus.
        CorpusIndexError: the index is damaged, or its database is away.
    """
    identity, owner = read_identity(data), index.corpus()
    if owner is not None and owner != (identity and identity.corpus):
        raise IdentityError(_of_another(data, index, owner, identity))
    is_lost = identity is not None and owner is None
    problem = _stale(data, index)
    if problem and not _is_unfinished(data):
        problem = _stale(data, index)  # a run that ended between the two looks is in the index now
    if problem and (is_lost or not _is_unfinished(data)):
        raise IdentityError(f"NEWSMILL_INDEX_URL: {index.name}: {problem}: {REBUILD} makes it again from the corpus")


def _of_another(data: Store, index: Index, owner: str, identity: Identity | None) -> str:
    ours = f"{PATH} there says {identity.corpus}" if identity else f"there is no {PATH}"
    return (
        f"NEWSMILL_INDEX_URL: {index.name} is the index of another corpus ({owner}) than that in {data.uri} ({ours}): "
        "set NEWSMILL_INDEX_URL and NEWSMILL_DATA_URI to what belongs together; or, if no other corpus uses this "
        f"index, {REBUILD} --replace makes it this corpus's own"
    )


def _stale(data: Store, index: Index) -> str | None:
    """Return what the index does not know; None where nothing is found."""
    from newsmill.publish.runs import newest_published

    newest = newest_published(data)
    if newest is None:
        lost = index.is_empty() and _first_article(data)
        return f"it knows no article, and {data.uri}/{lost} holds some" if lost else None
    if not index.has_run(newest.run_id):
        return f"it lacks the run {newest.run_id!r}, the newest that published into {data.uri}; it is new, or old"
    return next(_unknown(data, index, newest), None)


def _unknown(data: Store, index: Index, newest: Report) -> Iterator[str]:
    from newsmill.publish.files import PublishError, read_partition

    for key in newest.partitions[:PARTITIONS]:
        try:
            rows = read_partition(data, key, ["article_id", "content_hash"]).rows.to_pylist()
        except PublishError as error:
            log.warning("a damaged partition is left out of the comparison with the index", error=str(error))
            continue
        known = index.articles(row["article_id"] for row in rows)
        for row in rows:
            article = known.get(row["article_id"])
            if article is None or article.content_hash != row["content_hash"]:
                yield f"it lacks the article {row['article_id']}, which stands in the partition {key} of {data.uri}"


def _first_article(data: Store) -> str | None:
    """Return the path of a corpus file that holds an article; None where there is none."""
    from newsmill import parquet
    from newsmill.places import FOLDER, corpus_files

    for day in data.folders(FOLDER):  # a day at a time: mostly the first one has an article
        for found in corpus_files(data, f"{FOLDER}/{day}"):
            with parquet.opened(data, found.path) as file:
                if file.metadata.num_rows:
                    return found.path
    return None


def _is_unfinished(data: Store) -> bool:
    """Tell whether a run has decided and not ended: until it has, corpus, ledger and index need not agree."""
    from newsmill.staging import Staging

    return bool(Staging.interrupted(data))
