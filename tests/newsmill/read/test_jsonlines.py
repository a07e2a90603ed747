"""JSON Lines: what a line must hold, and that a bad one costs itself alone."""

from __future__ import annotations

import gzip
import hashlib
import json
import tracemalloc

import pytest
import zstandard

from newsmill.model import Given, RawFormat, RawRecord, Reason, Slice, Unreadable
from newsmill.read.plan import plan_batches
from newsmill.read.records import read_slice

GOOD = '{"text": "good"}'
PACKINGS = {"jsonl": lambda data: data, "jsonl.gz": gzip.compress, "jsonl.zst": zstandard.ZstdCompressor().compress}


def line(**fields) -> str:
    return json.dumps(fields, ensure_ascii=False)


def between(landing, bad: bytes | str) -> Unreadable:
    """Read a bad line between good ones; they must survive."""
    bad = bad.encode() if isinstance(bad, str) else bad
    landing.put("o/a.jsonl", f"{GOOD}\n".encode() + bad + f"\n{GOOD}\n".encode())
    before, found, after = landing.read()
    assert [before.raw_path, found.raw_path, after.raw_path] == ["o/a.jsonl#1", "o/a.jsonl#2", "o/a.jsonl#3"]
    assert isinstance(before, RawRecord)
    assert isinstance(after, RawRecord)
    assert isinstance(found, Unreadable)
    assert found.raw_sha256 == found.fingerprint == hashlib.sha256(bad).hexdigest()
    assert found.folder == "o"
    return found


def test_every_field_comes_through(landing):
    text = line(
        id="7", url=" https://e.org/7 ", outlet="e", title="T", description="D", authors=["A", " B ", "", None],
        published_at="2024-01-02", modified_at="2024-01-03", fetched_at="2024-01-04", language="en",
        tags="one", html="<p>x</p>", extra={"deep": [1, 2.5, None]},
    )  # fmt: skip
    record = landing.record("o/a.jsonl", text)
    assert record == RawRecord(
        raw_path="o/a.jsonl#1",
        folder="o",
        raw_format=RawFormat.HTML,
        content="<p>x</p>",
        raw_sha256=hashlib.sha256(text.encode()).hexdigest(),
        fingerprint=hashlib.sha256(text.encode()).hexdigest(),
        given=Given(
            id="7", url="https://e.org/7", outlet="e", title="T", description="D", authors=("A", "B"),
            published_at="2024-01-02", modified_at="2024-01-03", fetched_at="2024-01-04", language="en", tags=("one",),
        ),
    )  # fmt: skip


def test_empty_and_null_fields_are_as_if_absent(landing):
    text = '{"text": "x", "title": "  ", "url": null, "tags": [], "authors": NaN, "language": ""}'
    assert landing.record("a.jsonl", text).given == Given()


@pytest.mark.parametrize(
    ("written", "expected"), [("7", "7"), ("12345678901234567890123", "12345678901234567890123"), ("1.50", "1.50")]
)
def test_a_number_is_an_id_as_it_was_written(landing, written, expected):
    assert landing.record("a.jsonl", f'{{"text": "x", "id": {written}}}').given.id == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"text": "t", "markdown": "m", "html": "h"}, (RawFormat.HTML, "h")),
        ({"text": "t", "markdown": "m"}, (RawFormat.MARKDOWN, "m")),
        ({"text": "t", "markdown": " ", "html": None}, (RawFormat.TEXT, "t")),
        ({"text": "t", "markdown": "<p>one</p><p>two</p>"}, (RawFormat.MARKDOWN, "<p>one</p><p>two</p>")),
        ({"text": "t", "html": "no tag"}, (RawFormat.HTML, "no tag")),
    ],
)
def test_html_beats_markdown_beats_text_and_an_empty_one_counts_as_absent(landing, fields, expected):
    record = landing.record("a.jsonl", line(**fields))
    assert (record.raw_format, record.content) == expected


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: x\n---\n<p>t",
        "+++\ntitle = 'x'\n+++\nt",
        "<!doctype html><html><body><p>t</p></body></html>",
        "<p>one</p><p>two</p>",
        "The <p> tag begins a paragraph and </p> ends it.",
        "One.\n\nTwo, with a <b>bold</b> word.",
        "---\nA line of prose.\n---\nt",
        "# One\n\nTwo",
    ],
)
def test_what_is_in_text_is_told_as_of_a_file_with_the_same_bytes(landing, text):
    landing.put("a.jsonl", line(text=text))
    landing.put("b.txt", text)
    in_line, in_file = landing.read()
    assert (in_line.raw_format, in_line.content) == (in_file.raw_format, in_file.content)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<p>one</p><p>two</p>", RawFormat.HTML),
        ("---\ntitle: x\n---\nt", RawFormat.MARKDOWN),
        ("The <p> tag begins a paragraph and </p> ends it.", RawFormat.TEXT),
    ],
)
def test_text_may_hold_markup_front_matter_or_prose_about_tags(landing, text, expected):
    assert landing.record("a.jsonl", line(text=text)).raw_format is expected


