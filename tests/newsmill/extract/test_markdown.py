import pytest

from newsmill.extract.draft import ExtractError
from newsmill.extract.markdown import MAX_CHARS, read_markdown, split_front_matter
from newsmill.frontmatter import MAX_TOML_CHARS
from newsmill.model import Block, BlockKind, Reason, Source

BODY = "The body.\n"


def front(yaml: str, body: str = BODY) -> str:
    return f"---\n{yaml}\n---\n{body}"


def test_markup_is_structure_and_not_text() -> None:
    draft = read_markdown(
        "# One\n\nSome *words* and [a link](https://example.org), `code`.\nStill.\n\n* two\n* three\n\n> four\n\n"
        "1. five\n\n    six\n\n|a|b|\n|-|-|\n|1|2|\n\n<details><summary>More</summary><p>seven<br>eight</p></details>\n"
    )
    kinds = BlockKind
    assert [(block.kind, block.text) for block in draft.blocks] == [
        (kinds.HEADING, "One"), (kinds.PARAGRAPH, "Some words and a link, code. Still."), (kinds.LIST_ITEM, "two"),
        (kinds.LIST_ITEM, "three"), (kinds.QUOTE, "four"), (kinds.LIST_ITEM, "five"), (kinds.LIST_ITEM, "six"),
        (kinds.TABLE_ROW, "a | b"), (kinds.TABLE_ROW, "1 | 2"), (kinds.LABEL, "More"),
        (kinds.PARAGRAPH, "seven eight"),
    ]  # fmt: skip
    assert draft.title == "One"


def test_front_matter_gives_the_fields() -> None:
    draft = read_markdown(
        front(
            "title: ' A  title'\ndescription: |\n  Two\n  lines\ndate: 2023-09-16\nlastmod: 2023-09-17\n"
            "authors:\n- name: Jane Doe\n- John Roe\ntags: a, b; c\nlang: en-US\n"
            "permalink: /a/b\ncanonical_url: https://example.org/a?utm_source=x"
        )
    )
    assert draft.title == "A title"
    assert draft.description == "Two lines"
    assert [clue.value for clue in draft.published] == ["2023-09-16"]
    assert [clue.value for clue in draft.modified] == ["2023-09-17"]
    assert draft.authors == ("Jane Doe", "John Roe")
    assert draft.tags == ("a", "b", "c")
    assert draft.language == "en-US"
    assert draft.url == "https://example.org/a"
    assert draft.blocks == (Block(kind=BlockKind.PARAGRAPH, text="The body."),)


@pytest.mark.parametrize("written", ["author: Jane Doe", "authors: [Jane Doe]", "author:\n  name: Jane Doe"])
def test_one_author_is_written_in_several_ways(written: str) -> None:
    assert read_markdown(front(written)).authors == ("Jane Doe",)


@pytest.mark.parametrize(
    "written",
    [
        "sources: https://example.org/a https://example.org/b",
        "sources: |\n  https://example.org/a\n  https://example.org/b",
        "sources: [https://example.org/a, https://example.org/b]",
        "sources:\n- url: https://example.org/a\n- link: https://example.org/b",
    ],
)
def test_sources_are_named_by_any_list_that_knows_their_titles(written: str) -> None:
    known = (
        "\nrelated:\n- link: https://example.org/b\n  title: ' The   B '\n- url: https://example.org/a\n  title: null"
    )
    assert read_markdown(front(written + known)).sources == (
        Source(url="https://example.org/a"),
        Source(name="The B", url="https://example.org/b"),
    )


def test_sources_may_be_names() -> None:
    assert read_markdown(front("sources: [Guardian, TASS]")).sources == (Source(name="Guardian"), Source(name="TASS"))


@pytest.mark.parametrize(
    "content", ["---\n\nA paragraph: after a rule.\n\n---\n", "No front matter.\n", "---\n- a list\n---\n", "", "---"]
)
def test_a_rule_at_the_top_is_no_front_matter(content: str) -> None:
    fields, body = split_front_matter(content)
    assert fields == {}
    assert body == content


def test_the_body_starts_after_the_closing_line() -> None:
    assert split_front_matter("---\r\ntitle: x\r\n---\r\nBody\n---\n") == ({"title": "x"}, "Body\n---\n")
    assert split_front_matter("\ufeff---\ntitle: x\n...\nBody") == ({"title": "x"}, "Body")


@pytest.mark.parametrize(
    ("yaml", "told"),
    [
        ("title: 'open", "line"),
        ("title: x\n  bad: y", "line 2"),
        ("title: !!python/object/apply:os.system ['true']", "tag"),
        ("a: &a [x, x]\nb: *a", "aliases"),
        ("title: [unclosed", "line"),
    ],
)
def test_front_matter_that_is_no_yaml_of_ours_is_refused_with_its_place(yaml: str, told: str) -> None:
    with pytest.raises(ExtractError) as refusal:
        read_markdown(front(yaml))
    assert refusal.value.reason is Reason.BAD_FRONT_MATTER
    assert told in refusal.value.detail


