"""What each block says for or against being of the body, as one number: its weight.

Prose that no rule suspects counts its words, and less when it stands alone or has no word of the title; all else costs
something. The numbers are in words, so that they can be weighed by hand: a paragraph of 40 words outweighs six short
lines. They were climbed one at a time on the even half of the dump sets and of text dumps of `fundus-dev` (inscriptis
and resiliparse), and looked at on the odd half; a third or half more or less of one moved no set's f1 by more than a
point.

Owns a block's weight. Keep out: which stretch of blocks is the body (body).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from newsmill.clean.category import Category
from newsmill.clean.findings import Finding
from newsmill.clean.page import Line, Page, stems
from newsmill.clean.rules import Rule
from newsmill.model import BlockKind

MAX_WEIGHT = 60
"""One endless paragraph does not outweigh an article of several."""
ALONE = 0.5
"""Share of its weight that a paragraph without a neighbour of prose has: teasers and notices stand alone."""
OFF_TOPIC = 0.7
"""Share of its weight that a paragraph without a word of title, description or tags has."""
SHORT_COST = 6
"""What a short line costs."""
ROW_COST = 2
"""What a list item or table row costs; articles hold long lists."""
SUSPECT_COST = 8
"""What any line costs that looks like furniture, on a page with little of it."""
CROWD = 6
"""Lines of furniture from which each costs what is said below: articles may hold a few that only look like it."""
STRAY_COST = 2
"""What a line costs whose like stands within articles: on the dumps of the development sets, captions, adverts' labels,
players, inline links and repeats stood between the article's paragraphs 2 to 4 times of 10, others 0 to 1 times."""
SUSPECT_PROSE_COST = 20
"""What a paragraph costs in which a rule's words are found: appeals, notices."""
MARKER_COST = 30
"""What a heading of related articles, of comments or the like costs: it outweighs the teaser behind it."""
TITLE_COST = 30
"""What the article's title costs: it stands above the body, and again where the page has come to other things."""
STAMP_COST = 60
"""What a line with a date or a time of day costs: comments and teasers have one each, an article one above it."""
MAX_STAMP_WORDS = 14
"""Words of such a line."""
ENTRIES = 3
"""Entries of a live blog, each a bare time and sentences; a page may show one above its lead."""
SERIES = 3
"""Lines with a number each, one after another, from which they are a table, a list of results or of dates."""
SERIES_WEIGHT = 2
"""What a line of such a series counts for the body, three of them as much as the short line above them costs."""
MIN_SERIES_WORDS = 3
"""Words of such a line; "5 comments" is none."""
MARKERS = frozenset(
    {
        Category.LOGIN,
        Category.RELATED,
        Category.ABOUT,
        Category.COPYRIGHT,
        Category.COOKIE,
        Category.BIOGRAPHY,
        Category.NAVIGATION,
    }
)
"""Categories whose rules, if they take what follows with them, end an article."""

STRAYS = frozenset(
    {
        Category.CAPTION,
        Category.PLAYER,
        Category.ADVERTISEMENT,
        Category.LABEL,
        Category.RELATED,
        Category.REPEAT,
    }
)
"""Categories of lines that pages print between an article's paragraphs, unless they take what follows with them."""

COLONS = tuple(":：")
"""What announces a list."""

CODE_ENDS = ("{", "}", ";", "(", "},", "),", "];")
"""How most lines of a program end, and hardly one of a menu: an article that shows code goes on behind it. Of 19 pages
of readability's tests, two with code, text dumps lost .043 of the text without this, and .010 with it."""

_STAMP = re.compile(r"(?<![$£€¥.,\d])\b\d{1,2}[:.h]\d{2}\b|\b(?:19|20)\d\d\b")
_TIME = re.compile(r"\d{1,2}[:.h]\d{2}(?: ?(?:[ap]\.?m\.?|uhr|h|[a-z]{2,3}t))?$")
_MERIDIEM = re.compile(r"\b[ap]\.\s?m\.$")
_NUMBER = re.compile(r"\d+")
_ROWS = (BlockKind.LIST_ITEM, BlockKind.TABLE_ROW)


@dataclass(frozen=True, slots=True)
class Hints:
    """What rules have found, by block.

    Of the suspected blocks markers begin something else, and strays may stand between an article's paragraphs.
    """

    suspects: frozenset[int]
    markers: frozenset[int]
    strays: frozenset[int]

    @classmethod
    def of(cls, findings: Sequence[Sequence[Finding]]) -> Hints:
        """Read them off the findings of all blocks."""
        against = [[finding.rule for finding in found if finding.suspects] for found in findings]
        suspects = frozenset(index for index, rules in enumerate(against) if rules)
        markers = {index for index, rules in enumerate(against) if any(r.then and r.category in MARKERS for r in rules)}
        strays = {index for index, rules in enumerate(against) if _is_stray(rules)}
        return cls(suspects, frozenset(markers - strays), frozenset(strays))


def _is_stray(rules: Sequence[Rule]) -> bool:
    """Whether a rule finds a stray, and none a heading of links: an advert's label is a link of footers, too."""
    if any(rule.category is Category.RELATED and rule.then for rule in rules):
        return False
    return any(rule.category in STRAYS and not rule.then for rule in rules)


