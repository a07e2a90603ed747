"""The rules that make an article published, a duplicate, unchanged or quarantined.

Owns the rules and their order. Keep out: files, columns that no rule looks at.

1. An article that failed validation is quarantined, and plays no part in what follows.
2. Of the versions of one article_id in the run the newest fetch stays; the others are duplicates of it.
3. An article_id that the index knows: the same text is unchanged, an older fetch is a duplicate (superseded), any other
   text is published as the next revision.
4. A text that the index knows under another article_id is a duplicate of that article.
5. Of the articles of the run with one text the earliest stays; the others are duplicates of it.

Every choice is by the records' own fields, never by their order; the index is asked as it stands before the run. Thus
a text that this run replaces in the corpus still counts as known in rule 4: whoever brings it is a duplicate.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from newsmill.model import Fate, Published, Reason

Rows = np.ndarray[Any, np.dtype[np.int64]]

ARTICLES_AT_ONCE = 5000
"""Articles that the index is asked about at once; bounds what is held of its answers."""

UNKNOWN_OLDEST = np.iinfo(np.int64).min
UNKNOWN_LATEST = np.iinfo(np.int64).max


class Known(Protocol):
    """What the rules ask the index."""

    def articles(self, ids: list[str]) -> dict[str, Published]:
        """Return published articles by `article_id`."""

    def hashes(self, hashes: list[str]) -> dict[str, Published]:
        """Return published articles by `content_hash`."""


class Place(NamedTuple):
    """Where an article lies in the corpus."""

    article_id: str
    outlet: str
    date: date


@dataclass(frozen=True, slots=True)
class Ruling:
    """What becomes of one article."""

    fate: Fate
    reason: Reason | None = None
    stands: Place | None = None  # the article in the corpus that stands for this one; None where it is this one
    revision: int | None = None
    replaces: Place | None = None  # the row that this article takes the place of
    ingested_on: date | None = None  # of that row
    date: date | None = None  # of the partition, where it is not the article's own

    @property
    def detail(self) -> str | None:
        """A sentence for a person."""
        if self.replaces:
            return f"replaces the row in date={self.replaces.date}, outlet={self.replaces.outlet}"
        return _SENTENCES[self.reason].format(self.stands) if self.reason in _SENTENCES else None


_SENTENCES = {
    Reason.SAME_TEXT: "the same text as article {0.article_id} in date={0.date}, outlet={0.outlet}",
    Reason.SUPERSEDED: "an older version of article {0.article_id} in date={0.date}, outlet={0.outlet}",
    Reason.KNOWN_TEXT: "this article is published with the same text in date={0.date}, outlet={0.outlet}",
}

QUARANTINED = Ruling(Fate.QUARANTINED, Reason.FAILED_EXPECTATIONS)
FIRST_VERSION = Ruling(Fate.PUBLISHED, revision=1)


def judge(articles: pa.Table, index: Known, *, reprocess: bool) -> list[Ruling]:
    """Return one ruling an article, in the table's order.

    Args:
        articles: `failed` and the columns of `schema.CLEANED` that the rules name.
        index: what was published before.
        reprocess: see `deduplicate`.
    """
    rulings = [QUARANTINED] * len(articles)
    passing = np.flatnonzero(pc.equal(pc.list_value_length(articles["failed"]), 0).to_numpy())
    newest, older_versions = _first_of_groups(articles, "article_id", passing, _NEWEST_FIRST)
    for row, ruling in _against_index(articles, newest, index, reprocess):
        rulings[row] = ruling
    published = np.array([row for row in newest if rulings[row].fate is Fate.PUBLISHED], np.int64)
    _, later_copies = _first_of_groups(articles, "content_hash", published, _EARLIEST_FIRST)
    place = _Places(articles, rulings)
    for row, kept in later_copies:
        rulings[row] = Ruling(Fate.DUPLICATE, Reason.SAME_TEXT, place.of(kept))
    for row, kept in older_versions:
        same = articles["content_hash"][row] == articles["content_hash"][kept]
        rulings[row] = Ruling(Fate.DUPLICATE, Reason.SAME_TEXT if same else Reason.SUPERSEDED, place.of(kept))
    return rulings


_NEWEST_FIRST = [("-fetched_at", "descending"), ("source_id", "ascending"), ("raw_path", "ascending")]
_EARLIEST_FIRST = [
    ("published_at", "ascending"),
    ("fetched_at", "ascending"),
    ("source_id", "ascending"),
    ("outlet", "ascending"),
    ("raw_path", "ascending"),
]


def _first_of_groups(
    articles: pa.Table, group: str, rows: Rows, order: list[tuple[str, str]]
) -> tuple[Rows, list[tuple[int, int]]]:
    """Group rows by a column; return the first row of each group, and each other row with its group's first."""
    codes = _codes(articles[group])
    is_alone = np.bincount(codes[rows], minlength=1)[codes[rows]] == 1
    crowded = rows[~is_alone]  # few, so that only few need sorting
    some = articles.take(pa.array(crowded))
    keys = {"group": codes[crowded]} | {name: _sortable(some, name) for name, _ in order}
    ranked = pc.sort_indices(pa.table(keys), sort_keys=[("group", "ascending"), *order]).to_numpy().astype(np.int64)
    groups = codes[crowded[ranked]]
    is_first = np.ones(len(ranked), bool)
    is_first[1:] = groups[1:] != groups[:-1]
    firsts = crowded[ranked[is_first]]
    leaders = firsts[np.cumsum(is_first) - 1][~is_first]
    others = crowded[ranked[~is_first]]
    return np.concatenate([rows[is_alone], firsts]), list(zip(others.tolist(), leaders.tolist(), strict=True))


