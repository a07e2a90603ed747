import time

import pytest

from newsmill.extract.blocks import placed_blocks
from newsmill.extract.gaps import completed
from newsmill.extract.html import parse_html, read_page
from newsmill.extract.insets import link_lists
from newsmill.model import Block, BlockKind

TEXTS = tuple(
    f"Paragraph {number} tells at some length what the council said of the old bridge on the {number}th of the month."
    for number in range(1, 9)
)
SENTENCE = "The steel had rusted for years."
OTHER = "Nobody had looked at it since."


def p(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def left(inset: str, *found: str, before: str = p(*TEXTS[:4]), after: str = p(*TEXTS[4:])) -> list[str]:
    """Return what is left of an inset in the middle of an article, if the extractor takes all of the page."""
    root = parse_html(f"<html><body><article><div class=text>{before}{inset}{after}</div></article></body></html>")
    words = "".join(root.itertext())
    taken = [text for text in (*TEXTS[:4], *found, *TEXTS[4:]) if text in words]
    blocks = completed([Block(kind=BlockKind.PARAGRAPH, text=text) for text in taken], placed_blocks(root))
    return [block.text for block in blocks if block.text not in TEXTS]


LINKS = "".join(f"<li><a href=/{number}>The council closes bridge number {number}</a></li>" for number in range(3))


@pytest.mark.parametrize(
    ("markup", "found"),
    [
        (f"<div id=x><h3>Most read</h3><ul>{LINKS}</ul></div>", "x"),
        (f"<div><p>{TEXTS[0]}</p><ul id=x>{LINKS}</ul></div>", "x"),
        (f"<div><p>{TEXTS[0]}</p><ul>{LINKS[: LINKS.rindex('<li>')]}</ul></div>", None),  # two may be the article's
        (f"<div><p>{TEXTS[0]}</p><ul>{LINKS}<li>Nobody was hurt.</li></ul></div>", None),
        (f"<p>{TEXTS[0]} <a href=/1>One</a> <a href=/2>Two</a> <a href=/3>Three</a></p>", None),
    ],
)
def test_the_largest_element_of_links_and_their_heading_is_a_list_of_links(markup: str, found: str | None) -> None:
    placed = placed_blocks(parse_html(f"<html><body>{p(*TEXTS[1:])}{markup}</body></html>"))
    assert [box.get("id") for box in link_lists(placed)] == ([found] if found else [])


def test_a_page_of_links_alone_is_no_list_of_links() -> None:
    assert link_lists(placed_blocks(parse_html(f"<html><body><ul>{LINKS}</ul></body></html>"))) == []
    assert link_lists(placed_blocks(parse_html("<html><body></body></html>"))) == []


@pytest.mark.parametrize(
    "inset",
    [
        f"<div class=x1>{p(SENTENCE, OTHER)}</div>",
        f"<div class=x1><h3>{SENTENCE}</h3>{p(OTHER)}</div>",
        f"<div class=x1><div><h3>{SENTENCE}</h3></div><div><div>{p(OTHER)}</div></div></div>",
        f"<article><a href=/x><h3>{SENTENCE}</h3>{p(OTHER)}</a></article>",
        f"<div class=x1><img src=a>{p(SENTENCE)}</div>",
        f"<div class=x1><div><picture></picture></div><div>{p(SENTENCE)}</div></div>",
    ],
)
def test_a_box_of_its_own_in_an_article_goes(inset: str) -> None:
    assert left(inset, SENTENCE, OTHER) == []


@pytest.mark.parametrize(
    ("inset", "stays"),
    [
        (f"<div class=x1>{p(SENTENCE)}</div>", [SENTENCE]),
        (f"<div class=x1><h3>{SENTENCE}</h3></div>", [SENTENCE]),
        (f"<h3>{SENTENCE}</h3>{p(OTHER)}", [SENTENCE, OTHER]),
        (f"<img src=a>{p(SENTENCE)}", [SENTENCE]),
        (f"<div class=x1><blockquote>{p(SENTENCE, OTHER)}</blockquote></div>", [SENTENCE, OTHER]),
        (f"<div class=x1>{p(SENTENCE)}<ul><li>{OTHER}</ul></div>", [SENTENCE, OTHER]),
        (f"<div class=x1><table><tr><td>{SENTENCE}</table>{p(OTHER)}</div>", [SENTENCE, OTHER]),
    ],
)
def test_what_may_be_the_articles_stays(inset: str, stays: list[str]) -> None:
    assert left(inset, SENTENCE, OTHER) == stays


def test_a_box_before_or_after_all_of_the_text_stays() -> None:
    box = f"<div class=x1>{p(SENTENCE, OTHER)}</div>"
    assert left(box, SENTENCE, OTHER, before="", after=p(*TEXTS)) == [SENTENCE, OTHER]
    assert left(box, SENTENCE, OTHER, before=p(*TEXTS), after="") == [SENTENCE, OTHER]


def test_parts_of_one_name_are_the_article() -> None:
    parts = "".join(f"<div class=part><h3>{SENTENCE}</h3>{p(text)}</div>" for text in TEXTS)
    assert left("", *[SENTENCE] * 8, before=parts, after="") == [SENTENCE] * 8


def test_where_much_stands_in_boxes_the_page_is_built_so() -> None:
    boxes = [f"<div class=x{number}>{p(f'{SENTENCE} {number}', OTHER)}</div>" for number in range(8)]
    texts = [text for number in range(8) for text in (f"{SENTENCE} {number}", OTHER)]
    assert left("".join(boxes[:4]), *texts[:8]) == []
    assert left("".join(boxes), *texts) == texts


@pytest.mark.parametrize(
    ("items", "is_kept"),
    [
        ("<li>Bridge: <a href=/1>Council votes to close it</a><li>Traffic: <a href=/2>Where to drive now</a>", False),
        ("<li>Bridge: <a href=/1>Council votes</a><li>In short: <a href=/2>What the council means</a> | Cost", False),
        ("<li>Bridge: <a href=/1>Council votes to close it</a><li>Traffic: where to drive now", True),
        ("<li>Bridge: <a href=/1>Council votes to close it</a>", True),
        ("<li>Bridge: <a href=/1>Council votes to close it</a>.<li>Traffic: <a href=/2>Where to drive now</a>.", True),
        ("<li>Bridge, so it seems, <a href=/1>closes</a><li>Traffic, by all means, <a href=/2>flows</a>", True),
        ("<li>the <a href=/1>Bridge</a><li>the <a href=/2>Road</a>", True),
    ],
)  # fmt: skip
def test_a_list_of_links_goes(items: str, is_kept: bool) -> None:
    root = parse_html(f"<ul>{items}</ul>")
    texts = ["".join(item.itertext()) for item in root.iter("li")]
    assert left(f"<ul>{items}</ul>", *texts) == (texts if is_kept else [])


def test_two_lists_are_judged_apart() -> None:
    links = "<ul><li>Bridge: <a href=/1>Council votes to close</a><li>Traffic: <a href=/2>Where to drive now</a></ul>"
    names = "<ul><li>The council<li>The engineers</ul>"
    texts = ["Bridge: Council votes to close", "Traffic: Where to drive now", "The council", "The engineers"]
    assert left(links + names, *texts) == texts[2:]


@pytest.mark.parametrize(
    "inset",
    [
        "<div class=x{}><div><p>Two words {}.</p></div><p>More words</p></div>",
        "<div class=x{}><img src=a><p>Two words {}.</p></div>",
        "<ul><li>Two <a href=/>linked words {}{}</a></ul>",
        "<i>" * 20 + "<div><p>Two words {}{}</p></div>" + "</i>" * 20,
    ],
)
def test_time_grows_with_the_page_only(inset: str) -> None:
    root = "".join(inset.format(number, number) for number in range(2_000))
    start = time.process_time()
    read_page(f"<html><body><article><div class=text>{p(*TEXTS)}{root}{p(*TEXTS)}</div></article></body></html>")
    assert time.process_time() - start < 60
