"""What one expectation is, as data, and short ways to write the common ones.

Owns the shape. Keep out: which expectations there are and their bounds (suite).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

UNIQUE = "ExpectColumnValuesToBeUnique"


class Level(StrEnum):
    """What a failure means: quarantine, or a note on a published article. The words are GX's severities."""

    CRITICAL = "critical"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One expectation.

    `kind` names a class of `great_expectations.expectations`; `arguments` are its arguments. `expects` says for
    a person what should hold. `shows` are the frame's columns whose values a failure names. A check of the
    batch looks at the run as a whole, or at its rows of `only_outlet`, and never quarantines a row.
    """

    name: str
    kind: str
    arguments: dict[str, Any]
    expects: str
    level: Level = Level.CRITICAL
    shows: tuple[str, ...] = ()
    of_batch: bool = False
    only_outlet: str | None = None

    @property
    def of_run(self) -> bool:
        """Whether it takes all rows of a run to see if it holds."""
        return self.of_batch or self.kind == UNIQUE


def check(
    name: str, kind: str, column: str, expects: str, level: Level = Level.CRITICAL, *, column_shown: bool = False
) -> Check:
    """Expect column values to `kind`, such as NotBeNull."""
    shows = (column,) if column_shown else ()
    arguments = {"column": column}
    return Check(
        name=name, kind=f"ExpectColumnValuesTo{kind}", arguments=arguments, expects=expects, level=level, shows=shows
    )


def regex(name: str, column: str, pattern: str, expects: str) -> Check:
    """Expect values that match a regular expression; nulls are not judged."""
    arguments = {"column": column, "regex": pattern}
    kind = "ExpectColumnValuesToMatchRegex"
    return Check(name=name, kind=kind, arguments=arguments, expects=expects, shows=(column,))


def member(name: str, column: str, values: list[str]) -> Check:
    """Expect values of a set; nulls are not judged."""
    arguments = {"column": column, "value_set": values}
    expects = f"one of {', '.join(values)}"
    return Check(name=name, kind="ExpectColumnValuesToBeInSet", arguments=arguments, expects=expects, shows=(column,))


def length(
    name: str, column: str, low: int | None, high: int | None, expects: str, level: Level = Level.CRITICAL
) -> Check:
    """Expect lengths in characters between two bounds, both included; nulls are not judged."""
    arguments = {"column": column, "min_value": low, "max_value": high}
    kind = "ExpectColumnValueLengthsToBeBetween"
    return Check(name=name, kind=kind, arguments=arguments, expects=expects, level=level, shows=(column,))


def between(name: str, column: str, low: Any, high: Any, expects: str, level: Level = Level.CRITICAL) -> Check:
    """Expect values between two bounds, both included; nulls are not judged."""
    arguments = {"column": column, "min_value": low, "max_value": high}
    kind = "ExpectColumnValuesToBeBetween"
    return Check(name=name, kind=kind, arguments=arguments, expects=expects, level=level, shows=(column,))


def at_least(name: str, more: str, less: str, expects: str, level: Level, shows: tuple[str, ...]) -> Check:
    """Expect one column at least as great as another; nulls are not judged."""
    arguments = {"column_A": more, "column_B": less, "or_equal": True, "ignore_row_if": "either_value_is_missing"}
    kind = "ExpectColumnPairValuesAToBeGreaterThanB"
    return Check(name=name, kind=kind, arguments=arguments, expects=expects, level=level, shows=shows)


def equal(name: str, column: str, other: str, expects: str, shows: tuple[str, ...]) -> Check:
    """Expect two columns that are equal; nulls are not judged."""
    arguments = {"column_A": column, "column_B": other, "ignore_row_if": "either_value_is_missing"}
    kind = "ExpectColumnPairValuesToBeEqual"
    return Check(name=name, kind=kind, arguments=arguments, expects=expects, shows=shows)