@pytest.mark.parametrize("field", ["published_at", "modified_at", "fetched_at"])
@pytest.mark.parametrize("written", ["1709596800000", "1709596800", "1.7095968e9", "-1", "20240305"])
def test_a_date_may_be_a_number_and_is_kept_as_it_was_written(landing, field, written):
    record = landing.record("a.jsonl", f'{{"text": "x", "{field}": {written}}}')
    assert getattr(record.given, field) == written


@pytest.mark.parametrize("value", ["true", "[1709596800]", '{"$date": 1709596800}'])
def test_a_date_that_is_neither_string_nor_number_is_a_bad_field(landing, value):
    found = landing.failure("a.jsonl", f'{{"text": "x", "published_at": {value}}}')
    assert (found.reason, found.detail[:29]) == (Reason.BAD_FIELD, "published_at must be a string")


@pytest.mark.parametrize("outlet", ["../../x", "a=b/c", "x" * 300])
def test_a_hostile_outlet_is_only_data(landing, outlet):
    assert landing.record("a.jsonl", line(text="x", outlet=outlet)).given.outlet == outlet


@pytest.mark.parametrize(
    ("bad", "reason", "said"),
    [
        ('{"text": "cut', Reason.BAD_JSON, "character 10 of 13: Unterminated string"),
        ('{"text": "a"} {"text": "b"}', Reason.BAD_JSON, "character 15 of 27: Extra data"),
        ('["text"]', Reason.BAD_JSON, "it is ['text'], not an object"),
        ("NaN", Reason.BAD_JSON, "it is None, not an object"),
        ("just words", Reason.BAD_JSON, "near 'just words'"),
        (b"\x00", Reason.BAD_JSON, "character 1 of 1"),
        ("\ufeff", Reason.BAD_JSON, "character 1 of 0"),
        (b'{"text": "caf\xe9 noir"}', Reason.UNDECODABLE, "byte 14 of the line (e9 20 6e 6f) is not UTF-8"),
        ('{"text": "x".encode("utf-16")}', Reason.BAD_JSON, "near"),
        ("{}", Reason.BAD_FIELD, "none of html, markdown and text is there to hold the article; found no field"),
        ('{"body": "x"}', Reason.BAD_FIELD, "found 'body'"),
        ('{"text": ""}', Reason.EMPTY, "text is empty"),
        ('{"html": " \\n", "text": null}', Reason.EMPTY, "html and text is empty"),
        ('{"html": "\\u0000"}', Reason.EMPTY, "html is empty"),
        ('{"html": ["x"]}', Reason.BAD_FIELD, "html must be a string, not ['x']"),
        ('{"html": 5, "text": "x"}', Reason.BAD_FIELD, "html must be a string, not 5"),
        ('{"text": "x", "url": ["u"]}', Reason.BAD_FIELD, "url must be a string, not ['u']"),
        ('{"text": "x", "url": 5}', Reason.BAD_FIELD, "url must be a string, not 5"),
        ('{"text": "x", "id": true}', Reason.BAD_FIELD, "id must be a string, not True"),
        (
            '{"text": "x", "authors": [{"name": "A"}]}',
            Reason.BAD_FIELD,
            "authors must be a string or a list of strings",
        ),
        ('{"text": "x", "tags": [5]}', Reason.BAD_FIELD, "tags must be a string or a list of strings, not ['5']"),
        ("[" * 100_000, Reason.TOO_DEEP, "nested too deep"),
        ('{"text": "x", "more": ' + '{"a":' * 100_000, Reason.TOO_DEEP, "nested too deep"),
        ('{"text": "x", "url": ' + "9" * 10_000 + "}", Reason.BAD_FIELD, "url must be a string, not 9999"),
        ('{"text": "x", "url": ["' + "9" * 10_000 + '"]}', Reason.BAD_FIELD, "url must be a string, not ['9999"),
    ],
)
def test_a_bad_line_says_what_is_wrong_and_costs_itself_alone(landing, bad, reason, said):
    found = between(landing, bad)
    assert found.reason is reason
    assert said in found.detail
    assert len(found.detail) < 300


def test_huge_numbers_and_nan_in_other_fields_do_no_harm(landing):
    text = '{"text": "x", "a": ' + "9" * 100_000 + ', "b": NaN, "c": -Infinity, "d": 1e999999}'
    assert landing.record("a.jsonl", text).content == "x"


