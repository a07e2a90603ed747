"""Lines with a date or a time of day: an article has one above it, comments and teasers have one each.

Owns how such a line is told. Keep out: what follows from it (weights, span, thread).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from newsmill.clean.page import Line

MAX_WORDS = 14
"""Words of such a line."""
ENTRIES = 3
"""Entries of a live blog, each a bare time and sentences; a page may show one above its lead."""

_STAMP = re.compile(r"(?<![$£€¥.,\d])\b\d{1,2}[:.h]\d{2}\b|\b(?:19|20)\d\d\b")
_TIME = re.compile(r"\d{1,2}[:.h]\d{2}(?: ?(?:[ap]\.?m\.?|uhr|h|[a-z]{2,3}t))?$")
_MERIDIEM = re.compile(r"\b[ap]\.\s?m\.$")
_NUMBER = re.compile(r"\d+")


def stamps_of(lines: Sequence[Line]) -> frozenset[int]:
    """Return the lines that hold a date or a time of day, but for the times above a live blog's entries."""
    stamps = frozenset(line.index for line in lines if is_stamp(line))
    times = frozenset(index for index in stamps if _is_entry_time(lines, index))
    return stamps - times if len(times) >= ENTRIES else stamps


def is_stamp(line: Line) -> bool:
    """Whether a line is short, no sentence, and holds a date or a time of day.

    It has two numbers, one of them a year or a clock's; "A ticket costs £2.50." and "02:20: Sirens." tell something.
    """
    if line.reads_as_prose or line.is_short or line.count > MAX_WORDS or not _STAMP.search(line.folded):
        return False  # what is short in this sense has no digit
    if line.ends_sentence and not _MERIDIEM.search(line.folded):
        return False
    return len(_NUMBER.findall(line.folded)) > 1


def _is_entry_time(lines: Sequence[Line], index: int) -> bool:
    """Whether a line is a bare time between two sentences; above a comment's stands a name."""
    around = lines[max(index - 1, 0) : index + 2]
    return bool(_TIME.match(lines[index].folded)) and sum(line.ends_sentence for line in around) > 1
