"""Cut what stands outside the body of a text dump.

In a dump nothing but its place tells a menu or a teaser from the article: no element, no class. So what stands outside
the body goes, as far as the page shows furniture there: lines that rules suspect, or that the page prints twice. Nearly
clean text shows none and keeps its short last lines, its lists and its tables.

Owns what is cut for its place alone. Keep out: where the body lies (body), what rules cut (decide).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile

from newsmill.clean.body import Body
from newsmill.clean.category import Category
from newsmill.clean.decide import Cut, Reason
from newsmill.clean.fold import has_no_spaces
from newsmill.clean.page import Line, Page
from newsmill.clean.rule import Then
from newsmill.clean.weights import COLONS, Hints

BEFORE = Reason(id="span.before", category=Category.OUTSIDE)
AFTER = Reason(id="span.after", category=Category.OUTSIDE)
SOME = 3
"""Lines of furniture from which a short line outside the body is taken for more of it. Of the words that dumps of main
content show behind the body, 7 in 10 are the article's where less is shown, and 2 in 10 where more is."""
MERE_END = 10
"""Lines of the body for each behind it from which those are the article's last words: a page goes on with more."""
ANNOUNCING_WORDS = 4
"""Words of a line with a colon at its end that is no label of a page's ("Tags:")."""
LISTED = 12
"""Lines that such a last line of the body announces, unless the page comes to other things before."""
BOX = 8
"""Rows of a box of links within the body."""
HEADING_WORDS = 8
"""Words of a heading between two paragraphs; headlines have more."""
MUCH = 10
"""Lines of furniture from which a paragraph before the body is taken for more of it: the page was dumped whole."""
LEAD_REACH = 4
"""Lines below the title, but for those that rules cut, in which a paragraph is the article's lead. Of the words that
stand there on whole pages, the gold of `fundus-dev` has 9 in 10, and that of `aeb`, which leaves most leads out, 4 in
10."""


@dataclass(frozen=True, slots=True)
class _Side:
    """What the decision about one page's outside rests on."""

    page: Page
    body: Body
    furniture: int  # lines outside the body that look like it
    title: int  # the last line before the body that is the title; -1: none
    lead: int  # the last line in which the lead may stand
    turn: int  # the first line behind the body at which the page comes to other things
    stop: int  # the last line before that which ends like a sentence


def outside(page: Page, body: Body, hints: Hints, cuts: dict[int, Cut]) -> dict[int, Cut]:
    """Return all cuts, with those of blocks outside the body that no rule has cut."""
    if body.last < 0 or all(index in hints.suspects for index in range(body.first, body.last + 1)):
        return cuts  # no body was found: an article on what the rules look for, or one without prose
    side = _side(page, body, hints, cuts)
    taken = {}
    for line in page.lines:
        if line.index not in cuts and not body.holds(line.index) and not _is_spared(line, side):
            reason = BEFORE if body.is_head(line.index) else AFTER
            taken[line.index] = Cut(reason, _evidence(line, side), certain=False)
    return _with_one_copy(page, body, cuts | taken | _boxes(page, body, cuts))


def _with_one_copy(page: Page, body: Body, cuts: dict[int, Cut]) -> dict[int, Cut]:
    """Leave out the cut of a repeat soon before the body whose first copy goes for its place: a teaser of the lead."""
    near = page.lines[max(body.first - LEAD_REACH, 0) : body.first]
    spared = {line.index for line in near if _is_sentence(line) and _repeats_outside(line, page, cuts)}
    return {index: cut for index, cut in cuts.items() if index not in spared}


def _repeats_outside(line: Line, page: Page, cuts: dict[int, Cut]) -> bool:
    cut, first = cuts.get(line.index), cuts.get(page.first_with[line.folded])
    return cut is not None and first is not None and cut.rule.category is Category.REPEAT and first.rule is BEFORE


def tells_most(page: Page, body: Body, hints: Hints) -> bool:
    """Whether the body has most of the page's sentences.

    Posts in Markdown are made of lists, code and headings with a sentence between, and then it is one of many such.
    """
    said = [line for line in page.lines if _is_sentence(line) and line.index not in hints.suspects]
    return sum(line.count for line in said if body.holds(line.index)) * 2 > sum(line.count for line in said)


