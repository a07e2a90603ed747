"""Take out of a page's tree what is no article: code, controls, menus, asides, and boxes that their own names tell.

Owns the marks of such elements: tag, role, hidden state, and a vocabulary of class names as site builders in many
languages use them; never one outlet's. Keep out: choosing among what is left (html, gaps), rules for text (clean).

A name proves little, so what holds the headline or a large share of the page's paragraphs stays, whatever its name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from lxml import etree
from lxml.html import HtmlElement

from newsmill.extract.blocks import all_around, word_set
from newsmill.extract.statements import MAX_MARK

NOT_SHOWN = word_set("script style noscript svg template iframe object embed canvas audio video datalist math head")
"""Elements without words for a reader; they go whatever they hold."""
APART = word_set("nav footer aside dialog menu form select button textarea input")
"""Elements that HTML means for what stands beside the text."""
INLINE = word_set("b em font i small span strong")
MAYBE_EMPTY = (*INLINE, *word_set("article div figure h2 h3 h4 header li ol p section source ul"))
"""Elements that mean nothing when they hold nothing."""
ROLES = word_set("alertdialog banner complementary contentinfo dialog menu menubar navigation search toolbar")
"""ARIA roles of the same."""
HIDDEN_STYLE = re.compile(r"(?i)display\s*:\s*none|visibility\s*:\s*hidden")

MOST = 0.4
"""Share of the words of all paragraphs above which an element is no mere box: on 303 pages .2 to .6 did alike."""
MOST_OF_BOX = 0.6
"""The same for an element that calls itself an information box: one beside a short article can be the longer one. On
the same pages .6 to .8 did alike; .5 leaves such a box in."""
MOST_TOGETHER = 0.7
"""Share of the same words above which boxes with the same mark are no boxes, however small each is: a page may call
every paragraph "teaser"."""
LONG_RUN = 80
"""Characters of a run of text outside a paragraph that counts as one: pages are made of `div` and `br`, too. Menus,
headlines and labels are shorter."""
MAX_HEADLINES = 5
MAX_OPENED = 8
"""Boxes in boxes that are asked whether they hold text at all: each is looked through for that."""

NAMED = ("class", "id", "data-testid", "data-component", "aria-label")
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
INFORMATION_BOX = re.compile(
    r"[ _-](?:fact-?box(?:es)?|info-?box(?:es)?|side-?box|explainer-?box|info-?kasten|faktaboks|faktaruta|fakta-box)"
    r"[ _-]"
)
"""Asked of names in small letters with a space around each: without `(?i)` a search takes a quarter of the time."""
OTHER_BOX = re.compile(
    r"[ _-](?:"
    # other articles
    r"related(?:-?(?:articles?|stories|posts?|content|links?|news|topics?))?|relacionad[ao]s?|see-?also|also-?read|"
    r"recommend(?:ed|ations?|er)?|read-?(?:more|next|also)|more-?(?:news|stories|from|on)|up-?next|trending|"
    r"(?:most|popular)-?(?:read|popular|viewed|posts|articles|stories)|latest-(?:news|stories|posts)|teasers?|"
    r"promo(?:box|tion)?s?|outbrain|taboola|sponsor(?:ed)?|advert(?:s|isements?|ising)?|"
    # what asks the reader for something
    r"newsletters?|subscri(?:be|ption)|sign-?up|cta|call-to-action|share|sharing|share-?(?:bar|buttons?|tools?|links?|list)|"
    r"social-(?:bar|buttons?|links?|share|icons?|tools?|follow)|sociable|addthis|sharethis|"
    r"cookie-?(?:banner|consent|notice|bar)|paywall-?(?:overlay|modal|prompt|barrier)|"
    # what readers wrote, and who wrote the article
    r"comments|comment-?(?:list|section|form|thread|area|wrapper|container)|disqus|kommentare|comentarios|"
    r"commentaires|author-?(?:bio|box|info|card|profile|details|biography|about)|about-?(?:the-?)?author|"
    r"bio(?:graphy)?|"
    # parts of the page
    r"bread-?crumbs?|pagination|pager|sidebar(?= )|tooltip|screen-?reader-?text|sr-only|visually-?hidden|"
    r"skip-?links?|print-(?:only|header|footer)|tag-?(?:list|cloud)|(?:article|post)-?tags|"
    # what is said of a picture
    r"(?:wp-)?(?:image-?|photo-?|media-?|figure-?|img-?|picture-?)?caption(?:s|-?text)?|"
    r"(?:image|photo|media|img|picture)-?credits?"
    r")[ _-]"
)


def clean_tree(root: HtmlElement) -> None:
    """Drop from a parsed page, in place, what is no article; the words after a dropped element stay.

    Of its head the JSON-LD stays, which extractors ask too.
    """
    body = root if root.tag == "body" else root.find("body")
    if body is None:
        return
    for element in root.xpath("head/*[not(self::script[contains(@type, 'ld+json')])]"):
        element.getparent().remove(element)
    etree.strip_elements(body, *NOT_SHOWN, with_tail=False)
    _drop_boxes(body)
    _drop_empty(body)


def _drop_boxes(body: HtmlElement) -> None:
    boxes = list(_boxes(body))
    headed = _holders_of_headlines(body)
    total = boxes.pop().chars  # the body itself comes last
    dropped = [box for box in boxes if box.chars <= box.most * total and box.element not in headed]
    together: Counter[str] = Counter()
    for box in dropped:
        together[box.mark] += box.chars
    for box in dropped:
        if together[box.mark] <= MOST_TOGETHER * total:
            box.element.drop_tree()
    for box in boxes:
        if box.chars > MOST_TOGETHER * total and box.element.tag in ("aside", "footer"):
            box.element.tag = "div"  # it holds the article, and extractors pass over such elements unseen


def _drop_empty(body: HtmlElement) -> None:
    """Drop elements that hold nothing, which are a fifth of a page, inner before outer.

    One that words follow stays: it may part them, as an empty `span` does that a style sheet shows as a line break.
    """
    for element in reversed(list(body.iter(*MAYBE_EMPTY))):
        if len(element) or _has_words(element.tail) or element is body:
            continue
        if not (element.text if element.tag in INLINE else _has_words(element.text)):
            element.drop_tree()


def _has_words(text: str | None) -> bool:
    return text is not None and not text.isspace()


class _Box(NamedTuple):
    """An element whose marks say that it is no article, the characters of its paragraphs, and how many it may hold."""

    element: HtmlElement
    chars: int
    most: float
    mark: str  # equal for boxes that one template made


def _boxes(body: HtmlElement) -> Iterator[_Box]:
    """Yield the marked elements, inner before outer, then the body; the tree is walked once.

    A box without text that counts, as menus are, goes with all that stands in it, and is not walked: a third of the
    elements.
    """
    said = paragraphs = 0
    opened: list[tuple[HtmlElement, float, int]] = []
    telling = all_around(body.iter("p", "h1"))
    walk = etree.iterwalk(body, events=("start", "end"))
    for event, element in walk:
        if event == "start":
            tag = element.tag
            most = 1.0 if element is body else _most(tag, element.items())
            if most is not None:
                if not paragraphs and len(opened) <= MAX_OPENED and element not in telling and _is_silent(element):
                    walk.skip_subtree()
                opened.append((element, most, said))
            paragraphs += tag == "p"
            words = element.text
        else:
            paragraphs -= element.tag == "p"
            if opened and opened[-1][0] is element:
                _, most, before = opened.pop()
                yield _Box(element, said - before, most, f"{element.tag} {element.get('class')}")
            words = element.tail
        if words and (paragraphs or len(words) >= LONG_RUN):
            said += _said(words, paragraphs > 0)


def _is_silent(element: HtmlElement) -> bool:
    """Tell whether nothing in an element without paragraphs counts."""
    return all(len(words) < LONG_RUN for words in element.itertext())


def _said(words: str, in_paragraph: bool) -> int:
    """Return the characters that count: of a paragraph, or of a run as long as one where a page has other elements."""
    size = len(words.strip())
    return size if in_paragraph or size >= LONG_RUN else 0


def _most(tag: str, attributes: list[tuple[str, str]]) -> float | None:
    """Return the share of the page's paragraphs up to which an element is a box; None where no mark says that it is."""
    most = MOST if tag in APART else _most_by_name(tag[:MAX_MARK]) if "-" in tag else 0.0
    for name, value in attributes:
        if name in JUDGES:
            told = JUDGES[name](value[:MAX_MARK])
            if told > most:
                most = told
    return most or None