def _codes(column: pa.ChunkedArray) -> Rows:
    """Return a number for each value, equal where the values are; cheaper to sort than 64 letters."""
    chunks = pc.dictionary_encode(column).chunks
    return np.concatenate([np.empty(0, np.int32), *(chunk.indices.to_numpy() for chunk in chunks)]).astype(np.int64)


def _sortable(articles: pa.Table, name: str) -> Any:
    """Return a column to sort by; an unknown time comes last, be it the earliest or (with "-") the newest first."""
    column = articles[name.removeprefix("-")]
    if not pa.types.is_timestamp(column.type):
        return column
    return pc.fill_null(column.cast(pa.int64()), UNKNOWN_OLDEST if name.startswith("-") else UNKNOWN_LATEST)


def _against_index(articles: pa.Table, rows: Rows, index: Known, reprocess: bool) -> Iterator[tuple[int, Ruling]]:
    asked = articles.select(["article_id", "content_hash", "published_at", "fetched_at"])
    for start in range(0, len(rows), ARTICLES_AT_ONCE):
        some = rows[start : start + ARTICLES_AT_ONCE]
        found = asked.take(pa.array(some)).to_pylist()
        mine = index.articles([article["article_id"] for article in found])
        twins = index.hashes([article["content_hash"] for article in found])
        for row, article in zip(some.tolist(), found, strict=True):
            own, twin = mine.get(article["article_id"]), twins.get(article["content_hash"])
            yield row, _rule(article, own, twin, reprocess)


def _rule(article: dict[str, Any], own: Published | None, twin: Published | None, reprocess: bool) -> Ruling:
    """Rules 3 and 4: `own` is the published row of this article_id, `twin` the one with this text."""
    is_late = own is not None and _is_older(article, own)
    if own and own.content_hash == article["content_hash"]:
        if is_late or not reprocess:
            return Ruling(Fate.UNCHANGED, Reason.KNOWN_TEXT, _place(own), own.revision)
        return _replacing(article, own, own.revision)
    if own and is_late:
        return Ruling(Fate.DUPLICATE, Reason.SUPERSEDED, _place(own))
    if twin:
        return Ruling(Fate.DUPLICATE, Reason.SAME_TEXT, _place(twin))
    return _replacing(article, own, own.revision + 1) if own else FIRST_VERSION


def _is_older(article: dict[str, Any], own: Published) -> bool:
    """Tell whether this fetch is surely older than the published one; of an unknown time nothing is sure."""
    fetched = article["fetched_at"]
    return fetched is not None and own.fetched_at is not None and fetched < own.fetched_at


def _replacing(article: dict[str, Any], own: Published, revision: int) -> Ruling:
    """Take the place of a row; an article that never had a date keeps the day on which it was first published."""
    is_undated = article["published_at"] is None and own.published_at is None
    return Ruling(
        Fate.PUBLISHED,
        revision=revision,
        replaces=_place(own),
        ingested_on=own.ingested_on,
        date=own.date if is_undated else None,
    )


def _place(own: Published) -> Place:
    return Place(own.article_id, own.outlet, own.date)


class _Places:
    """Where the articles of the run lie when it is over."""

    def __init__(self, articles: pa.Table, rulings: list[Ruling]) -> None:
        self._columns = [articles[name] for name in ("article_id", "outlet", "date")]
        self._rulings = rulings

    def of(self, row: int) -> Place:
        """Return the place of an article, or of the one that stands for it."""
        ruling = self._rulings[row]
        if ruling.stands:
            return ruling.stands
        article_id, outlet, day = (column[row].as_py() for column in self._columns)
        return Place(article_id, outlet, ruling.date or day)
