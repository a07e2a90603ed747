import json
import time
from html import unescape

import pytest

from newsmill.extract.bounds import MAX_DEPTH
from newsmill.extract.draft import ExtractError
from newsmill.extract.html import parse_html, read_page
from newsmill.model import BlockKind, Reason

SENTENCES = (
    "The council voted on Tuesday to close the old bridge for six months, a spokesman said in the evening.",
    "Traffic will be led over the new road in the north, which opened only last year and has seen little use.",
    "Nobody on the council could say how much the work will cost, but two million was named most often.",
)
ARTICLE = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)


def page(head: str = "", body: str = ARTICLE, attributes: str = "") -> str:
    return f"<!DOCTYPE html><html{attributes}><head>{head}</head><body><article>{body}</article></body></html>"


def linked(data: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


def meta(**values: str) -> str:
    return "".join(f'<meta property="{name.replace("__", ":")}" content="{text}">' for name, text in values.items())


def article_data(**values: object) -> str:
    return linked({"@type": "NewsArticle", **values})


def graph(*nodes: object) -> str:
    return linked({"@graph": [{"@type": "NewsArticle", "author": [{"@id": "#p"}]}, *nodes]})


def texts(content: str) -> list[str]:
    return [block.text for block in read_page(content).blocks]


def test_the_article_is_kept_and_the_page_around_it_is_not() -> None:
    content = (
        "<html><body><nav><a href=/>Home</a><a href=/s>Sport</a></nav><article><h1>Bridge closes</h1>"
        f"{ARTICLE}</article><footer>Copyright 2023</footer><script>var a = '<p>no</p>';</script></body></html>"
    )
    assert [text for text in texts(content) if text != "Bridge closes"] == list(SENTENCES)


def test_the_same_page_gives_the_same_blocks_every_time() -> None:
    first = texts(page())
    assert [texts(page()) for _ in range(4)] == [first] * 4


def test_captions_and_fold_out_labels_keep_their_kind() -> None:
    body = f"{ARTICLE}<details><summary>Full summary of it</summary><p>{SENTENCES[0]} Again.</p></details>{ARTICLE}"
    kinds = {block.text: block.kind for block in read_page(page(body=body)).blocks}
    assert kinds["Full summary of it"] is BlockKind.LABEL
    assert kinds[SENTENCES[1]] is BlockKind.PARAGRAPH


def nested(depth: int) -> str:
    """A page whose paragraph is `depth` elements deep, html and body included, and one more after it."""
    levels = depth - 3
    return f"<html><body>{'<div>' * levels}{ARTICLE}{'</div>' * levels}<p>{SENTENCES[0]} The end.</p></body></html>"


def depth_of(root) -> int:
    """How deep elements are nested; the root alone is 1."""
    return max(sum(1 for _ in element.iterancestors()) + 1 for element in root.iter())


@pytest.mark.parametrize("depth", [100, 255, 256, 257, 500, MAX_DEPTH])
def test_deep_pages_lose_nothing(depth: int) -> None:
    assert depth_of(parse_html(nested(depth))) == depth
    assert texts(nested(depth))[-1].endswith("The end.")


@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 5_000, 50_000])
@pytest.mark.parametrize("tag", ["div", "span", "table><tr><td"])
def test_deeper_pages_are_refused_at_once(depth: int, tag: str) -> None:
    start = time.process_time()
    with pytest.raises(ExtractError) as refusal:
        read_page(f"<html><body>{f'<{tag}>' * depth}{ARTICLE}")
    assert refusal.value.reason is Reason.TOO_DEEP
    assert time.process_time() - start < 20


@pytest.mark.parametrize(
    "content",
    [
        "", " \n ", "<!-- only -->", "\x00\x01\x02", "<", "plain words", "<p>" * 5_000 + "x", "</div>" * 5_000,
        "<p " + "a=b " * 20_000 + ">x</p>", "<?xml version='1.0' encoding='gb2312'?><html><p>x</p></html>",
        "\ud800<p>x</p>", "<html", "<title>", "<table><tr><td>" * 300, "<svg><p>x</svg>",
    ],
)  # fmt: skip
def test_broken_markup_is_read_as_far_as_it_goes(content: str) -> None:
    draft = read_page(content)
    assert all(block.text == " ".join(block.text.split()) for block in draft.blocks)


def test_an_extractor_that_fails_is_told_with_its_exception(monkeypatch: pytest.MonkeyPatch, run) -> None:
    def fail(*_: object, **__: object) -> None:
        raise KeyError("nope\ud800")

    monkeypatch.setattr("newsmill.extract.engine.bare_extraction", fail)
    refusal = run(page())
    assert refusal.reason is Reason.EXTRACTOR_FAILED
    assert "KeyError: 'nope" in refusal.detail
    assert refusal.detail.isascii()


