"""Published articles as they were before cleaning: blocks back from text and removals, kinds from the landing zone.

A row's text and the removals of its run give the texts of the blocks byte for byte (`clean.restore`), whatever has
become of the extraction since. They do not say what kind each block was, which some rules ask. So the raw record is
read again where it still lies: when it gives the same texts, its kinds are exact; when extraction has changed, a block
takes the kind of an equal text. Every other block counts as a paragraph, which is what most of a dump's blocks are.

Owns finding an article's blocks. Keep out: the sort (desk), cleaning them (rehearsal).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from newsmill.clean.restore import RestoreError, restore
from newsmill.extract.article import extract
from newsmill.model import (
    Article,
    Block,
    BlockKind,
    DateSource,
    RawFormat,
    RawRecord,
    Removal,
    Unreadable,
    key_of,
    place_of,
)
from newsmill.preview.desk import Desk, lay_out
from newsmill.read.plan import slices_of
from newsmill.read.records import read_slice
from newsmill.registry import Registry
from newsmill.standing import Standing
from newsmill.storage import Store

ANY_DAY = date(9000, 1, 1)
"""Extraction believes no date after the run's day; no rule asks for a date."""


class Kinds(StrEnum):
    """How well the kinds of an article's blocks are known."""

    EXACT = "exact"
    CHANGED = "changed"  # extraction gives other blocks today; equal texts have their kind
    UNKNOWN = "unknown"  # the raw record is gone or was replaced; every block counts as a paragraph


@dataclass(frozen=True, slots=True)
class PublishedArticle:
    """An article of the corpus before cleaning, and what was removed from it when it was published."""

    article: Article
    removals: tuple[Removal, ...]
    kinds: Kinds


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An article of the corpus whose blocks cannot be had back, and why."""

    raw_path: str
    why: str


def published(
    data: Store,
    landing: Store,
    registry: Registry,
    *,
    outlets: Collection[str] = (),
    sample: int | None = None,
    max_record_bytes: int,
) -> Iterator[PublishedArticle | LeftOut]:
    """Yield every article of a data root's corpus; memory does not grow with their number.

    Args:
        data: the data root.
        landing: the landing zone; one that is not there leaves kinds unknown.
        registry: the outlets' facts.
        outlets: only of these; empty for all.
        sample: so many at most, always the same.
        max_record_bytes: a larger raw record is not read again.
    """
    with lay_out(data, Standing(outlets=outlets), sample=sample) as desk:
        records = _Records(landing, max_record_bytes)
        for row in desk.articles():
            texts, removals = restored(row, desk)
            if texts is None:
                yield LeftOut(row["raw_path"], "the ledger does not hold what was removed from it")
                continue
            kinds, blocks = _blocks(texts, _again(row, records, registry))
            yield PublishedArticle(_article(row, blocks), removals, kinds)


def restored(row: Mapping[str, Any], desk: Desk) -> tuple[list[str] | None, tuple[Removal, ...]]:
    """Return a row's block texts, by the removals that fit it (of its run, which it does not name); None without."""
    for removals in (*desk.removals(key_of(row["raw_path"])), []):
        gone = sum(len(removal.text_before) - len(removal.text_after or "") for removal in removals)
        if gone == row["removed_chars"]:
            try:
                return restore(row["text"], removals), tuple(removals)
            except RestoreError:
                continue
    return None, ()


def _again(row: Mapping[str, Any], records: _Records, registry: Registry) -> Article | None:
    raw = records.find(row["raw_path"])
    if raw is None or raw.raw_sha256 != row["raw_sha256"]:
        return None
    article = extract(raw, registry, ANY_DAY)
    return None if isinstance(article, Unreadable) else article


def _blocks(texts: Sequence[str], again: Article | None) -> tuple[Kinds, tuple[Block, ...]]:
    if again and [block.text for block in again.blocks] == texts:
        return Kinds.EXACT, again.blocks
    known = {block.text: block.kind for block in again.blocks} if again else {}
    blocks = tuple(Block(kind=known.get(text, BlockKind.PARAGRAPH), text=text) for text in texts)
    return Kinds.CHANGED if again else Kinds.UNKNOWN, blocks


def _article(row: Mapping[str, Any], blocks: tuple[Block, ...]) -> Article:
    """Return the article of a corpus row. What the corpus does not hold is empty; no rule asks for it."""
    return Article(
        record_key=key_of(row["raw_path"]),
        article_id=row["article_id"],
        source_id=row["source_id"],
        outlet=row["outlet"],
        url=row["url"],
        title=row["title"],
        description=row["description"],
        authors=tuple(row["authors"]),
        tags=tuple(row["tags"]),
        sources=(),
        published_at=None,
        modified_at=None,
        fetched_at=None,
        date_source=DateSource(row["date_source"]),
        language=row["language"],
        raw_format=RawFormat(row["raw_format"]),
        raw_path=row["raw_path"],
        raw_sha256=row["raw_sha256"],
        fingerprint="",
        notes=(),
        blocks=blocks,
    )


class _Records:
    """The landing zone, read forwards: records are asked for in the order of files and lines."""

    def __init__(self, landing: Store, max_record_bytes: int) -> None:
        self._landing = landing if landing.is_folder() else None
        self._limit = max_record_bytes
        self._file = ""
        self._open: Iterator[RawRecord | Unreadable] = iter(())

    def find(self, raw_path: str) -> RawRecord | None:
        """Return a record, or None where it is not to be had."""
        file, line = place_of(raw_path)
        if self._landing is None:
            return None
        if file != self._file:
            self._file, self._open = file, self._records(self._landing, file, raw_path)
        for raw in self._open:
            if raw.raw_path == raw_path:
                return raw if isinstance(raw, RawRecord) else None
            if place_of(raw.raw_path)[1] > line:
                return None
        return None

    def _records(self, landing: Store, file: str, raw_path: str) -> Iterator[RawRecord | Unreadable]:
        path = file if landing.exists(file) else raw_path  # a plain file may be called `notes#3`
        if landing.exists(path):
            for part in slices_of(landing, path, landing.size(path)):
                yield from read_slice(landing, part, max_record_bytes=self._limit)
