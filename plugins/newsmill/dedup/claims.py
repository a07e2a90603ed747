"""Settle which article gets a text, where several bring it or a row of the corpus has it.

Owns the assignment of texts to articles. Keep out: what an article may claim (rules), what is done about it (publish).

An article claims its text; four kinds of claim there are:

- KEEPS: its row has this text already.
- STALE: its row has another text, made of the very record that gives this one now (a rule changed). That row goes in
  any case: into it comes this text, or, when another article has it, nothing.
- REVISION: its row has another text, of other bytes. That row goes if the claim is granted, and stays if not: the text
  in it was once published, and nothing would stand for it.
- NEW: it has no row.

The rules:

1. Of the claims on one text only the first can be granted: KEEPS and STALE before REVISION before NEW; among these the
   earliest published_at, fetched_at, source_id; then outlet and path. A KEEPS that is not first loses its row.
2. The first claim on a text is granted unless a row with this text stays: the row of an article that claims nothing in
   this run, or of a REVISION that is not granted.

Rule 2 refers to itself along chains (X claims what Y's row has, Y claims what Z's row has …) and around circles (X and
Y change texts). Of all assignments that obey both rules the one that grants most is taken: start with every first
claim granted, and take back those that rule 2 forbids, until none is left. It ends, because a claim is only ever taken
back, never granted again, and each at most once. Its result does not depend on the order: taking back one claim never
allows another that was forbidden, so the claims left are the union of all sets that obey (the greatest fixed point of
a monotone map; Tarski 1955). In particular a circle is granted.

Nothing is lost and nothing doubled: a claimed text is in the corpus after the run, because its first claim is granted
or a row with it stays. It is there once, because a first claim is granted only where no row with its text stays, and
the rows that stay had different texts before.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import numpy as np
import pyarrow as pa

from newsmill.dedup.ranking import codes_of, first_of_groups
from newsmill.dedup.ruling import Place


class Kind(IntEnum):
    """What an article claims its text with."""

    NONE = 0
    KEEPS = 1
    STALE = 2
    REVISION = 3
    NEW = 4


EARLIEST_FIRST = [
    ("precedence", "ascending"),
    ("published_at", "ascending"),
    ("fetched_at", "ascending"),
    ("source_id", "ascending"),
    ("outlet", "ascending"),
    ("raw_path", "ascending"),
]


@dataclass(frozen=True, slots=True)
class Settlement:
    """What came of the claims. Rows are those of the table of articles."""

    lost: list[tuple[int, int]]  # a row whose claim is not the first on its text, and the row with the first
    refused: set[int]  # rows with a first claim that is not granted, because a row of the corpus keeps the text


@dataclass(slots=True)
class Claims:
    """The claims of a run."""

    kinds: np.ndarray[Any, np.dtype[np.int8]]  # by row, of `Kind`
    held: dict[int, Place] = field(default_factory=dict)  # the row of another article that has the claimed text
    givers: dict[str, int] = field(default_factory=dict)  # who is STALE or a REVISION, by the text of its row

    def add(self, row: int, kind: Kind, *, own_hash: str | None, held: Place | None) -> None:
        """Note a claim; `own_hash` is the text of the article's row, `held` another article's row with this text."""
        self.kinds[row] = kind
        if held:
            self.held[row] = held
        if own_hash and kind in (Kind.STALE, Kind.REVISION):
            self.givers[own_hash] = row

    def settle(self, articles: pa.Table) -> Settlement:
        """Decide; see the module."""
        claimants = np.flatnonzero(self.kinds).astype(np.int64)
        precedence = np.maximum(self.kinds, Kind.STALE)  # KEEPS and STALE are equals
        table = articles.append_column("precedence", pa.array(precedence))
        codes = codes_of(articles["content_hash"])
        first, lost = first_of_groups(table, codes, claimants, EARLIEST_FIRST)
        ousted = {winner for row, winner in lost if self.kinds[row] == Kind.KEEPS}
        contested = [row for row in first.tolist() if row in self.held and row not in ousted]
        return Settlement(lost, self._refused(articles, contested, [row for row, _ in lost]))

    def _refused(self, articles: pa.Table, contested: list[int], losers: list[int]) -> set[int]:
        """Take back first claims on texts that a row keeps.

        Args:
            articles: of the run.
            contested: rows with a first claim on a text that another article's row has.
            losers: rows whose claim is not the first.
        """
        hashes = articles["content_hash"]
        giver_of = {row: self.givers.get(hashes[row].as_py()) for row in contested}
        heirs = {giver: row for row, giver in giver_of.items() if giver is not None}  # a text has one first claim
        refused = {row for row, giver in giver_of.items() if giver is None}
        waiting = [*refused, *losers]
        while waiting:
            row = waiting.pop()
            if self.kinds[row] == Kind.REVISION and row in heirs:  # its row stays, with the text that its heir claims
                heir = heirs.pop(row)
                refused.add(heir)
                waiting.append(heir)
        return refused
