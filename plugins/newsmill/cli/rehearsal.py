"""What edited rules would change: tables for people, one object for programs.

Owns how a rehearsal is told. Keep out: the comparison (preview.rehearsal).
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.text import Text

from newsmill.cli.columns import SideBySide
from newsmill.cli.screen import visible
from newsmill.preview.published import Kinds
from newsmill.preview.rehearsal import Effect, Rehearsal, RuleSums, What

TOP_OUTLETS = 5
SAID = {
    What.CUT: "newly cut",
    What.KEPT: "no longer cut",
    What.CHANGED: "changed",
    What.RENAMED: "cut as before, for another reason",
}
STYLES = {What.CUT: "red", What.KEPT: "green", What.CHANGED: "yellow", What.RENAMED: "dim"}
GUTTER = 5  # the block's number


def told(made: Rehearsal) -> dict[str, Any]:
    """Return a rehearsal as one object."""
    return {
        "articles": made.articles,
        "outlets": len(made.outlets),
        "changed_articles": made.changed.total(),
        "changed_outlets": dict(_sorted(made.changed)),
        "kinds": {kind.value: made.kinds[kind] for kind in Kinds},
        "left_out": made.left_out,
        "first_left_out": [dataclasses.asdict(article) for article in made.first_left_out],
        "rules": {rule: _sums(sums) for rule, sums in sorted(made.rules.items())},
    }


def tell(shown: Console, made: Rehearsal) -> None:
    """Print a rehearsal: what changes in all, then rule by rule with examples, then how sure it is."""
    for rule, sums in sorted(made.rules.items()):
        shown.print(Text(visible(f"{rule} ({sums.category}): {_counts(sums)}"), style="bold"))
        shown.print(Text(visible(f"  at {_places(sums.outlets)}"), style="dim"))
        for effect in sums.examples:
            for line in _example(shown, effect):
                shown.print(line)
        shown.print()
    for said in _doubts(made):
        shown.print(Text(visible(said), style="dim"))
    changed = f"{_number(made.changed.total(), 'article')} at {_number(len(made.changed), 'outlet')} would change"
    of = f"of {_number(made.articles, 'article')} at {_number(len(made.outlets), 'outlet')}"
    shown.print(Text(f"{changed}, {of}", style="bold"))


def _sums(sums: RuleSums) -> dict[str, Any]:
    return {
        "category": sums.category,
        **{what.value: sums.blocks[what] for what in What},
        "words_lost": sums.words_lost,
        "words_gained": sums.words_gained,
        "outlets": dict(_sorted(sums.outlets)),
        "examples": [dataclasses.asdict(effect) for effect in sums.examples],
    }


def _counts(sums: RuleSums) -> str:
    blocks = ", ".join(f"{sums.blocks[what]:,} {said}" for what, said in SAID.items() if sums.blocks[what])
    words = [
        f"{count:,} words {way}" for count, way in ((sums.words_lost, "lost"), (sums.words_gained, "gained")) if count
    ]
    return "; ".join((blocks, *words))


def _places(outlets: Counter[str]) -> str:
    named = ", ".join(f"{outlet} ({count:,})" for outlet, count in _sorted(outlets)[:TOP_OUTLETS])
    more = len(outlets) - TOP_OUTLETS
    return f"{named} and {_number(more, 'more outlet')}" if more > 0 else named


def _example(shown: Console, effect: Effect) -> Iterator[Text]:
    yield Text(visible(f"  {SAID[effect.what]}: {effect.raw_path}; {effect.evidence}"), style=STYLES[effect.what])
    sides = [[Text(visible(text))] if text is not None else [Text("(cut)", style="red")] for text in _sides(effect)]
    yield from SideBySide(shown, GUTTER).rows(Text(f"{effect.block:5}"), *sides)


def _sides(effect: Effect) -> tuple[str | None, str | None]:
    return effect.before, effect.after


def _doubts(made: Rehearsal) -> Iterator[str]:
    if made.kinds[Kinds.CHANGED]:
        yield (
            f"{_number(made.kinds[Kinds.CHANGED], 'article')}: extraction gives other blocks today than when they were "
            "published; compared are the published ones"
        )
    if made.kinds[Kinds.UNKNOWN]:
        yield (
            f"{_number(made.kinds[Kinds.UNKNOWN], 'article')}: the raw record is not in the landing zone as it was; "
            "every block counts as a paragraph"
        )
    if made.left_out:
        first = made.first_left_out[0]
        yield f"{_number(made.left_out, 'article')} left out, such as {first.raw_path}: {first.why}"


def _sorted(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
