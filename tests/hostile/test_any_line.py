"""Lines of JSON with everything that people, scripts and enemies put into them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile import judge, strategies
from tests.hostile.building import PROSE
from tests.hostile.quota import generated

AT_ONCE = 12
"""Records in one example."""


@pytest.fixture(autouse=True)
def outlets(monkeypatch):
    """Outlets that are given come back as they are; validation refuses them by name."""
    given_outlets = {name.replace("\0", "").strip() for name in strategies.OUTLETS}
    monkeypatch.setattr(judge, "GIVEN_OUTLETS", given_outlets | {"some", "unknown"})


CONTENTS = st.one_of(
    strategies.LINES.map(lambda text: {"text": text}),
    strategies.LINES.map(lambda text: {"text": f"Council votes to rebuild bridge\n\n{text}\n\n{PROSE * 2}"}),
    strategies.TEXT.map(lambda text: {"markdown": text}),
    st.fixed_dictionaries(
        {}, optional={"html": strategies.VALUE, "text": strategies.VALUE, "markdown": strategies.VALUE}
    ),
)
RECORDS = st.builds(
    lambda content, fields, outlet: content | fields | ({} if outlet is None else {"outlet": outlet}),
    CONTENTS,
    strategies.GIVEN,
    st.one_of(st.none(), st.sampled_from(strategies.OUTLETS)),
)
ODD_LINES = st.sampled_from(
    [
        "{",
        "[]",
        "1",
        "null",
        '{"text": "\\ud800"}',
        '{"text": 1}',
        "[" * 3_000,
        '{"a":' * 2_000,
        '{"text": "a", "text": "b"}',
        "\x00",
        "}{",
        '{"text": "a"} x',
        '{"text": "\\u0000"}',
        '"' * 99,
        '{"text": 1e999}',
        "NaN",
        "\ufeff{}",
        '{"": ""}',
        '{"text": "a", "id": ' + "9" * 5_000 + "}",
    ]
)
LINES = st.one_of(RECORDS.map(json.dumps), RECORDS.map(json.dumps), RECORDS.map(json.dumps), ODD_LINES)


def test_any_line_of_json(landing, quota):
    @generated(quota("lines") // AT_ONCE)
    @given(st.lists(LINES, min_size=AT_ONCE, max_size=AT_ONCE))
    def check(lines):
        content = "\n".join(lines).encode()
        expected = sum(bool(line.strip()) for line in content.split(b"\n"))
        landing.judge({"some/feed.jsonl": content}, records=expected)

    check()
    assert landing.records >= quota("lines")
