"""Undo cleaning: text and removals give the extracted blocks back.

Owns the inverse of `clean`. Keep out: anything that reads rules.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from newsmill.model import NewsmillError, Removal


class RestoreError(NewsmillError):
    """Text and removals do not belong together; says which block shows it."""


def restore(text: str, removals: Iterable[Removal]) -> list[str]:
    """Return the texts of the extracted blocks, byte for byte.

    Args:
        text: a cleaned text, kept blocks joined by a blank line.
        removals: all removals of that article, in any order.

    Raises:
        RestoreError: a removal does not fit the text or another removal.
    """
    steps: defaultdict[int, list[Removal]] = defaultdict(list)
    for removal in removals:
        steps[removal.block].append(removal)
    pieces = text.split("\n\n") if text else []
    total = len(pieces) + sum(_last(found).text_after is None for found in steps.values())
    if steps and max(steps) >= total:
        raise RestoreError(f"block {max(steps)} was changed, but text and removals make only {total} blocks")
    kept = iter(pieces)
    return [_undone(number, steps[number], kept) if number in steps else next(kept) for number in range(total)]


def _last(steps: Sequence[Removal]) -> Removal:
    return max(steps, key=lambda removal: removal.step)


def _undone(block: int, found: Sequence[Removal], kept: Iterable[str]) -> str:
    steps = sorted(found, key=lambda removal: removal.step)
    for number, removal in enumerate(steps):
        follows = steps[number + 1].text_before if number + 1 < len(steps) else removal.text_after
        if removal.step != number or removal.text_after != follows:
            raise RestoreError(f"block {block}: step {removal.step} does not lead to the next; a row is missing")
    final = steps[-1].text_after
    if final is not None and next(iter(kept)) != final:
        raise RestoreError(f"block {block}: the text does not hold what its last change left; rows or text differ")
    return steps[0].text_before
