"""The short way through trafilatura gives what its public function gives, or is not taken."""

import pytest
from lxml.html import HtmlElement
from trafilatura import bare_extraction

from newsmill.extract import engine, shortcut
from newsmill.extract.blocks import tree_blocks
from newsmill.extract.engine import Focus, extracted
from newsmill.extract.html import parse_html
from newsmill.extract.shortcut import NoShortcutError, fast_reading
from newsmill.extract.tree import clean_tree
from newsmill.settings import PROJECT

OPTIONS = engine._options(Focus.PRECISION, fast=True)
SEEDS = sorted((PROJECT / "include" / "seeds").rglob("*.html"))
STORY = "".join(f"<p>Story {number}: The council voted on Tuesday to close the old bridge.</p>" for number in range(9))
PAGES = {
    "empty": "",
    "next to nothing": "<p>Short.</p>",
    "article": f"<article>{STORY}</article>",
    "article and comments": f"<article>{STORY}</article><div class='comment-thread'>{STORY}</div>",
    "comments in lists": f"<main>{STORY}<ol class='commentlist'><li>{STORY}</li></ol></main>",
    "table, list, quote": f"<div class='post'>{STORY}<table><tr><td>One<td>Two</table><ul><li>Item</ul><blockquote>"
    "She said so in the evening.</blockquote></div>",
    "appended article": f"<article>{STORY}</article><div class='infinite-scroll'><p>{STORY}</div>",
    "list of terms": f"<article>{STORY}<dl class='Commented'><dt>Name<dd>What was said of it.</dl></article>",
}


def tree_of(content: str) -> HtmlElement:
    root = parse_html(content)
    clean_tree(root)
    return root


@pytest.mark.parametrize("content", [*PAGES.values(), *(path.read_text() for path in SEEDS)],
                         ids=[*PAGES, *(path.stem for path in SEEDS)])  # fmt: skip
def test_a_page_has_the_same_blocks_by_either_way(content: str) -> None:
    root = tree_of(content)
    found = bare_extraction(root, options=OPTIONS)
    assert extracted(root, Focus.PRECISION, fast=True) == (tree_blocks(found.body) if found else ())


def test_the_short_way_is_taken_on_a_page_without_what_it_leaves_in() -> None:
    assert fast_reading(tree_of(PAGES["article"]), OPTIONS) is not None
    for name in ("appended article", "list of terms"):
        with pytest.raises(NoShortcutError):
            fast_reading(tree_of(PAGES[name]), OPTIONS)


@pytest.mark.parametrize("step", list(shortcut.STEPS), ids=[name for _, name in shortcut.STEPS])
def test_another_trafilatura_is_asked_by_its_public_function(
    step: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tree_of(PAGES["article"])
    before = extracted(root, Focus.PRECISION, fast=True)
    monkeypatch.setattr(shortcut, "_steps", shortcut._steps.__wrapped__)
    for steps in ({**shortcut.STEPS, step: ("tree", "other")}, {**shortcut.STEPS, (step[0], "gone"): ("tree",)}):
        monkeypatch.setattr(shortcut, "STEPS", steps)
        with pytest.raises(NoShortcutError):
            fast_reading(root, OPTIONS)
        assert extracted(root, Focus.PRECISION, fast=True) == before != ()
