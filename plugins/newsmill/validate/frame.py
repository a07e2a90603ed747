"""Turn articles into the flat table that the suite looks at.

Owns the columns read and the helper columns made of them, all in Arrow. Keep out: bounds, severities (suite),
running the suite (judge).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from newsmill.model import DateSource
from newsmill.schema import CLEANED

_PLAIN = (
    "record_key",
    "article_id",
    "source_id",
    "content_hash",
    "outlet",
    "url",
    "title",
    "published_at",
    "modified_at",
    "fetched_at",
    "date_source",
    "language",
    "text_chars",
    "word_count",
    "removed_chars",
    "raw_format",
    "raw_path",
    "raw_sha256",
    "revision",
    "cleaner_version",
    "problem",
)
COLUMNS = (*_PLAIN, "date", "authors", "tags")
"""The columns of `schema.CLEANED` that validation reads; none of them holds an article's text."""

MAX_AUTHOR_CHARS = 100
"""The longest author in the fundus test pages has 25; a longer "author" than this is a sentence taken for a byline."""

ODD_AUTHOR = r"\S@\S+\.\S|https?://|\bwww\.|^\s*$"
"""An author that is an e-mail address, a web address or blank; RE2 syntax."""

FETCH_TOLERANCE = timedelta(days=1)
"""A date may be this much later than the fetch: clocks and zones differ by less (as extraction believes dates)."""


def build_frame(articles: pa.Table, day: date) -> pa.Table:
    """Return one row an article, in the same order, with the plain columns and these helper columns.

    - `date`, `date_expected`: the partition's day and the day it should be, as `YYYY-MM-DD`
    - `has_date`, `source_has_date`: 1 where `published_at` is known; 1 where `date_source` says that it is
    - `fetch_limit`: the latest `published_at` that fits `fetched_at`
    - `cut_share`: removed of all characters, 0 to 1
    - `author_count`, `tag_count`: null where there is none
    - `odd_author`: the first author that looks like none, else null

    Raises:
        ValueError: the table lacks columns of `COLUMNS`.
    """
    typed = given(articles, COLUMNS)
    columns = {name: typed[name] for name in _PLAIN}
    return pa.table(columns | _dates(typed, day) | _sizes(typed) | _people(typed))


def given(articles: pa.Table, columns: Sequence[str]) -> pa.Table:
    """Return these columns in the types of `schema.CLEANED`.

    Raises:
        ValueError: one is missing.
    """
    missing = [name for name in columns if name not in articles.column_names]
    if missing:
        raise ValueError(f"articles lack the columns {', '.join(missing)}; validation needs {', '.join(COLUMNS)}")
    return articles.select(columns).cast(pa.schema([pa.field(name, CLEANED.field(name).type) for name in columns]))


def _dates(articles: pa.Table, day: date) -> dict[str, pa.ChunkedArray]:
    published = articles["published_at"]
    expected = pc.coalesce(pc.cast(published, pa.date32()), pa.scalar(day, pa.date32()))
    undated = pc.equal(articles["date_source"], DateSource.INGESTED.value)
    limit = pc.add(articles["fetched_at"], pa.scalar(FETCH_TOLERANCE, pa.duration("us")))
    return {
        "date": pc.strftime(articles["date"], format="%Y-%m-%d"),
        "date_expected": pc.strftime(expected, format="%Y-%m-%d"),
        "has_date": pc.cast(pc.is_valid(published), pa.int8()),
        "source_has_date": pc.cast(pc.invert(undated), pa.int8()),
        "fetch_limit": limit,
    }


def _sizes(articles: pa.Table) -> dict[str, pa.ChunkedArray]:
    removed = pc.cast(articles["removed_chars"], pa.float64())
    whole = pc.add(removed, pc.cast(articles["text_chars"], pa.float64()))
    return {
        "cut_share": pc.divide(removed, pc.if_else(pc.greater(whole, 0), whole, None)),
    }


def _people(articles: pa.Table) -> dict[str, pa.Array | pa.ChunkedArray]:
    return {
        "author_count": counted(articles["authors"]),
        "tag_count": counted(articles["tags"]),
        "odd_author": _first_odd(articles["authors"]),
    }


def counted(lists: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the lengths of lists, null where there is nothing in one."""
    length = pc.list_value_length(lists)
    return pc.if_else(pc.greater(length, 0), length, None)


def _first_odd(lists: pa.ChunkedArray) -> pa.ChunkedArray:
    chunks = [_first_odd_of(chunk) for chunk in lists.chunks]
    return pa.chunked_array(chunks, pa.string())


def _first_odd_of(lists: pa.ListArray) -> pa.Array:
    import numpy as np

    names = pc.fill_null(pc.list_flatten(lists), "")
    odd = pc.or_(
        pc.match_substring_regex(names, ODD_AUTHOR), pc.greater(pc.utf8_length(names), pa.scalar(MAX_AUTHOR_CHARS))
    )
    at = np.flatnonzero(pc.fill_null(odd, fill_value=False).to_numpy(zero_copy_only=False))
    rows = pc.list_parent_indices(lists).to_numpy()[at]
    first_rows, first = np.unique(rows, return_index=True)
    place = np.full(len(lists), -1, dtype=np.int64)
    place[first_rows] = at[first]
    return names.take(pa.array(place, mask=place < 0))
