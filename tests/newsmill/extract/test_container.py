"""When a page's text is in one element without a question, and what of that element is the article."""

import pytest

from newsmill.extract.blocks import placed_blocks
from newsmill.extract.container import MIN_CHARS, MIN_SHARE, only_container
from newsmill.extract.html import parse_html

SENTENCE = "The council voted on Tuesday to close the old bridge for six months, a spokesman said in the evening."
HEADING = "<h1>Old bridge closes</h1>"


def p(count: int, about: str = "Story") -> str:
    return "".join(f"<p>{about} {number}: {SENTENCE}</p>" for number in range(count))


def found(body: str) -> list[str]:
    page = parse_html(f"<html><body>{body}</body></html>")
    return [block.text.split(":")[0] for block in only_container(placed_blocks(page))]


STORY = [f"Story {number}" for number in range(9)]


@pytest.mark.parametrize(
    "body",
    [
        f"{HEADING}<div>{p(9)}</div>",
        f"<div>{HEADING}{p(9)}</div>",
        f"<div>{p(2, 'Above the headline')}</div>{HEADING}<div>{p(9)}</div>",
        f"{HEADING}<div>{p(9)}</div><div>{p(2, 'Below')}</div>",
        f"{HEADING}<p>By Jane Doe</p><div>{p(9)}</div>",
        f"{HEADING}<div>{p(9)}<h2>Read more</h2></div>",
        f"{HEADING}<div>{p(9)}<p><a href=/1>Another bridge opens</a></p><figcaption>{SENTENCE}</figcaption></div>",
    ],
)
def test_the_one_element_with_a_pages_text_is_the_article(body: str) -> None:
    assert found(body) == STORY


def test_short_lines_of_that_element_are_the_articles_too() -> None:
    body = f"{HEADING}<div><p>By Jane Doe</p>{p(8)}<h2>Costs</h2><p>Nobody knows.</p>{p(1, 'End')}<p>ENDS</p></div>"
    assert found(body) == ["By Jane Doe", *STORY[:8], "Costs", "Nobody knows.", "End 0", "ENDS"]


@pytest.mark.parametrize(
    "body",
    [
        f"{HEADING}<header><div>{p(1, 'Lead')}</div></header><div>{p(9)}</div>",
        f"<div>{p(1, 'Lead')}</div><div>{p(9)}</div>",  # without a headline the article may begin anywhere
        f"{HEADING}<div>{p(5)}<div><div>{p(1, 'Box')}</div></div>{p(4)}</div>",
        f"{HEADING}<div>{p(9)}<section><div>{p(1, 'Note')}</div></section></div>",
        f"{HEADING}<div>{p(4)}<p><a href=/1>{SENTENCE}</a></p>{p(5)}</div>",
        "",
        HEADING,
    ],
)
def test_where_there_may_be_more_or_less_nothing_is_said(body: str) -> None:
    assert found(body) == []


def test_a_notice_is_no_article() -> None:
    enough = -(-MIN_CHARS // len(f"Story 0: {SENTENCE}"))
    assert found(f"{HEADING}<div>{p(enough)}</div>") == STORY[:enough]
    assert found(f"{HEADING}<div>{p(enough - 1)}</div>") == []


@pytest.mark.parametrize(("below", "whole"), [(6, True), (7, False)])
def test_most_of_the_pages_text_is_in_it(below: int, whole: bool) -> None:
    assert (9 / (9 + below) >= MIN_SHARE) is whole
    teasers = "".join(f"<div>{p(1, 'Story')}</div>" for _ in range(below))
    assert bool(found(f"{HEADING}<div>{p(9)}</div><section>{teasers}</section>")) is whole
