"""The key of a block: equal for blocks that differ only in numbers, case, spaces and punctuation.

Owns folding for keys, hashing, and counting a block's words. `learn` notes keys and `clean` looks them up, so both use
this module. Keep out: what a repeated key means.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

from newsmill.model import count_words

MAX_COMPOSED = 2_000
"""Characters; longer text is not normalised: composing is quadratic in runs of combining marks."""

STEM_LETTERS = 5
MIN_STEM = 4
"""Words of a title that tell its subject have four letters at least; most forms of a word agree in five."""

_NUMBERS = re.compile(r"0(?:[ 0]*0)?")


class _Plain(dict[int, str | None]):
    """Letters and marks as they are, digits as `0`, format characters nowhere, all else as a space."""

    def __missing__(self, code: int) -> str | None:
        char = chr(code)
        kind = unicodedata.category(char)
        plain = char if kind[0] in "LM" else "0" if kind[0] == "N" else None if kind == "Cf" else " "
        self[code] = plain
        return plain


_PLAIN = _Plain()


def plain(text: str) -> str:
    """Return a text's words in lower case, numbers as `0`: `12,345 readers gave €7.` is `0 readers gave 0`."""
    if not text.isascii() and len(text) <= MAX_COMPOSED:
        text = unicodedata.normalize("NFKC", text)
    return _NUMBERS.sub("0", " ".join(text.casefold().translate(_PLAIN).split()))


def block_key(text: str) -> int:
    """Return 64 bits, signed, that stand for a block; 0 for one without a letter.

    The hash is BLAKE2b: the same in every process and on every machine, unlike Python's own.
    """
    return _hashed(plain(text), 8)


def key_and_words(text: str) -> tuple[int, int]:
    """Return a block's key and the number of its words."""
    folded = plain(text)
    return _hashed(folded, 8), count_words(folded)


def stem_keys(title: str) -> tuple[int, ...]:
    """Return 32 bits for each different longer word of a title, sorted; by its first letters, so that forms agree."""
    words = (word[:STEM_LETTERS] for word in plain(title).split() if len(word) >= MIN_STEM)
    return tuple(sorted({_hashed(word, 4) for word in words} - {0}))


def _hashed(folded: str, size: int) -> int:
    if not folded.strip("0 "):
        return 0
    digest = hashlib.blake2b(folded.encode("utf-8", "surrogatepass"), digest_size=size).digest()
    return int.from_bytes(digest, "big", signed=True)
