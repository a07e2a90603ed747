import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsmill.extract.lines import line_blocks
from newsmill.model import BlockKind

PARAGRAPHS = [
    "The council voted on Tuesday to close the old bridge for six months while engineers replace the cables that have "
    "rusted since the flood of 1998, a spokesman said.",
    "Traffic will be led over the new road in the north, which opened only last year and has seen little use so far "
    "because it ends in a field.",
    "Nobody on the council could say how much the work will cost, but the figure that was named most often is two "
    "million.",
]


def texts(content: str) -> list[str]:
    return [block.text for block in line_blocks(content)]


def kinds(content: str) -> list[tuple[str, str]]:
    return [(block.kind.value, block.text) for block in line_blocks(content)]


def test_paragraphs_between_blank_lines_are_blocks() -> None:
    assert texts("one\n\n \t\ntwo\r\n\r\nthree\x0c\n") == ["one", "two", "three"]


def test_single_lines_without_blank_ones_are_blocks() -> None:
    assert texts("\n".join(PARAGRAPHS)) == PARAGRAPHS
    assert texts("Title of it\nFirst line here.\nSecond line here.") == [
        "Title of it", "First line here.", "Second line here.",
    ]  # fmt: skip


@pytest.mark.parametrize("width", [60, 72, 90, 132])
@pytest.mark.parametrize("gap", ["\n\n", "\n\n\n"])
def test_hard_wrapped_paragraphs_are_joined(width: int, gap: str) -> None:
    assert texts(gap.join(textwrap.fill(text, width) for text in PARAGRAPHS)) == PARAGRAPHS


@pytest.mark.parametrize("width", [80, 100])
@pytest.mark.parametrize("count", [1, 2])
def test_few_hard_wrapped_paragraphs_are_joined_where_their_lines_run_on(width: int, count: int) -> None:
    paragraphs = PARAGRAPHS[1 : count + 1]
    assert texts("\n\n".join(textwrap.fill(text, width) for text in paragraphs)) == paragraphs


@pytest.mark.parametrize(
    "content",
    [
        "The council voted on Tuesday to close the old bridge.\nTraffic will be led over the new road in the north.",
        "The river came at night\nand took the bridge away\nand nobody was there\nto tell it that it may.",
        "The council closes its old bridge for six months\nsee the timetable",
        "The council closes its old bridge for six months\nhttps://example.org/a",
        "- The council closes its old bridge for six months\n- and opens the new road in the north to all.",
    ],
)
def test_few_lines_that_are_whole_short_or_marked_stay_apart(content: str) -> None:
    assert len(texts(content)) == len(content.splitlines())


def test_a_wrapped_paragraph_below_a_menu_is_joined() -> None:
    menu = ["Home", "News", "Sport", "Weather", "Culture", "Travel"]
    content = "\n".join(menu) + "\n\n" + textwrap.fill(PARAGRAPHS[0], 70)
    assert texts(content) == [*menu, PARAGRAPHS[0]]


def test_hard_wrapped_paragraphs_told_by_indents_alone_are_joined() -> None:
    wrapped = "\n".join(textwrap.fill(text, 70, initial_indent="    ") for text in PARAGRAPHS)
    assert texts(wrapped) == PARAGRAPHS


def test_a_wrap_is_found_among_menus_and_long_list_items_that_are_not_wrapped() -> None:
    items = [f"  * {text} {text}" for text in PARAGRAPHS]
    wrapped = [textwrap.fill(text, 78) for text in PARAGRAPHS]
    content = "\n\n".join(["Home  News  Sport", "\n".join(items), *wrapped, "Contact\nPrivacy\nTerms"])
    assert [text for text in texts(content) if text in PARAGRAPHS] == PARAGRAPHS
    assert len(texts(content)) == 1 + len(items) + len(PARAGRAPHS) + 3


