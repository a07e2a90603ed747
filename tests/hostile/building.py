"""Records that are made to cost time or memory, each as large as it is asked to be.

How shapes are put together: a shape is one idea of what may grow faster than its record.
"""

from __future__ import annotations

import json
from collections.abc import Callable

Build = Callable[[int], str]

PROSE = "The city council of Springfield voted on Tuesday to rebuild the old harbour bridge after the flood. "
WORDS = ("bridge", "harbour", "council", "flood", "tram", "mayor", "river", "winter", "piers", "lanes")


def page(body: str, head: str = "") -> str:
    """Return a page with a headline and some prose, so that an article is found in it."""
    story = f"<h1>Council votes to rebuild bridge</h1><p>{PROSE * 3}</p><p>{PROSE * 3}</p>"
    head = f"<head><title>Council votes to rebuild bridge</title>{head}</head>"
    return f"<html>{head}<body><article>{story}{body}</article></body></html>"


def repeat(part: str) -> Build:
    """Return a builder that says one part over and over."""
    return lambda size: part * max(1, size // len(part.encode()))


def numbered(part: str) -> Build:
    """Return a builder that says one part over and over, each time with another number for `@`."""
    return lambda size: "".join(part.replace("@", str(number)) for number in range(max(1, size // len(part.encode()))))


def body(build: Build) -> Build:
    return lambda size: page(build(size))


def head(build: Build) -> Build:
    return lambda size: page("", build(size))


def nested(opening: str, inner: Build, closing: str = "", depth: int = 240) -> Build:
    """Return a builder of so many elements in one another, around as much as is asked for."""
    return body(lambda size: opening * depth + inner(size) + closing * depth)


def json_ld(value: Callable[[int], object]) -> Build:
    def build(size: int) -> str:
        return page("", f"<script type='application/ld+json'>{json.dumps(value(size))}</script>")

    return build


def article_node(**fields: Callable[[int], object]) -> Build:
    return json_ld(
        lambda size: {"@type": "NewsArticle", "headline": "Council votes", **{k: f(size) for k, f in fields.items()}}
    )


def attribute(name: str, value: Build, tag: str = "p") -> Build:
    return body(lambda size: f'<{tag} {name}="{value(size)}">{PROSE}</{tag}><p>{PROSE}</p>')


def many(tag: str, attributes: str = "", inner: str = "word word word. ") -> Build:
    return body(numbered(f"<{tag}{' ' if attributes else ''}{attributes}>{inner}</{tag}>"))


def list_of(item: str) -> Callable[[int], list[str]]:
    return lambda size: [item.replace("@", str(n)) for n in range(max(1, size // (len(item) + 4)))]


def prose(size: int) -> str:
    return PROSE * (size // len(PROSE))
