"""When trafilatura's comparison with other algorithms is asked for, and that it is worth it there."""

import pytest

from newsmill.extract import engine
from newsmill.extract.blocks import placed_blocks
from newsmill.extract.engine import MUCH_BESIDE, best_reading
from newsmill.extract.html import parse_html
from newsmill.extract.tree import clean_tree

SENTENCE = "The council voted on Tuesday to close the old bridge for six months, a spokesman said in the evening."


def paragraphs(count: int, about: str) -> str:
    return "".join(f"<p>{about} {number}: {SENTENCE}</p>" for number in range(count))


def readings(content: str, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """Return how trafilatura was asked, as focus and whether it was to be fast."""
    asked: list[tuple[str, bool]] = []
    really = engine.bare_extraction

    def noted(tree: object, options: engine.Extractor) -> object:
        asked.append((options.focus, options.fast))
        return really(tree, options=options)

    monkeypatch.setattr(engine, "bare_extraction", noted)
    root = parse_html(content)
    clean_tree(root)
    assert best_reading(root, placed_blocks(root))
    return asked


@pytest.mark.parametrize(("beside", "compared"), [(MUCH_BESIDE - 2, False), (MUCH_BESIDE, True)])
def test_others_are_asked_where_much_more_reads_like_text(
    beside: int, compared: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = f"<div>{paragraphs(12 * beside, 'Beside')}</div>"
    content = f"<html><body><article>{paragraphs(12, 'Story')}</article>{others}</body></html>"
    assert (("precision", False) in readings(content, monkeypatch)) is compared


@pytest.mark.parametrize(("count", "compared"), [(1, True), (4, False)])
def test_others_are_asked_where_next_to_nothing_is_found(
    count: int, compared: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = readings(f"<html><body><article>{paragraphs(count, 'Story')}</article></body></html>", monkeypatch)
    assert (("precision", False) in asked) is compared


def test_the_tree_that_is_read_stays_as_it_is() -> None:
    root = parse_html(f"<html><body><article>{paragraphs(6, 'Story')}<p><b>Bold</b> end.</p></article></body></html>")
    before = [(element.tag, element.text, element.tail) for element in root.iter()]
    best_reading(root, placed_blocks(root))
    assert [(element.tag, element.text, element.tail) for element in root.iter()] == before