def test_lone_surrogates_nuls_and_carriage_returns_are_made_plain(landing):
    record = landing.record("a.jsonl", r'{"text": "a\ud800b\u0000c\r\nd\ud83d\ude00", "title": "\udfff", "\ud800": 1}')
    assert record.content == "a\ufffdbc\nd😀"
    assert record.given.title == "\ufffd"


def test_lines_are_counted_as_they_lie_and_blank_ones_hold_no_record(landing):
    landing.put("a.jsonl", f"\ufeff{GOOD}\n\n  \t\r\n{GOOD}\r\n\n{GOOD}")
    records = landing.read()
    assert [record.raw_path for record in records] == ["a.jsonl#1", "a.jsonl#4", "a.jsonl#6"]
    assert records[1].raw_sha256 == records[2].raw_sha256 == hashlib.sha256(GOOD.encode()).hexdigest()


def test_equal_lines_are_records_of_their_own(landing):
    landing.put("a.jsonl", f"{GOOD}\n{GOOD}\n")
    assert len({record.record_key for record in landing.read()}) == 2


@pytest.mark.parametrize(("length", "fits"), [(1000, True), (1001, False)])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b""])
def test_a_line_is_too_large_beyond_the_limit_its_line_end_not_counted(landing, length, fits, end):
    data = b'{"text": "%s"}' % (b"x" * (length - 12))
    assert len(data) == length
    landing.put("a.jsonl", data + end)
    (found,) = landing.read(max_record_bytes=1000)
    assert isinstance(found, RawRecord) is fits
    assert found.raw_sha256 == hashlib.sha256(data).hexdigest()
    if not fits:
        assert found.reason is Reason.TOO_LARGE
        assert "at most 1,000 bytes are read; raise NEWSMILL_MAX_RECORD_BYTES" in found.detail


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_line_of_20_mb_costs_itself_alone_and_is_never_held(landing, packing, end):
    long = b'{"text": "' + b"x\r" * 10_000_000 + b'"}'
    landing.put(f"a.{packing}", PACKINGS[packing](end.join([GOOD.encode(), long, GOOD.encode(), b""])))
    tracemalloc.start()
    try:
        before, found, after = landing.read()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert before.content == after.content == "good"
    assert (found.reason, found.raw_path) == (Reason.TOO_LARGE, f"a.{packing}#2")
    assert found.raw_sha256 == hashlib.sha256(long).hexdigest()
    assert peak < 10_000_000


@pytest.mark.parametrize("packing", PACKINGS)
def test_a_truncated_last_line_costs_itself_alone(landing, packing):
    landing.put(f"a.{packing}", PACKINGS[packing](f'{GOOD}\n{GOOD}\n{{"text": "cut o'.encode()))
    *good, last = landing.read()
    assert [record.content for record in good] == ["good", "good"]
    assert (last.reason, last.raw_path) == (Reason.BAD_JSON, f"a.{packing}#3")


def test_compression_is_told_by_content_not_by_name(landing):
    landing.put("a.jsonl", gzip.compress(GOOD.encode()))
    landing.put("b.jsonl.gz", GOOD)
    landing.put("c.jsonl.gz", zstandard.ZstdCompressor().compress(GOOD.encode()))
    landing.put("d.txt", GOOD)
    assert [record.content for record in landing.read()] == ["good"] * 4


def test_members_and_frames_follow_one_another(landing):
    one, two = f"{GOOD}\n{GOOD[:5]}".encode(), f"{GOOD[5:]}\n{GOOD}\n".encode()
    pack = zstandard.ZstdCompressor().compress
    skipped = b"\x50\x2a\x4d\x18\x03\x00\x00\x00abc"
    landing.put("a.jsonl.gz", gzip.compress(one) + bytes(20) + gzip.compress(two) + bytes(7))
    landing.put("b.jsonl.zst", skipped + pack(one) + skipped + pack(two) + skipped)
    assert [record.raw_path[-2:] for record in landing.read()] == ["#1", "#2", "#3"] * 2


def many(count: int = 2000) -> bytes:
    digest = (hashlib.sha256(str(number).encode()).hexdigest() for number in range(count))
    return "".join(f'{{"text": "{text}"}}\n' for text in digest).encode()


