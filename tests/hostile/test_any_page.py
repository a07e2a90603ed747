"""Pages put together wrongly, and metadata that lies: each becomes an article or is unreadable, and can be written."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.hostile import strategies
from tests.hostile.quota import generated

AT_ONCE = 4
"""Pages in one example."""


def encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def test_any_page(landing, quota):
    @generated(quota("pages") // AT_ONCE)
    @given(st.lists(strategies.PAGES, min_size=AT_ONCE, max_size=AT_ONCE))
    def check(pages):
        landing.judge(
            {f"some/{number}.html": encoded(content) for number, content in enumerate(pages)}, records=AT_ONCE
        )

    check()
    assert landing.records >= quota("pages")


def test_any_damage_to_a_good_record(landing, quota):
    @generated(quota("damaged") // AT_ONCE)
    @given(
        st.lists(
            st.tuples(strategies.DAMAGED, st.sampled_from(["html", "txt", "md"])), min_size=AT_ONCE, max_size=AT_ONCE
        )
    )
    def check(damaged):
        landing.judge({f"some/{number}.{ending}": content for number, (content, ending) in enumerate(damaged)})

    check()
    assert landing.records >= quota("damaged")
