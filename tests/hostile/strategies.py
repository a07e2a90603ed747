"""Hostile content for hypothesis: pieces of every format put together wrongly, and good records damaged."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from functools import cache

import zstandard
from hypothesis import strategies as st

from tests.conftest import PROJECT
from tests.hostile.building import page

PIECES: dict[str, list[str]] = json.loads((PROJECT / "tests" / "hostile" / "pieces.json").read_text())
"""Strings that each format's readers may trip over: signs, dates, addresses, names, tags, YAML, Markdown."""

SIGNS = st.sampled_from(PIECES["signs"])
DATES = st.sampled_from(PIECES["dates"])
ADDRESSES = st.sampled_from(PIECES["addresses"])
NAMES = st.sampled_from(PIECES["names"])
PHRASES = st.sampled_from(PIECES["phrases"])
CHUNKS = st.one_of(SIGNS, PHRASES, DATES, ADDRESSES, NAMES)
TEXT = st.lists(CHUNKS, max_size=14).map("".join)
LINES = st.lists(st.lists(CHUNKS, min_size=1, max_size=4).map(" ".join), max_size=12).map("\n".join)

TAGS = PIECES["tags"]
MARKS = PIECES["attributes"]
VALUES = st.one_of(
    st.sampled_from(PIECES["values"]),
    CHUNKS,
)
_NAMES_OF_TAGS = st.sampled_from(TAGS)
OPENING = st.builds(
    lambda tag, marks, end: f"<{tag}{''.join(f' {name}={quote}{value}{quote}' for name, value, quote in marks)}{end}",
    _NAMES_OF_TAGS,
    st.lists(st.tuples(st.sampled_from(MARKS), VALUES, st.sampled_from(['"', "'", ""])), max_size=2),
    st.sampled_from([">", ">", ">", "/>", "", ">>", " ="]),
)
CLOSING = _NAMES_OF_TAGS.map("</{}>".format)
ODD = st.sampled_from(PIECES["odd_markup"])
VALUE = st.deferred(
    lambda: st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(10**20), 10**20),
        st.sampled_from([0.1, 1e308, float("inf"), float("nan")]),
        CHUNKS,
        st.lists(VALUE, max_size=3),
        st.dictionaries(KEYS, VALUE, max_size=3),
    )
)
KEYS = st.sampled_from(PIECES["keys"])
NODES = st.dictionaries(KEYS, VALUE, max_size=7).map(
    lambda node: {"@type": "NewsArticle"} | {key: value for key, value in node.items() if key != "@type" or value}
)
JSON_LD = st.builds(
    lambda node, before, after, cut: (
        f"<script type='application/ld+json'>{before}{json.dumps(node)[:cut]}{after}</script>"
    ),
    NODES,
    st.sampled_from(["", "", "", "<!--", "//<![CDATA[", "/* */", "\ufeff"]),
    st.sampled_from(["", "", "", "-->", "//]]>", ";", ",", ",]"]),
    st.sampled_from([None, None, None, -1, 20, 50]),
)
META = st.builds(
    lambda key, value: f'<meta {key}="{value}" content="{value}">',
    st.sampled_from(["name", "property", "itemprop"]),
    st.one_of(
        st.sampled_from(PIECES["meta_either"]),
        CHUNKS,
    ),
) | st.builds(
    lambda name, value: f'<meta name="{name}" property="{name}" content="{value}">',
    st.sampled_from(PIECES["meta"]),
    CHUNKS,
)
MARKUP = st.lists(
    st.one_of(OPENING, OPENING, CLOSING, CHUNKS, CHUNKS, ODD, JSON_LD, META), min_size=1, max_size=16
).map("".join)
PAGES = st.one_of(
    MARKUP.map(page),
    MARKUP.map(page),
    st.builds(page, MARKUP, st.one_of(JSON_LD, META)),
    st.builds(page, st.just(""), MARKUP),
    MARKUP,
)

FIELD_NAMES = PIECES["fields"]
YAML_VALUES = st.one_of(
    CHUNKS,
    DATES,
    st.sampled_from(PIECES["yaml"]),
)
FRONT_MATTER = st.builds(
    lambda fence, mark, fields, end: f"{fence}\n" + "".join(f"{key}{mark} {value}\n" for key, value in fields) + end,
    st.sampled_from(["---", "---", "---", "+++", "\ufeff---", "--- "]),
    st.sampled_from([":", ":", ":", " ="]),
    st.lists(st.tuples(st.sampled_from(FIELD_NAMES), YAML_VALUES), min_size=1, max_size=5),
    st.sampled_from(["---\n\n", "---\n\n", "---\n\n", "+++\n", "...\n", "", "--- \n", "----\n"]),
)
MARKDOWN_PIECES = st.one_of(
    CHUNKS,
    OPENING,
    CLOSING,
    ODD,
    st.sampled_from(PIECES["markdown"]),
)
MARKDOWN = st.builds(
    lambda matter, pieces: matter + "".join(pieces),
    st.one_of(st.just(""), FRONT_MATTER, FRONT_MATTER),
    st.lists(MARKDOWN_PIECES, max_size=12),
)