@pytest.mark.parametrize("batch_records", [1, 7, 100_000])
@pytest.mark.parametrize("kind", ["gz-cut", "gz-checksum", "gz-garbage", "zst-cut", "zst-garbage"])
def test_records_before_damage_are_read_and_the_place_of_it_is_named(landing, kind, batch_records):
    content = many(300)
    packing, _, damage = kind.partition("-")
    data = bytearray(gzip.compress(content) if packing == "gz" else zstd_blocks(content))
    if damage == "cut":
        del data[len(data) // 2 :]
    elif damage == "checksum":
        data[-6] ^= 1
    else:
        data += b"garbage"
    landing.put(f"a.jsonl.{packing}", bytes(data))
    *good, last = landing.read(batch_records=batch_records)
    assert 60 < len(good) < 240 if damage == "cut" else len(good) == 300
    assert [json.dumps({"text": record.content}) for record in good] == content.decode().split("\n")[: len(good)]
    assert last.reason is Reason.BAD_COMPRESSION
    assert last.raw_path == f"a.jsonl.{packing}#{len(good) + 1}"
    assert "the lines before it were read; fetch the file again" in last.detail


@pytest.mark.parametrize("batch_records", [1, 7, 100_000])
@pytest.mark.parametrize("pack", [gzip.compress, lambda content: zstd_blocks(content)])
def test_flipped_bytes_in_the_middle_spare_what_was_before_and_are_told_at_last(landing, pack, batch_records):
    content = many(300)
    data = bytearray(pack(content))
    data[len(data) // 2 : len(data) // 2 + 40] = b"\xff" * 40
    landing.put("a.jsonl.gz", bytes(data))
    found = landing.read(batch_records=batch_records)
    # What comes between the damage and its discovery is garbage to gzip and zstd alike; it must only do no harm.
    assert [json.dumps({"text": record.content}) for record in found[:60]] == content.decode().split("\n")[:60]
    assert found[-1].reason is Reason.BAD_COMPRESSION


def zstd_blocks(content: bytes) -> bytes:
    """Compress in many blocks, as a large file is."""
    frame = zstandard.ZstdCompressor(write_checksum=True).compressobj()
    size = 1000
    parts = (content[start : start + size] for start in range(0, len(content), size))
    return b"".join(
        frame.compress(part) + frame.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK) for part in parts
    ) + frame.flush()  # fmt: skip


def test_a_header_alone_is_one_failure(landing):
    landing.put("a.jsonl.gz", b"\x1f\x8b")
    landing.put("b.jsonl.zst", b"\x28\xb5\x2f\xfd")
    landing.put("c.jsonl.gz", b"\x1f\x8bnot gzip at all")
    assert [(found.raw_path[-2:], found.reason) for found in landing.read()] == [("#1", Reason.BAD_COMPRESSION)] * 3


def test_a_bomb_is_read_in_little_memory(landing):
    landing.put("a.jsonl.gz", gzip.compress(GOOD.encode() + b"\n" + bytes(100_000_000)))
    landing.put("b.jsonl.zst", zstandard.ZstdCompressor().compress(GOOD.encode() + b"\n" + bytes(100_000_000)))
    tracemalloc.start()
    try:
        found = landing.read()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [getattr(each, "reason", None) for each in found] == [None, Reason.TOO_LARGE] * 2
    assert peak < 40_000_000


def test_a_file_that_vanishes_costs_one_failure_a_slice(landing):
    file = landing.put("o/a.jsonl", f"{GOOD}\n\n{GOOD}\n{GOOD}\n")
    found = landing.read(batch_records=2, between=file.unlink)
    assert [(each.raw_path, each.reason) for each in found] == [
        ("o/a.jsonl#1", Reason.VANISHED),
        ("o/a.jsonl#4", Reason.VANISHED),
    ]
    assert "2 records" in found[0].detail


def test_a_file_that_shrinks_says_which_line_is_missing(landing):
    file = landing.put("a.jsonl", f"{GOOD}\n{GOOD}\n{GOOD}\n")
    good, lost = landing.read(between=lambda: file.write_text(f"{GOOD}\n"))
    assert good.content == "good"
    assert (lost.raw_path, lost.reason) == ("a.jsonl#2", Reason.VANISHED)


def test_a_slice_begins_at_its_offset(landing):
    landing.put("a.jsonl", "".join(f'{{"text": "{number}"}}\n' for number in range(10)))
    batches = plan_batches(landing.store, batch_records=4, batch_bytes=1 << 20)
    slices = [part for batch in batches for part in batch.slices]
    assert slices == [
        Slice(path="a.jsonl", size=56, records=4, first_line=1, offset=0),
        Slice(path="a.jsonl", size=56, records=4, first_line=5, offset=56),
        Slice(path="a.jsonl", size=28, records=2, first_line=9, offset=112),
    ]
    assert [record.content for record in read_slice(landing.store, slices[2], max_record_bytes=99)] == ["8", "9"]