STORY = "".join(f"<p>{sentence} {number}</p>" for number in range(4) for sentence in SENTENCES)


@pytest.mark.parametrize(("others", "again"), [(3, True), (30, False)])
def test_a_page_that_precision_cuts_to_little_is_read_again(others: int, again: bool) -> None:
    """Precision cuts a section whose class says bottom; only where little else is left does it come back."""
    aside = "".join(f"<p>{SENTENCES[1]} Again {number}.</p>" for number in range(others))
    content = f"<html><body><article>{aside}<div class=bottom>{STORY}</div></article></body></html>"
    found = [block.text for block in read_page(content).blocks]
    assert (f"{SENTENCES[0]} 0" in found) is again


def test_a_page_without_an_article_still_gives_its_paragraphs() -> None:
    assert [block.text for block in read_page("<p>Only one short line.</p>").blocks] == ["Only one short line."]


def test_the_declared_encoding_of_decoded_text_does_not_count() -> None:
    content = page('<meta charset="windows-1251">', f"<p>{SENTENCES[0]} Grüße aus Köln – 日本.</p>" + ARTICLE)
    assert texts(content)[0].endswith("Grüße aus Köln – 日本.")


@pytest.mark.parametrize(
    "sentence",
    [
        "قال الرئيس الروسي فلاديمير بوتين إن بلاده مستعدة للتعاون مع جميع الدول المجاورة لها في مجال الطاقة.",
        "宮崎県で震度5弱の地震があり、高知と宮崎に1メートルの津波注意報が出ました。気象庁が発表しました。",
        "המועצה הצביעה ביום שלישי על סגירת הגשר הישן לחצי שנה, אמר דובר בערב.",
        "Tie\u0302\u0301ng Vie\u0323\u0302t, decomposed, joiner\u200d and mark\u200f inside, stays as it is.",
    ],
)
def test_every_script_is_kept_whole(sentence: str) -> None:
    assert texts(page(body="".join(f"<p>{sentence} {number}</p>" for number in range(5)))) == [
        f"{sentence} {number}" for number in range(5)
    ]


# metadata


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        (article_data(headline="A &amp; B close") + meta(og__title="C"), "", "A & B close"),
        (linked({"@graph": [{"@type": "WebPage"}, {"@type": ["BlogPosting"], "headline": "G"}]}), "", "G"),
        (linked({"@type": "WebSite", "headline": "no"}) + meta(og__title="From meta"), "", "From meta"),
        (meta(og__title="Bridge closes | Example", og__site_name="Example"), "", "Bridge closes"),
        ("<title>Bridge closes - Example</title>", "<h1>Bridge closes</h1>", "Bridge closes"),
        ("<title>&lt;script&gt;alert(1)&lt;/script&gt; it</title>", "", "<script>alert(1)</script> it"),
        (meta(og__site_name="Example", og__title="Example") + "<title>Bridge</title>", "", "Bridge"),
        ("", "", None),
        ("<title>Bridge closes for months | Example News</title>",
         "<h1>Example News</h1><h2>Bridge closes for months</h2>", "Bridge closes for months"),
        ("<title>Bridge closes for months | Example News</title>", "<h1>Example News</h1>", "Bridge closes for months"),
        ("<title>Bridge closes for months - EN</title>", "<h1>Opinion</h1><h1>Bridge closes for months again</h1>",
         "Bridge closes for months again"),
        ("<title>Live | Bridge closes for months</title>", "<h1>Bridge closes for months</h1>",
         "Bridge closes for months"),
        ("<title>Example News</title>", "<h1>Bridge closes for months</h1>", "Bridge closes for months"),
        ("<title>Why the old crossing shuts</title>", "<h1>Bridge closes for months</h1>", "Bridge closes for months"),
        ("<title>다리 폐쇄가 시민에게 주는 의미는 무엇인가</title>", "<h1>한국 신문</h1>",
         "다리 폐쇄가 시민에게 주는 의미는 무엇인가"),
    ],
)  # fmt: skip
def test_title(head: str, body: str, title: str | None) -> None:
    assert read_page(page(head, body + ARTICLE)).title == title


