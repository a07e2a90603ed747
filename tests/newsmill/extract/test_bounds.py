from __future__ import annotations

import pytest

from newsmill.extract.bounds import (
    ELEMENT_CHARS,
    FEW,
    LARGE,
    MAX_ATTRIBUTES,
    MAX_BLOCKS,
    MAX_DEPTH,
    MAX_ELEMENTS,
    MAX_LAID_DEEP,
    MAX_LINES,
    check_blocks,
    check_bounds,
    check_lines,
    check_size,
    may_be_too_large,
)
from newsmill.extract.draft import ExtractError
from newsmill.extract.html import parse_html
from newsmill.extract.lines import line_blocks
from newsmill.model import Reason

AROUND = 2
"""Elements and levels that the parser puts around a fragment: html and body."""


def reason_of(call, *args) -> Reason | None:
    try:
        call(*args)
    except ExtractError as error:
        return error.reason
    return None


@pytest.mark.parametrize(("more", "reason"), [(0, None), (1, Reason.TOO_LARGE)])
def test_so_many_elements_are_read_and_no_more(more, reason):
    content = "<p>a" * (MAX_ELEMENTS - AROUND + more)
    assert reason_of(check_bounds, content.encode()) == reason
    assert reason_of(parse_html, content) == reason


@pytest.mark.parametrize(("more", "reason"), [(0, None), (1, Reason.TOO_DEEP)])
def test_elements_are_nested_so_deep_and_no_deeper(more, reason):
    content = "<div>" * (MAX_DEPTH - AROUND + more) + "a"
    assert reason_of(check_bounds, content.encode()) == reason
    assert reason_of(parse_html, content) == reason


@pytest.mark.parametrize(("more", "reason"), [(0, None), (1, Reason.TOO_LARGE)])
def test_an_element_of_a_large_page_has_so_many_attributes_and_no_more(more, reason):
    marks = " ".join(f"a{number}=x" for number in range(MAX_ATTRIBUTES + more))
    content = f"<p {marks}>{'a ' * (LARGE // 2)}"
    assert reason_of(check_bounds, content.encode()) == reason
    assert reason_of(parse_html, content) == reason


def test_much_text_is_read_near_the_root_and_not_deep_within():
    depth = 300
    deep = MAX_LAID_DEEP // (depth + AROUND) + 1
    text = "a " * (deep // 2 + 1)
    assert reason_of(check_bounds, f"<div>{text}".encode()) is None
    assert reason_of(check_bounds, ("<div>" * depth + text).encode()) is Reason.TOO_DEEP


def test_many_elements_are_read_near_the_root_and_not_deep_within():
    depth, elements = 400, MAX_LAID_DEEP // (400 * ELEMENT_CHARS) + 1
    assert elements < MAX_ELEMENTS
    assert reason_of(check_bounds, b"<b></b>" * elements) is None
    assert reason_of(check_bounds, b"<div>" * depth + b"<b></b>" * elements) is Reason.TOO_DEEP


@pytest.mark.parametrize("content", ["", " ", "<!-- a -->", "<?a?>", "\x00"])
def test_a_page_of_nothing_is_within_all_bounds(content):
    check_bounds(content.encode())
    assert parse_html(content) is not None


def test_pages_are_looked_at_for_their_bytes_and_for_their_elements():
    assert not may_be_too_large(b"<" * FEW)
    assert may_be_too_large(b"<" * (FEW + 1))
    assert not may_be_too_large(b"a" * LARGE)
    assert may_be_too_large(b"a" * (LARGE + 1))


@pytest.mark.parametrize("end", ["\n", "\x0b", "\x0c", "\x1c", "\x85", "\u2028"])
def test_a_text_has_so_many_lines_and_no_more(end):
    check_lines(end * MAX_LINES)
    assert reason_of(check_lines, end * (MAX_LINES + 1)) is Reason.TOO_LARGE
    assert reason_of(line_blocks, "\n" * (MAX_LINES + 1)) is Reason.TOO_LARGE


def test_an_article_has_so_many_blocks_and_no_more():
    check_blocks(range(MAX_BLOCKS))
    assert reason_of(check_blocks, range(MAX_BLOCKS + 1)) is Reason.TOO_LARGE


def test_a_text_is_as_long_as_it_may_be_and_no_longer():
    check_size("ab", 2)
    assert reason_of(check_size, "abc", 2) is Reason.TOO_LARGE
