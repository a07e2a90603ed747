"""Choose, of several versions of one article in a run, the one that speaks for it.

Owns the order of versions. Keep out: whether the chosen one is published (rules).

Where fetch times are known the newest one is chosen. Where they are not, a record that no earlier run has dealt with
is the newer one: it arrived later. Of known records (there are such when a run reprocesses) the one that made the
published row stays, so that reprocessing turns no article back. What is left is decided by source_id and path.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from newsmill.dedup.ranking import UNKNOWN_OLDEST, Rows, codes_of, crowded, first_of_groups, moments
from newsmill.dedup.ruling import NOT_LATER_IN_RUN, OLDER_IN_RUN, Place, Ruling, copy_of
from newsmill.model import Fate, Published, Reason, Seen

ROWS_AT_ONCE = 5000
"""Articles that the index is asked about at once; bounds what is held of its answers."""

_ORDER = [
    ("is_late", "ascending"),
    ("rank", "ascending"),
    ("-fetched_at", "descending"),
    ("source_id", "ascending"),
    ("raw_path", "ascending"),
]


def in_turns(rows: Rows) -> Iterator[Rows]:
    """Yield the rows that the index is asked about at once."""
    for start in range(0, len(rows), ROWS_AT_ONCE):
        yield rows[start : start + ROWS_AT_ONCE]


class Known(Protocol):
    """What is asked of the index."""

    def articles(self, ids: list[str]) -> dict[str, Published]:
        """Return published articles by `article_id`."""

    def hashes(self, hashes: list[str]) -> dict[str, Published]:
        """Return published articles by `content_hash`."""

    def known(self, keys: list[str]) -> dict[str, Seen]:
        """Return records that were dealt with by `record_key`."""


class Versions:
    """The versions of the articles of a run: `chosen` rows, and the others, each with the chosen one of its article."""

    def __init__(self, articles: pa.Table, rows: Rows, index: Known) -> None:
        codes = codes_of(articles["article_id"])
        several = crowded(codes, rows)
        self._articles = articles
        self._fetched = moments(articles["fetched_at"], UNKNOWN_OLDEST)
        ranks = np.zeros(len(articles), np.int8)
        ranks[several] = np.fromiter(_ranks(articles, several, index), np.int8, len(several))
        ranked = articles.append_column("rank", pa.array(ranks)).append_column(
            "is_late", pa.array(self._late(codes, several))
        )
        self.chosen, self._others = first_of_groups(ranked, codes, rows, _ORDER)

    def rulings(
        self, stands: Callable[[int], Place], text_of: Callable[[int], str | None]
    ) -> Iterator[tuple[int, Ruling]]:
        """Yield the ruling on each version that was not chosen.

        Args:
            stands: the place of what stands for a chosen row.
            text_of: the text that stands there, where it is the chosen row's; else None.
        """
        hashes = self._articles["content_hash"]
        for row, kept in self._others:
            place = stands(kept)
            if hashes[row].as_py() == text_of(kept):
                yield row, copy_of(place)
            else:
                is_older = UNKNOWN_OLDEST < self._fetched[row] < self._fetched[kept]
                sentence = OLDER_IN_RUN if is_older else NOT_LATER_IN_RUN
                yield row, Ruling(Fate.DUPLICATE, Reason.SUPERSEDED, place, sentence=sentence)

    def _late(self, codes: Rows, several: Rows) -> np.ndarray[Any, np.dtype[np.int8]]:
        """Mark the versions of whose article there is a surely later fetch in the run."""
        newest = np.full(len(codes), UNKNOWN_OLDEST)
        np.maximum.at(newest, codes[several], self._fetched[several])
        marks = np.zeros(len(codes), np.int8)
        marks[several] = (self._fetched[several] > UNKNOWN_OLDEST) & (self._fetched[several] < newest[codes[several]])
        return marks


_ASKED = ["article_id", "record_key", "fingerprint", "fetched_at", "raw_path", "raw_sha256"]


def _ranks(articles: pa.Table, rows: Rows, index: Known) -> Iterator[int]:
    """Yield 0 for a new record, 1 for the one that made the published row, 2 for its like, 3 for any other.

    And 4 for one that the row forbids, because it is surely older: it must not stand in the way of another.
    """
    for turn in in_turns(rows):
        some = articles.select(_ASKED).take(pa.array(turn)).to_pylist()
        own = index.articles([record["article_id"] for record in some])
        known = index.known([record["record_key"] for record in some])
        for record in some:
            yield _rank(record, own.get(record["article_id"]), dealt_with(record, known))


def _rank(record: dict[str, Any], own: Published | None, seen: Seen | None) -> int:
    if own and is_older(record, own):
        return 4
    if seen is None:
        return 0
    if own and (own.raw_path, own.raw_sha256) == (record["raw_path"], record["raw_sha256"]):
        return 1
    return 2 if own and gave_the_row(record, own, seen) else 3


def dealt_with(record: dict[str, Any], known: dict[str, Seen]) -> Seen | None:
    """Return what the index remembers of exactly these bytes; None where they never came as far as these rules."""
    seen = known.get(record["record_key"])
    if seen is None or seen.fingerprint != record["fingerprint"]:
        return None
    return None if seen.fate in (Fate.QUARANTINED, Fate.UNREADABLE) else seen


def is_older(record: dict[str, Any], own: Published) -> bool:
    """Tell whether this fetch is surely older than the published one; of an unknown time nothing is sure."""
    fetched = record["fetched_at"]
    return fetched is not None and own.fetched_at is not None and fetched < own.fetched_at


def gave_the_row(record: dict[str, Any], own: Published, seen: Seen | None) -> bool:
    """Tell whether the text of its article's row is what an earlier run made of this very record.

    Either the row was made of these bytes; or of others at this place, and an earlier run found that these, which came
    after them, give the same text.
    """
    if own.raw_sha256 == record["raw_sha256"]:
        return True
    return seen is not None and seen.fate is Fate.UNCHANGED and own.raw_path == record["raw_path"]


def is_replaced(record: dict[str, Any], own: Published, seen: Seen) -> bool:
    """Tell whether an earlier run that dealt with this record left its article's row to another one.

    Then it is not taken again, unless it is surely later. One that was `unchanged` gave the text that the row had.
    """
    fetched = record["fetched_at"]
    is_later = fetched is not None and own.fetched_at is not None and fetched > own.fetched_at
    return seen.fate is not Fate.UNCHANGED and not is_later and not gave_the_row(record, own, seen)