@pytest.mark.parametrize(
    ("head", "body", "authors"),
    [
        (article_data(author=[{"@type": "Person", "name": "Jane Doe"}, "By John Roe"]), "", ("Jane Doe", "John Roe")),
        (article_data(author={"givenName": "Jane", "familyName": "Doe"}), "", ("Jane Doe",)),
        (article_data(author={"name": ["Jane Doe", "John Roe"]}), "", ("Jane Doe", "John Roe")),
        (article_data(author={"@type": "Organization", "name": "Example"})
         + meta(og__site_name="Example", author="Jane Doe"), "", ("Jane Doe",)),
        (meta(article__author="https://example.org/jane", author="Jane Doe, Editor"), "", ("Jane Doe",)),
        ("", "<h1>T</h1><a rel=author href=/j>Jane Doe</a>", ("Jane Doe",)),
        ("", "<h1>T</h1><div itemprop=author><span itemprop=name>Jane Doe</span> 3 posts</div>", ("Jane Doe",)),
        ("", "<h1>T</h1><p class=post-byline>By <a>Jane Doe</a> and <a>John Roe</a></p>", ("Jane Doe", "John Roe")),
        ("", "<div class=author>Jane Doe</div><h1>T</h1>", ()),
        (graph({"@type": "Person", "@id": "#p", "name": "Jane Doe"}), "", ("Jane Doe",)),
        (graph({"@id": "#p"}, {"@id": "#p", "name": "Jane Doe"}), "", ("Jane Doe",)),
        (graph({"@id": "#other", "name": "John Roe"}), "", ()),
        (graph({"@id": "#p", "author": {"@id": "#p"}}), "", ()),
        ("", "<h1>T</h1><div class=authority>Jane Doe</div>", ()),
    ],
)  # fmt: skip
def test_authors(head: str, body: str, authors: tuple[str, ...]) -> None:
    assert read_page(page(head, body + ARTICLE)).authors == authors


@pytest.mark.parametrize(
    ("head", "body", "first"),
    [
        (article_data(datePublished="2023-09-13") + meta(article__published_time="2022-01-01"), "", "2023-09-13"),
        (meta(article__published_time="2023-09-13"), "<time datetime=2022-01-01>x</time>", "2023-09-13"),
        ("", "<span itemprop=datePublished content=2023-09-13></span>", "2023-09-13"),
        ("", "<time datetime=2023-09-13>yesterday</time>", "2023-09-13"),
        ("", "<abbr itemprop=datePublished title='2023-09-13T21:05:00Z'>9:05 PM</abbr>", "2023-09-13T21:05:00Z"),
        ("<title>T</title>", "<h1>T</h1><abbr class=published title='2023-09-13'>9 PM</abbr>", "2023-09-13"),
        ("", "<span itemprop=datePublished title='2023-09-13'>13/09/2023</span>", "13/09/2023"),
        ("", "<time>yesterday</time>", None),
        ("", "<aside><span itemprop=datePublished content=2023-09-13></span></aside>", None),
    ],
)  # fmt: skip
def test_published(head: str, body: str, first: str | None) -> None:
    clues = read_page(page(head, body + ARTICLE)).published
    assert (clues[0].value if clues else None) == first


WHEN = "<time datetime=2023-09-13>then</time>"
OTHER = "<time datetime=2019-01-01>before</time>"


@pytest.mark.parametrize(
    ("body", "first"),
    [
        (f"<article><h1>T</h1>{WHEN}{ARTICLE}</article>", "2023-09-13"),
        (f"<ul class=latest><li>{OTHER}</ul><article><h1>T</h1>{WHEN}{ARTICLE}</article>", "2023-09-13"),
        (f"<ul class=latest><li>{OTHER}</ul><article><h1>T</h1>{ARTICLE}</article>", None),
        (f"<article><h1>T</h1>{ARTICLE}</article><footer>{OTHER}</footer>", None),
        (f"<nav>{OTHER}</nav><article><h1>T</h1>{ARTICLE}</article>", None),
        (f"<article><h1>T</h1>{ARTICLE}<aside>{OTHER}</aside></article>", None),
        (f"<article><h1>T</h1>{ARTICLE}<div class='more-stories x'>{OTHER}</div></article>", None),
        (f"<article><h1>T</h1>{ARTICLE}<div class=more>{OTHER}</div></article>", "2019-01-01"),
        (f"<article><h1>T</h1>{ARTICLE}<article>{OTHER}</article></article>", None),
        (f"<main><article><h1>T</h1>{ARTICLE}</article><article>{OTHER}</article></main>", None),
        (f"<div class=popular><article><h1>T</h1>{WHEN}{ARTICLE}</article></div>", "2023-09-13"),
        (f"<h1>T</h1><article>{WHEN}{ARTICLE}</article><article>{OTHER}</article>", "2023-09-13"),
        (f"<main><h1>T</h1>{'<b>x</b>' * 300}{WHEN}</main>", "2023-09-13"),
        (f"<h1>T</h1>{'<b>x</b>' * 198}{WHEN}", "2023-09-13"),
        (f"<h1>T</h1>{'<b>x</b>' * 199}{OTHER}", None),
        (f"{WHEN}{'<b>x</b>' * 29}<h1>T</h1>{ARTICLE}", "2023-09-13"),
        (f"{OTHER}{'<b>x</b>' * 30}<h1>T</h1>{ARTICLE}", None),
        (f"{WHEN}{ARTICLE}", "2023-09-13"),
    ],
)
def test_only_the_articles_own_time_elements_date_it(body: str, first: str | None) -> None:
    clues = read_page(f"<html><body>{body}</body></html>").published
    assert (clues[0].value if clues else None) == first


