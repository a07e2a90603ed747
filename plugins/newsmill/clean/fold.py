"""Bring text to the one form in which phrases and patterns are compared.

Owns folding and words. Keep out: what the words mean.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import islice

_SAME = {
    **dict.fromkeys("‘’‚‛´`ʼ′＇", "'"),
    **dict.fromkeys("“”„‟«»″＂「」『』", '"'),
    **dict.fromkeys("‐‑‒–—―−－", "-"),
    **dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff", ""),
    "…": "...",
    **dict(zip("：（）［］｜＝／＞", ":()[]|=/>", strict=True)),
    **dict.fromkeys("İı", "i"),  # Turkish has both cases of both letters; `casefold` mixes them up
}
_TYPOGRAPHY = re.compile(f"[{''.join(map(re.escape, _SAME))}]")
_MARKS = "".join(
    chr(code)
    for start, end in ((0x300, 0x1D00), (0x20D0, 0x2100), (0x302A, 0x309B), (0xA800, 0xABFF))
    for code in range(start, end)
    if unicodedata.category(chr(code)) in {"Mn", "Mc"}
)
"""Vowel signs and accents: Python's `\\w` knows none of them, and the words of many scripts are full of them."""
_IDEOGRAPHIC = "\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Kana and ideographs: each counts as a word, as in the corpus's `word_count`."""
_SOUTHEAST = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
"""Thai, Lao, Burmese, Khmer: words without spaces between them."""
_LETTER = rf"(?:[^\W_{_IDEOGRAPHIC}{_SOUTHEAST}]|[{_MARKS}])"
_WORD = re.compile(rf"[^\W_{_IDEOGRAPHIC}{_SOUTHEAST}]{_LETTER}*(?:'{_LETTER}+)*|[^\W_][{_MARKS}]*")
"""Where no space stands between words every letter is one, with its marks: a phrase is found within a sentence."""
_LATIN = bytes(code if _WORD.fullmatch(chr(code)) or chr(code) == "'" else ord(" ") for code in range(256))
"""The characters of words, of western Europe's; all else is space. Most text is of these, and then words are found in
a quarter of the time that `_WORD` takes."""
_NFC_MAX_CHARS = 2_000
"""Longer text is not composed: composing is quadratic in runs of combining marks, and no rule asks for it."""
_LONGEST_WORD = 50
"""Characters; what is longer counts as several words, so that a limit of words is a limit of characters too."""
_IDEOGRAPHS = re.compile(f"[{_IDEOGRAPHIC}]")
_UNSPACED = re.compile(f"[{_SOUTHEAST}]")
_NO_SPACE = re.compile(f"(?<=[{_IDEOGRAPHIC}{_MARKS}{_SOUTHEAST}]) (?=[{_IDEOGRAPHIC}{_SOUTHEAST}])")
_DIGIT = re.compile("[0-9]")
_UNSPACED_LETTERS = 5
"""Letters and signs to a word of those scripts; Thai dictionaries and running text have four to five."""


def fold(text: str) -> str:
    """Return text without case, typography or runs of white space; lone surrogates become `?`."""
    if text.isascii():
        return " ".join(text.replace("`", "'").lower().split())
    text = _TYPOGRAPHY.sub(_plain_sign, text)  # a third of the time that `str.translate` takes
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode("utf-8")
        if len(text) <= _NFC_MAX_CHARS:
            text = unicodedata.normalize("NFC", text)
    return " ".join(text.casefold().split())


def _plain_sign(found: re.Match[str]) -> str:
    return _SAME[found[0]]


def words_of(folded: str) -> tuple[str, ...]:
    """Return the words of folded text: runs of letters and digits, apostrophes within them included.

    A kana, an ideograph and a letter of Thai, Lao, Burmese or Khmer is a word of its own.
    """
    try:
        spaced = folded.encode("latin-1").translate(_LATIN).decode("latin-1")
    except UnicodeEncodeError:
        return tuple(_WORD.findall(folded))
    if "'" in spaced:
        spaced = f" {spaced} "
        while "''" in spaced or " '" in spaced or "' " in spaced:  # a few times at most, whatever the text is
            spaced = spaced.replace("''", " '").replace(" '", "  ").replace("' ", "  ")
    return tuple(spaced.split())


def joined(words: tuple[str, ...]) -> str:
    """Return words as they are written: with spaces, where the script has them."""
    return _NO_SPACE.sub("", " ".join(words))


def count_words(words: tuple[str, ...]) -> int:
    """Count words as a reader would, also where no space stands between them; no word counts for a page."""
    if "".join(words).isascii() and max(map(len, words), default=0) < _LONGEST_WORD:
        return len(words)
    unspaced = 0
    count = 0
    for word in words:
        if word.isascii() or not has_no_spaces(word):
            count += 1 if len(word) < _LONGEST_WORD else len(word) // _LONGEST_WORD
        else:
            unspaced += len(word)
    return count + (max(1, unspaced // _UNSPACED_LETTERS) if unspaced else 0)


def has_no_spaces(text: str) -> bool:
    """Whether a text's first letter is Thai, Lao, Burmese or Khmer."""
    return bool(_UNSPACED.match(text))


def has_digit(folded: str) -> bool:
    """Whether a digit of any script is in a text."""
    return bool(_DIGIT.search(folded)) or (not folded.isascii() and any(map(str.isdigit, folded)))


def is_ideographic(text: str) -> bool:
    """Whether a text's first letter is kana or an ideograph."""
    return bool(_IDEOGRAPHS.match(text))


def after_word(folded: str, number: int) -> str:
    """Return what of a folded text stands behind its word of that number (from 0)."""
    return folded[next(islice(_WORD.finditer(folded), number, None)).end() :]
