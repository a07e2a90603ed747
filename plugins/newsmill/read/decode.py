"""Bytes to text: find the encoding, decode, make line ends and stray characters plain.

Owns encodings. The order: a byte order mark, the page's own declaration, UTF-8, detection. Keep out: markup beyond
the few tags that declare an encoding, and whether the bytes are text at all (sniff).
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass

from newsmill.read.charsets import CODECS, MULTIBYTE
from newsmill.read.detect import beyond_ascii, detect

DECLARATION_BYTES = 32 * 1024
"""How far a declaration is searched. The standard says 1024; pages put styles and scripts before it."""

SAMPLE_CHARS = 64 * 1024
"""Characters by which detected text is judged."""

UTF8_PROOF = 10
"""Multi-byte sequences after which valid UTF-8 cannot be another encoding by chance. A GBK character has the form of
a UTF-8 sequence in one case of six; ten in a row, with nothing between that is not, in one of 60 million."""

MOSTLY_UTF8 = 3
"""Good sequences for each broken one from which bytes are damaged UTF-8, not another encoding: text in a legacy
encoding has the form of UTF-8 by chance only (in cp1252 no letter pair of a language has it)."""

DAMAGE_LIMIT = 0.01
"""Share of broken characters, among those beyond ASCII, up to which a declared encoding is still believed."""

ODD_LIMIT = 0.05
"""Share of characters that no text has (controls, private, unassigned), among those beyond ASCII, up to which a
detected encoding is believed: noise in a single-byte encoding has a quarter or more, text none."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins with UTF-16's mark, so it goes first
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
_DECLARED = re.compile(
    rb"""<\?xml\s[^>]{0,200}?encoding\s*=\s*["']\s*(?P<xml>[\w.:-]+)"""
    rb"""|<meta\s[^>]{0,500}?charset\s*=\s*["']?\s*(?P<meta>[\w.:-]+)""",
    re.IGNORECASE,
)
_SURROGATE = re.compile("[\ud800-\udfff]")


class DecodingError(Exception):
    """Bytes are in no encoding that makes text of them; says what was tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """Text, the Python codec that it was in, and a sentence for a person where something was lost or overruled."""

    text: str
    encoding: str
    note: str | None = None


def decode(data: bytes, *, html: bool) -> Decoded:
    r"""Decode bytes; `html` says that they may declare their encoding in markup.

    The text has LF line ends, no byte order mark and no NUL.

    Raises:
        DecodingError: no encoding gives plausible text.
    """
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return _marked(data[len(mark) :], codec)
    declared = _declared(data) if html else None
    found = (
        _from_declaration(data, declared)
        or _escaped_japanese(data)
        or _utf16_without_mark(data)
        or _strictly(data, "utf-8")
        or _damaged_utf8(data, MOSTLY_UTF8 if declared != "utf-8" else 1)
        or _detected(data)
    )
    if found is None:
        said = f"declared {declared}" if declared else "no declared encoding"
        raise DecodingError(f"{said}, not UTF-8, and no other encoding makes text of it: save it as UTF-8")
    return found


def plain(text: str) -> str:
    """Return text with LF line ends, without byte order mark and NUL, lone surrogates as U+FFFD."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        text = text.replace("\0", "")
    text = text.removeprefix("\ufeff")
    try:
        text.encode()
    except UnicodeEncodeError:
        text = _SURROGATE.sub("\ufffd", text)
    return text


def looks_utf16(data: bytes) -> str | None:
    """Tell UTF-16 without a byte order mark by its NULs, which stand in every other byte; None for anything else."""
    sample = data[: 64 * 1024]
    pairs = len(sample) // 2
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    few, many = sorted((even, odd))
    if many < 3 or many < pairs * 0.1 or few > many * 0.02:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _marked(data: bytes, codec: str) -> Decoded:
    found = _strictly(data, codec)
    if found:
        return found
    text = data.decode(codec, "replace")
    if codec != "utf-8" and text.count("\ufffd") > len(text) * DAMAGE_LIMIT:
        raise DecodingError(f"it begins with the byte order mark of {codec}, but is not: save it as UTF-8")
    return _repaired(text, codec)


def _declared(data: bytes) -> str | None:
    head = _COMMENT.sub(b"", data[:DECLARATION_BYTES])
    for found in _DECLARED.finditer(head):
        label = (found["xml"] or found["meta"]).decode("ascii", "replace").lower()
        if label in CODECS:
            return CODECS[label]
    return None


def _from_declaration(data: bytes, codec: str | None) -> Decoded | None:
    if codec is None or codec == "utf-8":
        return None
    utf8 = _strictly(data, "utf-8")
    if utf8 and beyond_ascii(utf8.text) >= (UTF8_PROOF if codec in MULTIBYTE else 1):
        # A page that was fetched and saved as UTF-8 keeps the declaration of its server.
        return Decoded(text=utf8.text, encoding="utf-8", note=f"it declares {codec} but is UTF-8")
    found = _strictly(data, codec)
    if found:
        return found
    text = data.decode(codec, "replace")
    if text.count("\ufffd") <= beyond_ascii(text) * DAMAGE_LIMIT:
        return _repaired(text, codec)
    return None


def _escaped_japanese(data: bytes) -> Decoded | None:
    """ISO-2022-JP is all ASCII bytes, so it must be asked before UTF-8."""
    return _strictly(data, "iso2022_jp") if b"\x1b$B" in data or b"\x1b$@" in data else None


def _utf16_without_mark(data: bytes) -> Decoded | None:
    codec = looks_utf16(data)
    return _strictly(data, codec) if codec else None


def _damaged_utf8(data: bytes, good_for_bad: int) -> Decoded | None:
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd") - data.count("\ufffd".encode())
    if beyond_ascii(text) - broken < broken * good_for_bad:
        return None
    return _repaired(text, "utf-8")


def _detected(data: bytes) -> Decoded | None:
    codec = detect(data)
    found = _strictly(data, codec) if codec else None
    return found if found and _plausible(found.text) else None


def _strictly(data: bytes, codec: str) -> Decoded | None:
    try:
        return Decoded(text=plain(data.decode(codec)), encoding=codec)
    except UnicodeDecodeError:
        return None


def _repaired(text: str, codec: str) -> Decoded:
    note = f"{text.count(chr(0xFFFD))} places are not {codec} and became U+FFFD"
    return Decoded(text=plain(text), encoding=codec, note=note)


def _plausible(text: str) -> bool:
    beyond = [char for char in text[:SAMPLE_CHARS] if not " " <= char <= "~" and char not in "\t\n\f"]
    odd = sum(unicodedata.category(char) in ("Cc", "Cn", "Co", "Cs") for char in beyond)
    return odd <= len(beyond) * ODD_LIMIT