@dataclass(frozen=True, slots=True)
class _Scale:
    """One page, and what its lines are weighed by."""

    page: Page
    hints: Hints
    prose: Sequence[bool]
    stamps: frozenset[int]
    listed: frozenset[int]
    crowded: bool


@dataclass(frozen=True, slots=True)
class Weights:
    """The weight of every block of a page, in words."""

    words: Sequence[float]
    prose: Sequence[bool]  # whether the block is prose that no rule suspects
    crowded: bool  # whether the page shows a crowd of furniture


def weigh(page: Page, hints: Hints) -> Weights:
    """Weigh every block of a page."""
    prose = [line.reads_as_prose and line.index not in hints.suspects for line in page.lines]
    stamps = stamps_of(page)
    against = hints.suspects | stamps
    furniture = sum(not line.reads_as_prose and line.index in against for line in page.lines)
    scale = _Scale(page, hints, prose, stamps, frozenset(_listed(page, against)), furniture >= CROWD)
    weights = [_prose_weight(line, scale) if prose[line.index] else -_cost(line, scale) for line in page.lines]
    for index in _series(page, against):
        weights[index] = max(weights[index], SERIES_WEIGHT)
    return Weights(weights, prose, scale.crowded)


def stamps_of(page: Page) -> frozenset[int]:
    """Return the lines that hold a date or a time of day, but for the times above a live blog's entries."""
    stamps = frozenset(line.index for line in page.lines if is_stamp(line))
    times = frozenset(index for index in stamps if _is_entry_time(page, index))
    return stamps - times if len(times) >= ENTRIES else stamps


def _is_entry_time(page: Page, index: int) -> bool:
    """Whether a line is a bare time between two sentences; above a comment's stands a name."""
    around = page.lines[max(index - 1, 0) : index + 2]
    return bool(_TIME.match(page.lines[index].folded)) and sum(line.ends_sentence for line in around) > 1


def is_stamp(line: Line) -> bool:
    """Whether a line is short, no sentence, and holds a date or a time of day.

    It has two numbers, one of them a year or a clock's; "A ticket costs £2.50." and "02:20: Sirens." tell something.
    """
    if line.reads_as_prose or line.count > MAX_STAMP_WORDS or not _STAMP.search(line.folded):
        return False
    if line.ends_sentence and not _MERIDIEM.search(line.folded):
        return False
    return len(_NUMBER.findall(line.folded)) > 1


def _listed(page: Page, against: frozenset[int]) -> Iterator[int]:
    """Yield the lines that end in a colon, and the rows behind each: such a list is part of the text above it."""
    announced = False
    for line in page.lines:
        opens = line.index not in against and line.block.text.rstrip()[-1:] in COLONS
        announced = opens or (announced and line.block.kind in _ROWS)
        if announced:
            yield line.index


def _series(page: Page, against: frozenset[int]) -> Iterator[int]:
    """Yield the lines that stand in a run of lines with a number each."""
    for numbered, run in groupby(page.lines, lambda line: line.index not in against and _is_numbered(line)):
        members = list(run)
        if numbered and len(members) >= SERIES:
            yield from (line.index for line in members)


def _is_numbered(line: Line) -> bool:
    """Whether a line has a number behind its first word: one at its start counts what is most read."""
    return line.count >= MIN_SERIES_WORDS and bool(_NUMBER.search(" ".join(line.words[1:])))


def _prose_weight(line: Line, scale: _Scale) -> float:
    weight = float(min(line.count, MAX_WEIGHT))
    index, prose, subject = line.index, scale.prose, scale.page.subject
    if not any(_has_company(side, scale) for side in (range(index - 1, -1, -1), range(index + 1, len(prose)))):
        weight *= ALONE
    if subject and subject.isdisjoint(stems(line.words)):
        weight *= OFF_TOPIC
    return weight


def _has_company(side: range, scale: _Scale) -> bool:
    """Whether the next line on one side is prose, but for strays between."""
    beside = next((index for index in side if index not in scale.hints.strays), None)
    return beside is not None and scale.prose[beside]


def _cost(line: Line, scale: _Scale) -> int:
    cost = _furniture_cost(line, scale)
    if cost:
        return cost if scale.crowded else SUSPECT_COST
    if line.ends_sentence or line.index in scale.listed or line.block.text.rstrip().endswith(CODE_ENDS):
        return 0
    return ROW_COST if line.block.kind in _ROWS else SHORT_COST


def _furniture_cost(line: Line, scale: _Scale) -> int:
    """Return what a line costs that looks like furniture; 0 for any other."""
    if line.index in scale.hints.markers:
        return MARKER_COST
    if scale.page.title and line.words == scale.page.title:
        return TITLE_COST
    if line.index in scale.stamps:
        return STAMP_COST
    if line.index in scale.hints.strays:
        return STRAY_COST
    if line.index in scale.hints.suspects:
        return SUSPECT_PROSE_COST if line.reads_as_prose else SUSPECT_COST
    return 0
