"""Files that are packed, cut, flipped and given odd sidecars."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile import judge, strategies
from tests.hostile.building import PROSE
from tests.hostile.quota import generated

AT_ONCE = 6
"""Files in one example; each has a record at least."""


@pytest.fixture(autouse=True)
def any_outlet(monkeypatch):
    """A sidecar may give any outlet, which comes back as it is; validation refuses it by name."""
    monkeypatch.setattr(judge, "refused_outlets", lambda article: {article.outlet})


LINES = st.lists(
    st.builds(lambda text, fields: json.dumps({"text": text} | fields), strategies.TEXT, strategies.GIVEN),
    min_size=1,
    max_size=4,
).map(lambda lines: "\n".join(lines).encode())
CONTENTS = st.one_of(
    strategies.TEXT.map(lambda text: text.encode("utf-8", "surrogatepass")),
    strategies.LINES.map(lambda text: (text + PROSE).encode("utf-16", "surrogatepass")),
    st.binary(max_size=200),
    LINES,
    LINES,
)
ENDINGS = st.sampled_from(["txt", "md", "jsonl", "jsonl.gz", "jsonl.zst", "markdown"])
SIDECARS = st.one_of(
    st.none(),
    st.none(),
    st.lists(
        st.tuples(
            st.sampled_from(["title", "url", "outlet", "authors", "published_at", "id", "tags", "nope"]),
            strategies.YAML_VALUES,
        ),
        max_size=4,
    ).map(lambda fields: "".join(f"{key}: {value}\n" for key, value in fields).encode("utf-8", "surrogatepass")),
    st.binary(max_size=40),
    strategies.GIVEN.map(
        lambda fields: json.dumps({key: value for key, value in fields.items() if key != "more"}).encode()
    ),
)
FILES = st.tuples(CONTENTS, strategies.PACKINGS, st.integers(0, 999), st.integers(0, 2_000), ENDINGS, SIDECARS)


def damaged(data: bytes, flip: int, cut: int) -> bytes:
    """Return bytes with one flipped, if they have as many, and so many cut off, of the few that are long enough."""
    found = bytearray(data)
    if flip < len(found):
        found[flip] ^= 0x55
    return bytes(found[: len(found) - cut] if cut < len(found) // 2 else found)


def test_any_file(landing, quota):
    @generated(quota("files") // AT_ONCE)
    @given(st.lists(FILES, min_size=AT_ONCE, max_size=AT_ONCE))
    def check(files):
        put = {}
        for number, (content, pack, flip, cut, ending, sidecar) in enumerate(files):
            name = f"some/{number}.{ending}"
            put[name] = damaged(pack(content), flip, cut)
            if sidecar is not None:
                put[f"{name}.meta.yaml"] = sidecar
        landing.judge(put)

    check()
    assert landing.records >= quota("files")
