"""Which part of a page is the article's own, and which belongs to others: menus, footers, lists of other articles.

Owns the marks of such parts, and finding the headline's element. Keep out: what is read there (metadata).
"""

from __future__ import annotations

import re
from functools import cached_property
from itertools import islice

from lxml import etree

from newsmill.extract.authors import plain
from newsmill.extract.blocks import SPACES_A_CHAR, short_text
from newsmill.extract.statements import Statements

FOREIGN = frozenset(("nav", "footer", "aside"))
FOREIGN_CLASS = re.compile(
    r"(?i)(?:^|[\s_-])(?:related|latest|recommend(?:ed|ations?)?|trending|popular|most-?(?:read|popular|viewed)|sidebar|"
    r"teasers?|carousel|comments?|read-?(?:more|next|also)|more-?(?:news|stories|from|on))(?:$|[\s_-])"
)
"""Classes and ids of lists of other articles, and of what readers wrote."""
HEAD_ELEMENTS = 200
"""Elements after the headline in which a byline is looked for: past them stand other articles' teasers."""
MAX_ARTICLES = 100
ABOVE_ELEMENTS = 30
"""Elements before the headline in which a date is believed: a section, a kicker and the date may stand above it."""


class OwnPart:
    """What of a page belongs to its article, told by where the headline stands."""

    def __init__(self, page: Statements, title: str | None) -> None:
        self.headline = _headline(page, title)
        self._page = page
        self._above = set() if self.headline is None else set(self.headline.iterancestors())
        self._article = self._own_article()
        self._known: dict[etree._Element, bool] = {}  # whether what an element holds is foreign, so far as was asked

    @cached_property
    def below_headline(self) -> tuple[etree._Element, ...]:
        """The elements that follow the headline, as many as a page's head holds."""
        elements = self._page.root.iter(etree.Element)
        for element in elements:
            if element is self.headline:
                return tuple(islice(elements, HEAD_ELEMENTS))
        return ()

    def is_foreign(self, element: etree._Element) -> bool:
        """Tell whether an element is in a menu, a footer, an aside, a list of other articles, or another article.

        What the headline stands in too is the page's own, whatever its class.
        """
        path: list[etree._Element] = []
        found: bool | None = None
        for outer in element.iterancestors():
            found = self._known.get(outer)
            if found is None:
                path.append(outer)
                found = self._tells(outer)
            if found is not None:
                break
        self._known.update(dict.fromkeys(path, bool(found)))
        return bool(found)

    def _tells(self, outer: etree._Element) -> bool | None:
        """Tell whether what an element holds is foreign; None where what is around it decides."""
        if outer in self._above or outer is self._article:
            return False
        other = outer.tag == "article" and self._article is not None
        return True if other or outer.tag in FOREIGN or FOREIGN_CLASS.search(_marks(outer)) else None

    def holds(self, element: etree._Element) -> bool:
        """Tell whether an element is in the article or the page's main part, or near the headline."""
        if self.is_foreign(element):
            return False
        if any(outer is self._article or outer.tag == "main" for outer in element.iterancestors()):
            return True
        return element in self._near if self.headline is not None else self._article is None

    @cached_property
    def _near(self) -> frozenset[etree._Element]:
        elements = list(self._page.root.iter(etree.Element))
        place = elements.index(self.headline)
        return frozenset(elements[max(0, place - ABOVE_ELEMENTS) : place + HEAD_ELEMENTS])

    def _own_article(self) -> etree._Element | None:
        """Return the article element around the headline, else the first that is not within another or foreign."""
        around = None if self.headline is None else next(self.headline.iterancestors("article"), None)
        if around is not None:
            return around
        articles = islice(self._page.elements("article"), MAX_ARTICLES)
        return next((found for found in articles if not _is_in_foreign(found)), None)


def _headline(page: Statements, title: str | None) -> etree._Element | None:
    """Return the heading that has the title's words, else the first h1."""
    wanted = plain(title or "")
    most = SPACES_A_CHAR * len(title or "")
    named = (element for element in page.elements("h1", "h2") if wanted and plain(short_text(element, most)) == wanted)
    found = next(named, None)
    return next(page.elements("h1"), None) if found is None else found


def _is_in_foreign(element: etree._Element) -> bool:
    return any(outer.tag in FOREIGN or FOREIGN_CLASS.search(_marks(outer)) for outer in element.iterancestors())


def _marks(element: etree._Element) -> str:
    return f"{element.get('class') or ''} {element.get('id') or ''}"
