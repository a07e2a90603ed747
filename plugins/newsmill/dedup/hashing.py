"""Turn a text into its content hash.

Owns what counts as the same text. Keep out: what is done with two texts that are the same.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

NOT_COUNTED = re.compile(r"[\W_]+")
r"""Python's `\w` is `str.isalnum` and the underscore, so this is all that is neither a letter nor a digit."""

MAX_MARKS = 30
"""Combining marks in a row that count, as in Unicode's stream-safe text (UAX 15, 13): normalising takes time that grows
with the square of their number, and no language has more than a few on a letter."""
SIGNS = re.compile(rf"[^\w\s]{{{MAX_MARKS + 1},}}")
"""What may be so many marks."""


def content_hash(text: str) -> str:
    """Return the SHA-256 (64 hex digits) of a text's letters and digits, NFKC-normalised and case folded.

    White space, punctuation, symbols and combining marks that NFKC leaves by themselves do not count: the same
    article with other quotation marks, dashes, line breaks or capitals has the same hash.
    """
    folded = unicodedata.normalize("NFKC", SIGNS.sub(_with_few_marks, text)).casefold()
    return hashlib.sha256(NOT_COUNTED.sub("", folded).encode("utf-8", "surrogatepass")).hexdigest()


def _with_few_marks(signs: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for sign in signs[0]:
        first = unicodedata.normalize("NFKD", sign)[0]  # some signs of Tibetan are marks only once they are taken apart
        marks = marks + 1 if unicodedata.combining(first) else 0
        if marks <= MAX_MARKS:
            kept.append(sign)
    return "".join(kept)
