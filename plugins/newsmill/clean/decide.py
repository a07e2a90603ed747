"""Choose the blocks to cut, of all that rules have found.

Rules that ask for neighbours see what was cut in the round before, so the order of rules and blocks never
matters; `ROUNDS` bounds how far one cut can lead to the next.

Owns places, neighbours, followers of a marker, and the cap. Keep out: matching within a block (findings).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from newsmill.clean.body import Body
from newsmill.clean.category import Category
from newsmill.clean.findings import Finding
from newsmill.clean.page import Line, Page
from newsmill.clean.rule import Place, Rule, Then

ROUNDS = 8
"""Comment prompt, first paragraph about the outlet, what stands next to that …; each round is one pass. What a
marker takes with it leaves to the rules what they suspect, as long as they find more."""
NEAR_BLOCKS = 3
"""How far `near` looks to each side."""
FOLLOWER_WORDS = 16
"""A line after `Related articles` that is no longer than this, or no sentence, is a part of that list."""
TEASER_WORDS = 80
"""In such a list a paragraph up to this, between two headlines, is the teaser of the first. On the four development
sets 64 such paragraphs stood behind a marker, and none was of the article."""
MAX_CUT = 0.7
"""Rules that would cut more than this share of the prose words are not believed. A guess on the safe side: the
five founding articles lose at most a quarter."""

_BIT = {category: 1 << number for number, category in enumerate(Category)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A reason to cut that no rules file holds, since it is not found in the block itself."""

    id: str
    category: Category
    then: None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """A block to cut, by which rule and why."""

    rule: Rule | Reason
    evidence: str
    certain: bool


@dataclass(frozen=True, slots=True)
class _Case:
    """All that the decision rests on."""

    page: Page
    found: Sequence[tuple[Line, tuple[Finding, ...]]]  # the lines in which rules have found anything
    body: Body
    suspects: frozenset[int]

    def evidence(self, index: int, facts: str) -> str:
        """Return the sentence for the ledger."""
        return f"{facts}; block {index} of {len(self.page.lines)}, {self.body.place(index)}"


def decide(page: Page, findings: Sequence[tuple[Finding, ...]], body: Body, suspects: frozenset[int]) -> dict[int, Cut]:
    """Return the cuts by block number."""
    found = [(line, those) for line, those in zip(page.lines, findings, strict=True) if those]
    case = _Case(page, found, body, suspects)
    cuts: dict[int, Cut] = {}
    for _ in range(ROUNDS):
        fresh = _round(case, cuts)
        if not fresh:
            break
        cuts.update(fresh)
        cuts.update(_followers(case, cuts, spare=suspects))
    cuts.update(_followers(case, cuts, spare=frozenset()))
    return _capped(page, cuts)


def _round(case: _Case, cuts: dict[int, Cut]) -> dict[int, Cut]:
    around = _Around(case, cuts)
    fresh = {}
    for line, found in case.found:
        if line.index in cuts:
            continue
        for finding in found:
            if _stands(finding.rule, line, case, around):
                evidence = case.evidence(line.index, finding.evidence)
                fresh[line.index] = Cut(finding.rule, evidence, finding.rule.certain)
                break
    return fresh


def _stands(rule: Rule, line: Line, case: _Case, around: _Around) -> bool:
    index, body = line.index, case.body
    if rule.then is Then.TURN or not _is_at(rule.at, body, index) or _is_own(rule, line, case):
        return False
    return not rule.looks_around or around.has(rule, index)


def _is_own(rule: Rule, line: Line, case: _Case) -> bool:
    """Whether a block is the article's: a long paragraph of the body, or a heading or last sentence on its subject."""
    held = case.body.holds(line.index)
    if held and line.long_prose and not rule.in_prose:
        return True
    if rule.category not in case.page.subjects or case.page.times[line.folded] > 1:
        return False
    return held or (line.ends_sentence and line.index == case.body.last + 1)


def _is_at(place: Place, body: Body, index: int) -> bool:
    if place is Place.HEAD:
        return body.is_head(index)
    if place is Place.TAIL:
        return body.is_tail(index)
    return place is Place.ANYWHERE or body.is_head(index) or body.is_tail(index)


