"""How many hostile records each test of generated ones judges: multiples of what it does at once.

Each counts its own and fails if they are fewer. The fixture `quota` gives a third of them, and all to `make test-all`.
"""

from __future__ import annotations

from hypothesis import Phase, settings

QUOTA = {"pages": 1_000, "damaged": 400, "lines": 7_632, "markdown": 6_996, "files": 4_500}


EVEN = 12
"""What all tests do at once divides it."""


def part_of(kind: str, parts: int) -> int:
    """Return a part of the quota of a kind, or all of it."""
    return QUOTA[kind] if parts == 1 else QUOTA[kind] // parts // EVEN * EVEN


def generated(examples: int) -> settings:
    """Return settings for so many examples. One that fails is shown as it is: to make it smaller would take minutes."""
    return settings(max_examples=examples, phases=[Phase.generate])
