"""Compare texts by the words that they have in a row.

Owns what a word is where texts of any script are compared, and shingles. Keep out: what follows from it (gaps,
container).
"""

from __future__ import annotations

import re
from collections.abc import Collection

SHINGLE = 4
"""Words in a row by which texts are compared."""
WORD = re.compile(r"[\u0e00-\u0eff\u3040-\u9fff\uac00-\ud7af]|[^\W_\u0e00-\u0eff\u3040-\u9fff\uac00-\ud7af]+")
"""A word; one character in scripts that set no spaces, and in Korean, whose words carry endings."""
LEAD_SHARE = 0.6
"""Of a lead's words, those that the page's description must have; pages shorten it."""

Shingle = tuple[str, ...]


def shingles_of(text: str) -> list[Shingle]:
    """Return the runs of `SHINGLE` words of a text; none of a shorter one."""
    words = WORD.findall(text.casefold())
    return list(zip(*(words[start:] for start in range(SHINGLE)), strict=False))


def tells(told: Collection[Shingle], own: Collection[Shingle]) -> bool:
    """Tell whether a description, given as shingles, has the words of a lead, given the same way."""
    return sum(shingle in told for shingle in own) >= LEAD_SHARE * len(own)
