"""An extracted article -> its sighting: keys of title, authors and blocks, and no text.

Owns what is noted of an article. Keep out: what follows from many of them (stories, evidence).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from newsmill.blockkeys import block_key, keys_and_words, stem_keys

MAX_BLOCKS = 400
"""Blocks noted of one article, half from each end: what an outlet prints around its articles stands there, and one
endless page costs no more than that."""

FIRST, MIDDLE, LAST = -1, 0, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What one article prints, as keys. The last three are equally long."""

    article_id: str
    day: date
    title_key: int
    title_stems: tuple[int, ...]
    author_keys: tuple[int, ...]
    keys: tuple[int, ...]
    words: tuple[int, ...]
    places: tuple[int, ...]

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Sighting:
        """Return the sighting of a row of `schema.SIGHTINGS` or `schema.PROFILE`."""
        return cls(
            article_id=row["article_id"],
            day=row["day"],
            title_key=row["title_key"],
            title_stems=tuple(row["title_stems"]),
            author_keys=tuple(row["author_keys"]),
            keys=tuple(row["keys"]),
            words=tuple(row["words"]),
            places=tuple(row["places"]),
        )


def sighting_row(
    *, article_id: str, day: date, title: str | None, authors: Sequence[str], blocks: Sequence[str]
) -> dict[str, Any]:
    """Return what is noted of an article; `blocks` are the texts of its extracted blocks."""
    noted = _ends_of(range(len(blocks)))
    keyed = keys_and_words([blocks[index] for index in noted])
    return {
        "article_id": article_id,
        "day": day,
        "title_key": block_key(title or ""),
        "title_stems": list(stem_keys(title or "")),
        "author_keys": sorted({block_key(author) for author in authors} - {0}),
        "keys": [key for key, _ in keyed],
        "words": [words for _, words in keyed],
        "places": [_place(index, len(blocks)) for index in noted],
    }


def _ends_of(indexes: range) -> list[int]:
    half = MAX_BLOCKS // 2
    return list(indexes) if len(indexes) <= MAX_BLOCKS else [*indexes[:half], *indexes[-half:]]


def _place(index: int, size: int) -> int:
    if index * 3 < size:
        return FIRST
    return LAST if index * 3 >= size * 2 else MIDDLE
