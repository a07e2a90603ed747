"""What the corpus knows of an article that is not in it yet: is it new, another version, or a text that stands there?

Owns the look into the index, by the two keys that a run asks first. Keep out: a run's whole decision, which also knows
when each was fetched and what else comes in the same night (dedup).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from newsmill.model import Published
from newsmill.storage import Store
from newsmill.workplace import index_of


class Standing(StrEnum):
    """How an article stands to the corpus."""

    NEW = "new"
    SAME = "same"
    REVISION = "revision"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Known:
    """How an article stands to the corpus, and the article of the corpus that it is held against."""

    standing: Standing
    article: Published | None = None


def known(data: Store, article_id: str, content_hash: str) -> Known:
    """Look an article up.

    Args:
        data: the data root.
        article_id: the article's.
        content_hash: of its cleaned text.

    Raises:
        NewsmillError: the index cannot be read; says what mends it.
    """
    index = index_of(data)
    by_id, by_text = index.articles([article_id]).get(article_id), index.hashes([content_hash]).get(content_hash)
    if by_text:
        return Known(Standing.SAME if by_text.article_id == article_id else Standing.DUPLICATE, by_text)
    return Known(Standing.REVISION, by_id) if by_id else Known(Standing.NEW)