def test_front_matter_without_an_end_is_refused() -> None:
    with pytest.raises(ExtractError, match="closes it"):
        read_markdown("---\ntitle: x\n\nBody\n")


def test_nested_html_is_refused_beyond_the_bound() -> None:
    with pytest.raises(ExtractError) as refusal:
        read_markdown("<div>" * 50_000 + "x")
    assert refusal.value.reason is Reason.TOO_DEEP


@pytest.mark.parametrize("content", ["[" * 20_000, "*a_ " * 5_000, "- " * 20_000])
def test_markdown_made_to_do_harm_does_not_raise(content: str) -> None:
    assert isinstance(read_markdown(content).blocks, tuple)


def toml(text: str, body: str = BODY) -> str:
    return f"+++\n{text}\n+++\n{body}"


def test_toml_gives_the_same_fields_as_yaml() -> None:
    draft = read_markdown(
        toml(
            'title = "A title"\ndescription = """Two\nlines"""\n'
            "date = 2023-09-16T05:55:02-04:00\nlastmod = 2023-09-17\n"
            'authors = ["Jane Doe", {name = "John Roe"}]\ntags = ["a", "b"]\nlang = "en"\nweight = 3\ndraft = false\n'
            'canonical_url = "https://example.org/a"\n[[sources]]\nurl = "https://example.org/b"\ntitle = "B"'
        )
    )
    assert (draft.title, draft.description) == ("A title", "Two lines")
    assert [clue.value for clue in draft.published] == ["2023-09-16T05:55:02-04:00"]
    assert [clue.value for clue in draft.modified] == ["2023-09-17"]
    assert (draft.authors, draft.tags, draft.language) == (("Jane Doe", "John Roe"), ("a", "b"), "en")
    assert (draft.url, draft.sources) == ("https://example.org/a", (Source(name="B", url="https://example.org/b"),))
    assert draft.blocks == (Block(kind=BlockKind.PARAGRAPH, text="The body."),)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (toml("title = 'open"), "Expected"),
        (toml("title = 'x'\ntitle = 'y'"), "line 2"),
        (toml("n = " + "9" * 5_000), "digits"),
        (toml("a = " + "[" * 40_000), "nested too deep"),
        ("+++\ntitle = 'x'\n\nBody\n", "closes it"),
        ("+++\ntitle = 'x'\n---\nBody\n", "closes it"),
    ],
)
def test_front_matter_that_is_no_toml_is_refused_with_its_place(content: str, told: str) -> None:
    with pytest.raises(ExtractError, match="front matter") as refusal:
        read_markdown(content)
    assert refusal.value.reason is Reason.BAD_FRONT_MATTER
    assert told in refusal.value.detail


@pytest.mark.parametrize("content", ["+++\n\nA paragraph.\n\n+++\n", "+++\nBreaking news\n+++\n", "+++"])
def test_plus_signs_alone_are_no_front_matter(content: str) -> None:
    assert split_front_matter(content) == ({}, content)


def test_code_keeps_its_lines() -> None:
    (block,) = read_markdown("```python\ndef f(x):\n    return x\n\n\nprint(f(1))\n```\n").blocks
    assert block == Block(kind=BlockKind.CODE, text="def f(x):\n    return x\nprint(f(1))")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("Is ~~gone~~ now", "Is gone now"),
        ("About ~5 and ~6", "About ~5 and ~6"),
        ("- [ ] to do", "to do"),
        ("- [x] done", "done"),
        ("1. [X] done", "done"),
        ("- [x]", "[x]"),
        ("- [1] a note", "[1] a note"),
        ("[x] no item", "[x] no item"),
    ],
)
def test_strikethrough_and_boxes_are_structure(content: str, text: str) -> None:
    assert [block.text for block in read_markdown(content).blocks] == [text]


@pytest.mark.parametrize("depth", [1, 30, 98])
def test_nested_lists_lose_no_item(depth: int) -> None:
    content = "".join(f"{'  ' * level}- item {level}\n" for level in range(depth))
    assert [block.text for block in read_markdown(content).blocks] == [f"item {level}" for level in range(depth)]


@pytest.mark.parametrize("content", ["> " * 20_000 + "x", "".join(f"{'  ' * n}- item {n}\n" for n in range(500))])
def test_nesting_beyond_what_is_parsed_is_refused_not_dropped(content: str) -> None:
    with pytest.raises(ExtractError) as refusal:
        read_markdown(content)
    assert refusal.value.reason is Reason.TOO_DEEP


def test_toml_and_a_body_are_as_long_as_they_may_be_and_no_longer() -> None:
    longest = "title = '" + "x" * (MAX_TOML_CHARS - 11) + "'"
    assert len(f"{longest}\n") == MAX_TOML_CHARS
    assert read_markdown(toml(longest)).title == "x" * (MAX_TOML_CHARS - 11)
    with pytest.raises(ExtractError, match="characters of TOML"):
        read_markdown(toml(f"{longest} "))
    assert read_markdown("x" * MAX_CHARS).blocks
    with pytest.raises(ExtractError, match="characters") as refusal:
        read_markdown("x" * (MAX_CHARS + 1))
    assert refusal.value.reason is Reason.TOO_LARGE
