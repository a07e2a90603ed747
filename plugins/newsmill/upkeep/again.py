"""Make articles again from their raw records, as if they had never gone.

Owns which records those are, and the run that takes exactly them. Keep out: why they are wanted (repair).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from newsmill import parquet, pipeline
from newsmill.database import CorpusIndexError, DatabaseAwayError, explained, open_engine
from newsmill.dedup.index import Index
from newsmill.dedup.tables import ARTICLES
from newsmill.dedup.tombstones import read_tombstones
from newsmill.model import Fate, NewsmillError, Reason, Selection
from newsmill.publish.files import PublishError, read_partition
from newsmill.publish.ledger import folder_of, ledger_path
from newsmill.rerun import plan_records
from newsmill.settings import Settings, load_settings
from newsmill.staging import Staging, read_rows
from newsmill.storage import Store
from newsmill.upkeep.corpus import DAMAGE
from newsmill.workplace import outlets_of, rules_of

GONE = "its raw record is gone from the landing zone"


@dataclass(frozen=True, slots=True)
class Wanted:
    """An article that lay in a damaged file, and the raw record that it was made of."""

    article_id: str
    raw_path: str


def wanted_of(settings: Settings, data: Store, place: tuple[date, str]) -> list[Wanted]:
    """Return the articles of a partition: those that the index has there, and those that it does not know at all.

    The latter, from the ledger, were forgotten when the index was made again while the file was damaged. Of articles
    that left the corpus rightly there may be some among them; the pipeline finds that again. What was taken down is
    not wanted.
    """
    indexed = {row.article_id: Wanted(row.article_id, row.raw_path) for row in _indexed(settings.index, place)}
    tombstones = read_tombstones(data)
    down = set(indexed) | tombstones.article_ids
    told = {row.article_id: row for row in _told(data, place) if row.article_id not in down}
    if place[1] in tombstones.outlets:
        told = {}
    known = Index(settings.index).articles(told)
    return sorted(
        [*indexed.values(), *(row for article_id, row in told.items() if article_id not in known)],
        key=lambda article: article.article_id,
    )


def check_ready(settings: Settings, landing: Store) -> None:
    """Check, before anything is set aside, that articles can be made again.

    Raises:
        NewsmillError: the landing zone is not there, or an outlet's file or a rules file has a mistake.
    """
    outlets_of(settings)
    rules_of(settings)
    if not landing.is_folder():
        raise NewsmillError(
            f"the landing zone {landing.uri} does not exist, and articles can be made again only from it: set "
            "NEWSMILL_LANDING_URI, or give --landing"
        )


def make_again(data: Store, run_id: str, day: date, wanted: Sequence[Wanted], landing_uri: str) -> dict[str, str]:
    """Take these articles' raw records through the pipeline, and return why which of them did not come back."""
    fates = _run(data, run_id, day, landing_uri, {article.raw_path for article in wanted})
    standing = Index(load_settings().index).articles([article.article_id for article in wanted])
    there = _standing(data, {f"{row.date}|{row.outlet}" for row in standing.values()})
    return {
        article.article_id: fates.get(article.raw_path, GONE)
        for article in wanted
        if article.article_id not in there and fates.get(article.raw_path) != Fate.DUPLICATE
    }


def _run(data: Store, run_id: str, day: date, landing_uri: str, raw_paths: Iterable[str]) -> dict[str, str]:
    """Run the pipeline over some records; return the fate of each by its path, with the reason."""
    asked = Selection(landing_uri=landing_uri, min_words=0, rejection_limit=1, reprocess=True)
    batches = plan_records(run_id, day, asked, raw_paths)
    fates = ledger_path("fates", Staging.of(data, run_id).run())
    pipeline.run_planned(run_id, batches)
    return {row["raw_path"]: _said(row) for row in read_rows(data, fates, ["raw_path", "fate", "reason", "detail"])}


def _said(row: Mapping[str, str]) -> str:
    """Return a fate in words; that of a duplicate alone, because its text stands in the corpus and nothing is lost."""
    if row["fate"] == Fate.DUPLICATE:
        return Fate.DUPLICATE
    if row["reason"] == Reason.VANISHED:
        return GONE
    return ", ".join(filter(None, (row["fate"], row["reason"], row["detail"])))


def _indexed(url: str, place: tuple[date, str]) -> list[sa.Row[tuple[str, str]]]:
    """Return the articles that the index has in a partition; none where it cannot be read.

    Raises:
        DatabaseAwayError: what it has cannot be told now.
    """
    engine = open_engine(url)
    asked = sa.select(ARTICLES.c.article_id, ARTICLES.c.raw_path)
    try:
        with explained(engine.url), engine.connect() as connection:
            return list(connection.execute(asked.where(ARTICLES.c.date == place[0], ARTICLES.c.outlet == place[1])))
    except DatabaseAwayError:
        raise
    except CorpusIndexError:
        return []


def _told(data: Store, place: tuple[date, str]) -> Iterator[Wanted]:
    """Yield what the ledger says was published in a partition; a file that cannot be read says nothing."""
    columns = ["article_id", "raw_path", "fate", "date", "outlet"]
    for entry in data.files(folder_of("fates")):
        try:
            with parquet.opened(data, entry.path) as file:
                for part in parquet.tables(file, 10_000, columns):
                    here = pc.and_(pc.equal(part["date"], pa.scalar(place[0])), pc.equal(part["outlet"], place[1]))
                    own = part.filter(pc.and_(here, pc.equal(part["fate"], Fate.PUBLISHED.value)))
                    yield from (Wanted(row["article_id"], row["raw_path"]) for row in own.to_pylist())
        except DAMAGE:
            continue


def _standing(data: Store, keys: Collection[str]) -> set[str]:
    """Return the articles that lie in these partitions."""
    found: set[str] = set()
    for key in sorted(keys):
        try:
            found.update(read_partition(data, key, ["article_id"]).rows["article_id"].to_pylist())
        except PublishError:
            continue
    return found
