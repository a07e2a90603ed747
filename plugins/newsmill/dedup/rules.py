"""The rules that make an article published, a duplicate, unchanged or quarantined.

Owns the rules and their order. Keep out: files, columns that no rule looks at.

0. An article that meets a tombstone is unchanged (taken_down), and so is, unless the run takes known records, one whose
   record another run has dealt with meanwhile (overtaken); they play no part in what follows.
1. An article that failed validation is quarantined, and plays no part in what follows.
2. Of the versions of one article_id in the run one speaks for it (versions); the others are duplicates.
3. An older fetch of an article that the index knows is a duplicate (superseded), unless its text is the same. So is,
   when a run reprocesses, a record that another one has replaced, or that never came into the row (versions).
4. All others claim their text, and the claims are settled (claims). Who gets it is published, as the next revision
   where the article has a row with another text, or is unchanged where its row has this text (when the run reprocesses
   it is published again in its place, unless its fetch is older). Who does not is a duplicate of the article that has
   it.

Every choice is by the records' own fields and by the index as it stands before the run, never by order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from newsmill.dedup.claims import Claims, Kind
from newsmill.dedup.ranking import Rows
from newsmill.dedup.ruling import (
    FIRST_VERSION,
    KNOWN_RECORD,
    KNOWN_TEXT,
    NOT_THE_ROWS,
    OLDER_THAN_ROW,
    TAKEN_DOWN,
    Place,
    Ruling,
    copy_of,
    quarantined,
)
from newsmill.dedup.versions import (
    Known,
    Versions,
    dealt_with,
    gave_the_row,
    in_turns,
    is_older,
    is_replaced,
)
from newsmill.model import Fate, Published, Reason, Seen


def judge(articles: pa.Table, index: Known, *, reprocess: bool, takes_known: bool) -> list[Ruling]:
    """Return one ruling an article, in the table's order.

    Args:
        articles: as `gathering` brings them; with each all of the run that have to do with it (`together`).
        index: what was published before.
        reprocess: see `deduplicate`.
        takes_known: whether the run takes records that earlier ones have dealt with.
    """
    rulings = list(map(cache(quarantined), articles["problem"].to_pylist()))
    for flag, ruling in (("overtaken", KNOWN_RECORD), ("taken_down", TAKEN_DOWN)):
        for row in np.flatnonzero(articles[flag].to_numpy()).tolist():
            rulings[row] = ruling
    versions = Versions(articles, np.flatnonzero(articles["passes"].to_numpy()), index)
    claims = Claims(np.zeros(len(articles), np.int8))
    for row, own, judged in _against_index(articles, versions.chosen, index, reprocess, takes_known):
        rulings[row] = judged.ruling
        if judged.kind:
            claims.add(row, judged.kind, own_hash=own.content_hash if own else None, held=judged.held)
    place = _Places(articles, rulings)
    for row, ruling in _settled(articles, rulings, claims, place):
        rulings[row] = ruling
    for row, ruling in versions.rulings(place.of, place.text_of):
        rulings[row] = ruling
    return rulings


class _Judged(NamedTuple):
    """What becomes of an article if it gets its text, and the claim that it has to it."""

    ruling: Ruling
    kind: Kind = Kind.NONE
    held: Place | None = None


_ASKED = [
    "article_id",
    "content_hash",
    "twin",
    "published_at",
    "fetched_at",
    "record_key",
    "fingerprint",
    "raw_path",
    "raw_sha256",
]


def _against_index(
    articles: pa.Table, rows: Rows, index: Known, reprocess: bool, takes_known: bool
) -> Iterator[tuple[int, Published | None, _Judged]]:
    asked = articles.select(_ASKED)
    for some in in_turns(rows):
        found = asked.take(pa.array(some)).to_pylist()
        mine = index.articles([article["article_id"] for article in found])
        twins = index.hashes([article["content_hash"] for article in found if article["twin"]])
        known = index.known(
            [article["record_key"] for article in found if takes_known and article["article_id"] in mine]
        )
        for row, article in zip(some.tolist(), found, strict=True):
            own, twin = mine.get(article["article_id"]), twins.get(article["content_hash"])
            judged = _judge(article, own, dealt_with(article, known), reprocess)
            yield row, own, judged._replace(held=Place.of(twin)) if twin and judged.kind > Kind.KEEPS else judged


def _judge(article: dict[str, Any], own: Published | None, seen: Seen | None, reprocess: bool) -> _Judged:
    """Rule 3, and what rule 4 makes of an article that gets its text; `own` is the published row of this article_id."""
    if own is None:
        return _Judged(FIRST_VERSION, Kind.NEW)
    is_late = is_older(article, own)
    is_former = seen is not None and is_replaced(article, own, seen)
    if own.content_hash == article["content_hash"]:
        if reprocess and not (is_late or is_former):
            return _Judged(_replacing(article, own), Kind.KEEPS)
        unchanged = Ruling(Fate.UNCHANGED, Reason.KNOWN_TEXT, Place.of(own), own.revision, sentence=KNOWN_TEXT)
        return _Judged(unchanged, Kind.KEEPS)
    if is_late or is_former:
        sentence = OLDER_THAN_ROW if is_late else NOT_THE_ROWS
        return _Judged(Ruling(Fate.DUPLICATE, Reason.SUPERSEDED, Place.of(own), sentence=sentence))
    kind = Kind.STALE if gave_the_row(article, own, seen) else Kind.REVISION
    return _Judged(_replacing(article, own), kind)


def _replacing(article: dict[str, Any], own: Published) -> Ruling:
    """Take the place of a row; an article without a date lies on the day on which it was first published."""
    is_other = article["content_hash"] != own.content_hash
    return Ruling(
        Fate.PUBLISHED,
        revision=own.revision + is_other,
        replaces=Place.of(own),
        replaces_hash=own.content_hash if is_other else None,
        ingested_on=own.ingested_on,
        date=own.ingested_on if article["published_at"] is None else None,
    )


def _settled(articles: pa.Table, rulings: list[Ruling], claims: Claims, place: _Places) -> Iterator[tuple[int, Ruling]]:
    """Yield the rulings that the settlement of the claims changes; those on who is refused first."""
    settlement = claims.settle(articles)
    losers = {row for row, _ in settlement.lost}
    for row, holder in claims.held.items():
        if row in settlement.refused:
            yield row, _copy(articles, row, rulings[row], Kind(claims.kinds[row]), holder)
        elif row not in losers:
            yield row, replace(rulings[row], takes=holder)
    for row, winner in settlement.lost:
        yield row, _copy(articles, row, rulings[row], Kind(claims.kinds[row]), place.of(winner))


def _copy(articles: pa.Table, row: int, claimed: Ruling, kind: Kind, stands: Place) -> Ruling:
    """Return the ruling on an article that does not get its text."""
    if kind == Kind.KEEPS:
        return copy_of(stands, claimed.replaces or claimed.stands, articles["content_hash"][row].as_py())
    if kind == Kind.STALE:
        return copy_of(stands, claimed.replaces, claimed.replaces_hash)
    return copy_of(stands)


class _Places:
    """Where the articles of the run lie when it is over."""

    def __init__(self, articles: pa.Table, rulings: list[Ruling]) -> None:
        self._columns = [articles[name] for name in ("article_id", "outlet", "date")]
        self._texts = articles["content_hash"]
        self._rulings = rulings

    def of(self, row: int) -> Place:
        """Return the place of an article, or of the one that stands for it."""
        ruling = self._rulings[row]
        if ruling.stands:
            return ruling.stands
        article_id, outlet, day = (column[row].as_py() for column in self._columns)
        return Place(article_id, outlet, ruling.date or day)

    def text_of(self, row: int) -> str | None:
        """Return the content_hash of an article that stands there with its text, itself or in another one."""
        is_there = self._rulings[row].reason is not Reason.SUPERSEDED
        return self._texts[row].as_py() if is_there else None
