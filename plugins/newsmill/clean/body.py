"""Where an article's body lies among its blocks.

A block counts for the body when it reads as prose (`page.py`) and no rule's words are found in it. The body is
the stretch of blocks with the greatest sum, where such a block counts its words (`MAX_WEIGHT` at most) and every
other block costs something: a teaser far behind the article, among links, is then not part of it, and a
subheading between two paragraphs is. The line right before it, when no rule suspects it, is the heading of its
first section and belongs to it. What stands before is the head, what stands behind is the tail.

Owns head, body and tail. Keep out: what is cut there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from newsmill.clean.page import Line
from newsmill.model import BlockKind

MAX_WEIGHT = 60
"""One endless paragraph does not outweigh an article of several."""
COST = 8
"""What a short line costs: a paragraph of 40 words outweighs five of them."""
ROW_COST = 2
"""What a list item or table row costs; articles hold long lists."""


@dataclass(frozen=True, slots=True)
class Body:
    """The first and the last block of the body. Without any prose both are -1, and nothing is head or tail."""

    first: int
    last: int

    def is_head(self, index: int) -> bool:
        """Whether a block stands before the body."""
        return self.first > index

    def is_tail(self, index: int) -> bool:
        """Whether a block stands behind the body."""
        return index > self.last >= 0

    def holds(self, index: int) -> bool:
        """Whether a block stands in the body."""
        return self.first <= index <= self.last

    def place(self, index: int) -> str:
        """Say where a block stands."""
        if self.first < 0:
            return "an article without prose"
        if self.is_head(index):
            return f"{self.first - index} before the body"
        if self.is_tail(index):
            return f"{index - self.last} after the body"
        return f"in the body ({self.first} to {self.last})"


def find_body(lines: Sequence[Line], suspects: frozenset[int]) -> Body:
    """Return the stretch with the greatest sum (Kadane's algorithm, linear).

    Args:
        lines: all lines of the article.
        suspects: the lines in which a rule's words are found.
    """
    best, first, last = 0, -1, -1
    total, start = 0, 0
    for line in lines:
        if total <= 0:
            total, start = 0, line.index
        total += _weight(line, suspect=line.index in suspects)
        if total > best:
            best, first, last = total, start, line.index
    if first < 0:
        return _longest_prose(lines)
    headed = first > 0 and first - 1 not in suspects
    return Body(first - 1 if headed else first, last)


def _weight(line: Line, *, suspect: bool) -> int:
    if line.reads_as_prose and not suspect:
        return min(line.count, MAX_WEIGHT)
    if line.ends_sentence and not suspect:
        return 0
    return -ROW_COST if line.block.kind in (BlockKind.LIST_ITEM, BlockKind.TABLE_ROW) else -COST


def _longest_prose(lines: Sequence[Line]) -> Body:
    """Return the longest paragraph where rules suspect them all; the article is about what the rules look for."""
    prose = [line for line in lines if line.reads_as_prose]
    if not prose:
        return Body(-1, -1)
    longest = max(prose, key=lambda line: (line.count, -line.index)).index
    return Body(longest, longest)
