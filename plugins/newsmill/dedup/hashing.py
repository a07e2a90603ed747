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
_ASCII = bytes(range(128))
_ASCII_NOT_COUNTED = bytes(code for code in _ASCII if not chr(code).isalnum())
FEW = 16
"""Different signs that are taken out one by one; each takes a pass, and most articles have a few sorts of quotes."""


def content_hash(text: str) -> str:
    """Return the SHA-256 (64 hex digits) of a text's letters and digits, NFKC-normalised and case folded.

    White space, punctuation, symbols and combining marks that NFKC leaves by themselves do not count: the same
    article with other quotation marks, dashes, line breaks or capitals has the same hash.
    """
    if any(map(_is_mark, _signs_of(text.encode("utf-8", "surrogatepass")))):
        text = SIGNS.sub(_with_few_marks, text)
    folded = unicodedata.normalize("NFKC", text).casefold().encode("utf-8", "surrogatepass")
    return hashlib.sha256(_counted(folded.translate(None, _ASCII_NOT_COUNTED))).hexdigest()


def _counted(folded: bytes) -> bytes:
    """Return letters and digits alone, of a text without signs of ASCII."""
    signs = _signs_of(folded)
    if len(signs) > FEW:
        return NOT_COUNTED.sub("", folded.decode("utf-8", "surrogatepass")).encode("utf-8", "surrogatepass")
    for sign in signs:
        folded = folded.replace(sign.encode("utf-8", "surrogatepass"), b"")
    return folded


def _signs_of(text: bytes) -> list[str]:
    """Return the different characters beyond ASCII that are neither letter nor digit."""
    beyond = set(text.translate(None, _ASCII).decode("utf-8", "surrogatepass"))
    return [char for char in beyond if not char.isalnum()]


def _is_mark(sign: str) -> bool:
    """Whether a sign is a combining mark; some of Tibetan are only once they are taken apart."""
    return unicodedata.combining(unicodedata.normalize("NFKD", sign)[0]) > 0


def _with_few_marks(signs: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for sign in signs[0]:
        marks = marks + 1 if _is_mark(sign) else 0
        if marks <= MAX_MARKS:
            kept.append(sign)
    return "".join(kept)
