import time

import pytest
from lxml.etree import tostring

from newsmill.extract.blocks import tree_blocks
from newsmill.extract.html import parse_html
from newsmill.extract.tree import MAX_OPENED, clean_tree

SENTENCE = "The council voted on Tuesday to close the old bridge for six months, a spokesman said."
ARTICLE = f"<h1>Bridge</h1>{'<p>' + SENTENCE + '</p>'}" * 3
BOX = "<p>Other words.</p>"


def left(body: str) -> list[str]:
    root = parse_html(f"<html><body>{body}</body></html>")
    clean_tree(root)
    return [block.text for block in tree_blocks(root) if block.text not in ("Bridge", SENTENCE)]


@pytest.mark.parametrize(
    "box",
    [
        "<nav>{}</nav>", "<footer>{}</footer>", "<aside>{}</aside>", "<form>{}</form>", "<dialog>{}</dialog>",
        "<div role=navigation>{}</div>", "<section role=complementary>{}</section>", "<div hidden>{}</div>",
        "<div aria-hidden=true>{}</div>", "<div style='color: red; display : none'>{}</div>",
        "<div class='article-related'>{}</div>", "<div class=relatedArticles>{}</div>", "<ul id=most-read>{}</ul>",
        "<div class='c-newsletter wide'>{}</div>", "<section aria-label='Newsletter sign-up'>{}</section>",
        "<div class=share-bar>{}</div>", "<div id=comments>{}</div>", "<div class=comentarios>{}</div>",
        "<div class=author-bio>{}</div>", "<div class='wp-caption-text'>{}</div>", "<ul class=breadcrumbs>{}</ul>",
        "<div data-testid=InfoBox>{}</div>", "<x-factbox>{}</x-factbox>", "<div class=infobox>{}</div>",
        "<div class='plus-cta wide'>{}</div>", "<div class=print-header>{}</div>", "<div class=print-only>{}</div>",
        "<div class=x-MostRead>{}</div>", "<div class='main sidebar'>{}</div>", "<div id=SIDEBAR>{}</div>",
        "<template>{}</template>", "<noscript>{}</noscript>", "<svg><text>{}</text></svg>",
    ],
)  # fmt: skip
def test_a_box_goes(box: str) -> None:
    assert left(ARTICLE + box.format(BOX)) == []


