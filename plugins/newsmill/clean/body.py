"""Where an article's body lies among its blocks.

The body is the stretch of blocks with the greatest sum of weights (`weights.py`): a teaser far behind the article,
among links, is then not part of it, and a subheading between two paragraphs is. A stretch that begins soon behind the
title is preferred, and an early one to a late one: comments may be longer than what they are about. The line right
before the body, when nothing speaks against it, is the heading of its first section and belongs to it. What stands
before is the head, what stands behind is the tail.

Owns head, body and tail. Keep out: what is cut there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from newsmill.clean.page import Line, Page
from newsmill.clean.stamps import is_stamp
from newsmill.clean.weights import Hints, Weights, weigh

TITLE_BONUS = 50
"""Words that a stretch is ahead when it begins at most `TITLE_REACH` blocks behind the title, on a crowded page."""
TITLE_REACH = 15
"""Blocks between title and body: a lead, a byline, share buttons, a caption."""
SERIES_CREDIT = 60.0
"""Words that series of numbered lines may count beyond the prose before them: a table may be all that an article is,
and sidebars hold archives and rankings without end."""
LATE = 0.1
"""What every word of prose before a stretch costs it."""


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


def find_body(page: Page, hints: Hints, end: int) -> Body:
    """Return the stretch with the greatest sum (Kadane's algorithm with a price for the start; linear).

    Args:
        page: the article.
        hints: what rules have found.
        end: the first block that is certainly behind the body.
    """
    weights = weigh(page, hints)
    best, first, last = 0.0, -1, -1
    total, start, credit, gained = 0.0, 0, SERIES_CREDIT, False
    for index, (weight, bonus) in enumerate(zip(weights.words[:end], _bonuses(page, weights), strict=False)):
        if total <= bonus:
            total, start, credit, gained = bonus, index, SERIES_CREDIT, False
        gain = weight if weights.prose[index] else min(weight, credit)
        credit += weight if weights.prose[index] else -max(gain, 0.0)
        total += gain
        gained = gained or gain > 0
        if total >= best and gained:  # a stretch is not worth its bonus alone
            best, first, last = total, start, index
    if first < 0:
        return _longest_prose(page.lines[:end])
    while weights.words[first] < 0:
        first += 1
    while first > 0 and weights.words[first - 1] >= 0:
        first -= 1
    return Body(first - 1 if _is_headed(page, first, hints) else first, last)


def _bonuses(page: Page, weights: Weights) -> Iterator[float]:
    """Yield what a stretch is worth at each start, before anything is in it."""
    title, passed = -TITLE_REACH - 1, 0.0
    for line, weight, prose in zip(page.lines, weights.words, weights.prose, strict=True):
        near = weights.crowded and line.index - title <= TITLE_REACH
        yield (TITLE_BONUS if near else 0.0) - LATE * passed
        passed += weight if prose else 0.0
        if page.title and line.words == page.title:
            title = line.index


def _is_headed(page: Page, first: int, hints: Hints) -> bool:
    if first == 0 or first - 1 in hints.suspects:
        return False
    above = page.lines[first - 1]
    return above.words != page.title and not is_stamp(above)


def _longest_prose(lines: Sequence[Line]) -> Body:
    """Return the longest paragraph where rules suspect them all; the article is about what the rules look for."""
    prose = [line for line in lines if line.reads_as_prose]
    if not prose:
        return Body(-1, -1)
    longest = max(prose, key=lambda line: (line.count, -line.index)).index
    return Body(longest, longest)