@lru_cache(maxsize=1 << 16)  # a site's pages have the same names
def _most_by_name(names: str) -> float:
    """Judge a class, an id or another name, or the tag of a custom element: site builders name these as classes."""
    return max(map(_most_by_word, names.split()), default=0.0)


@lru_cache(maxsize=1 << 16)
def _most_by_word(name: str) -> float:
    name = f" {name if name.islower() else CAMEL.sub('-', name).lower()} "
    if OTHER_BOX.search(name) is None and INFORMATION_BOX.search(name) is None:
        return 0.0
    return MOST_OF_BOX if INFORMATION_BOX.search(name) else MOST


def _most_by_role(role: str) -> float:
    return MOST if role.lower() in ROLES else 0.0


def _most_by_style(style: str) -> float:
    return MOST if HIDDEN_STYLE.search(style) else 0.0


JUDGES: dict[str, Callable[[str], float]] = {
    **dict.fromkeys(NAMED, _most_by_name),
    "role": _most_by_role,
    "hidden": lambda _: MOST,
    "aria-hidden": lambda value: MOST if value == "true" else 0.0,
    "style": _most_by_style,
}
"""How each attribute tells a box: the share up to which it is one, 0 where it tells nothing."""


def _holders_of_headlines(body: HtmlElement) -> frozenset[HtmlElement]:
    headlines = islice(body.iter("h1"), MAX_HEADLINES)
    return frozenset(outer for heading in headlines for outer in (heading, *heading.iterancestors()))
