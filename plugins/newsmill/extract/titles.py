"""Take the outlet's and section's names off titles.

Owns what counts as a suffix. Keep out: finding the title (metadata, text).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from newsmill.extract.authors import plain
from newsmill.extract.blocks import squeezed

MIN_HEAD_WORDS = 4
"""Words before a " | " from which the rest is a row of sections: a shorter head may be a kicker ("Live | …")."""
MIN_HEADING_CHARS = 15
MAX_SITE_WORDS = 6
"""Words of the longest names of outlets, "Die Neue Südtiroler Tageszeitung" and a word or two."""
MIN_NAME_CHARS = 6
MIN_NAME_IDEOGRAMS = 3
MAX_LOGO_WORDS = 2
MIN_SHARED_WORDS = 3
"""Words that a heading must share with the page's title to be its headline."""
WORD = re.compile(r"[\u3040-\u9fff\uac00-\ud7af]|[^\W_\u3040-\u9fff\uac00-\ud7af]+")
"""A word; of scripts without spaces, and of Korean with its endings, one character."""
DIVIDER = re.compile(r"\s+[|\-–—•·»:]+\s+|\s*[|｜ㅣ│：]\s*")
"""The last four are what Chinese, Japanese and Korean sites write for a bar and a colon."""
TIGHT_DIVIDER = re.compile(r"\s*[|\-–—•·»:/｜ㅣ│：]")
INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")
"""Soft hyphens and zero-width spaces: where a headline may break, no part of it. Joiners stay: scripts need them."""


def tidy_title(
    written: str | None,
    site: Iterable[str] = (),
    host: str = "",
    headings: Iterable[str] = (),
    others: Iterable[str] = (),
) -> str | None:
    """Return a title without the site's name at its end (or start) and without sections after a " | ".

    Args:
        written: the title as it was found.
        site: what the outlet is called.
        host: the page's host, whose first label names the outlet too.
        headings: the page's visible headings; what follows one of them in the title is a suffix, and a few words and a
            bar before one a kicker.
        others: the page's other titles; what follows one of them is a suffix if it ends in the outlet's name.
    """
    title = squeezed(INVISIBLE.sub("", written or ""))
    if title is None:
        return None
    own = _own_names(site, host)
    title = next((text for text in others if _is_signed(title, text, own)), title)
    head, bar, _ = title.partition(" | ")
    if bar and len(head.split()) >= MIN_HEAD_WORDS:
        title = head
    title = next((text for text in headings if _is_headed_by(title, text) or _is_below_kicker(title, text)), title)
    return _cut_last(_cut_first(_cut_last(title, own), own), own)


def logos_among(
    headings: Iterable[str], lesser: Iterable[str], titles: Sequence[str], site: Iterable[str]
) -> frozenset[str]:
    """Return the headings (h1) that name the site or a section, not the article.

    They are the site's known name; or what stands behind the article's title in the page's title; or they share no
    word with it, where another heading does or where they are too short for a headline.

    Args:
        headings: the page's h1 elements.
        lesser: its h2 elements.
        titles: what the page calls itself: its title element, og:title.
        site: what the outlet is called.
    """
    texts = list(headings)
    own = {plain(name) for name in site}
    pages = [_words(title) for title in titles]
    headed = any(len(_words(text) & page) >= MIN_SHARED_WORDS for text in (*texts, *lesser) for page in pages)
    return frozenset(
        text
        for text in texts
        if plain(text) in own or any(_is_behind(text, title) for title in titles) or _is_strange(text, pages, headed)
    )


def _is_behind(text: str, title: str) -> bool:
    """Tell whether a title is a longer text, a divider and this text."""
    ends = (match for match in DIVIDER.finditer(title) if plain(title[match.end() :]) == plain(text))
    return any(len(title[: match.start()].split()) > len(text.split()) for match in ends)


def _is_strange(text: str, pages: Sequence[frozenset[str]], headed: bool) -> bool:
    words = _words(text)
    if not pages or any(words & page for page in pages):
        return False
    short = len(text.split()) <= MAX_LOGO_WORDS and any(len(page) > 2 * len(words) for page in pages)
    return headed or short


def _words(text: str) -> frozenset[str]:
    return frozenset(WORD.findall(text.casefold()))


def _is_headed_by(title: str, heading: str) -> bool:
    """Tell whether a title is a heading and then, after a divider, something else."""
    return (
        len(heading) >= MIN_HEADING_CHARS
        and title.startswith(heading)
        and DIVIDER.match(title, len(heading)) is not None
    )


def _is_below_kicker(title: str, heading: str) -> bool:
    """Tell whether a title is a few words, a bar, and then a heading: "Opinion | The bridge is closed"."""
    kicker, bar, rest = title.partition(" | ")
    return bool(bar) and len(heading) >= MIN_HEADING_CHARS and rest == heading and len(kicker.split()) < MIN_HEAD_WORDS


def _is_signed(title: str, other: str, own: frozenset[str]) -> bool:
    """Tell whether a title is another one, a divider, and something that ends in the outlet's name."""
    return (
        len(other) >= MIN_HEADING_CHARS
        and title.startswith(other)
        and TIGHT_DIVIDER.match(title, len(other)) is not None
        and any(plain(title[match.end() :]) in own for match in DIVIDER.finditer(title, len(other)))
    )


def _own_names(site: Iterable[str], host: str) -> frozenset[str]:
    label = host.removeprefix("www.").split(".")[0] if host else ""
    return frozenset(filter(None, (plain(host), plain(label), *map(plain, site))))


def _cut_last(title: str, own: frozenset[str]) -> str:
    for match in DIVIDER.finditer(title):
        if match.start() and _names_site(title[match.end() :], own):
            return title[: match.start()]
    return title


def _names_site(text: str, own: frozenset[str]) -> bool:
    """Tell whether a text is the outlet's name, or a short form or a long form of it."""
    name = plain(text)
    if name in own:
        return True
    return len(text.split()) <= MAX_SITE_WORDS and any(
        _is_long_name(min(name, known, key=len)) and _begins_or_ends(name, known) for known in own
    )


def _begins_or_ends(name: str, known: str) -> bool:
    short, long = sorted((name, known), key=len)
    return long.startswith(short) or long.endswith(short)


def _is_long_name(name: str) -> bool:
    """Tell whether a name is long enough not to stand within another by chance."""
    return len(name) >= MIN_NAME_CHARS or (
        len(name) >= MIN_NAME_IDEOGRAMS and not name.isascii() and name[0] > "\u3000"
    )


def _cut_first(title: str, own: frozenset[str]) -> str:
    match = DIVIDER.search(title)
    if match and match.end() < len(title) and plain(title[: match.start()]) in own:
        return title[match.end() :]
    return title
