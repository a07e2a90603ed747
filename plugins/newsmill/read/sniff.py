"""What a file is, told by its content: noise, JSON Lines, HTML, Markdown or text.

Owns the marks by which formats are known. A file's ending decides only where the content leaves it open. Keep out:
reading files, decoding, and what a format means.
"""

from __future__ import annotations

import codecs
import json
import re

from newsmill.frontmatter import has_front_matter
from newsmill.model import RawFormat
from newsmill.read.decode import looks_utf16

CONTENT_FIELDS = ("html", "markdown", "text")
"""The fields of a JSON object that can hold an article; the first that is there and not empty is taken."""

PROBE_BYTES = 64 * 1024
"""What is seen of a file to tell what it is."""

PROBE_LINES = 20
"""Lines of the probe that are parsed at most in search of a JSON object with an article."""

CONTROL_LIMIT = 0.05
"""Share of control bytes from which a file is noise. Random bytes and compressed data have 28 of 256 (11 %),
programs and databases far more; text has none, a damaged page a few."""

TAGS_PER_WORD = 1 / 100
"""Block tags from which text that does not begin with a tag is HTML: a paragraph of 200 words has two."""

MIN_TAGS = 6
"""Fewer block tags than that in running text are examples that someone wrote about."""

_TEXT_CONTROLS = b"\t\n\x0b\x0c\r\x1b"  # ESC begins a shift in ISO-2022-JP
_CONTROLS = bytes(code for code in (*range(32), 127) if code not in _TEXT_CONTROLS)
_UNICODE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_MAGIC = (
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG\r\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x7fELF", "a program"),
    (b"BZh", "bzip2 data; unpack it or use gzip or zstd"),
    (b"\xfd7zXZ\x00", "xz data; unpack it or use gzip or zstd"),
    (b"\x1f\x8b", "gzip data within compressed data; compress it once"),
    (b"\x28\xb5\x2f\xfd", "zstd data within compressed data; compress it once"),
)
_BLOCK = (
    r"(?:p|div|h[1-6]|ul|ol|li|dl|table|tr|td|th|article|section|main|header|footer|nav|aside|blockquote|figure|br|hr)"
)
_PAGE_START = re.compile(
    r"\s*(?:<\?xml\b[^>]{0,300}>\s*)?(?:<!--(?:[^-]|-(?!->)){0,5000}-->\s*)*"
    r"<(?:!doctype\s+html|(?:html|head|body|meta|title|link|script|style)\b(?=[\s>/]))",
    re.IGNORECASE,
)
_TAG_START = re.compile(rf"\s*(?:<!--(?:[^-]|-(?!->)){{0,5000}}-->\s*)*<{_BLOCK}\b[^<>]*>", re.IGNORECASE)
_BLOCK_TAG = re.compile(rf"</?{_BLOCK}\b[^<>]{{0,2000}}>", re.IGNORECASE)
_ANY_TAG = re.compile(r"</[a-z][a-z0-9]*\s*>|<(?:br|hr|img|p)\b[^<>]{0,2000}>", re.IGNORECASE)


def noise(data: bytes) -> str | None:
    """Say what bytes are that are no text in any encoding; None where they may be text."""
    for magic, name in _MAGIC:
        if data.startswith(magic):
            return name
    sample = data[:PROBE_BYTES]
    if sample.startswith(_UNICODE_MARKS) or looks_utf16(sample):
        return None
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if controls <= len(sample) * CONTROL_LIMIT:
        return None
    begin = sample[:8].hex(" ")
    return f"binary data: {controls:,} of its first {len(sample):,} bytes are control codes; it begins with {begin}"


def is_json_lines(head: bytes, *, whole: bool, named: bool) -> bool:
    """Tell JSON Lines by the first `PROBE_BYTES` of a file.

    Args:
        head: the file's first bytes.
        whole: these are all of its bytes.
        named: its name ends like JSON Lines. Then it is taken for that, bad lines or not, unless it plainly is
            something else: a page, front matter, or a binary file of a known kind.
    """
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if not start:
        return named and not whole
    if start.startswith(b"{") and _holds_article(start, whole):
        return True
    if not named:
        return False
    text = start.decode("latin-1")
    known = any(start.startswith(magic) for magic, _ in _MAGIC)
    return not (known or _PAGE_START.match(text) or has_front_matter(text))


def format_of(text: str, path: str = "") -> RawFormat:
    """Tell HTML, Markdown and text apart; `path` is empty where no name tells anything.

    Front matter makes Markdown under any ending, a page's first tags make HTML under any. After that `.md` and
    `.markdown` stay Markdown (it may hold HTML), `.html` and `.htm` need one tag to be HTML, anything else needs
    block tags at its start or all over.
    """
    if has_front_matter(text):
        return RawFormat.MARKDOWN
    if _PAGE_START.match(text):
        return RawFormat.HTML
    ending = path.lower().rpartition(".")[2]
    if ending in ("md", "markdown"):
        return RawFormat.MARKDOWN
    if ending in ("html", "htm"):
        return RawFormat.HTML if _ANY_TAG.search(text) else RawFormat.TEXT
    return RawFormat.HTML if _is_fragment(text[:PROBE_BYTES]) else RawFormat.TEXT


def _is_fragment(text: str) -> bool:
    if "<" not in text:
        return False
    tags = len(_BLOCK_TAG.findall(text))
    if _TAG_START.match(text):
        return tags > 1
    return tags >= max(MIN_TAGS, len(text.split()) * TAGS_PER_WORD)


def _holds_article(start: bytes, whole: bool) -> bool:
    lines = start.split(b"\n")
    complete = lines if whole else lines[:-1]
    if not complete:  # its first line is longer than the probe
        return any(re.search(rb'"%s"\s*:\s*"' % name.encode(), start) for name in CONTENT_FIELDS)
    return any(_is_article(line) for line in complete[:PROBE_LINES])


def _is_article(line: bytes) -> bool:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and any(name in found for name in CONTENT_FIELDS)
