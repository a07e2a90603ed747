"""Whatever bytes lie in the landing zone: nothing raises, and every raw record has exactly one result."""

from __future__ import annotations

import gzip
from pathlib import Path
from tempfile import TemporaryDirectory

import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmill.model import RawRecord

from .conftest import Landing

NAMES = st.sampled_from(["a.html", "a.txt", "a.md", "a.jsonl"])
PIECES = st.sampled_from([
    b"<html>", b"<p>", b"</p>", b"<!--", b"<meta charset=gbk>", b"---\n", b"title: x\n", b"\xff\xfe", b"\xef\xbb\xbf",
    b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"\0", b"\r\n", b"\n", b"caf\xe9", "新闻".encode("gbk"), "新闻".encode(),
    b'{"text": "', b'"}', b"[", b"words and words ", b"\\ud800", b"\x1b$B",
])  # fmt: skip
BYTES = st.one_of(
    st.binary(max_size=300), st.lists(st.one_of(PIECES, st.binary(max_size=4)), max_size=40).map(b"".join)
)
PACK = st.sampled_from([bytes, lambda data: gzip.compress(data, mtime=0), zstandard.ZstdCompressor().compress])


def results_of(name: str, content: bytes, batch_records: int = 1000) -> list:
    with TemporaryDirectory() as folder:
        landing = Landing(Path(folder))
        landing.put(name, content)
        return landing.read(batch_records=batch_records, max_record_bytes=1000)


@settings(max_examples=300, deadline=None)
@given(name=NAMES, content=BYTES, pack=PACK)
def test_any_file_gives_results_that_can_be_written(name, content, pack):
    found = results_of(name, pack(content))
    assert found
    for each in found:
        text = (each.content if isinstance(each, RawRecord) else each.detail) + each.raw_path
        text.encode()  # no lone surrogate
        assert "\0" not in text
        assert "\r" not in text
    assert found == results_of(name, pack(content), batch_records=1)


@settings(max_examples=300, deadline=None)
@given(lines=st.lists(BYTES.map(lambda data: data.replace(b"\n", b"")), max_size=8), pack=PACK)
def test_every_line_that_is_not_blank_gives_one_result(lines, pack):
    content = b"\n".join([b'{"text": "first"}', *lines])
    expected = [f"a.jsonl#{number}" for number, line in enumerate(content.split(b"\n"), 1) if line.strip()]
    assert [each.raw_path for each in results_of("a.jsonl", pack(content))] == expected


@settings(max_examples=200, deadline=None)
@given(cut=st.integers(0, 400), flip=st.integers(0, 400), pack=PACK)
def test_damage_anywhere_stops_nothing_and_reads_the_same_in_any_batches(cut, flip, pack):
    data = bytearray(pack(b"".join(b'{"text": "%d"}\n' % (number**9) for number in range(30))))
    if flip < len(data):
        data[flip] ^= 0x55
    del data[len(data) - min(cut, len(data)) :]
    found = results_of("a.jsonl.gz", bytes(data))
    assert found
    assert found == results_of("a.jsonl.gz", bytes(data), batch_records=3)
