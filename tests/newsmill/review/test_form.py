"""What strangers wrote stays text in the form, which is of a bounded size."""

from __future__ import annotations

import re

import pytest
from markdown_it import MarkdownIt

from newsmill.review.form import CELL, ROWS, code, form
from newsmill.review.question import Group, Question

PAGE = "https://airflow.example/newsmill/quarantine?run_id=scheduled__2026-03-02T02%3A00%3A00%2B00%3A00"
HOSTILE = [
    "<script>alert(1)</script>",
    "`</code><img src=x onerror=alert(1)>",
    "a|b|c",
    "\\",
    "a\\|b",
    "`` `",
    "[press](https://evil.example)",
    "![x](https://evil.example/pixel.png)",
    "https://evil.example www.evil.example someone@evil.example",
    "line\nbreak\r\n\n# heading",
    "{{ conn.secret.password }}",
    "\u202egnp.exe",
    "   ",
    "",
    "é" * 5000,
]


def question(*groups: Group) -> Question:
    counted = sum(group.articles for group in groups)
    where = {"staging": "/data/staging/run-1", "docs": "/data/docs/index.html"}
    return Question(run_id="run-1", articles=2 * counted, quarantined=counted, limit=0.2, groups=groups, **where)


def tokens(body: str) -> list:
    """What a reader of GitHub's Markdown makes of it, with links of bare addresses, flat."""
    made = MarkdownIt("gfm-like", {"linkify": False, "html": True}).parse(body)
    return [token for outer in made for token in (outer, *(outer.children or ()))]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_of_strangers_is_code_and_nothing_else(text):
    body = form(question(Group(what="title_given", outlet=text, articles=1, places=(text, text))), 12, PAGE)
    found = tokens(body)
    assert {token.type for token in found} & {
        "html_inline",
        "html_block",
        "image",
        "heading_open",
    } == set()
    assert [token.attrGet("href") for token in found if token.type == "link_open"] == [PAGE]
    rows = [token for token in found if token.type == "tr_open"]
    cells = [token for token in found if token.type == "td_open"]
    assert (len(rows), len(cells)) == (2, 5)
    codes = [token.content for token in found if token.type == "code_inline"]
    assert codes[0] == "title_given"
    assert len(codes) == 7  # what, outlet, two places, and below the table two files and a dataset
    assert codes[1] == codes[2] == codes[3]
    assert len(codes[1]) <= CELL


def test_what_is_harmless_is_shown_as_it_is():
    assert code("bay-post/2026/one.txt#12") == "`bay-post/2026/one.txt#12`"
    assert code(None) == "`(none)`"


def test_share_limit_counts_and_where_to_look_are_told():
    body = form(question(Group(what="cookie_wall", outlet="wire", articles=3, places=("wire/1.html",))), 1.5, PAGE)
    assert "3 of 6 articles failed validation (50.0%), more than the rejection limit of 20.0%" in body
    assert "| `cookie_wall` | `wire` | 3 | 50.0% | `wire/1.html` |" in body
    assert "publishes the other 3" in body
    assert "/data/docs/index.html" in body
    assert "within 1.5 hours" in body
    assert f"]({PAGE})" in body


def test_many_groups_are_a_bounded_table_that_counts_all():
    groups = [Group(what="x" * 500, outlet=f"outlet-{n}", articles=1, places=("p" * 5000,) * 3) for n in range(1000)]
    body = form(question(*groups), 12, PAGE)
    assert len(body) < 12_000
    assert f"| {1000 - ROWS} more | | {1000 - ROWS} | {(1000 - ROWS) / 2000:.1%} | |" in body
    assert len(re.findall(r"^\| `", body, re.M)) == ROWS
