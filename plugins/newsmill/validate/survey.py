"""What is looked at over a run as a whole: counts, shares, and whether a key is there twice.

Owns the few columns that are held of every article, about 30 bytes each. Keep out: what is looked at row by row
(frame).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

import pyarrow as pa
import pyarrow.compute as pc

from newsmill.schema import CLEANED
from newsmill.validate.frame import counted, given

SURVEYED = ("record_key", "outlet", "title", "published_at", "word_count", "authors")
"""The columns of `schema.CLEANED` that a survey reads."""

OUTLETS = pa.dictionary(pa.int32(), pa.string())


@dataclass(frozen=True, slots=True)
class Survey:
    """A run's articles as a whole.

    `frame` has a row an article, in the same order: `record_key` as a number that only equal keys share, `title` as
    whether there is one, `outlet`, `published_at`, `word_count` and `author_count` as they are in the frame of a part.
    """

    frame: pa.Table

    @property
    def outlets(self) -> list[str]:
        """The outlets that the articles are of."""
        return [slug for slug in self.frame["outlet"].cast(pa.string()).unique().to_pylist() if slug is not None]


def survey(articles: Iterable[pa.Table]) -> Survey:
    """Look at a run's articles.

    Args:
        articles: of `schema.CLEANED`, with at least the columns `SURVEYED`.

    Raises:
        ValueError: a column is missing.
    """
    none = CLEANED.empty_table()
    rows = pa.concat_tables([pa.table(_surveyed(given(part, SURVEYED))) for part in chain([none], articles)])
    keys = rows["record_key"].combine_chunks().dictionary_encode().indices
    rows = rows.set_column(0, "record_key", keys)
    return Survey(rows.unify_dictionaries())


def _surveyed(articles: pa.Table) -> dict[str, pa.ChunkedArray]:
    return {
        "record_key": articles["record_key"],
        "outlet": articles["outlet"].cast(OUTLETS),
        "title": pc.if_else(pc.is_valid(articles["title"]), pa.scalar(1, pa.int8()), None),
        "published_at": articles["published_at"],
        "word_count": articles["word_count"],
        "author_count": counted(articles["authors"]),
    }
