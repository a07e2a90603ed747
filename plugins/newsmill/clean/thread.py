"""Where readers' comments begin behind an article.

Comments are prose, and often more of it than what they are about, so nothing but their frame tells them: a head that
counts them ("34 responses to …"), and turns, the lines that say who speaks or offer to answer ("Anna on September 19
at 12:48 pm said:", "Reply"). From the first line of a thread on all that follows is the page's, not the article's. An
interview's turns have no date, a live blog's times no "said", and both have no head.

Owns where a thread begins, and what is cut for it. Keep out: the words of heads and turns (include/rules).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from newsmill.clean.category import Category
from newsmill.clean.decide import Cut
from newsmill.clean.findings import Finding
from newsmill.clean.page import Line, Page
from newsmill.clean.rule import Rule, Then
from newsmill.clean.stamps import is_stamp

MIN_ARTICLE = 60
"""Words of prose, none of it suspected, that stand before a thread: two short paragraphs. What has less in front is the
sidebar with the latest comments above an article."""
REACH = 12
"""Lines behind a head such as "Comments", which pages print above articles too, in which the thread's turns begin."""
MIN_HEADED = 2
"""Turns that prove such a head."""
MIN_TURNS = 3
"""Turns that prove a thread without a head."""
GAP = 25
"""Lines from one turn to the next in a thread without a head."""

_CLOCK = re.compile(r"\b\d{1,2}[:.h]\d{2}\b")


@dataclass(frozen=True, slots=True)
class Thread:
    """The first line of the comments, and the rule that found it."""

    first: int
    rule: Rule
    evidence: str


def find_thread(page: Page, findings: Sequence[Sequence[Finding]]) -> Thread | None:
    """Return the comments behind an article; None where a page shows none. Linear in the lines."""
    told = [index for index, found in enumerate(findings) if found]
    turns = _runs([index for index in told if _is_turn(page.lines[index], page, findings)])
    start = _first_behind_article(page, findings)
    for index in told[bisect_left(told, start) :]:
        rule = _opening(index, page, findings, turns)
        if rule:
            text = page.lines[index].folded[:60]
            return Thread(index, rule, f"{text!r} (block {index}) begins the readers' comments")
    return None


def within(page: Page, thread: Thread | None, cuts: dict[int, Cut]) -> dict[int, Cut]:
    """Return the cuts of the blocks of a thread that no rule has cut."""
    if thread is None:
        return {}
    last = len(page.lines)
    free = (index for index in range(thread.first, last) if index not in cuts)
    return {index: Cut(thread.rule, f"{thread.evidence}; block {index} of {last}", certain=False) for index in free}


def _first_behind_article(page: Page, findings: Sequence[Sequence[Finding]]) -> int:
    """Return the first line that has an article's prose before it, and the title, where a line holds it."""
    title = next((line.index for line in page.lines if line.words == page.title), 0) if page.title else 0
    words = 0
    for line in page.lines[title:]:
        if line.reads_as_prose and not any(finding.suspects for finding in findings[line.index]):
            words += line.count
        if words >= MIN_ARTICLE:
            return line.index + 1
    return len(page.lines)


def _is_turn(line: Line, page: Page, findings: Sequence[Sequence[Finding]]) -> bool:
    """Whether a line is a turn; "The mayor said:" is one only beside a line with a date or another turn."""
    if not _rule(findings[line.index], Then.TURN):
        return False
    if not line.folded.endswith(":") or _CLOCK.search(line.folded):
        return True
    beside = (page.lines[index] for index in (line.index - 1, line.index + 1) if 0 <= index < len(page.lines))
    return any(is_stamp(other) or _rule(findings[other.index], Then.TURN) for other in beside)


def _rule(found: Sequence[Finding], then: Then) -> Rule | None:
    return next((finding.rule for finding in found if finding.rule.then is then), None)


def _opening(index: int, page: Page, findings: Sequence[Sequence[Finding]], turns: Mapping[int, int]) -> Rule | None:
    """Return the rule by which a line opens a thread."""
    sure = _rule(findings[index], Then.ALL)
    if sure:
        return sure
    head = next((one.rule for one in findings[index] if _is_head(one.rule)), None)
    if head and _turns_soon(index, page, turns) >= MIN_HEADED:
        return head
    return _rule(findings[index], Then.TURN) if _begins_turns(index, turns) else None


def _is_head(rule: Rule) -> bool:
    return rule.category is Category.LOGIN and rule.then is Then.REST


def _turns_soon(index: int, page: Page, turns: Collection[int]) -> int:
    soon = page.lines[index + 1 : index + 1 + REACH]
    return sum(line.index in turns or is_stamp(line) for line in soon)


def _begins_turns(index: int, turns: Mapping[int, int]) -> bool:
    """Whether a line is a turn, and those behind it come soon enough one after the other."""
    return index in turns and turns[index] >= MIN_TURNS


def _runs(turns: Sequence[int]) -> Mapping[int, int]:
    """Return for each turn how many there are from it on, none more than `GAP` lines behind the one before."""
    runs: dict[int, int] = {}
    for turn, following in zip(reversed(turns), (None, *reversed(turns)), strict=False):
        near = following is not None and following - turn <= GAP
        runs[turn] = 1 + (runs[following] if near and following is not None else 0)
    return runs
