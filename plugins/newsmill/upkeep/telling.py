"""A verdict as lines of text, for a terminal and for a log.

Owns the words and how much is said. Keep out: colours, escaping (cli).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum, auto

from newsmill.upkeep.findings import Finding, Verdict

SHOWN = 10
"""Findings of a kind that are told one by one; `--json` has more."""


class Tone(Enum):
    """What kind of line it is."""

    WRONG = auto()
    WARNING = auto()
    COMMAND = auto()
    TOTAL = auto()
    PLAIN = auto()


def lines(verdict: Verdict) -> Iterator[tuple[str, Tone]]:
    """Yield what a verdict says, line by line: findings by kind, warnings, what was looked at, and the commands."""
    for title, found, tone in (("", verdict.findings, Tone.WRONG), ("warning: ", verdict.warnings, Tone.WARNING)):
        for kind in dict.fromkeys(finding.kind for finding in found):
            yield from _of_kind(title, [finding for finding in found if finding.kind == kind], verdict, tone)
    yield total(verdict), Tone.TOTAL
    if verdict.commands:
        yield "to mend it, in this order:", Tone.TOTAL
        for command in verdict.commands:
            yield f"  {command}", Tone.PLAIN


def total(verdict: Verdict) -> str:
    """Return how much was found, and what was looked at."""
    looked = ", ".join(f"{count:,} {what}" for what, count in verdict.checked.items())
    return f"{_number(verdict.findings, 'finding')}, {_number(verdict.warnings, 'warning')}; looked at {looked}"


def _of_kind(title: str, found: Sequence[Finding], verdict: Verdict, tone: Tone) -> Iterator[tuple[str, Tone]]:
    for finding in found[:SHOWN]:
        yield f"{title}{finding.kind}: {finding.where}", tone
        yield f"  {finding.detail}", Tone.PLAIN
        if finding.command:
            yield f"  mend it with: {finding.command}", Tone.COMMAND
    more = len(found[SHOWN:]) + verdict.more.get(found[0].kind, 0)
    if more:
        yield f"{title}{found[0].kind}: {more:,} more", tone


def _number(found: Sequence[Finding], what: str) -> str:
    return f"{len(found) or 'no'} {what}{'' if len(found) == 1 else 's'}"
