"""Read schema.org JSON-LD out of a page.

Owns parsing that survives broken, huge and deep JSON, and finding the article among the nodes. Keep out: choosing
between JSON-LD and other metadata (metadata).
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from lxml import etree

MAX_SCRIPT = 2_000_000
"""Characters of one script; a page's largest real ones hold the article's text, some 100,000."""
MAX_NODES = 5_000
"""Nodes looked at in one page; real pages have some tens."""
ARTICLE_TYPES = re.compile(r"(?:\w*Article|\w*BlogPosting|Report|LiveBlogPosting|SocialMediaPosting|Review)$")
WRAPPING = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[|/\*.*?\*/)+|(?:-->|//\s*]]>|]]>|;)\s*$", re.DOTALL)
TRAILING_COMMA = re.compile(r",(\s*[}\]])")
INTO = ("@graph", "mainEntity", "mainEntityOfPage", "hasPart", "itemReviewed")
"""Keys under which sites nest the article."""
REFERRING = ("author", "creator", "publisher")
"""Keys whose node often stands elsewhere in the page's graph, and is named by its `@id`."""

Node = dict[str, Any]


def article_node(scripts: Iterable[etree._Element]) -> Node:
    """Return the page's article node: the first of an article type that has a headline, else any; else an empty one.

    Where it names its author or publisher by `@id` alone, the node that has this `@id` stands in its place.

    Args:
        scripts: the page's script elements, of any sort.
    """
    nodes = list(_nodes(scripts))
    articles = [node for node in nodes if is_article(node)]
    article = next((node for node in articles if node.get("headline")), articles[0] if articles else {})
    if not article:
        return article
    named = {node["@id"]: node for node in reversed(nodes) if isinstance(node.get("@id"), str) and node.get("name")}
    return {**article, **{key: _resolved(article[key], named) for key in REFERRING if key in article}}


def _resolved(value: Any, named: dict[str, Node]) -> list[Any]:
    """Put named nodes where a value only refers to them: one step, and no further."""
    return [
        named.get(item["@id"], item)
        if isinstance(item, dict) and isinstance(item.get("@id"), str) and not item.get("name")
        else item
        for item in as_list(value)
    ]


def is_article(node: Node) -> bool:
    """Tell whether a node's @type is NewsArticle or another subtype of Article."""
    return any(isinstance(kind, str) and ARTICLE_TYPES.search(kind) for kind in as_list(node.get("@type")))


def as_list(value: Any) -> list[Any]:
    """Return a value as a list: itself, nothing for None, or as its one item."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def text_of(value: Any) -> str | None:
    """Return a node's string: itself, its `name`, `@value` or `@id`, or the first in a list; entities decoded."""
    for item in as_list(value):
        if isinstance(item, dict):
            item = item.get("name") or item.get("@value") or item.get("@id")
        if isinstance(item, int | float) and not isinstance(item, bool):
            item = str(item)
        if isinstance(item, str) and item.strip():
            return html.unescape(item)
    return None


def _nodes(scripts: Iterable[etree._Element]) -> Iterator[Node]:
    """Yield the dicts of all scripts, outer before inner, without recursion."""
    seen = 0
    for script in scripts:
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        waiting = [_parse(script.text or "")]
        while waiting and seen < MAX_NODES:
            value = waiting.pop(0)
            seen += 1
            if isinstance(value, list):
                waiting.extend(value)
            elif isinstance(value, dict):
                yield value
                waiting.extend(value[key] for key in INTO if isinstance(value.get(key), dict | list))


def _parse(text: str) -> Any:
    """Return what a script holds, or None where it is no JSON even after mending what sites commonly break."""
    if len(text) > MAX_SCRIPT:
        return None
    for mended in (str, _unwrapped, _without_commas):  # most need nothing, and each search takes as long as parsing
        try:
            return json.loads(mended(text), strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _unwrapped(text: str) -> str:
    return WRAPPING.sub("", text).strip()


def _without_commas(text: str) -> str:
    return TRAILING_COMMA.sub(r"\1", _unwrapped(text))
