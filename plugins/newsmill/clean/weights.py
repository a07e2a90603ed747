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
from newsmill.clean.page import Line, Page, has_stem_of
from newsmill.clean.rule import Rule
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
        against = {index: [one.rule for one in found if one.suspects] for index, found in enumerate(findings) if found}
        suspects = frozenset(index for index, rules in against.items() if rules)
        markers = {index for index, rules in against.items() if any(r.then and r.category in MARKERS for r in rules)}
        strays = {index for index, rules in against.items() if _is_stray(rules)}
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
    against = hints.suspects | page.stamps
    furniture = sum(not line.reads_as_prose and line.index in against for line in page.lines)
    scale = _Scale(page, hints, prose, frozenset(_listed(page, against)), furniture >= CROWD)
    weights = [_prose_weight(line, scale) if prose[line.index] else -_cost(line, scale) for line in page.lines]
    for index in _series(page, against):
        weights[index] = max(weights[index], SERIES_WEIGHT)
    return Weights(weights, prose, scale.crowded)


def _listed(page: Page, against: frozenset[int]) -> Iterator[int]:
    """Yield the lines that end in a colon, and the rows behind each: such a list is part of the text above it."""
    announced = False
    for line in page.lines:
        opens = not line.ends_sentence and line.index not in against and line.block.text.rstrip().endswith(COLONS)
        announced = opens or (announced and line.block.kind in _ROWS)
        if announced:
            yield line.index


def _series(page: Page, against: frozenset[int]) -> Iterator[int]:
    """Yield the lines that stand in a run of lines with a number each, where one of them is no paragraph."""
    if not any(not line.reads_as_prose and line.index not in against and _is_numbered(line) for line in page.lines):
        return
    for numbered, run in groupby(page.lines, lambda line: line.index not in against and _is_numbered(line)):
        members = list(run)
        if numbered and len(members) >= SERIES:
            yield from (line.index for line in members)


def _is_numbered(line: Line) -> bool:
    """Whether a line has a number behind its first word: one at its start counts what is most read."""
    return (
        line.count >= MIN_SERIES_WORDS and not line.is_short and bool(_NUMBER.search(line.folded, _second_word(line)))
    )


def _second_word(line: Line) -> int:
    """Return where the first word of a line with words ends."""
    return line.folded.index(line.words[0]) + len(line.words[0])


def _prose_weight(line: Line, scale: _Scale) -> float:
    weight = float(min(line.count, MAX_WEIGHT))
    index, prose, subject = line.index, scale.prose, scale.page.subject
    if not any(_has_company(side, scale) for side in (range(index - 1, -1, -1), range(index + 1, len(prose)))):
        weight *= ALONE
    if subject and not has_stem_of(subject, line.words):
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
    if line.index in scale.page.stamps:
        return STAMP_COST
    if line.index in scale.hints.strays:
        return STRAY_COST
    if line.index in scale.hints.suspects:
        return SUSPECT_PROSE_COST if line.reads_as_prose else SUSPECT_COST
    return 0
