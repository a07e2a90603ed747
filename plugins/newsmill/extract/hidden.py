"""Find the article's text where a page holds it unshown: in JSON-LD, or as markup in a script that builds the page.

Owns these two places. Keep out: what the page shows, and making blocks of what is found (html).
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator

from newsmill.extract import jsonld

MIN_CHARS = 200
"""Characters of a string that can be an article; shorter ones are labels and settings."""
MIN_PARAGRAPHS = 2
STRING = re.compile(r'"((?:[^"\\]|\\.)*+)(?:"|\\?\Z)', re.DOTALL)
"""A string, or what follows the last quote: one that is never closed is read once, not again from each quote in it."""
PARAGRAPH = re.compile(r"<p[\s>]", re.IGNORECASE)
TAG = re.compile(r"</?[a-z][a-z0-9]*[\s>/]", re.IGNORECASE)
ESCAPED = re.compile(r"&(?:lt|quot|nbsp|#\d+);")


def told_body(node: jsonld.Node) -> str:
    """Return a JSON-LD article's `articleBody`, text or markup; empty where it has none."""
    body = node.get("articleBody")
    if not isinstance(body, str) or len(body) < MIN_CHARS:
        return ""
    return html.unescape(body) if ESCAPED.search(body) else body


def scripted_body(scripts: Iterable[str]) -> str:
    """Return the longest string in a page's scripts that is markup with paragraphs; empty where there is none.

    Pages that a script builds in the browser carry their article so. Nothing is run: strings are only unescaped.
    """
    found = (text for script in scripts for text in _strings(script))
    return max((text for text in found if len(PARAGRAPH.findall(text)) >= MIN_PARAGRAPHS), key=len, default="")


def is_markup(text: str) -> bool:
    """Tell whether a text holds tags."""
    return TAG.search(text) is not None


def _strings(script: str) -> Iterator[str]:
    for match in STRING.finditer(script[: jsonld.MAX_SCRIPT]):
        if len(match[1]) >= MIN_CHARS:
            try:
                yield json.loads(match[0], strict=False)
            except ValueError:  # an escape that only JavaScript knows
                continue
