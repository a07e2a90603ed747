"""The key of a block: equal for blocks that differ only in numbers, case, spaces and punctuation.

Owns folding for keys, hashing, and counting a block's words. `learn` notes keys and `clean` looks them up, so both use
this module. Keep out: what a repeated key means.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from newsmill.model import count_words

MAX_COMPOSED = 2_000
"""Characters; longer text is not normalised: composing is quadratic in runs of combining marks."""

SHORT, SHORT_KEPT = 80, 8192
"""Characters of blocks whose keys are kept, and how many are: an outlet prints its menus with every article."""
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
_MARKS = "’‘“”–—…€•"
"""Signs that keep most Western text from being Latin-1; a space to a key, as every sign is."""
_FOLDED = [chr(code).casefold() for code in range(256)]
_LATIN = bytearray(ord(_PLAIN[ord(char)] or " ") if len(char) == 1 and char <= "\xff" else 32 for char in _FOLDED)
"""What each character of Latin-1 is to a key: bytes take a tenth of the time to translate that text takes."""
_LATIN[ord("\n")] = ord("\n")  # a space to a key, too, and what divides blocks that are folded together
_UNLIKE = bytes(
    code
    for code, char in enumerate(_FOLDED)
    if len(char) > 1 or char > "\xff" or _PLAIN[code] is None or unicodedata.normalize("NFKC", char) != char
)
"""Characters of Latin-1 that are none, or others, to a key: `ª`, `½`, `µ`, soft hyphens."""
_UNPLAIN = re.compile(
    "[^ a-zß-öø-ÿ\u0100-\u017f\u03b1-\u03ce\u0430-\u045f\u05d0-\u05ea\u0620-\u064a\u3041-\u3096\u30a1-\u30fa"
    "\u4e00-\u9fff\uac00-\ud7a3]+"
)
"""All but spaces and the small letters of common scripts, which `_PLAIN` need not be asked about, one by one."""


def plain(text: str) -> str:
    """Return a text's words in lower case, numbers as `0`: `12,345 readers gave €7.` is `0 readers gave 0`."""
    return _spaced(_of_any_block(text))


def _spaced(folded: str) -> str:
    words = " ".join(folded.split())
    return _NUMBERS.sub("0", words) if "0" in words else words


def _latin(text: str) -> str | None:
    """Return the folded letters, digits and spaces of a text of Latin-1; None for any other."""
    if not text.isascii():
        for mark in _MARKS:
            text = text.replace(mark, " ")
        text = text.replace("ß", "ss")
    try:
        data = text.encode("latin-1")
    except UnicodeEncodeError:
        return None
    return None if len(data.translate(None, _UNLIKE)) < len(data) else data.translate(_LATIN).decode("latin-1")


def _of_any_script(text: str) -> str:
    if len(text) <= MAX_COMPOSED:
        text = unicodedata.normalize("NFKC", text)
    return _UNPLAIN.sub(lambda run: run[0].translate(_PLAIN), text.casefold())


def block_key(text: str) -> int:
    """Return 64 bits, signed, that stand for a block; 0 for one without a letter.

    The hash is BLAKE2b: the same in every process and on every machine, unlike Python's own.
    """
    return _hashed(plain(text), 8)


def keys_and_words(texts: Sequence[str]) -> list[tuple[int, int]]:
    """Return each block's key and the number of its words. To fold blocks together takes half the time."""
    together = "\n".join(texts)
    folded = _latin(together) if together.count("\n") == len(texts) - 1 else None
    parts = map(_of_any_block, texts) if folded is None else folded.split("\n")
    return [_short_keyed(part) if len(part) <= SHORT else _keyed(part) for part in parts]


def _of_any_block(text: str) -> str:
    return _latin(text) or _of_any_script(text)


def _keyed(folded: str) -> tuple[int, int]:
    words = _spaced(folded)
    return _hashed(words, 8), words.count(" ") + 1 if words.isascii() and words else count_words(words)


_short_keyed = lru_cache(maxsize=SHORT_KEPT)(_keyed)


def stem_keys(title: str) -> tuple[int, ...]:
    """Return 32 bits for each different longer word of a title, sorted; by its first letters, so that forms agree."""
    words = (word[:STEM_LETTERS] for word in plain(title).split() if len(word) >= MIN_STEM)
    return tuple(sorted({_hashed(word, 4) for word in words} - {0}))


def _hashed(folded: str, size: int) -> int:
    if not folded.strip("0 "):
        return 0
    digest = hashlib.blake2b(folded.encode("utf-8", "surrogatepass"), digest_size=size).digest()
    return int.from_bytes(digest, "big", signed=True)