def test_the_byline_is_looked_for_below_the_headline_not_below_the_logo() -> None:
    menu = "<h1>Example News</h1>" + "<b>x</b>" * 300
    body = f"{menu}<h2>Bridge closes for months</h2><p class=byline>By Jane Doe</p>{ARTICLE}"
    head = "<title>Bridge closes for months - Example News</title>"
    assert read_page(page(head, body)).authors == ("Jane Doe",)


def test_code_of_a_page_keeps_its_lines() -> None:
    body = f"{ARTICLE}<pre>def f(x):\n    return x\n\nprint(f(1))</pre><p>{SENTENCES[0]} Again.</p>"
    code = [block.text for block in read_page(page(body=body)).blocks if block.kind is BlockKind.CODE]
    assert code == ["def f(x):\n    return x\nprint(f(1))"]


TOLD = "\n\n".join(SENTENCES)
MARKUP = "".join(f'<p class="x">{sentence}</p>' for sentence in SENTENCES)


@pytest.mark.parametrize(
    "script",
    [
        article_data(articleBody=TOLD),
        article_data(articleBody=MARKUP),
        article_data(articleBody=MARKUP.replace("<", "&lt;").replace(">", "&gt;")),
        f"<script>push([1, {json.dumps(MARKUP)}])</script>",
        f"<script>push([1, {json.dumps(MARKUP).replace('<', chr(92) + 'u003c')}])</script>",
        f"<script>push({json.dumps({'short': '<p>a</p><p>b</p>', 'html': MARKUP})})</script>",
    ],
)
def test_a_page_that_shows_no_text_is_read_from_what_it_holds(script: str) -> None:
    content = f"<html><head>{script}</head><body><div id=app></div></body></html>"
    assert texts(content) == list(SENTENCES)


@pytest.mark.parametrize(
    "script",
    [
        article_data(articleBody="Too short."),
        article_data(articleBody={"a": 1}),
        f"<script>var a = {json.dumps('words ' * 100)}</script>",
        f"<script>var a = {json.dumps('<p>' + 'word ' * 100)}</script>",
        "<script>" + '"' * 100_000 + "</script>",
        "<script>" + '"\\' * 100_000 + "</script>",
        f"<script>push([1, {json.dumps('<p>' + '<div>' * 50_000 + '<p>')}])</script>",
    ],
)
def test_strings_that_are_no_article_give_none(script: str) -> None:
    start = time.process_time()
    assert texts(f"<html><head>{script}</head><body></body></html>") == []
    assert time.process_time() - start < 20


def test_what_a_page_shows_beats_what_it_holds() -> None:
    assert texts(page(article_data(articleBody="Other words. " * 100))) == list(SENTENCES)


def test_other_fields() -> None:
    head = (
        linked({"@type": "Article", "keywords": ["a", " b "], "dateModified": "2023-09-14", "inLanguage": "de"})
        + meta(og__description=" Two\n words ", og__locale="en_GB")
        + "<link rel=canonical href=/news/1>"
    )
    draft = read_page(page(head), "https://example.org/x")
    assert draft.tags == ("a", "b")
    assert [clue.value for clue in draft.modified] == ["2023-09-14"]
    assert draft.description == "Two words"
    assert draft.language == "de"
    assert draft.url == "https://example.org/news/1"
    assert read_page(page(head, attributes=" lang=fr")).language == "fr"


