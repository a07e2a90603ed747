"""Dumps and given fields that are made to cost time or memory."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle

from tests.hostile.building import PROSE, WORDS, Build, list_of, numbered, prose, repeat

DUMPS: dict[str, Build] = {
    "lines": repeat("a\n"),
    "paragraphs": repeat("a\n\n"),
    "prose lines": numbered(f"@ {PROSE}\n"),
    "same prose lines": repeat(f"{PROSE}\n"),
    "prose paragraphs": numbered(f"@ {PROSE}\n\n"),
    "one line": prose,
    "letters": repeat("a"),
    "long words": repeat("a" * 1000 + "\n"),
    "words": lambda size: " ".join(word for word, _ in zip(cycle(WORDS), range(size // 7), strict=False)),
    "wrapped": repeat("the city council of springfield voted on tuesday to rebuild the\n"),
    "wrapped paragraphs": repeat(("the city council of springfield voted on tuesday to rebuild the\n" * 5) + "\n"),
    "wrapped in one": lambda size: (
        "The city council of Springfield voted on tuesday to rebuild the\n"
        + repeat("the city council of springfield voted on tuesday to rebuild theab\n")(size)
    ),
    "items": repeat("- word word\n"),
    "headings": repeat("# word word\n"),
    "quotes": repeat("> word word\n"),
    "quotes in quotes": repeat("> "),
    "hashes": repeat("#"),
    "bullets": repeat("•"),
    "capitals": repeat("News World Sport Politics Business\n"),
    "short lines": numbered("Word @\n\n"),
    "dates": repeat("13 September 2023\n\n"),
    "date lines": repeat("By Jane Doe | Sep 13, 2023\n\n"),
    "clock": lambda size: "Published 13 September 2023 " + "12 " * (size // 3),
    "numbers": repeat("12.34.5678 "),
    "digits": repeat("1"),
    "tags": lambda size: "Tags: " + "word " * (size // 5),
    "tag lines": repeat("Tags: word word word word word word word word word\n\n"),
    "source lines": numbered("Sources: 1Guardian, 2TASS and 3Al Jazeera.\n\n"),
    "signs": repeat("| "),
    "points": repeat(". "),
    "quotation": repeat("'a-"),
    "double quotation": repeat('"a- '),
    "said": repeat('"a b," he said. '),
    "spaces": lambda size: "a" + " " * size + "b",
    "line ends": lambda size: "a" + "\n" * size + "b",
    "separators": repeat("a\u2028"),
    "tabs": repeat("a\t\n"),
    "form feeds": repeat("a\x0c"),
    "marks that combine": lambda size: "a" + "\u0301\u0316" * (size // 4),
    "marks in lines": repeat("a" + "\u0301\u0316" * 950 + "\n\n"),
    "Hangul": repeat("\u1100\u1161\u11a8"),
    "ideographs": repeat("新聞"),
    "ideographs in lines": repeat("新聞\n"),
    "Thai": repeat("ก"),
    "Thai lines": repeat("กกกกก\n\n"),
    "ligatures": repeat("\ufdfa"),
    "zero width": repeat("\u200b"),
    "share": repeat("share this "),
    "share lines": repeat("Share this\n\n"),
    "related lines": repeat("Related articles\n\n"),
    "subscribe in one": repeat("subscribe to our newsletter "),
    "comments": numbered("Anna on September 19 at 12:48 pm said:\n\nword word\n\n"),
    "donate prose": numbered(
        "@ Please donate to support our work, as we depend on readers for all of our independent reporting.\n\n"
    ),
    "biographies": numbered(
        "Jane Doe is a staff writer at the paper and writes about bridges, floods and trams in town @.\n\n"
    ),
    "copyrights": repeat("© 2023 Example. All rights reserved.\n\n"),
    "colons": repeat("word:\n\n"),
    "captions": repeat("(AP Photo/Jane Doe)\n\n"),
    "titles": repeat("Council votes to rebuild harbour bridge\n\n"),
    "teasers": repeat("Council votes to rebuild harbour ...\n\n"),
    "menu": repeat("Home | News | Sport | World\n\n"),
    "addresses": numbered("https://example.org/@\n\n"),
    "braces": repeat("{"),
    "tags of markup": repeat("<p "),
    "open tags": repeat("<a"),
    "comments of markup": repeat("<!--"),
    "fences": repeat("---\n"),
}

GIVEN: dict[str, Callable[[int], dict[str, object]]] = {
    "authors": lambda size: {"authors": list_of("Jane Doe @")(size)},
    "authors of one word": lambda size: {"authors": list_of("a@")(size)},
    "tags": lambda size: {"tags": list_of("tag @")(size)},
    "long author": lambda size: {"authors": ["Jane " * (size // 5)]},
    "long title": lambda size: {"title": prose(size)},
    "title of one word": lambda size: {"title": "a" * size},
    "title of marks": lambda size: {"title": "a" + "\u0301\u0316" * (size // 4)},
    "title of bars": lambda size: {"title": "a | " * (size // 4)},
    "long description": lambda size: {"description": prose(size)},
    "long language": lambda size: {"language": "en-" * (size // 3)},
    "long date": lambda size: {"published_at": "1" * size},
    "long date of spaces": lambda size: {"published_at": "1" + " " * size + "2"},
    "long address": lambda size: {"url": "https://example.org/" + "a/" * (size // 2)},
    "long id": lambda size: {"id": "a" * size},
    "long outlet": lambda size: {"outlet": "a-" * (size // 2)},
    "authors and lines": lambda size: {
        "authors": list_of("Jane Doe @")(size // 2),
        "text": numbered("Word word @\n\n")(size // 2),
    },
    "tags and lines": lambda size: {
        "tags": list_of("tag @")(size // 2),
        "text": numbered("Word word @\n\n")(size // 2),
    },
    "tags of one word and lines": lambda size: {
        "tags": ["a " * n for n in range(1, 70)],
        "text": repeat("a " * 70 + "\n\n")(size),
    },
    "long title and lines": lambda size: {
        "title": prose(size // 2),
        "text": numbered("Council @ votes\n\n")(size // 2),
    },
    "title and its words": lambda size: {"title": "a b " * 19, "text": repeat("b a " * 19 + "\n\n")(size)},
    "title and lines": lambda size: {"title": "Word word", "text": numbered("Word word word @ | a\n\n")(size)},
    "description and lines": lambda size: {
        "description": "Council votes to rebuild bridge",
        "text": repeat("Council votes to rebuild bridge\n\n")(size),
    },
    "long author and lines": lambda size: {
        "authors": ["Jane Doe " * (size // 20)],
        "text": repeat("Jane Doe Jane Doe Jane Doe\n\n")(size // 2),
    },
}