@pytest.mark.parametrize(
    "box",
    [
        "<div>{}</div>", "<section class=article-body>{}</section>", "<div class=shareholders>{}</div>",
        "<div class=social-media-embed>{}</div>", "<div class=sidebar-grid>{}</div>", "<div class=commentary>{}</div>",
        "<div class=biology>{}</div>", "<blockquote class=twitter-tweet>{}</blockquote>", "<div role=main>{}</div>",
        "<div aria-hidden=false>{}</div>", "<div style='display:block'>{}</div>", "<div class=unrelated>{}</div>",
        "<div class=relatedness>{}</div>", "<div class=octa>{}</div>", "<div class=print>{}</div>",
        "<amp-list>{}</amp-list>",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_box_stays(box: str) -> None:
    assert left(ARTICLE + box.format(BOX)) == ["Other words."]


@pytest.mark.parametrize("box", ["<form>{}</form>", "<div class=related>{}</div>", "<div style=display:none>{}</div>"])
def test_what_holds_the_headline_or_much_of_the_text_is_no_box(box: str) -> None:
    assert left(box.format(f"<h1>Bridge</h1>{BOX}") + f"<p>{SENTENCE}</p>" * 9) == ["Other words."]
    assert left(f"<p>{SENTENCE}</p>" * 3 + box.format(f"{BOX}<p>{SENTENCE}</p><p>{SENTENCE}</p>")) == ["Other words."]
    assert left(f"<p>{SENTENCE}</p>" * 4 + box.format(f"{BOX}<p>{SENTENCE}</p><p>{SENTENCE}</p>")) == []


def test_an_information_box_may_be_longer_than_the_article_beside_it() -> None:
    box = f"<div class={{}}>{BOX}{f'<p>{SENTENCE}</p>' * 4}</div>"
    assert left(ARTICLE + box.format("fact-box")) == []
    assert left(ARTICLE + box.format("related")) == ["Other words."]


def test_the_words_after_a_box_stay() -> None:
    assert left(f"{ARTICLE}<p>One<script>no()</script> two<button>Share</button> three</p>") == ["One two three"]


@pytest.mark.parametrize("depth", [1, MAX_OPENED + 3])
@pytest.mark.parametrize(("text", "goes"), [("Home", True), (SENTENCE * 9, False)])
def test_a_box_goes_with_what_stands_in_it_unless_that_is_much_of_the_text(depth: int, text: str, goes: bool) -> None:
    box = f"{'<nav>' * depth}<div class=share><div>{text}</div></div>{'</nav>' * depth}"
    assert left(f"<h1>Bridge</h1><p>{SENTENCE}</p>{box}") == ([] if goes else [text])


@pytest.mark.parametrize("markup", ["<div class=related>", "<div class=sidebar><p>x", "<form><p>x", "<aside>"])
def test_time_grows_with_the_page_only(markup: str) -> None:
    start = time.process_time()
    left(f"{markup * 900}{ARTICLE * 900}")
    assert time.process_time() - start < 20


@pytest.mark.parametrize("element", ["p", "div", "section"])
@pytest.mark.parametrize("name", ["teaser", "subscribe", "caption"])
def test_page_that_gives_every_paragraph_the_name_of_a_box_keeps_them(element: str, name: str) -> None:
    root = parse_html(f"<body><h1>Bridge</h1>{f'<{element} class={name}>{SENTENCE}</{element}>' * 6}</body>")
    clean_tree(root)
    assert [block.text for block in tree_blocks(root)] == ["Bridge", *[SENTENCE] * 6]


@pytest.mark.parametrize(("boxes", "kept"), [(2, False), (3, True)])
def test_boxes_of_one_mark_stay_when_they_hold_most_of_the_paragraphs(boxes: int, kept: bool) -> None:
    box = f"<div class=teaser><p>{SENTENCE[:-1]}, and more.</p></div>"
    assert bool(left(f"<h1>Bridge</h1><p>{SENTENCE}</p>{box * boxes}")) is kept


@pytest.mark.parametrize("text", ["<div>{0}</div><div>{0}</div>", "{0}<br><br>{0}<br>"])
@pytest.mark.parametrize("box", ["<div class=subscribe>{}</div>", "<form>{}</form>"])
def test_article_without_paragraphs_outweighs_the_name_of_its_element(text: str, box: str) -> None:
    root = parse_html(f"<body><h1>Bridge</h1>{box.format(text.format(SENTENCE))}</body>")
    clean_tree(root)
    assert SENTENCE in " ".join(block.text for block in tree_blocks(root))


@pytest.mark.parametrize("tag", ["aside", "footer"])
def test_element_that_holds_the_article_is_named_so_that_extractors_see_it(tag: str) -> None:
    root = parse_html(f"<body><h1>Bridge</h1><{tag}><p>{SENTENCE}</p></{tag}><footer><p>Imprint</p></footer></body>")
    clean_tree(root)
    assert [element.tag for element in root.iter("div", "aside", "footer")] == ["div"]
    assert SENTENCE in [block.text for block in tree_blocks(root)]


@pytest.mark.parametrize(
    ("markup", "whole"),
    [
        ("<div><span></span><p> </p><ul><li></li></ul></div>", ""),
        ("before<span></span>behind", "before<span></span>behind"),  # a style sheet may show it as a line break
        ("before<b> </b><i>behind</i>", "before<b> </b><i>behind</i>"),
        ("before<div></div>behind", "before<div></div>behind"),
        ("<a href='/x'></a>words", "<a href='/x'></a>words"),  # over all of a card: it tells that this is one
        ("<table><tr><td></td><td>b</td></tr></table>", "<table><tr><td></td><td>b</td></tr></table>"),
        ("<div><img src='a'></div>", "<div><img src='a'></div>"),
    ],
)
def test_what_holds_nothing_and_parts_nothing_goes(markup: str, whole: str) -> None:
    pages = [parse_html(f"<html><body><p>{SENTENCE}</p>{markup}</body></html>") for markup in (markup, whole)]
    clean_tree(pages[0])
    assert [tostring(page.find("body")) for page in pages[:1]] == [tostring(page.find("body")) for page in pages[1:]]


def test_of_a_pages_head_only_json_ld_stays() -> None:
    data = '<script type="application/ld+json">{"@type": "NewsArticle"}</script>'
    root = parse_html(f"<html><head><title>Bridge</title><script>x</script>{data}</head><body>{ARTICLE}</body></html>")
    clean_tree(root)
    assert [element.get("type") for element in root.find("head")] == ["application/ld+json"]
