import time

import pytest

from newsmill.extract.blocks import placed_blocks
from newsmill.extract.gaps import completed
from newsmill.extract.html import parse_html, read_page
from newsmill.model import Block, BlockKind

FIRST, SECOND, THIRD, FOURTH = (
    "The council voted on Tuesday to close the old bridge for six months, a spokesman said in the evening.",
    "Traffic will be led over the new road in the north, which opened only last year and has seen little use.",
    "Nobody on the council could say how much the work will cost, but two million was named most often.",
    "Engineers had warned for years that the steel below the roadway rusts faster than anybody had thought.",
)
SHORT = "That was it."


def p(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def filled(body: str, *found: str, description: str | None = None) -> list[str]:
    root = parse_html(f"<html><body>{body}</body></html>")
    blocks = [Block(kind=BlockKind.PARAGRAPH, text=text) for text in found]
    return [block.text for block in completed(blocks, placed_blocks(root), description)]


@pytest.mark.parametrize(
    ("body", "found", "whole"),
    [
        (f"<div>{p(FIRST, SHORT, SECOND)}</div>", (FIRST, SECOND), [FIRST, SHORT, SECOND]),
        (f"<div>{p(FIRST)}<h2>Cost</h2>{p(THIRD)}</div>", (FIRST, THIRD), [FIRST, "Cost", THIRD]),
        (f"<div>{p(FIRST, SECOND)}</div>", (SECOND,), [FIRST, SECOND]),
        (f"<div>{p(FIRST, SECOND)}</div>", (FIRST,), [FIRST, SECOND]),
        (f"<div>{FIRST}<br><br>{SECOND}<br><br>{THIRD}</div>", (SECOND,), [FIRST, SECOND, THIRD]),
        (f"<div>{p(FIRST)}<ul><li>One thing</li></ul>{p(SECOND)}</div>", (FIRST, SECOND), [FIRST, "One thing", SECOND]),
        (f"<div>{p(FIRST)}<div><ul><li>One</li></ul></div>{p(SECOND)}</div>", (FIRST, SECOND), [FIRST, "One", SECOND]),
        (f"<div class=b>{p(FIRST)}</div><hr><div class=b>{p(SECOND)}</div>", (FIRST,), [FIRST, SECOND]),
        (f"<div>{p(FIRST)}<blockquote>{p(SHORT)}</blockquote>{p(SECOND)}</div>", (FIRST, SECOND),
         [FIRST, SHORT, SECOND]),
    ],
)  # fmt: skip
def test_what_the_articles_elements_hold_is_put_back(body: str, found: tuple[str, ...], whole: list[str]) -> None:
    assert filled(body, *found) == whole


@pytest.mark.parametrize(
    "body",
    [
        f"<div>{p(FIRST)}</div><div>{p(SECOND)}</div>",
        f"<div class=b>{p(FIRST)}</div><div class=c>{p(SECOND)}</div>",
        f"<article><div class=b>{p(FIRST)}</div></article><article><div class=b>{p(SECOND)}</div></article>",
        f"<div><h1>{SECOND}</h1>{p(FIRST)}</div>",
        f"<div>{p(SHORT, FIRST)}</div>",
        f"<div>{p(FIRST)}<h2>The end</h2></div>",
        f"<div>{p(FIRST)}<p><a href=/x>{SECOND}</a></p></div>",
        f"<div>{p(FIRST)}<figure><figcaption>{SECOND}</figcaption></figure></div>",
        f"<div>{p(FIRST)}<details><summary>{SECOND}</summary></details></div>",
        f"<div>{p(FIRST, FIRST)}</div>",
        f"<div>{p(FIRST)}<div class=x>{p(SECOND)}</div></div>",
    ],
)
def test_what_is_not_surely_the_articles_is_not(body: str) -> None:
    assert filled(body, FIRST) == [FIRST]


def test_a_paragraph_that_quotes_another_is_put_back_unless_it_says_little_else() -> None:
    words = [f"word{number}" for number in range(30)]
    said, more = " ".join(words[:20]) + " and so on and on for long.", "new1 new2 new3 new4"
    for quoted, is_known in ((f"{' '.join(words[:20])} {more}.", True), (f"{' '.join(words[:15])} {more}.", False)):
        found = filled(f"<div>{p(said, quoted, THIRD)}</div>", said, THIRD)
        assert found == ([said, THIRD] if is_known else [said, quoted, THIRD])


def test_half_a_paragraph_of_links_is_put_back_and_more_is_not() -> None:
    body = f"<div>{p(FIRST)}<p><a href=/x>abcde</a> {{}}</p>{p(SECOND)}</div>"
    assert filled(body.format("fghi"), FIRST, SECOND) == [FIRST, "abcde fghi", SECOND]
    assert filled(body.format("fgh"), FIRST, SECOND) == [FIRST, SECOND]


@pytest.mark.parametrize(
    ("line", "is_kept"),
    [
        ("<h3><a href=/x>Another old bridge closes</a></h3>", False),
        ("<a href=/x><h3>Another old bridge closes</h3></a>", False),
        ("<ul><li><a href=/x>Another old bridge closes</a></ul>", False),
        ("<ul><li><a href=/x>Old Bridge</a></ul>", True),
        ("<ul><li><a href=/x>Another old bridge</a> closes</ul>", True),
        ("<h3><a href=#x>Another old bridge closes</a></h3>", True),
        ("<h3>Another old bridge closes</h3>", True),
        ("<p><a href=/x>Another old bridge closes</a></p>", True),
    ],
)
def test_another_articles_headline_goes(line: str, is_kept: bool) -> None:
    body = f"<div>{p(FIRST)}<div>{line}</div>{p(SECOND)}</div>"
    words = "Old Bridge" if "Old Bridge" in line else "Another old bridge closes"
    assert (words in filled(body, FIRST, words, SECOND)) is is_kept


def test_a_linked_heading_above_the_articles_prose_is_its_own() -> None:
    heading = "The best bridge of all"
    body = f"<div>{p(FIRST)}<h3><a href=/shop>{heading}</a></h3>{{}}</div>"
    assert filled(body.format(p(SECOND)), FIRST, heading, SECOND) == [FIRST, heading, SECOND]
    assert filled(body.format(""), FIRST, heading) == [FIRST]


def test_a_paragraph_that_the_extractor_shortened_is_taken_whole_once() -> None:
    whole = f"{FIRST} It was late."
    assert filled(f"<div>{p(whole, SECOND)}</div>", FIRST, SECOND) == [whole, SECOND]
    longer = f"{FIRST} {SECOND}"
    assert filled(f"<div>{p(longer, THIRD)}</div>", FIRST, SECOND, THIRD) == [FIRST, SECOND, THIRD]


def test_the_page_tells_the_kind_that_the_extractor_lost() -> None:
    root = parse_html(f"<html><body><div>{p(FIRST)}<ol><li>{SECOND}</li></ol></div></body></html>")
    found = [Block(kind=BlockKind.PARAGRAPH, text=text) for text in (FIRST, SECOND)]
    assert [block.kind for block in completed(found, placed_blocks(root))] == [BlockKind.PARAGRAPH, BlockKind.LIST_ITEM]


def test_repeated_short_lines_of_an_article_are_kept() -> None:
    body = f"<div>{p(FIRST)}<h3>Meal</h3>{p(SECOND)}<h3>Meal</h3>{p(THIRD)}</div>"
    assert filled(body, FIRST, "Meal", SECOND, THIRD) == [FIRST, "Meal", SECOND, "Meal", THIRD]


LEAD = "Two million and six months: what the closing of the bridge will mean for those who live north of it."


@pytest.mark.parametrize(
    ("above", "description", "is_taken"),
    [
        (f"<header><div>{LEAD}</div></header>", LEAD, True),
        (f"<header><div>{LEAD}</div></header>", LEAD[:80] + "…", True),
        (f"<header><div>{LEAD}</div></header>", SECOND, False),
        (f"<header><h1>{LEAD}</h1></header>", LEAD, False),
        (f"<ul><li>{LEAD}</li></ul>", LEAD, False),
        (f"<header><div>{FIRST}</div></header>", FIRST, False),
        ("<header><div>Two million and six</div></header>", "Two million and six", False),
    ],
)
def test_the_line_that_the_description_tells_is_the_lead(above: str, description: str, is_taken: bool) -> None:
    found = filled(f"{above}<div>{p(FIRST, SECOND)}</div>", FIRST, SECOND, description=description)
    assert (found[0] == LEAD) is is_taken
    assert found[-2:] == [FIRST, SECOND]


@pytest.mark.parametrize(("language", "is_taken"), [("de", True), ("fr-CA", True), ("en", False), ("en-GB", False)])
def test_a_lead_is_part_of_the_text_where_it_is_not_in_english(language: str, is_taken: bool) -> None:
    content = (
        f"<html lang={language}><head><meta name=description content='{LEAD}'></head><body><article><h1>Bridge</h1>"
        f"<header><p class=lead>{LEAD}</p></header><div>{p(FIRST, SECOND, THIRD, FOURTH)}</div></article></body></html>"
    )
    assert (LEAD in [block.text for block in read_page(content).blocks]) is is_taken


def test_an_article_in_two_parts_is_read_to_its_end() -> None:
    part = "<div class=chunk><div class=article-body>{}</div></div>"
    texts = [" ".join(f"w{number}x{place}" for place in range(20)) + "." for number in range(32)]
    parts = (p(*texts[:16]), p(*texts[16:]))
    content = f"<html><body><main><h1>Bridge</h1>{'<hr>'.join(map(part.format, parts))}</main></body></html>"
    assert [block.text for block in read_page(content).blocks if block.text in texts] == texts


@pytest.mark.parametrize(
    "body", [p(SHORT) * 5_000, p(FIRST) * 5_000, f"<div><a href=/>{FIRST}</a>" * 900, "<br>" * 9_000]
)
def test_time_grows_with_the_page_only(body: str) -> None:
    start = time.process_time()
    filled(f"<div>{p(FIRST)}</div>{body}", *[FIRST] * 4_000)
    assert time.process_time() - start < 20
