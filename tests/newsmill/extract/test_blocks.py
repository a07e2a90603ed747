import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from lxml.html import document_fromstring

from newsmill.extract.blocks import squeeze, squeeze_code, tree_blocks, unique
from newsmill.model import BlockKind


def blocks(markup: str) -> list[tuple[str, str]]:
    return [(block.kind.value, block.text) for block in tree_blocks(document_fromstring(markup))]


def texts(markup: str) -> list[str]:
    return [text for _, text in blocks(markup)]


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>one</p>", [("paragraph", "one")]),
        ("<h2>one</h2><p>two</p>", [("heading", "one"), ("paragraph", "two")]),
        ("<ul><li>one<li><p>two</p></ul>", [("list_item", "one"), ("list_item", "two")]),
        ("<blockquote><p>one</p><p>two</p></blockquote>", [("quote", "one"), ("quote", "two")]),
        ("<details><summary>more</summary><p>one</p></details>", [("label", "more"), ("paragraph", "one")]),
        ("<p>one</p><button>Share</button>", [("paragraph", "one"), ("label", "Share")]),
        ("<figure><img><figcaption>one</figcaption></figure>", [("caption", "one")]),
        ("<pre>a\n  b</pre>", [("code", "a\n  b")]),
        ("<pre>\n  a\n\n \t\n\n    b<br>  c \n</pre>", [("code", "a\n  b\nc")]),
        ("<pre><code>a\n\tb\u00a0c</code></pre>", [("code", "a\n    b c")]),
        ("<p>a <code>b\nc</code> d</p>", [("paragraph", "a b c d")]),
        ("<table><tr><th>a<th>b<tr><td>1<td><p>2</p><p>3</p></table>",
         [("table_row", "a | b"), ("table_row", "1 | 2 3")]),
        ("<table><tr><td></td><td>b</td></tr></table>", [("table_row", "b")]),
        ("<table><tr><td><p>one</p><p>two</p></td></tr></table>", [("paragraph", "one"), ("paragraph", "two")]),
    ],
)  # fmt: skip
def test_elements_give_blocks_of_their_kind(markup: str, expected: list[tuple[str, str]]) -> None:
    assert blocks(markup) == expected


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>a <b>b</b>, <a href=x>c</a>!</p>", ["a b, c!"]),
        ("<p><em>N</em>ow</p>", ["Now"]),
        ("<p>one<br>two</p>", ["one two"]),
        ("<p>one<br><br>two</p>", ["one", "two"]),
        ("<p>one<br> \n <br/><br>two</p>", ["one", "two"]),
        ("<div>one<p>two</p>three</div>", ["one", "two", "three"]),
        ("<p>a\u00a0 \n b\u200dc</p>", ["a b\u200dc"]),
        ("<p>a<!-- no -->b</p>", ["ab"]),
        ("<p>a<script>no</script>b<style>no</style></p>", ["ab"]),
        ("<p>&lt;script&gt;</p>", ["<script>"]),
        ("<p> </p><p></p>", []),
        ("<head><title>no</title></head><body>yes</body>", ["yes"]),
    ],
)
def test_words_keep_their_spacing(markup: str, expected: list[str]) -> None:
    assert texts(markup) == expected


def test_trafilaturas_names_of_elements_are_known() -> None:
    tree = etree.fromstring(
        "<body><head rend='h2'>a</head><p>b<lb/>c</p><list><item>d</item></list><quote>e</quote>"
        "<p>f <quote>g</quote> h</p><table><row><cell>i</cell><cell>j</cell></row></table></body>"
    )
    assert [(block.kind, block.text) for block in tree_blocks(tree)] == [
        (BlockKind.HEADING, "a"), (BlockKind.PARAGRAPH, "b c"), (BlockKind.LIST_ITEM, "d"), (BlockKind.QUOTE, "e"),
        (BlockKind.PARAGRAPH, "f g h"), (BlockKind.TABLE_ROW, "i | j"),
    ]  # fmt: skip


def test_trafilaturas_code_is_a_block_where_it_stands_alone() -> None:
    tree = etree.fromstring(
        "<body><p>a <code>b</code></p><code>c\n\n d<code>e</code></code><p>f</p>g <code>h</code> i</body>"
    )
    assert [(block.kind, block.text) for block in tree_blocks(tree)] == [
        (BlockKind.PARAGRAPH, "a b"), (BlockKind.CODE, "c\n de"), (BlockKind.PARAGRAPH, "f"),
        (BlockKind.PARAGRAPH, "g h i"),
    ]  # fmt: skip


@given(st.text(alphabet="ab \t\n\r\x0b\x85\u2028\u00a0\x00"))
def test_code_has_no_blank_line_and_no_outer_space(text: str) -> None:
    lines = squeeze_code(text).split("\n")
    assert "\n".join(lines).strip() == "\n".join(lines)
    assert lines == [""] or all(line.strip() and line == line.rstrip() for line in lines)
    assert "".join("".join(lines).split()) == "".join(squeeze(text).split())


def test_a_tree_deeper_than_the_stack_is_walked() -> None:
    root = leaf = etree.Element("div")
    for _ in range(3000):
        leaf = etree.SubElement(leaf, "div")
    leaf.text = "down here"
    assert [block.text for block in tree_blocks(root)] == ["down here"]


@given(st.text())
def test_squeezed_text_is_fit_for_a_block(text: str) -> None:
    folded = squeeze(text)
    assert folded == squeeze(folded)
    assert folded == " ".join(folded.split())
    assert folded.encode("utf-8").decode("utf-8") == folded
    assert not any(character < " " or "\x7f" <= character <= "\x9f" for character in folded)


TAGS = ("p", "b", "li", "td", "tr", "table", "div", "blockquote", "ul", "figcaption", "button")
PIECES = ("x ", "yy", " z.", "<br>", *(f"<{tag}>" for tag in TAGS), *(f"</{tag}>" for tag in TAGS))


@given(st.lists(st.sampled_from(PIECES)))
def test_no_word_of_any_tree_is_lost_or_doubled(parts: list[str]) -> None:
    root = document_fromstring("<html><body>" + "".join(parts) + "</body></html>")
    want = "".join("".join(root.itertext()).split())
    assert "".join("".join(texts("<html><body>" + "".join(parts) + "</body></html>")).split()).replace("|", "") == want


def test_repetitions_and_empty_texts_are_dropped_in_order() -> None:
    assert unique(["b", " a ", "", "b", "a"]) == ("b", "a")
