"""What code can tell of a block that words in a rules file cannot, such as `is: [title]` and `is: [teaser]`.

Owns the named predicates. Each returns the fact it found, as the end of a sentence about the block, or None.
Keep out: where a block has to stand, and phrases (include/rules).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from difflib import SequenceMatcher
from enum import StrEnum
from functools import cache

from newsmill.clean import repeats
from newsmill.clean.fold import fold, words_of
from newsmill.clean.page import RUN_LINES, TEASER_KEY, Line, Page, Words
from newsmill.clean.speech import reports_speech
from newsmill.clean.vocabulary import ANONYMOUS, BY, DATE_COMPANY, MONTHS, ROLES

NEAR_TITLE = 0.92
"""Share of words in common, in order, from which a block is the title in another spelling (difflib's ratio)."""

_PREFIX_WORDS = 5  # fewer of the title's first words may be any phrase
_SUFFIX_WORDS = 6  # a site's and a section's name behind a title: "… | World | News"
_NEAR_TITLE_WORDS = range(4, 41)
_SUFFIX_SIGN = re.compile(r"\s[|·•–—:>»-]\s")
LINK_SIGNS = re.compile(r'[|·•>›/]| " ')  # "»" is folded to a quotation mark
_LINK_ITEMS = 3
_LINK_WORDS = 60
ALT_WORDS = 6
_BYLINE_WORDS = 12
_BESIDE_NAMES = BY | ROLES | MONTHS | DATE_COMPANY
_DATE_WORDS = 16
_TAG_WORDS = 80
_OUTLET_LETTERS = 5  # shorter names are too often words of the language
_CLOSING_BEHIND = 2
"""A page that goes on behind an article goes on with more lines than this."""
_CLOSING_BEFORE = 5
"""So near behind prose stand the credits that close an article. Both numbers were set on the gold of 303 pages, where
the rules with `is_not: [closing]` cut 17 of its lines without it, and none with it."""

_NAME = re.compile(r"[^\W\d_a-z][\w'’.-]+(?: [^\W\d_a-z][\w'’.-]*){1,3}")
"""Two to four words that do not begin with a small letter of English."""

_NUMBER = re.compile(r"\d+(?:st|nd|rd|th|er|h|am|pm)?|\d+h\d+|t\d+|\d+t\d+z?|\d+z")
_NUMERIC_DATE = re.compile(r"\b(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./](?:\d{4}|\d{2}))\b")


class Predicate(StrEnum):
    """The names of the predicates; `_PREDICATES` has what they do."""

    TITLE = "title"
    NEAR_TITLE = "near_title"
    AUTHOR_NAME = "author_name"
    ABOUT_AUTHOR = "about_author"
    STARTS_WITH_AUTHOR = "starts_with_author"
    NAMES_AFTER_BY = "names_after_by"
    DATE_LINE = "date_line"
    TEASER = "teaser"
    REPEATED = "repeated"
    REPEATED_AT_ONCE = "repeated_at_once"
    PRINTED_AGAIN = "printed_again"
    NEW_NAME = "new_name"
    ALT_TEXT = "alt_text"
    NAMES_OUTLET = "names_outlet"
    ONLY_TAGS = "only_tags"
    LINK_LIST = "link_list"
    SHORT_RUN = "short_run"
    SENTENCE = "sentence"
    SPEECH = "speech"
    CLOSING = "closing"
    OUTLET_REPEATS = "outlet_repeats"
    OUTLET_ALWAYS = "outlet_always"
    OTHER_TITLE = "other_title"
    OTHER_TITLE_WITHIN = "other_title_within"
    AUTHOR_REPEATS = "author_repeats"


CERTAIN = frozenset(
    {Predicate.TITLE, Predicate.TEASER, Predicate.REPEATED_AT_ONCE, Predicate.DATE_LINE, Predicate.OUTLET_ALWAYS}
)
"""Predicates that prove the case without a look at what stands around."""


def check(predicate: Predicate, line: Line, page: Page) -> str | None:
    """Return the fact that makes the predicate true of a line, or None."""
    return _PREDICATES[predicate](line, page)


def _title(line: Line, page: Page) -> str | None:
    """The title itself, or with the site's or section's name behind it, or without it."""
    title, words = page.title, line.words
    if not title or not words:
        return None
    if words == title:
        return "it is the article's title"
    longer, shorter = (words, title) if len(words) > len(title) else (title, words)
    if len(shorter) < 3 or longer[: len(shorter)] != shorter or len(longer) - len(shorter) > _SUFFIX_WORDS:
        return None
    if longer is words:
        return "it is the article's title with a suffix" if _SUFFIX_SIGN.search(line.block.text) else None
    return "it is the beginning of the article's title" if len(shorter) >= _PREFIX_WORDS else None


@cache
def sizes_near(words: int) -> range:
    """Return how many words a line may have to be a title of so many words in another spelling."""
    sizes = [size for size in _NEAR_TITLE_WORDS if 2.0 * min(size, words) / (size + words) >= NEAR_TITLE]
    return range(sizes[0], sizes[-1] + 1) if sizes and words in _NEAR_TITLE_WORDS else range(0)


def _near_title(line: Line, page: Page) -> str | None:
    if len(line.words) not in sizes_near(len(page.title)):
        return None
    matcher = SequenceMatcher(None, line.words, page.title, autojunk=False)
    if matcher.quick_ratio() < NEAR_TITLE:  # a bound of what follows
        return None
    alike = matcher.ratio()
    return f"{alike:.0%} of its words are the article's title" if alike >= NEAR_TITLE else None


def _author_name(line: Line, page: Page) -> str | None:
    """An author's name with nothing but dates, roles and other authors beside it; "© Reuters" claims rights."""
    if len(line.words) > _DATE_WORDS or line.ends_sentence or "©" in line.folded:
        return None
    if not all(word in page.author_words or word in _BESIDE_NAMES or _NUMBER.fullmatch(word) for word in line.words):
        return None
    named = (author for author in page.authors if not ANONYMOUS.issuperset(author))
    author = next((author for author in named if _within(author, line.words)), None)
    return f"it names the author {' '.join(author)!r} and no more than role and date" if author else None


def _about_author(line: Line, page: Page) -> str | None:
    if len(line.words) > _BYLINE_WORDS or line.ends_sentence:
        return None
    author = next((name for name in page.authors if _within(name, line.words)), None)
    return f"it names the author {' '.join(author)!r}" if author else None


def _starts_with_author(line: Line, page: Page) -> str | None:
    author = next((name for name in page.authors if line.words[: len(name)] == name), None)
    return f"it begins with the author's name {' '.join(author)!r}" if author else None


def _names_after_by(line: Line, _page: Page) -> str | None:
    """`By Jane Doe and John van der Berg`: nothing but capitalised names after the word."""
    if not 2 <= len(line.words) <= _BYLINE_WORDS or line.words[0] not in BY or line.ends_sentence:
        return None
    names = re.findall(r"[^\W\d_][\w'’.-]*", line.block.text)[1:]
    joined = {"and", "und", "et", "y", "e", "en", "de", "van", "von", "der", "den", "la", "di", "da", "for", "in", "at"}
    if not names or not names[0][0].isupper() or fold(names[0]) in MONTHS:
        return None
    return "only names follow" if all(name[0].isupper() or name in joined for name in names) else None


def _date_line(line: Line, _page: Page) -> str | None:
    """A date, and no word that dates do not keep company with."""
    words = line.words
    if not 1 < len(words) <= _DATE_WORDS or line.ends_sentence:
        return None
    if not all(word in MONTHS or word in DATE_COMPANY or _NUMBER.fullmatch(word) for word in words):
        return None
    numbered = any(word[0].isdigit() for word in words)
    if (numbered and not MONTHS.isdisjoint(words)) or _NUMERIC_DATE.search(line.folded):
        return "it holds a date and nothing else"
    return None


def _teaser(line: Line, page: Page) -> str | None:
    """The beginning of a later block, broken off, or the description that the first paragraph begins with."""
    words = line.words
    broken = line.folded.rstrip("\"')] ").endswith("...")
    if len(words) <= TEASER_KEY or not (broken or words == page.description):
        return None
    later = page.last_begun.get(words[:TEASER_KEY], 0)
    if later <= line.index or not (broken or not _prose_between(line.index, later, page)):
        return None
    begun = page.lines[later].words
    # The last word may be broken off too.
    if begun[: len(words) - 1] != words[:-1] or not _begins(begun, words):
        return None
    return f"block {later} begins with the same words"


def _prose_between(index: int, later: int, page: Page) -> int:
    """Return how many paragraphs stand between two blocks."""
    return bisect_left(page.prose, later) - bisect_right(page.prose, index)


def _begins(longer: Words, words: Words) -> bool:
    return len(longer) >= len(words) and longer[len(words) - 1].startswith(words[-1])


def _repeated(line: Line, page: Page) -> str | None:
    """The second of two: what comes more often is the refrain of a list."""
    first = page.first_with[line.folded]
    return f"it repeats block {first}" if first < line.index and page.times[line.folded] == 2 else None


def _repeated_at_once(line: Line, page: Page) -> str | None:
    if not line.index or not line.words or page.lines[line.index - 1].folded != line.folded:
        return None
    return f"it repeats block {line.index - 1} before it"


def _printed_again(line: Line, page: Page) -> str | None:
    """Any of several copies, the first too: a gallery prints a caption below each picture, and again in its list."""
    times = page.times[line.folded]
    return f"the page prints it {times} times" if times > 1 and line.words else None


def _new_name(line: Line, page: Page) -> str | None:
    """A whole name at the start of one of the last paragraphs, and no word of it before: nobody in the news."""
    if line.index < page.last_prose:
        return None
    name = _NAME.match(line.block.text)
    if not name:
        return None
    words = set(words_of(fold(name[0])))
    if any(page.told_first.get(word, line.index) < line.index or word in page.title_words for word in words):
        return None
    return f"it is the first to name {name[0]!r}"


def _alt_text(line: Line, page: Page) -> str | None:
    """`kim putin`: lower-case words of the title and no sentence, as files and images are named."""
    text = line.block.text
    if not 1 < len(line.words) <= ALT_WORDS or text != text.lower() or line.ends_sentence:
        return None
    words = [word for word in line.words if not word.isdigit()]
    told = words and all(_is_of_title(word, page) for word in words)
    return "all its words are lower-case words of the title" if told else None


def _is_of_title(word: str, page: Page) -> bool:
    """Tell whether the title has a word, or that word's genitive."""
    return f"{word}'s" in page.title_words or (word in page.title_words and not word.endswith("'s"))


def _names_outlet(line: Line, page: Page) -> str | None:
    """One of the outlet's names, also when it is written in one word or in several."""
    for name in sorted(page.outlet_names):
        if len(name) >= _OUTLET_LETTERS and _holds_joined(line.words, name):
            return f"it names the outlet ({name!r})"
    return None


def _holds_joined(words: Words, name: str) -> bool:
    for start, word in enumerate(words):
        joined, end = word, start + 1
        while name.startswith(joined) and len(joined) < len(name) and end < len(words):
            joined, end = joined + words[end], end + 1
        if joined == name:
            return True
    return False


def _only_tags(line: Line, page: Page) -> str | None:
    """Whole tags, one after the other: a heading may have single words of them."""
    if not line.words or not page.tags or len(line.words) > _TAG_WORDS:
        return None
    reached = {0}
    for start in range(len(line.words)):
        if start in reached:
            reached.update(start + len(tag) for tag in page.tags if line.words[start : start + len(tag)] == tag)
    return "it is made of the article's tags" if len(line.words) in reached else None


def _link_list(line: Line, _page: Page) -> str | None:
    """`Home | News | Sport`, `Home > World`: three or more short items between signs."""
    if line.ends_sentence or line.count > _LINK_WORDS:
        return None
    items = [item.strip() for item in LINK_SIGNS.split(line.folded.strip('|·•>"›/ '))]
    if len(items) < _LINK_ITEMS:
        return None
    short = all(item and len(item.split()) <= 4 and not item[0].isdigit() for item in items)
    return f"it is {len(items)} short items between signs" if short else None


def _short_run(line: Line, page: Page) -> str | None:
    """One of several short lines in a row, none of which is a sentence."""
    return f"it is one of {RUN_LINES} or more short lines in a row" if line.index in page.rows else None


def _sentence(line: Line, _page: Page) -> str | None:
    return "it ends like a sentence" if line.ends_sentence else None


def _speech(line: Line, page: Page) -> str | None:
    """A page speaks to its reader itself; whoever is quoted is in the news."""
    return "it tells what somebody said" if reports_speech(line.folded, page.languages) else None


def _closing(line: Line, page: Page) -> str | None:
    """The article's own last words: right behind its last paragraph, and hardly anything comes after."""
    behind = len(page.lines) - 1 - line.index
    if behind > _CLOSING_BEHIND:
        return None
    before = page.lines[max(0, line.index - _CLOSING_BEFORE) : line.index]
    return "it closes the article" if any(one.reads_as_prose for one in before) else None


def _within(part: Words, whole: Words) -> bool:
    return any(whole[start : start + len(part)] == part for start in range(len(whole) - len(part) + 1))


_PREDICATES: dict[Predicate, Callable[[Line, Page], str | None]] = {
    Predicate.TITLE: _title,
    Predicate.NEAR_TITLE: _near_title,
    Predicate.AUTHOR_NAME: _author_name,
    Predicate.ABOUT_AUTHOR: _about_author,
    Predicate.STARTS_WITH_AUTHOR: _starts_with_author,
    Predicate.NAMES_AFTER_BY: _names_after_by,
    Predicate.DATE_LINE: _date_line,
    Predicate.TEASER: _teaser,
    Predicate.REPEATED: _repeated,
    Predicate.REPEATED_AT_ONCE: _repeated_at_once,
    Predicate.PRINTED_AGAIN: _printed_again,
    Predicate.NEW_NAME: _new_name,
    Predicate.ALT_TEXT: _alt_text,
    Predicate.NAMES_OUTLET: _names_outlet,
    Predicate.ONLY_TAGS: _only_tags,
    Predicate.LINK_LIST: _link_list,
    Predicate.SHORT_RUN: _short_run,
    Predicate.SENTENCE: _sentence,
    Predicate.SPEECH: _speech,
    Predicate.CLOSING: _closing,
    Predicate.OUTLET_REPEATS: repeats.outlet_repeats,
    Predicate.OUTLET_ALWAYS: repeats.outlet_always,
    Predicate.OTHER_TITLE: repeats.other_title,
    Predicate.OTHER_TITLE_WITHIN: repeats.other_title_within,
    Predicate.AUTHOR_REPEATS: repeats.author_repeats,
}
