"""Markdown and front matter with everything that people, scripts and enemies put into them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.hostile import strategies
from tests.hostile.quota import QUOTA, generated

AT_ONCE = 12
"""Records in one example."""


def test_any_markdown_and_front_matter(landing, quota):
    @generated(quota("markdown") // AT_ONCE)
    @given(st.lists(strategies.MARKDOWN, min_size=AT_ONCE, max_size=AT_ONCE))
    def check(texts):
        files = {f"some/{number}.md": text.encode("utf-8", "surrogatepass") for number, text in enumerate(texts)}
        landing.judge(files, records=AT_ONCE)

    check()
    assert landing.records >= quota("markdown")


def test_the_quotas_are_twenty_thousand_together():
    assert sum(QUOTA.values()) >= 20_000
