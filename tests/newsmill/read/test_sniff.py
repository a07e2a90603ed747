"""What a file is: both sides of each mark."""

from __future__ import annotations

import random
import time

import pytest

from newsmill.model import RawFormat
from newsmill.read.sniff import format_of, is_json_lines, noise

FRONT = "---\ntitle: A day\n---\nText.\n"
PARAGRAPH = " ".join(["word"] * 100)


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("<!DOCTYPE html><html><body>x</body></html>", "a.txt", RawFormat.HTML),
        ("\n <!-- saved --> <html lang=en>", "a.txt", RawFormat.HTML),
        ('<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "x">', "a.txt", RawFormat.HTML),
        ("<head><title>x</title>", "a.md", RawFormat.HTML),
        ("<body>words</body>", "a.txt", RawFormat.HTML),
        ("The <html> tag opens a page.", "a.txt", RawFormat.TEXT),
        ("<htmlish> words", "a.txt", RawFormat.TEXT),
        ("<p>One.</p>\n<p>Two.</p>", "a.txt", RawFormat.HTML),
        ("<p> is a tag", "a.txt", RawFormat.TEXT),
        (f"Title\n{f'<p>{PARAGRAPH}</p>' * 3}", "a.txt", RawFormat.HTML),
        (f"Title\n{f'<p>{PARAGRAPH}</p>' * 2}", "a.txt", RawFormat.TEXT),
        (f"Title\n{f'<p>{PARAGRAPH * 3}</p>' * 3}", "a.txt", RawFormat.TEXT),
        ("Only words, 3 < 4 and 5 > 4.", "a.html", RawFormat.TEXT),
        ("Only <b>words</b>.", "a.html", RawFormat.HTML),
        ("Only <b>words</b>.", "a.HTM", RawFormat.HTML),
        ("Only <b>words</b>.", "a.txt", RawFormat.TEXT),
        ("Only words.", "a.md", RawFormat.MARKDOWN),
        ("Only words.", "a.Markdown", RawFormat.MARKDOWN),
        ("<div>One</div>\n<div>Two</div>", "a.md", RawFormat.MARKDOWN),
        ("# Title\n\nWords.", "a.txt", RawFormat.TEXT),
        (FRONT, "a.txt", RawFormat.MARKDOWN),
        (FRONT, "a.html", RawFormat.MARKDOWN),
        (FRONT + "<p>One.</p><p>Two.</p>", "a.txt", RawFormat.MARKDOWN),
        ("---\n# facts\n\ntitle: A day\n...\nText.", "a.txt", RawFormat.MARKDOWN),
        ('---\n"title": A day\ntags:\n- a\n---', "a.txt", RawFormat.MARKDOWN),
        ("---\ntitle: [unclosed\n---\nText.", "a.txt", RawFormat.MARKDOWN),
        ("---\ntitle: A day\nText without an end.\n", "a.txt", RawFormat.TEXT),
        ("---\nA line of prose.\n---\nText.", "a.txt", RawFormat.TEXT),
        ("---\nhttp://example.org/\n---\nText.", "a.txt", RawFormat.TEXT),
        ("Text.\n---\ntitle: A day\n---\n", "a.txt", RawFormat.TEXT),
        ("\ufeff\n---\ntitle: A day\n---\nText.", "a.txt", RawFormat.MARKDOWN),
        ('+++\ntitle = "A day"\n+++\nText.', "a.txt", RawFormat.MARKDOWN),
        ('+++\n# facts\n\n[params]\ntitle = "A day"\n+++\n', "a.html", RawFormat.MARKDOWN),
        ("+++\ntitle = [unclosed\n+++\nText.", "a.txt", RawFormat.MARKDOWN),
        ('+++\ntitle = "A day"\nText without an end.\n', "a.txt", RawFormat.TEXT),
        ('+++\ntitle = "A day"\n---\nText.', "a.txt", RawFormat.TEXT),
        ("+++\nBreaking news\n+++\nText.", "a.txt", RawFormat.TEXT),
        ("----\ntitle: A day\n----\n", "a.txt", RawFormat.TEXT),
    ],
)
def test_format_is_told_by_content_then_by_ending(text, path, expected):
    assert format_of(text, path) is expected


@pytest.mark.parametrize(
    ("head", "whole", "named", "expected"),
    [
        (b'{"html": "<p>"}\n', True, False, True),
        (b'\xef\xbb\xbf\n\n {"text": "a"}', True, False, True),
        (b'{"markdown": null}', True, False, True),
        (b'{"title": "a"}\n', True, False, False),
        (b'["text"]\n', True, False, False),
        (b'"text"\n', True, False, False),
        (b'{"text": "a"', True, False, False),
        (b'{"title": "a"\n{"text": "b"}\n', True, False, True),
        (b'Once {"text": "a"}\n', True, False, False),
        (b'{"id": "1", "text": "aaaa', False, False, True),
        (b'{"id": "1", "texts": "aaaa', False, False, False),
        (b'{"title": "a"}\n', True, True, True),
        (b'{"text": "a"', True, True, True),
        (b"\x00\x01\x02 noise\n", True, True, True),
        (b"{" * 60_000, False, True, True),
        (b"%PDF-1.7\n", True, True, False),
        (b"<!doctype html>\n", True, True, False),
        (b"---\r\ntitle: a\r\n---\r\n", True, True, False),
        (b"+++\r\ntitle = 'a'\r\n+++\r\n", True, True, False),
        (b" \n\n", True, True, False),
        (b" \n\n", False, True, True),
        (b"", True, False, False),
    ],
)
def test_json_lines_are_told_by_content_then_by_ending(head, whole, named, expected):
    assert is_json_lines(head, whole=whole, named=named) is expected


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.4 text",
        b"\x89PNG\r\n\x1a\n",
        b"PK\x03\x04 and so on",
        b"\x1f\x8b\x08\x00",
        random.Random(0).randbytes(5000),
        bytes(100),
        b"words " * 15 + bytes(6),  # 6 of 96 bytes: 6 %
    ],
)
def test_noise_is_known(data):
    assert noise(data)


@pytest.mark.parametrize(
    "data",
    [
        b"words",
        b"words " * 15 + bytes(4),  # 4 of 94 bytes: 4 %
        "Слова".encode("cp1251"),
        "俄罗斯".encode("gb18030"),
        "ロシア".encode("iso2022_jp"),
        "words and words".encode("utf-16"),
        "words and words".encode("utf-16-le"),
        "words and words".encode("utf-16-be"),
        "words and words".encode("utf-32"),
        b"tabs\tand\x0cpages\r\n",
    ],
)
def test_text_is_no_noise(data):
    assert noise(data) is None


@pytest.mark.parametrize(
    "pattern",
    ["---\n", "---\na: b\n", "+++\n", "+++\na = 1\n", "#\n", "<!--", "<p", "<br ", "<", "\n", " ", "</a", "<?xml "],
)
def test_hostile_text_costs_no_time(pattern):
    text = pattern * (2_000_000 // len(pattern))
    begin = time.process_time()
    for path in ("a.txt", "a.html", "a.md"):
        format_of(text, path)
        format_of(f"---\na: b\n{text}", path)
    assert time.process_time() - begin < 20  # well below 1 s; a quadratic pattern takes minutes