@dataclass(frozen=True)
class _Around:
    """For every block, the categories cut before it, behind it and near it, as bits; few pages are asked for them."""

    case: _Case
    cuts: dict[int, Cut]

    def has(self, rule: Rule, index: int) -> bool:
        """Whether what a rule asks for was cut around a block."""
        return (
            (rule.after is None or bool(_any_of(rule.after) & self.before[index]))
            and (rule.before is None or bool(_any_of(rule.before) & self.behind[index]))
            and (rule.near is None or bool(_any_of(rule.near) & self.near[index]))
        )

    @cached_property
    def before(self) -> Sequence[int]:
        """The categories cut before each block, since the last prose."""
        return list(_carried(self.case, self.case.page.lines, self.cuts))

    @cached_property
    def behind(self) -> Sequence[int]:
        """The categories cut behind each block, up to the next prose."""
        return list(_carried(self.case, self.case.page.lines[::-1], self.cuts))[::-1]

    @cached_property
    def near(self) -> Sequence[int]:
        """The categories cut at most `NEAR_BLOCKS` away from each block."""
        near = [0] * len(self.case.page.lines)
        for index, cut in self.cuts.items():
            for beside in range(max(0, index - NEAR_BLOCKS), min(len(near), index + NEAR_BLOCKS + 1)):
                near[beside] |= _BIT[cut.rule.category]
        return near


@cache
def _any_of(categories: tuple[Category, ...]) -> int:
    return sum(_BIT[category] for category in set(categories))


def _carried(case: _Case, lines: Sequence[Line], cuts: dict[int, Cut]) -> Iterator[int]:
    """Yield for each line the categories cut since the last line of unsuspected prose."""
    bits = 0
    for line in lines:
        yield bits
        if line.index in cuts:
            bits |= _BIT[cuts[line.index].rule.category]
        elif line.reads_as_prose and line.index not in case.suspects:
            bits = 0


def _followers(case: _Case, cuts: dict[int, Cut], spare: frozenset[int]) -> dict[int, Cut]:
    """Return what markers in the tail take with them, each by the last marker before it, but no line of `spare`."""
    if case.body.last < 0 or not any(cut.rule.then for cut in cuts.values()):
        return {}
    taken: dict[int, Cut] = {}
    marker = -1
    for line in case.page.lines[case.body.last + 1 :]:
        if line.index in cuts:
            marker = line.index if cuts[line.index].rule.then else marker
        elif marker >= 0 and line.index not in spare and _follows(case, cuts, marker, line):
            text = case.page.lines[marker].folded[:60]
            evidence = case.evidence(line.index, f"it follows {text!r} (block {marker})")
            taken[line.index] = Cut(cuts[marker].rule, evidence, certain=False)
    return taken


def _follows(case: _Case, cuts: dict[int, Cut], marker: int, line: Line) -> bool:
    if cuts[marker].rule.then is Then.NEXT:
        return line.index == marker + 1
    return line.count <= FOLLOWER_WORDS or not line.reads_as_prose or _is_listed_teaser(case, cuts, line)


def _is_listed_teaser(case: _Case, cuts: dict[int, Cut], line: Line) -> bool:
    """Whether a paragraph stands alone between two headlines, of which no rule knows the second."""
    lines, behind = case.page.lines, line.index + 1
    if line.count > TEASER_WORDS or behind == len(lines) or behind in case.suspects or behind in cuts:
        return False
    return not lines[line.index - 1].reads_as_prose and not lines[behind].reads_as_prose


def _capped(page: Page, cuts: dict[int, Cut]) -> dict[int, Cut]:
    """Keep only the certain cuts where all together would take most of the prose, or every block."""
    prose = sum(line.count for line in page.lines if line.reads_as_prose)
    gone = sum(page.lines[index].count for index in cuts if page.lines[index].reads_as_prose)
    share = gone / prose if prose else 0.0
    if share <= MAX_CUT and len(cuts) < len(page.lines):
        return cuts
    note = f"; all rules together would cut {share:.0%} of the prose, so only the certain ones were applied"
    return {index: Cut(cut.rule, cut.evidence + note, True) for index, cut in cuts.items() if cut.certain}