GIVEN = st.fixed_dictionaries(
    {},
    optional={
        "id": st.one_of(CHUNKS, st.integers(), st.sampled_from(PIECES["ids"])),
        "url": ADDRESSES,
        "title": st.one_of(CHUNKS, TEXT),
        "description": CHUNKS,
        "authors": st.one_of(NAMES, st.lists(st.one_of(NAMES, CHUNKS), max_size=4)),
        "tags": st.one_of(CHUNKS, st.lists(CHUNKS, max_size=4)),
        "published_at": st.one_of(DATES, CHUNKS, st.integers(-(10**25), 10**25), st.floats()),
        "modified_at": DATES,
        "fetched_at": st.one_of(DATES, st.integers(0, 2 * 10**18)),
        "language": st.one_of(st.sampled_from(PIECES["languages"]), CHUNKS),
        "more": VALUE,
    },
)
OUTLETS = PIECES["outlets"]


@cache
def good_records() -> tuple[bytes, ...]:
    """Return founding articles and pages of our own, none of them long."""
    folders = (PROJECT / "include" / "seeds", PROJECT / "tests" / "quality" / "pages")
    paths = sorted(path for folder in folders for path in folder.rglob("*") if path.suffix in (".txt", ".md", ".html"))
    found = (path.read_bytes() for path in paths)
    return tuple(content for content in found if len(content) < 9_000)


def _put_at(data: bytes, place: int, piece: bytes) -> bytes:
    place %= len(data) + 1
    return data[:place] + piece + data[place:]


def _flipped(data: bytes, place: int, bits: int) -> bytes:
    place %= len(data) or 1
    return data[:place] + bytes([data[place] ^ bits]) + data[place + 1 :] if data else data


_PLACES = st.integers(0, 1 << 16)
_DAMAGES = st.one_of(
    st.tuples(st.just(lambda data, place, _: data[: place % (len(data) + 1)]), _PLACES, st.just(0)),
    st.tuples(
        st.just(lambda data, place, size: data[: place % (len(data) + 1)] + data[place % (len(data) + 1) + size :]),
        _PLACES,
        st.integers(1, 999),
    ),
    st.tuples(st.just(_flipped), _PLACES, st.integers(1, 255)),
    st.tuples(
        st.just(_put_at),
        _PLACES,
        st.one_of(CHUNKS, ODD, OPENING, YAML_VALUES).map(lambda text: text.encode("utf-8", "surrogatepass")),
    ),
    st.tuples(st.just(_put_at), _PLACES, st.binary(min_size=1, max_size=8)),
    st.tuples(
        st.just(lambda data, place, times: data + data[place % (len(data) or 1) :][:500] * times),
        _PLACES,
        st.integers(1, 9),
    ),
    st.tuples(
        st.just(lambda data, _, codec: data.decode("utf-8", "replace").encode(codec, "replace")),
        st.just(0),
        st.sampled_from(
            [
                "utf-16",
                "utf-16-be",
                "utf-32",
                "cp1252",
                "gb18030",
                "koi8_r",
                "iso2022_jp",
                "utf-7",
                "cp037",
                "utf-8-sig",
            ]
        ),
    ),
    st.tuples(
        st.just(lambda data, _, wrap: wrap(data)),
        st.just(0),
        st.sampled_from(
            [
                lambda data: b"<div>" * 40 + data,
                lambda data: b"<html><body>" + data + b"</html>" + data,
                lambda data: b"> " + data.replace(b"\n", b"\n> "),
                lambda data: data.replace(b"\n", b"\r"),
                lambda data: data.replace(b" ", b"\xa0"),
                lambda data: data.replace(b"e", b"\xc3"),
                bytes.swapcase,
                base64.b64encode,
                lambda data: data[::-1],
                lambda data: data.replace(b">", b""),
                lambda data: data.replace(b"\n", b""),
            ]
        ),
    ),
)


def _damaged(data: bytes, damages: list) -> bytes:
    for damage, place, value in damages:
        data = damage(data, place, value)[:20_000]
    return data


DAMAGED = st.builds(
    _damaged, st.deferred(lambda: st.sampled_from(good_records())), st.lists(_DAMAGES, min_size=1, max_size=3)
)
"""Good records cut, spliced, flipped, repeated, nested, and in another encoding than they say."""


def _members(data: bytes) -> bytes:
    return b"".join(gzip.compress(part, mtime=0) for part in (data[:7], b"", data[7:]))


def _frames(data: bytes) -> bytes:
    pack = zstandard.ZstdCompressor().compress
    return pack(data[:7]) + b"\x50\x2a\x4d\x18\x03\0\0\0abc" + pack(data[7:])


PACKINGS = st.sampled_from(
    [
        bytes,
        lambda data: gzip.compress(data, mtime=0),
        zstandard.ZstdCompressor().compress,
        _members,
        _frames,
        zlib.compress,
        lambda data: gzip.compress(gzip.compress(data, mtime=0), mtime=0),
        lambda data: gzip.compress(data, mtime=0) + b"\0" * 9,
        lambda data: gzip.compress(data, mtime=0) + b"more",
        zstandard.ZstdCompressor(write_content_size=False, write_checksum=True).compress,
    ]
)
