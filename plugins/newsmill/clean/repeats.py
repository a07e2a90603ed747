"""What an outlet's profile says of a block: printed around its articles, another article's title, a biography.

Owns how much evidence is enough, and its words. Keep out: how it was counted (the stage learn); where a block has to
stand (include/rules/outlet.yaml).

No number here was fitted to a set. They follow from what an error costs: a line of boilerplate that stays is one
line, and a sentence that goes is lost. So a block needs three different stories wherever it stands, a paragraph half
of what was seen, and one within the body nearly all of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from newsmill.blockkeys import block_key
from newsmill.clean.fold import has_digit
from newsmill.model import AT_THE_BEGINNING, Article, BlockKind, Profile, RawFormat, Repeat

if TYPE_CHECKING:
    from newsmill.clean.page import Line, Page

STORIES = 3
"""Different stories from which a block outside the body can be the outlet's. Two may share a sentence by chance."""
SHORT_SHARE = 0.3
"""Share of the outlet's stories that a short line needs: sections of an outlet print lines of their own."""
PROSE_SHARE = 0.5
"""The same for a paragraph: the follow-ups of one event share one, and rarely are half of what an outlet prints."""
NEW_STORIES, NEW_SHARE = 5, 0.8
"""What was added to the pages a week ago is in few of all stories, but in nearly all since."""
ALWAYS_STORIES, ALWAYS_SHARE = 5, 0.8
"""What a paragraph within the body needs."""
BANNER_WORDS = 3
BIOGRAPHY_STORIES = 2
TITLE_WORDS = 4
"""A shorter title ("Weather", "Letters to us") may stand in an article for what it says."""
TITLES_OF_DIGEST = 3
"""So many titles of other articles, each with a paragraph of its own, are the headings of a digest."""
LAST_NAME_LETTERS = 4
WORDS_A_FIGURE = 8
"""A paragraph with more figures than one in so many words is a report of them: keys mask numbers, and only the numbers
of a market report are news. An appeal has one or two in twenty words and more."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the profile knows of an article's blocks, by block number."""

    repeats: Mapping[int, Repeat]
    titles: Mapping[int, date]  # blocks that are another article's title, and that article's day
    authors: Mapping[int, str]  # block_key -> name, of the article's authors
    marks_headings: (
        bool  # whether the page says what a heading is; in a dump any line above a paragraph is taken for one
    )


NOTHING = Known({}, {}, {}, False)


def known_of(article: Article, profile: Profile | None) -> Known:
    """Look an article's blocks up; its own title is no other article's."""
    if profile is None or not (profile.repeats or profile.titles):
        return NOTHING
    keys = [block_key(block.text) for block in article.blocks]
    own = block_key(article.title or "")
    return Known(
        repeats={number: profile.repeats[key] for number, key in enumerate(keys) if key in profile.repeats},
        titles={number: profile.titles[key] for number, key in enumerate(keys) if key in profile.titles and key != own},
        authors={block_key(author): author for author in article.authors},
        marks_headings=article.raw_format is not RawFormat.TEXT,
    )


def outlet_repeats(line: Line, page: Page) -> str | None:
    """A block that the outlet prints around its articles; no heading, no row of figures."""
    repeat = page.known.repeats.get(line.index)
    if repeat is None or repeat.of_subject or _tells_figures(line):
        return None
    if _is_a_heading(line, page) and not _is_a_banner(line, page, repeat):
        return None
    share = PROSE_SHARE if line.reads_as_prose else SHORT_SHARE
    often = repeat.stories >= STORIES and repeat.stories >= share * repeat.total
    new = repeat.stories >= NEW_STORIES and repeat.stories >= NEW_SHARE * repeat.out_of
    return _evidence(repeat) if often or new else None


def outlet_always(line: Line, page: Page) -> str | None:
    """A paragraph that the outlet prints in nearly every article."""
    repeat = page.known.repeats.get(line.index)
    if repeat is None or repeat.of_subject or not line.reads_as_prose or _tells_figures(line):
        return None
    return _evidence(repeat) if _is_always(repeat) else None


def author_repeats(line: Line, page: Page) -> str | None:
    """A block that only one author's articles have, and that names the author."""
    repeat = page.known.repeats.get(line.index)
    if repeat is None or repeat.author is None or repeat.stories < BIOGRAPHY_STORIES:
        return None
    name = page.known.authors.get(repeat.author)
    if name is None or not _names(line, page, name):
        return None
    return f"it names the author {name!r}, and all that have it are this author's: {_evidence(repeat)}"


def other_title(line: Line, page: Page) -> str | None:
    """The title of another article of the outlet."""
    day = page.known.titles.get(line.index) if line.count >= TITLE_WORDS else None
    return f"it is the title of another article of this outlet, of {day}" if day else None


def other_title_within(line: Line, page: Page) -> str | None:
    """The same between the paragraphs of the body: a link, as long as the page is no digest with such headings."""
    if _is_marked(line, page):
        return None
    headings = sum(_is_a_heading(page.lines[index], page) for index in page.known.titles)
    return other_title(line, page) if headings < TITLES_OF_DIGEST else None


def _evidence(repeat: Repeat) -> str:
    days = f", on {repeat.days} days" if repeat.days > 1 else ""
    place = f", {repeat.place}" if repeat.place else ""
    before = f" ({repeat.total} were seen in all)" if repeat.total > repeat.out_of else ""
    return f"it is in {repeat.stories} of {repeat.out_of} articles since {repeat.since}{days}{place}{before}"


def _is_a_heading(line: Line, page: Page) -> bool:
    """A short line right before a paragraph that is the article's own: many articles have the heading `Background`."""
    if line.reads_as_prose or line.index + 1 >= len(page.lines):
        return False
    return page.lines[line.index + 1].reads_as_prose and line.index + 1 not in page.known.repeats


def _is_marked(line: Line, page: Page) -> bool:
    return page.known.marks_headings and line.block.kind is BlockKind.HEADING


def _is_a_banner(line: Line, page: Page, repeat: Repeat) -> bool:
    """Words above nearly all articles of the outlet: its own, unless they are as few as in `Facts` or `The news`."""
    above = repeat.place == AT_THE_BEGINNING and not _is_marked(line, page)
    return above and line.count >= BANNER_WORDS and _is_always(repeat)


def _is_always(repeat: Repeat) -> bool:
    return repeat.stories >= ALWAYS_STORIES and repeat.stories >= ALWAYS_SHARE * repeat.total


def _tells_figures(line: Line) -> bool:
    """A block whose figures are what it says is new in every article, though its key is not: results, prices, odds."""
    figures = sum(has_digit(word) for word in line.words)
    return figures * WORDS_A_FIGURE > len(line.words) or (figures > 0 and not line.reads_as_prose)


def _names(line: Line, page: Page, name: str) -> bool:
    words = next((author for author in page.authors if " ".join(author) == " ".join(name.casefold().split())), None)
    last = words[-1] if words else name.casefold().split()[-1]
    return len(last) >= LAST_NAME_LETTERS and last in line.words