def _boxes(page: Page, body: Body, cuts: dict[int, Cut]) -> dict[int, Cut]:
    """Return the cuts of what stands in a box of links within the body: lines behind its heading, up to the next prose.

    The last of several that is no longer than a heading is rather the heading of the text that follows.
    """
    taken: dict[int, Cut] = {}
    for marker, cut in cuts.items():
        if cut.rule.then is not Then.REST or not body.holds(marker):
            continue
        near = page.lines[marker + 1 : min(marker + BOX + 1, body.last) + 1]  # one more than it takes: see the last
        rows = list(takewhile(lambda line: not _is_sentence(line), near))
        if len(rows) > 1 and rows[-1].count <= HEADING_WORDS:
            rows.pop()
        where = f"it follows {page.lines[marker].folded[:60]!r} (block {marker})"
        taken |= {line.index: Cut(cut.rule, where, certain=False) for line in rows[:BOX] if line.index not in cuts}
    return taken


def _side(page: Page, body: Body, hints: Hints, cuts: Collection[int]) -> _Side:
    beyond = [line for line in page.lines if not body.holds(line.index)]
    title = max((line.index for line in beyond if _is_title(line, page) and body.is_head(line.index)), default=-1)
    below = islice((index for index in range(title + 1, len(page.lines)) if index not in cuts), LEAD_REACH)
    lead = max(below, default=-1) if title >= 0 else -1
    behind = page.lines[body.last + 1 :]
    turn = next((line.index for line in behind if _turns(line, page, hints)), len(page.lines))
    ends = (line.index for line in page.lines[body.last : turn] if _is_told(line))
    stop = max(ends, default=body.last)
    if _announces(page.lines[stop]):
        stop = min(turn - 1, stop + LISTED)
    return _Side(page, body, _furniture(page, beyond, hints), title, lead, turn, stop)


def _is_title(line: Line, page: Page) -> bool:
    return bool(page.title) and line.words == page.title


def _furniture(page: Page, beyond: Sequence[Line], hints: Hints) -> int:
    """Count the lines that rules suspect, and as many more, at most, that the page prints twice: songs do, too."""
    suspects = sum(line.index in hints.suspects for line in beyond)
    twice = sum(page.times[line.folded] > 1 and line.index not in hints.suspects for line in beyond if line.words)
    return suspects + min(twice, suspects)


def _announces(line: Line) -> bool:
    """Whether a line of the article says that a list follows."""
    return line.count >= ANNOUNCING_WORDS and line.block.text.rstrip()[-1:] in COLONS


def _turns(line: Line, page: Page, hints: Hints) -> bool:
    """Whether a line behind the body shows that the article is over."""
    if line.index in hints.strays:
        return False
    return (
        line.index in hints.suspects
        or page.times[line.folded] > 1
        or _is_title(line, page)
        or line.index in page.stamps
    )


def _is_spared(line: Line, side: _Side) -> bool:
    """Whether a line outside the body may still be the article's."""
    sentence = _is_sentence(line)
    if side.body.is_tail(line.index):
        return side.furniture < SOME or line.index <= side.stop or _is_mere_end(side)
    if line.index < side.title and not sentence:
        return False
    if sentence and side.title < line.index <= side.lead:
        return True
    return side.furniture < (MUCH if sentence else SOME)


def _is_mere_end(side: _Side) -> bool:
    behind = len(side.page.lines) - 1 - side.body.last
    return behind * MERE_END < side.body.last - side.body.first


def _is_sentence(line: Line) -> bool:
    return line.ends_sentence or line.reads_as_prose


def _is_told(line: Line) -> bool:
    """Whether a line ends like a sentence, or tells something of what it names first: "Booked: Webb, Fox"."""
    return _is_sentence(line) or _ends_unmarked(line) or ": " in line.folded


def _ends_unmarked(line: Line) -> bool:
    """Whether a line is of a script that has no full stop, so that it may be a short last sentence."""
    return bool(line.words) and has_no_spaces(line.words[-1])


def _evidence(line: Line, side: _Side) -> str:
    where = f"block {line.index} of {len(side.page.lines)}, {side.body.place(line.index)}"
    if side.body.is_head(line.index) and line.index < side.title:
        return f"it stands above the title (block {side.title}); {where}"
    return f"{side.furniture} lines outside the body look like furniture; {where}"
