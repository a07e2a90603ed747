"""Compare texts by the words that they have in a row.

Owns what a word is where texts of any script are compared, and shingles. Keep out: what follows from it (gaps).
"""

from __future__ import annotations

import re

SHINGLE = 4
"""Words in a row by which texts are compared."""
WORD = re.compile(r"[\u0e00-\u0eff\u3040-\u9fff\uac00-\ud7af]|[^\W_\u0e00-\u0eff\u3040-\u9fff\uac00-\ud7af]+")
"""A word; one character in scripts that set no spaces, and in Korean, whose words carry endings."""


def shingles_of(text: str) -> list[tuple[str, ...]]:
    """Return the runs of `SHINGLE` words of a text; none of a shorter one."""
    words = WORD.findall(text.casefold())
    return list(zip(*(words[start:] for start in range(SHINGLE)), strict=False))
