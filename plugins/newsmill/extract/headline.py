"""Find an article's headline on its page: every place that may hold it, and the vote between them.

Owns the places and how reliable each was measured to be. Keep out: taking site names off (titles), the count (vote).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from newsmill.extract.authors import plain
from newsmill.extract.blocks import squeeze, unique
from newsmill.extract.statements import MAX_LOOKED_AT, MAX_TITLE, Statements, words_of
from newsmill.extract.titles import WORD, logos_among, tidy_title
from newsmill.extract.vote import LEAST_WEIGHT, Claim, Outcome, decide, weight_of

RIGHT_AND_WRONG = {"JSON-LD": (91, 17), "card": (102, 20), "page": (172, 69)}
"""On how many pages of fundus-dev JSON-LD, og:title, and heading and title element (pooled) have the gold's headline,
and another one. Places with one voice here are filled by a site's template from one field.

Where JSON-LD and og:title differ, the gold has either as often (18 and 14 of 32 pages), but not by chance: JSON-LD's
where only the heading or only the title element agrees with it (9 of 9), og:title's where both repeat JSON-LD's
(11 of 15): there the template fills all three, and the card was written.
"""
VOICES = {
    "JSON-LD headline": "JSON-LD",
    "meta og:title": "card",
    "h1": "page",
    "microdata headline": "page",
    "JSON-LD name": "JSON-LD",
    "meta twitter:title": "card",
    "title element": "page",
    "meta title": "page",
}
TITLE_META = ("title", "headline", "dc.title", "parsely-title", "sailthru.title", "cxenseparse:title")
MIN_WORD_CHARS = 4
MIN_STEM_CHARS = 20
"""Characters of a title that was cut short, before its "…", by which the whole one is known."""
CUT_SHORT = ("…", "...")


def headline(page: Statements, site: tuple[str, ...], host: str) -> Outcome[str] | None:
    """Return the page's headline without the outlet's name.

    JSON-LD that says what heading and title element both say is a copy: it speaks with the page's voice.
    """
    headings, logos = _headings(page, site)
    site = (*site, *logos)
    found = list(_places(page, headings))
    others = [squeeze(text) for _, text in found]
    own = {plain(name) for name in site}
    tidied = ((source, tidy_title(text, site, host, headings, others)) for source, text in found)
    titles = [(source, text) for source, text in tidied if text and plain(text) and plain(text) not in own]
    values = [text for _, text in titles]
    witnesses = _words(*(text for source, text in titles if VOICES[source] != "card"), *_remarks(page))
    heading, title = (next((plain(text) for source, text in titles if source == place), None)
                      for place in ("h1", "title element"))  # fmt: skip
    repeated = heading if heading == title else None
    return decide(
        (_claim(source, _whole(text, values), witnesses, repeated) for source, text in titles),
        alike=lambda one, other: plain(one) == plain(other),
    )


def _headings(page: Statements, site: tuple[str, ...]) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return the page's h1 elements that may be its headline, and those that name the site or a section."""
    written = unique((*islice(page.of_elements("title"), 1), *islice(page.of_meta("og:title"), 1)))
    found = tuple(islice(page.of_elements("h1"), MAX_LOOKED_AT))
    logos = logos_among(found, islice(page.of_elements("h2"), MAX_LOOKED_AT), written, site)
    return tuple(text for text in found if text not in logos), logos


def _places(page: Statements, headings: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield each place's first title, in the order of precedence among equals."""
    marked = (words_of(element) for element in page.marked("headline"))
    places = {
        "JSON-LD headline": page.of_node("headline"),
        "meta og:title": page.of_meta("og:title"),
        "h1": iter(headings),
        "microdata headline": marked,
        "JSON-LD name": page.of_node("name"),
        "meta twitter:title": page.of_meta("twitter:title"),
        "title element": page.of_elements("title"),
        "meta title": page.of_meta(*TITLE_META),
    }
    for source, texts in places.items():
        short = (text for text in texts if len(squeeze(text)) <= MAX_TITLE)
        yield from ((source, text) for text in islice(short, 1))


def _remarks(page: Statements) -> Iterator[str]:
    return (text for texts in (page.of_node("alternativeHeadline", "description"), page.of_meta("description"))
            for text in texts)  # fmt: skip


def _claim(source: str, title: str, witnesses: frozenset[str], repeated: str | None) -> Claim[str]:
    """Weigh one place. A card whose title has no word of the page's others tells of the site, not of the article."""
    voice = "page" if VOICES[source] == "JSON-LD" and plain(title) == repeated else VOICES[source]
    strange = voice == "card" and bool(witnesses) and not _words(title) & witnesses
    weight = LEAST_WEIGHT if strange else weight_of(*RIGHT_AND_WRONG[voice])
    return Claim(value=title, source=source, weight=weight, voice=voice)


def _whole(title: str, titles: Sequence[str]) -> str:
    """Return the title that this one is a cut or a shouted form of, if there is one; else itself."""
    stem = next((title.removesuffix(end).rstrip() for end in CUT_SHORT if title.endswith(end)), None)
    if stem and len(stem) >= MIN_STEM_CHARS:
        title = next((text for text in titles if len(text) > len(title) and text.startswith(stem)), title)
    if title.isupper():
        title = next((text for text in titles if not text.isupper() and plain(text) == plain(title)), title)
    return title


def _words(*texts: str) -> frozenset[str]:
    """Return the words that tell a subject: longer ones, and characters of scripts without spaces."""
    words = (word for text in texts for word in WORD.findall(text.casefold()))
    return frozenset(word for word in words if len(word) >= MIN_WORD_CHARS or not (word.isascii() or word[1:]))
