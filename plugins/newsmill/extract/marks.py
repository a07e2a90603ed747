"""The marks that end or divide sentences, in the scripts that news is written in.

Owns the characters (Unicode's Sentence_Terminal and what stands beside it). Keep out: what a line that ends in one is.

What is asked of a text's end looks at its end alone: a search for `[.!?]$` would try every place of every paragraph.
"""

from __future__ import annotations

import re

FULL_STOPS = ".。．｡।॥۔።։။៕"
"""Latin and its kin, Chinese and Japanese, Devanagari and its kin, Urdu, Ethiopic, Armenian, Burmese, Khmer."""
CALLS = "!?！？؟፧‼⁇⁈⁉"
PAUSES = ",;:،؛、，；：፣፤፥"
CLOSERS = "\"'”’»›)]）」』】》〉"

_ENDS = frozenset(f"{FULL_STOPS}{CALLS}…:;：；")
_STOPS = frozenset(f"{FULL_STOPS}{PAUSES}…")
_CLOSED = re.compile(
    rf"[{FULL_STOPS}][{re.escape(CLOSERS)}]+$"
    rf"|(?:[^\W\d_]{{3}}\.|[{FULL_STOPS[1:]}])[{re.escape(CLOSERS)}]*\s?\d{{1,3}}$"
)
_WITHIN = re.compile(r"[。．｡]\s*[^\W\d_]")
_PROSE = re.compile(rf"(?:[a-zà-ÿа-яё]{{2}}[.!?]|[{FULL_STOPS[1:]}{CALLS[2:]}])$")
_PROSE_CHARS = 3


def ends_sentence(text: str) -> bool:
    """Tell whether a text ends as a line of prose does that is a whole paragraph."""
    return text.rstrip(CLOSERS)[-1:] in _ENDS


def is_stopped(text: str) -> bool:
    """Tell whether a text ends as no headline does; a question or a call may be one."""
    return text[-1:] in _STOPS


def is_closed_or_numbered(text: str) -> bool:
    """Tell a full stop within closing marks, or before the number of a reference; "No. 1" has none."""
    last = text[-1:]
    return (last.isdecimal() or last in CLOSERS) and _CLOSED.search(text) is not None


def has_stop_within(text: str) -> bool:
    """Tell a full stop and then another sentence, where no abbreviation ends in one."""
    return not text.isascii() and _WITHIN.search(text) is not None


def ends_short_sentence(line: str) -> bool:
    """Tell the end of a sentence in a short line; "a.m." and "г." are none."""
    return _PROSE.search(line[-_PROSE_CHARS:]) is not None