@pytest.mark.parametrize(
    "script",
    [
        "garbage", "{", "[]", "null", "1", "[" * 100_000, '{"@graph":' * 50_000, "x" * 3_000_000,
        '{"@type": "NewsArticle", "headline": 5, "author": [[["x"]], {"name": {"a": 1}}, 5, null, true], '
        '"datePublished": {"x": 1}, "keywords": [1, {"name": "t"}], "publisher": "x", "description": []}',
        '{"@type": [null, 5, {}], "headline": "no"}',
    ],
)  # fmt: skip
def test_json_ld_that_is_garbage_huge_or_deep_costs_only_itself(script: str) -> None:
    draft = read_page(page(f'<script type="application/ld+json">{script}</script>'))
    assert [block.text for block in draft.blocks] == list(SENTENCES)


@pytest.mark.parametrize(
    "script",
    [
        '<!-- {"@type": "NewsArticle", "headline": "Yes"} -->',
        '//<![CDATA[\n{"@type": "NewsArticle", "headline": "Yes",}\n//]]>',
        '{"@type": "NewsArticle", "headline": "Yes", "description": "two\nlines"};',
    ],
)
def test_json_ld_that_sites_commonly_break_is_mended(script: str) -> None:
    assert read_page(page(f'<script type="application/ld+json">{script}</script>')).title == "Yes"


@pytest.mark.parametrize(
    "content",
    [
        f"<html><p>{ARTICLE}",
        f"<div>{ARTICLE}</div>",
        '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml" '
        f'xmlns:og="http://ogp.me/ns#"><head><title>x</title></head><body><og:div><svg:g/>{ARTICLE}</og:div></body></html>',
        f"<html><body><template><p>Not shown.</p></template>{ARTICLE}<body class=again></body></body></html>",
    ],
)
def test_an_odd_page_is_read(content: str) -> None:
    assert texts(content) == list(SENTENCES)


@pytest.mark.parametrize(
    "content",
    [
        f"<html><frameset><frame src=a><noframes>{ARTICLE}</noframes></frameset></html>",
        f"<html><template><body>{ARTICLE}</body></template></html>",
        "<html><head></head></html>",
    ],
)
def test_a_page_that_shows_nothing_gives_no_text(content: str) -> None:
    assert texts(content) == []


@pytest.mark.parametrize(
    ("body", "least"),
    [
        (f"<p>{'word ' * 400_000}</p>", 1),
        (f"{ARTICLE}<div>{'<p>y z</p>' * 20_000}</div>", 3),
        (f"{ARTICLE}<div>{'<div><div>y z</div></div>' * 20_000}</div>", 3),
        (f"{'<div class=related>' * 900}{ARTICLE}{'<div class=share><p>no</p></div>' * 5_000}", 3),
        (f"{ARTICLE}<ul>{'<li>the same item' * 20_000}</ul>{ARTICLE}", 3),
        (f"{ARTICLE}{'<ul><li><a href=/x>the same item</a><li><a href=/y>the same item</a></ul>' * 9_000}{ARTICLE}", 3),
        (f"{ARTICLE}{'<h1>Bridge</h1>' * 20_000}", 3),
    ],
)
def test_an_endless_page_is_read_in_time(body: str, least: int) -> None:
    start = time.process_time()
    assert len(texts(page(body=body))) >= least
    assert time.process_time() - start < 90


@pytest.mark.parametrize(
    "empty",
    ["<span></span>", "<b><svg></svg></b>", "<span><span style='display:none'>x = 2</span><img src=/2.png></span>"],
    ids=["empty", "icon", "formula"],
)
def test_a_sentence_goes_on_behind_an_element_without_text(empty: str) -> None:
    start, end = "The bridge will be closed for", "six months, and the road beside it for two years."
    assert f"{start} {end}" in texts(page(body=f"{ARTICLE}<p>{start} {empty} {end}</p>{ARTICLE}"))


@pytest.mark.parametrize(
    "unfit",
    [*"\x0b\x0c\x1c\x1f", "&#11;", "&#x0B;", "&#000012", "&#1;", "&#31;", "&#x1F;", "&#65534;", "&#xFFFF;", "&#8&#14;"],
)
def test_controls_that_lxml_lets_nobody_set_are_a_space(unfit: str) -> None:
    content = page(body=f"{ARTICLE}<p>{SENTENCES[0]} One{unfit}<b>two</b>{unfit}<meta>{unfit} three.</p>")
    assert any(block.text.endswith("One two three.") for block in read_page(content).blocks)


@pytest.mark.parametrize("reference", ["&#9;", "&#10;", "&#110;", "&#160;", "&#8217;", "&#x1b8;", "&#65533;"])
def test_other_numbers_of_characters_are_left_to_the_parser(reference: str) -> None:
    element = next(parse_html(f"<p>a{reference}b</p>").iter("p"))
    assert element.text == f"a{unescape(reference)}b"
