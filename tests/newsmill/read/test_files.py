"""Plain files: what they are, what is wrong with them, and what their sidecar gives."""

from __future__ import annotations

import gzip
import hashlib
import os
import random
import tracemalloc

import pytest
import zstandard

from newsmill.model import Given, RawFormat, Reason, Slice
from newsmill.read.records import read_slice


def test_a_file_is_one_record(landing):
    record = landing.record("outlet/2024/a.txt", "\ufeffOne and more.\r\nTwo and more.\0\n")
    sha256 = hashlib.sha256("\ufeffOne and more.\r\nTwo and more.\0\n".encode()).hexdigest()
    assert (record.raw_path, record.folder, record.raw_format) == ("outlet/2024/a.txt", "outlet", RawFormat.TEXT)
    assert record.content == "One and more.\nTwo and more.\n"
    assert record.raw_sha256 == record.fingerprint == sha256
    assert record.given == Given()


def test_a_file_at_the_top_has_no_folder(landing):
    assert landing.record("a.txt", "One.").folder is None


@pytest.mark.parametrize(
    ("name", "content", "raw_format"),
    [
        ("a.html", "<html><body><p>One.</p></body></html>", RawFormat.HTML),
        ("a.html", "One.", RawFormat.TEXT),
        ("a.txt", "<!doctype html><p>One.", RawFormat.HTML),
        ("a.txt", "---\ntitle: T\n---\nOne.", RawFormat.MARKDOWN),
        ("a.md", "One.", RawFormat.MARKDOWN),
        ("a.jsonl", "---\ntitle: T\n---\nOne.", RawFormat.MARKDOWN),
    ],
)
def test_format_is_told_by_content(landing, name, content, raw_format):
    record = landing.record(name, content)
    assert (record.raw_format, record.content) == (raw_format, content)


@pytest.mark.parametrize("name", ["a.html", "a.txt"])
@pytest.mark.parametrize("codec", ["cp1252", "gb18030", "koi8_r", "cp932"])
def test_a_page_is_decoded_as_it_declares(landing, name, codec):
    word = {"cp1252": "Café “x”", "gb18030": "镕基", "koi8_r": "дом", "cp932": "①ロシア"}[codec]
    label = {"cp1252": "iso-8859-1", "gb18030": "gb2312", "koi8_r": "koi8-r", "cp932": "shift_jis"}[codec]
    page = f"<html><meta charset={label}><p>{word}</p></html>"
    assert landing.record(name, page.encode(codec)).content == page


def test_text_that_mentions_a_declaration_does_not_declare(landing):
    text = "Café: write <meta charset=koi8-r> first."
    assert landing.record("a.txt", text.encode("cp1252")).content == text


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.ZstdCompressor().compress])
def test_a_compressed_file_is_unpacked_and_its_own_bytes_are_hashed(landing, pack):
    data = pack(b"<html><p>One.</p></html>")
    record = landing.record("a.html", data)
    assert record.content == "<html><p>One.</p></html>"
    assert record.raw_sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize(
    ("name", "content", "reason", "said"),
    [
        ("a.html", b"", Reason.EMPTY, "the file is empty"),
        ("a.jsonl", b"", Reason.EMPTY, "the file is empty"),
        ("a.txt", b" \n\t\n", Reason.EMPTY, "only white space"),
        ("a.txt", "\ufeff \n".encode("utf-16"), Reason.EMPTY, "only white space"),
        ("a.txt", bytes([0xEF, 0xBB, 0xBF]), Reason.EMPTY, "only white space"),
        ("a.txt", gzip.compress(b"", mtime=0), Reason.EMPTY, "empty"),
        ("a.html", random.Random(0).randbytes(5000), Reason.BINARY, "control codes; it begins with cd 07 2c d8"),
        ("a.html", b"%PDF-1.7 ...", Reason.BINARY, "not text, whatever its name: a PDF document"),
        ("a.jsonl", b"PK\x03\x04...", Reason.BINARY, "ZIP"),
        ("a.txt", gzip.compress(gzip.compress(b"x", mtime=0), mtime=0), Reason.BINARY, "compress it once"),
        ("a.txt", bytes(random.Random(1).choices(range(128, 256), k=999)), Reason.UNDECODABLE, "save it as UTF-8"),
        ("a.html", gzip.compress(b"<p>" * 999, mtime=0)[:-9], Reason.BAD_COMPRESSION, "cut off"),
        ("a.txt", b"\x1f\x8b not gzip at all", Reason.BAD_COMPRESSION, "fetch the file again"),
    ],
)
def test_what_cannot_be_read_says_why(landing, name, content, reason, said):
    found = landing.failure(f"o/{name}", content)
    assert (found.raw_path, found.folder, found.reason) == (f"o/{name}", "o", reason)
    assert said in found.detail
    assert found.raw_sha256 == found.fingerprint == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(("size", "fits"), [(1000, True), (1001, False)])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_file_is_too_large_beyond_the_limit(landing, size, fits, pack):
    landing.put("a.txt", pack(b"x" * size))
    (found,) = landing.read(max_record_bytes=1000)
    assert (getattr(found, "reason", None) is Reason.TOO_LARGE) is not fits
    if not fits:
        assert "at most 1,000 bytes are read; raise NEWSMILL_MAX_RECORD_BYTES" in found.detail


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.ZstdCompressor().compress])
def test_a_huge_file_is_hashed_but_not_held(landing, pack):
    data = pack(b"words " * 10_000_000)
    landing.put("a.html", data)
    tracemalloc.start()
    try:
        (found,) = landing.read()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (found.reason, found.raw_sha256) == (Reason.TOO_LARGE, hashlib.sha256(data).hexdigest())
    assert peak < 30_000_000


