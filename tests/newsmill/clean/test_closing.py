"""Credits and notices of rights: furniture in a page's footer, the article's own words where they close it."""

import pytest

from newsmill.clean.cleaner import clean

from .helpers import article, outlet, real_rules
from .test_cases import PROSE

NOTICE = "© 2023 Example Media Ltd."
NAMES = ["Anna Berg", "John Roe", "Jean Dupont", "Ann Lee", "Kyle Brown", "Jane Doe"]


def _kept(*tail: str) -> str:
    return clean(article(*PROSE, *tail), real_rules(), outlet()).text


@pytest.mark.parametrize(("behind", "kept"), [(0, True), (2, True), (3, False)])
def test_notice_is_the_article_s_own_while_hardly_anything_comes_after(behind, kept):
    assert (NOTICE in _kept(NOTICE, *NAMES[:behind])) is kept


@pytest.mark.parametrize(("between", "kept"), [(4, True), (5, False)])
def test_notice_is_the_article_s_own_while_it_is_near_the_last_paragraph(between, kept):
    assert (NOTICE in _kept(*NAMES[:between], NOTICE)) is kept


def test_notice_that_closes_a_list_of_links_is_the_page_s():
    assert NOTICE not in _kept("Share This", *NAMES[:4], NOTICE)


def test_line_that_claims_rights_is_no_byline():
    made = article(*PROSE, "© Example Agency", "Example Agency", authors=("Example Agency",))
    assert clean(made, real_rules(), outlet()).text.endswith(f"{PROSE[-1]}\n\n© Example Agency")


@pytest.mark.parametrize(("author", "kept"), [("Staff Reports", True), ("Kyle Brown", False)])
def test_byline_without_a_name_is_kept(author, kept):
    made = article(author, *PROSE, authors=(author,))
    assert (author in clean(made, real_rules(), outlet()).text) is kept
