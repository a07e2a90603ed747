"""Clean an article: blocks in, text and removals out.

Owns the order of the steps. Keep out: rules' meaning (findings, decide), undoing it (restore).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from newsmill.clean.body import find_body
from newsmill.clean.category import Category
from newsmill.clean.decide import Cut, decide
from newsmill.clean.findings import find_all
from newsmill.clean.page import survey
from newsmill.clean.rule import Rule
from newsmill.clean.rules import RuleSet
from newsmill.clean.span import outside, tells_most
from newsmill.clean.thread import find_thread, within
from newsmill.clean.weights import Hints
from newsmill.model import Article, Cleaned, Profile, RawFormat, Removal
from newsmill.registry import Outlet

_BLANK_LINES = re.compile(r"\n\s*\n")

Change = tuple[Rule, int]
"""A rule that replaces, and the block that it needs (-1: none)."""


def clean(article: Article, rules: RuleSet, outlet: Outlet, profile: Profile | None = None) -> Cleaned:
    """Cut and change what the rules name.

    Pure and deterministic. Time grows with the number of words, of blocks, and of rules.

    Args:
        article: an extracted article.
        rules: what `load_rules` gave.
        outlet: the facts of the article's outlet.
        profile: what the outlet repeats, where that is known.

    Returns:
        The kept blocks joined by a blank line, and one removal a block cut or changed, in the order of the blocks.
        `restore` gives the blocks back from both.
    """
    page = survey(article, outlet, profile)
    found = find_all(page, rules)
    findings = found.of_lines
    hints = Hints.of(findings)
    thread = find_thread(page, findings)
    body = find_body(page, hints, thread.first if thread else len(page.lines))
    cuts = decide(page, findings, body, hints.suspects)
    cuts |= within(page, thread, cuts)
    if article.raw_format is RawFormat.TEXT or (
        article.raw_format is RawFormat.MARKDOWN and tells_most(page, body, hints)
    ):
        cuts = outside(page, body, hints, cuts)
    changes = _changes(rules, found.needs)
    kept: list[str] = []
    removals: list[Removal] = []
    for index, block in enumerate(article.blocks):
        steps = list(_steps(index, block.text, cuts.get(index), changes))
        removals += steps
        text = steps[-1].text_after if steps else block.text
        if text is not None:
            kept.append(text)
    return Cleaned(text="\n\n".join(kept), removals=tuple(removals))


def _changes(rules: RuleSet, needs: Mapping[int, int]) -> Sequence[Change]:
    return [(rule, needs.get(number, -1)) for number, rule in rules.replacing if number in needs or not rule.needs]


def _steps(index: int, text: str, cut: Cut | None, changes: Sequence[Change]) -> Iterator[Removal]:
    if cut:
        yield _removal(index, 0, text, None, cut.rule.id, cut.rule.category, cut.evidence)
        return
    step = 0
    shaped = text.strip()
    if "\n" in shaped:
        shaped = _BLANK_LINES.sub("\n", shaped)
    if shaped != text or not text:
        yield _removal(index, step, text, shaped or None, "shape.white_space", Category.SHAPE, _SHAPED)
        text, step = shaped, step + 1
    for rule, block in changes if text else ():
        changed = _replaced(rule, text)
        if changed != text:
            yield _removal(index, step, text, changed, rule.id, rule.category, _change_evidence(rule, block))
            text, step = changed, step + 1


def _replaced(rule: Rule, text: str) -> str:
    """Return the changed text; the old one where the change would leave nothing."""
    if rule.replace is None or any("\ud800" <= char <= "\udfff" for char in text):
        return text  # RE2 reads UTF-8, which has no lone surrogates
    changed = str(rule.compiled_replace.sub(rule.replace.by, text))
    return _BLANK_LINES.sub("\n", changed.strip()) or text


def _change_evidence(rule: Rule, block: int) -> str:
    said = f"{rule.replace.pattern!r} matches" if rule.replace else ""
    return f"{said}; block {block} shows what is meant" if block >= 0 else said


def _removal(
    index: int, step: int, before: str, after: str | None, rule: str, category: Category, evidence: str
) -> Removal:
    return Removal(
        block=index,
        step=step,
        text_before=before,
        text_after=after,
        rule=rule,
        category=_NAMES[category],
        evidence=evidence,
    )


_NAMES = {category: category.value for category in Category}
"""Looked up, since `value` takes longer than all else that is done for a removal."""
_SHAPED = "the block was empty, had outer white space or held a blank line"