def test_a_file_that_vanishes_between_plan_and_read_is_named(landing):
    file = landing.put("o/a.txt", "One.")
    landing.put("o/b.txt", "Two.")
    lost, kept = landing.read(between=file.unlink)
    assert (lost.raw_path, lost.reason, lost.raw_sha256) == ("o/a.txt", Reason.VANISHED, None)
    assert kept.content == "Two."


@pytest.mark.parametrize(("name", "line"), [("a.txt", 0), ("a.jsonl", 3)])
def test_what_the_system_does_not_let_us_read_is_named(landing, name, line):
    (landing.root / name).mkdir()  # stands for any error but "not found": root may read every file
    part = Slice(path=name, size=1, first_line=line)
    (found,) = read_slice(landing.store, part, max_record_bytes=10)
    assert (found.reason, found.raw_path) == (Reason.NOT_READABLE, f"{name}#3" if line else name)
    assert "cannot be read" in found.detail
    assert "Is a directory" in found.detail


def test_a_sidecar_that_cannot_be_read_is_named(landing):
    (landing.root / "a.txt.meta.yaml").mkdir()
    found = landing.failure("a.txt", "One.")
    assert (found.reason, found.detail) == (Reason.BAD_SIDECAR, "a.txt.meta.yaml: cannot be read: Is a directory")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
@pytest.mark.parametrize("name", ["a.txt", "a.jsonl"])
def test_a_file_without_permission_is_named(landing, name):
    landing.put(name, '{"text": "x"}').chmod(0)
    (found,) = landing.read()
    assert found.reason is Reason.NOT_READABLE


SIDECAR = """
id: 7
url: https://e.org/7
outlet: e
title: " A title "
authors: [A, B]
tags: news
published_at: 2024-01-02
language: no
description:
"""


def test_a_sidecar_gives_fields_and_counts_in_the_fingerprint(landing):
    landing.put("o/a.html.meta.yaml", SIDECAR)
    record = landing.record("o/a.html", "<p>One.</p>")
    assert record.given == Given(
        id="7", url="https://e.org/7", outlet="e", title="A title", authors=("A", "B"), tags=("news",),
        published_at="2024-01-02", language="no",
    )  # fmt: skip
    assert record.raw_sha256 == hashlib.sha256(b"<p>One.</p>").hexdigest()
    assert record.fingerprint == hashlib.sha256((record.raw_sha256 + SIDECAR).encode()).hexdigest()


def test_a_date_in_a_sidecar_may_be_a_number(landing):
    landing.put("a.html.meta.yaml", "published_at: 1709596800000\n")
    assert landing.record("a.html", "<p>One.</p>").given == Given(published_at="1709596800000")


def test_an_empty_sidecar_gives_nothing(landing):
    landing.put("a.html.meta.yaml", "# nothing yet\n")
    assert landing.record("a.html", "<p>One.</p>").given == Given()


@pytest.mark.parametrize(
    ("sidecar", "said"),
    [
        (b"title: [unclosed", "line 1, column 17"),
        (b"!!python/object/apply:os.system [echo]", "could not determine a constructor"),
        (b"a: &a [x]\nb: [*a, *a]", "aliases (*name) are not accepted"),
        (b"- title", "it is ['title'], not fields"),
        (b"words", "it is 'words', not fields"),
        (b"titel: Words", "'titel': 'Words': no such field; there are id, url,"),
        (b"html: <p>", "'html': '<p>': no such field"),
        (b"title: [A]", "title must be a string, not ['A']"),
        (b"authors: {name: A}", "authors must be a string or a list of strings, not {'name': 'A'}"),
        (b"title: caf\xe9", "byte 11 is not UTF-8"),
        (b"title: x\n" * 400_000, "characters of YAML; at most"),
        (b"[" * 5000, "nested too deep"),
    ],
)
def test_a_bad_sidecar_names_file_key_and_value(landing, sidecar, said):
    landing.put("o/a.html.meta.yaml", sidecar)
    found = landing.failure("o/a.html", "<p>One.</p>")
    assert found.reason is Reason.BAD_SIDECAR
    assert found.detail.startswith("o/a.html.meta.yaml: ")
    assert said in found.detail
    assert found.fingerprint != found.raw_sha256 == hashlib.sha256(b"<p>One.</p>").hexdigest()
