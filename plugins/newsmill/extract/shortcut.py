"""trafilatura's fast precision reading by its own steps, without those that change nothing on a cleaned page.

Owns which steps these are, and telling whether they are as they were when this was written (trafilatura 2.3). They are
no public interface: where one is missing or takes other arguments, there is no shortcut, and the public function is
asked. Keep out: choosing between readings (engine).

The public function looks for readers' comments twice and keeps a copy for algorithms that are not asked: on 196 pages
it takes 1.2 times as long, for the same blocks.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from functools import cache
from importlib import import_module
from inspect import signature
from typing import Any

from lxml import etree
from lxml.html import HtmlElement
from trafilatura.settings import Extractor

STEPS = {
    ("htmlprocessing", "prune_unwanted_nodes"): ("tree", "nodelist", "with_backup"),
    ("htmlprocessing", "tree_cleaning"): ("tree", "options"),
    ("htmlprocessing", "convert_tags"): ("tree", "options", "url"),
    ("main_extractor", "extract_content"): ("cleaned_tree", "options"),
}
"""The steps in their order, and the arguments that each takes."""
LEFT_OUT = etree.XPath(
    ".//*[contains(@class, 'nfinite') or contains(@id, 'nfinite') or contains(@class, 'mvp-post-add')"
    " or contains(@id, 'mvp-post-add') or contains(@class, 'elementor-share') or contains(@id, 'disqus')"
    " or contains(@id, 'dsq-comments')]"
)
"""What the steps that are left out look for, and more: other articles that a page appends, share buttons, comments."""


def fast_reading(root: HtmlElement, options: Extractor) -> etree._Element | None:
    """Return the body that trafilatura finds in a copy of a page's tree, None where there is none.

    Raises:
        NoShortcutError: the public function has to be asked.
    """
    steps = _steps()
    if steps is None or LEFT_OUT(root) or next(root.iter("dl"), None) is not None:
        raise NoShortcutError
    prune, clean, convert, find, comments = steps
    try:
        body, text = find(convert(clean(prune(copy(root), comments), options), options, None), options)
    except (TypeError, ValueError):  # as the public function does it
        return None
    return body if len(text) >= options.min_output_size else None


class NoShortcutError(Exception):
    """trafilatura's steps are others than they were, or the page has what they would leave in."""


@cache
def _steps() -> tuple[Callable[..., Any], Callable[..., Any], Callable[..., Any], Callable[..., Any], Any] | None:
    try:
        prune, clean, convert, find = (getattr(import_module(f"trafilatura.{home}"), name) for home, name in STEPS)
        comments = import_module("trafilatura.xpaths").REMOVE_COMMENTS_AND_LISTS_XPATH
    except (ImportError, AttributeError):
        return None
    taken = [tuple(signature(step).parameters) for step in (prune, clean, convert, find)]
    return (prune, clean, convert, find, comments) if taken == list(STEPS.values()) else None
