"""What is wrong, where, and the command that mends it.

Owns the shape of a finding, and how many of a kind are kept. Keep out: finding them, printing them.
"""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

KEPT = 1000
"""Findings kept of each kind, so that a corpus in ruins does not fill the memory; the rest is counted."""

PATHS_A_COMMAND = 50
"""Files that one printed `newsmill repair` names: far below what a shell takes, and one run of the pipeline each."""

SAMPLE = 200
"""Articles looked at closely by default: a fault in one of fifty articles is hardly ever missed."""

RECOVER = "newsmill recover"
REBUILD_INDEX = "newsmill rebuild-index"
REPAIR = "newsmill repair"
ABANDON = "newsmill recover --abandon"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong; or, as a warning, one that a user should know and cannot or need not mend."""

    kind: str  # such as `corpus.unreadable`
    where: str  # a path from the data root, or the index's name
    detail: str  # a sentence: what is wrong, how often, and in which rows
    command: str = ""  # what mends it, ready for a shell; empty where nothing does
    is_warning: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a verification found, and what it looked at."""

    findings: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    more: dict[str, int]  # of each kind, findings and warnings beyond those that are kept
    checked: dict[str, int]  # files and rows looked at

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing is wrong; warnings do not count."""
        return not self.findings

    @property
    def commands(self) -> list[str]:
        """What mends all findings, in the order in which it is to be run; several files share one command."""
        asked = dict.fromkeys(finding.command for finding in self.findings if finding.command)
        paths = [command.removeprefix(f"{REPAIR} ") for command in asked if command.startswith(f"{REPAIR} ")]
        first = sorted(command for command in asked if command.startswith(RECOVER))
        repairs = [f"{REPAIR} {' '.join(part)}" for part in _in_parts(paths)]
        rest = [command for command in asked if command not in first and not command.startswith(f"{REPAIR} ")]
        return [*first, *repairs, *rest]


def repair(path: str) -> str:
    """Return the command that makes a file again."""
    return f"{REPAIR} {shlex.quote(path)}"


class Findings:
    """Collects findings; the same kind at the same place counts once."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], Finding] = {}
        self._kinds: Counter[str] = Counter()
        self.checked: Counter[str] = Counter()

    def add(self, finding: Finding) -> None:
        """Take note of a finding."""
        at = (finding.kind, finding.where)
        if at not in self._found:
            self._kinds[finding.kind] += 1
            if self._kinds[finding.kind] <= KEPT:
                self._found[at] = finding

    @property
    def to_repair(self) -> list[str]:
        """The places of findings that `newsmill repair` mends: what else is odd about their rows comes of that."""
        return [finding.where for finding in self._found.values() if finding.command.startswith(REPAIR)]

    def verdict(self) -> Verdict:
        """Return all that was found, by kind and place."""
        found = sorted(self._found.values(), key=lambda finding: (finding.kind, finding.where))
        return Verdict(
            findings=tuple(finding for finding in found if not finding.is_warning),
            warnings=tuple(finding for finding in found if finding.is_warning),
            more={kind: count - KEPT for kind, count in sorted(self._kinds.items()) if count > KEPT},
            checked=dict(self.checked),
        )


def _in_parts(paths: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(paths)
    while part := list(islice(rest, PATHS_A_COMMAND)):
        yield part
