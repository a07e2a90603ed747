"""A page's statements about itself, indexed once: JSON-LD's article, meta elements, the outlet's names.

Owns finding them. Keep out: what they mean for a field (headline, bylines, metadata).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from lxml import etree

from newsmill.extract import jsonld
from newsmill.extract.blocks import short_text, squeeze, unique
from newsmill.extract.titles import MAX_SITE_WORDS

SITE = ("og:site_name", "application-name", "apple-mobile-web-app-title", "publisher", "dc.publisher")
MAX_LOOKED_AT = 100
"""Elements of one sort (headings, dates) that are looked at: no article's own is past them."""
MAX_TITLE = 1000
"""Characters of a headline; the longest of 122 known ones has 175, and what is longer than this is a text."""
MAX_MARK = 500
"""Characters of a class or another attribute that are looked at for names; a few hundred are common."""
MARKED = etree.XPath(".//@itemprop/.. | .//@rel[.='author']/..")
"""Looked up in libxml2, at once, from the attributes to their elements: the other way takes half as long again."""
TELLING = ("article", "h1", "h2", "link", "meta", "script", "time", "title")
"""Elements that are asked for by their names, each several times: a walk over the page for every time takes as long as
all that is done with them."""


class Statements:
    """What a page says of itself outside its text."""

    def __init__(self, root: etree._Element) -> None:
        self.root = root
        self._telling = [(element.tag, element) for element in root.iter(*TELLING)]
        self._marked: list[etree._Element] = list(MARKED(root))
        self.node = jsonld.article_node(self.elements("script"))
        self.meta: dict[str, list[str]] = {}
        for element in self.elements("meta"):
            name = element.get("property") or element.get("name") or element.get("itemprop") or ""
            content = element.get("content")
            if name and content and content.strip():
                self.meta.setdefault(name.strip().lower(), []).append(content)

    def elements(self, *tags: str) -> Iterator[etree._Element]:
        """Yield the elements of some of the `TELLING` names, in the page's order."""
        return (element for tag, element in self._telling if tag in tags)

    def marked(self, itemprop: str) -> Iterator[etree._Element]:
        """Yield the elements that microdata marks as this property."""
        return (element for element in self._marked if element.get("itemprop") == itemprop)

    def by_author(self) -> list[etree._Element]:
        """Return the elements that link to the author."""
        return [element for element in self._marked if element.get("rel") == "author"]

    def of_meta(self, *keys: str) -> Iterator[str]:
        """Yield the contents of meta elements, key by key."""
        return (value for key in keys for value in self.meta.get(key, ()))

    def of_node(self, *keys: str) -> Iterator[str]:
        """Yield the strings of JSON-LD's article, key by key."""
        return (text for key in keys if (text := jsonld.text_of(self.node.get(key))))

    def of_elements(self, tag: str) -> Iterator[str]:
        """Yield the words of a tag's elements that have any, and no more than a headline."""
        return (text for element in self.elements(tag) if (text := short_text(element, MAX_TITLE)))

    def site_names(self) -> tuple[str, ...]:
        """Return what the page calls its outlet."""
        found = unique((*islice(self.of_meta(*SITE), MAX_LOOKED_AT), *self.of_node("publisher")))
        return tuple(name for name in found if "://" not in name and len(name.split()) <= MAX_SITE_WORDS)


def words_of(element: etree._Element) -> str:
    """Return an element's `content` attribute, else its words if they are no more than a headline."""
    content = element.get("content")
    return squeeze(content) if content else short_text(element, MAX_TITLE)