def test_wrapped_lines_that_mostly_begin_in_capitals_are_joined_as_the_others_are() -> None:
    german = (
        "Am Samstagabend piepste bei tausenden Eltern das Telefon: Die Schulen der Stadt\nInnsbruck und des Landes "
        "Tirol blieben am Montag wegen des Rauchs geschlossen, wie\nDirektorinnen und Direktoren in einem Brief an "
        "Eltern und Kinder mitteilten."
    )
    english = "\n\n".join(textwrap.fill(text, 80) for text in PARAGRAPHS)
    assert texts(f"{german}\n\n{english}")[0] == german.replace("\n", " ")


def test_lines_wider_than_any_wrap_are_paragraphs() -> None:
    wide = [text + " " + text for text in PARAGRAPHS]
    assert texts("\n".join(wide)) == wide


def test_a_hyphen_at_a_wrap_is_not_torn_apart() -> None:
    lines = [
        "The plan that the two governments have worked out is a well-",
        "known one, and it was tried before without much success when",
        "the same parties were in power and the same reasons given as",
        "now, which is why so few people here believe in it any more.",
    ]
    assert texts("\n".join(lines)) == [
        "The plan that the two governments have worked out is a well-known one, and it was tried before without much "
        "success when the same parties were in power and the same reasons given as now, which is why so few people "
        "here believe in it any more."
    ]


def test_wrapped_chinese_is_joined_without_a_space() -> None:
    sentence = "市政府周二投票决定关闭这座老桥六个月以便工程师更换自洪水以来已经生锈的缆绳发言人表示交通将改道"
    lines = [sentence[start : start + 40] for start in range(0, len(sentence * 4), 40)]
    whole = (sentence * 4)[:200]
    lines = [whole[start : start + 40] for start in range(0, 200, 40)]
    assert texts("\n".join(lines)) == [whole]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("- one", ("list_item", "one")),
        ("* one", ("list_item", "one")),
        ("    * one", ("list_item", "one")),
        ("•one", ("list_item", "one")),
        ("## one", ("heading", "one")),
        ("> one", ("quote", "one")),
        ("-5 degrees", ("paragraph", "-5 degrees")),
        ("– he said", ("paragraph", "– he said")),
        ("13. September 2023", ("paragraph", "13. September 2023")),
        ("#1 seed wins", ("paragraph", "#1 seed wins")),
        ("* * *", ("paragraph", "* * *")),
        ("-", ("paragraph", "-")),
    ],
)
def test_only_markers_are_taken_off(line: str, expected: tuple[str, str]) -> None:
    assert kinds(line) == [expected]


def test_list_items_are_not_joined_to_what_stands_before() -> None:
    content = "- " + "\n- ".join(text[:80] for text in PARAGRAPHS)
    assert [kind for kind, _ in kinds(content)] == ["list_item"] * 3


MARKS = frozenset("-*+·•‣◦▪●⁃#>")


@given(st.text(alphabet=st.sampled_from("ab C.,中é\n\n\t -*#>•1") | st.characters(codec="utf-8"), max_size=300))
def test_every_character_but_markers_and_controls_is_kept_in_order(content: str) -> None:
    kept = "".join("".join(texts(content)).split())
    waiting = iter("".join(content.split()))
    skipped = []
    for character in kept:
        for candidate in waiting:
            if candidate == character:
                break
            skipped.append(candidate)
        else:
            pytest.fail(f"{character!r} is not in the dump where it is in the blocks")
    skipped += waiting
    assert all(character in MARKS or character < " " or "\x7f" <= character <= "\x9f" for character in skipped)


@given(st.lists(st.text(alphabet="abcdefgh .", min_size=1, max_size=200), max_size=12))
def test_letters_and_points_are_never_lost(lines: list[str]) -> None:
    content = "\n".join(lines)
    assert "".join("".join(texts(content)).split()) == "".join(content.split())


@given(st.text(max_size=200))
def test_blocks_are_stripped_and_folded(content: str) -> None:
    for block in line_blocks(content):
        assert block.text
        assert block.text == " ".join(block.text.split())
        assert isinstance(block.kind, BlockKind)
