"""Bring text to the one form in which phrases and patterns are compared.

Owns folding and words. Keep out: what the words mean.
"""

from __future__ import annotations

import re
import unicodedata

_SAME = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛´`ʼ′＇", "'"),
        **dict.fromkeys("“”„‟«»″＂", '"'),
        **dict.fromkeys("‐‑‒–—―−－", "-"),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff", None),
        "…": "...",
        "：": ":",
    }
)
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_NFC_MAX_CHARS = 2_000
"""Longer text is not composed: composing is quadratic in runs of combining marks, and no rule asks for it."""
_LONGEST_WORD = 50
"""Characters; what is longer counts as several words, so that a limit of words is a limit of characters too."""
_IDEOGRAPHS_FROM = "\u2e80"


def fold(text: str) -> str:
    """Return text without case, typography or runs of white space; lone surrogates become `?`."""
    text = text.translate(_SAME)
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode("utf-8")
        if len(text) <= _NFC_MAX_CHARS:
            text = unicodedata.normalize("NFC", text)
    return " ".join(text.casefold().split())


def words_of(folded: str) -> tuple[str, ...]:
    """Return the words of folded text: runs of letters and digits, apostrophes within them included."""
    return tuple(_WORD.findall(folded))


def count_words(words: tuple[str, ...]) -> int:
    """Count words; scripts without spaces count one for two characters, and no word counts for a page of them."""
    return sum(max(1, len(word) // (2 if word[0] >= _IDEOGRAPHS_FROM else _LONGEST_WORD)) for word in words)
