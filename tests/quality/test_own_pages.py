"""Pages of our own in every language that the rules speak: each must come out exactly, and between them they hold
boilerplate of every category that has words in the language.
"""

from __future__ import annotations

import pytest

from tests.quality.ownpages import PAGES, Page, all_pages, outcomes, own_pages, spoken

NOT_EXERCISED = {("cookie", "ko")}
"""What no page exercises, of what the rules may speak; each must be taken off when a page does."""


PAGES_BY_NAME = [pytest.param(page, id=page.name) for page in own_pages()]


@pytest.mark.parametrize("page", PAGES_BY_NAME)
def test_text_is_exactly_the_gold(page: Page):
    _, cleaned = outcomes()[page.name]
    assert cleaned.text.split("\n\n") == page.body


@pytest.mark.parametrize("page", PAGES_BY_NAME)
def test_title_and_language_are_the_gold_s(page: Page):
    article, _ = outcomes()[page.name]
    assert (article.title, article.language) == (page.gold["title"], page.gold["language"])


@pytest.mark.parametrize(
    "page", [page for page in own_pages() if page.path.suffix != ".txt"], ids=lambda page: page.name
)
def test_author_and_day_are_the_gold_s(page: Page):
    article, _ = outcomes()[page.name]
    assert article.published_at is not None
    assert (list(article.authors), article.published_at.date().isoformat()) == (page.gold["authors"], page.gold["date"])


def test_no_page_loses_a_block_of_its_gold():
    """The pages of `WRONG_TEXTS` too: what is wrong with them is that something is left."""
    lost = {
        page.name: [block for block in page.body if block not in outcomes()[page.name][1].text.split("\n\n")]
        for page in own_pages()
    }
    assert {name: blocks for name, blocks in lost.items() if blocks} == {}


def test_pages_exercise_every_category_in_every_language_that_the_rules_speak():
    cut = {
        (removal.category, article.language) for article, cleaned in outcomes().values() for removal in cleaned.removals
    }
    assert spoken() - cut == spoken() & NOT_EXERCISED


@pytest.mark.parametrize("language", sorted({language for _, language in spoken()}))
def test_each_language_has_an_article_as_markdown_and_as_a_dump(language):
    forms = {page.path.suffix for page in own_pages() if page.gold["language"] == language}
    assert forms >= {".md", ".txt"}, f"the rules speak {language}: write pages in it"


def test_each_page_carries_several_kinds_of_boilerplate():
    """A page that extraction has stripped shows them in its other forms; a dump and a Markdown page hide nothing."""
    for page in own_pages():
        if page.path.suffix in (".md", ".txt"):
            _, cleaned = outcomes()[page.name]
            assert len({removal.category for removal in cleaned.removals}) >= 5, page.name


def test_every_file_of_the_pages_is_one_of_a_page():
    known = {page.path for page in all_pages()} | set(PAGES.glob("*/*.gold.yaml"))
    assert {path for path in PAGES.rglob("*") if path.is_file()} == known
