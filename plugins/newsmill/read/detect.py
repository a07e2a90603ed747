"""Guess the legacy encoding of bytes that say nothing of it and are not UTF-8.

Owns the sample and the choice. charset-normalizer tells the scripts apart; which of the Latin encodings it is, it
guesses badly (French in cp1252 comes out as cp1250), so there the letters decide: a text is in one language, and
in the wrong encoding it shows letters that no language has together.
"""

from __future__ import annotations

import re

from charset_normalizer import from_bytes

from newsmill.read.charsets import ALPHABETS, DETECTABLE, LATIN, TYPOGRAPHY

SAMPLE_BYTES = 32 * 1024
"""What the detector sees at most; more makes it slower, not surer."""

LATIN_SHARE = 0.75
"""Share of letters of one language, among the characters beyond ASCII, from which text is taken for Latin script
where the detector has no answer."""

MESS = (0.2, 0.4)
"""How messy a text may look to the detector: its own default, then, where nothing passes that, more. A front page
in Japanese is all short lines, and one such part of the sample is enough for the default to refuse it."""

WORDS = 32
"""A long line is sampled in groups of so many words: enough context for the detector."""

_MARKUP = re.compile(rb"<(?:script|style)\b.*?(?:</(?:script|style)\s*>|\Z)|<[^<>]*>", re.DOTALL | re.IGNORECASE)
_GROUP = re.compile(rb"(?:[^\n ]+ *){1,%d}" % WORDS)


def detect(data: bytes) -> str | None:
    """Return the Python codec that the bytes are most likely in, or None.

    The same bytes give the same answer; only words near bytes beyond ASCII count, without markup.
    """
    sample = sample_of(_MARKUP.sub(b"\n", data)) or sample_of(data)
    fits = {codec: _fit(sample, codec) for codec in LATIN}
    latin = max(LATIN, key=lambda codec: fits[codec])  # the first of equals
    if fits[latin] == 1 and len(sample.decode("ascii", "ignore")) > len(sample) / 2:
        return latin
    found = _ask(sample)
    if found is None:
        return latin if fits[latin] >= LATIN_SHARE else None
    return latin if found in LATIN else found


def sample_of(data: bytes) -> bytes:
    """Return groups of words that hold bytes beyond ASCII, `SAMPLE_BYTES` at most."""
    held: list[bytes] = []
    room = SAMPLE_BYTES
    for group in _GROUP.finditer(data):
        if room <= 0:
            break
        if not group[0].isascii():
            held.append(group[0][:room])
            room -= len(group[0]) + 1
    return b"\n".join(held)


def beyond_ascii(text: str) -> int:
    """Return how many characters are not ASCII."""
    return len(text) - len(text.encode("ascii", "ignore"))


def _ask(sample: bytes) -> str | None:
    for mess in MESS:
        for cut in range(4):  # a sample without spaces may end inside a character
            part = sample[: len(sample) - cut]
            best = from_bytes(part, cp_isolation=list(DETECTABLE), threshold=mess).best()
            if best is not None:
                return str(best.encoding)
    return None


def _fit(sample: bytes, codec: str) -> float:
    """Return the share of letters that one language has, among the characters beyond ASCII."""
    beyond = [char for char in sample.decode(codec, "replace") if char >= "\x80" and char not in TYPOGRAPHY]
    if not beyond:
        return 1.0
    return max(sum(char in letters for char in beyond) for letters in ALPHABETS) / len(beyond)
