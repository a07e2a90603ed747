"""What GX says of the parts of a run, as what it says of the whole.

Owns adding up the counts of an outcome, and its shape for Data Docs. Keep out: asking (engine), the words (reasons).
"""

from __future__ import annotations

from typing import Any

from newsmill.validate.check import Check
from newsmill.validate.reasons import Sample, first_of

COUNTS = ("element_count", "unexpected_count", "missing_count")
OF_EVERY_ROW = (
    "unexpected_index_list",
    "unexpected_list",
    "partial_unexpected_index_list",
    "partial_unexpected_counts",
)
"""What GX gives of each failing row; Data Docs show the sample instead."""


class Totals:
    """Outcomes by check, and samples of failing rows."""

    def __init__(self) -> None:
        self._outcomes: dict[str, Any] = {}
        self._samples: dict[str, Sample] = {}

    def add(self, check: Check, outcome: Any) -> None:
        """Take the outcome of a check over one more part; what it says of single rows is forgotten."""
        for name in OF_EVERY_ROW:
            if name in outcome.result:
                outcome.result[name] = []
        known = self._outcomes.setdefault(check.name, outcome)
        if known is not outcome:
            known.success = known.success and outcome.success
            for name in COUNTS:
                if name in known.result:
                    known.result[name] += outcome.result[name]
            known.result.update(_shares(known.result))

    def show(self, check: Check, sample: Sample) -> None:
        """Take a sample of the rows of one more part that fail a check."""
        self._samples[check.name] = first_of(self._samples.get(check.name, []), sample)

    def of(self, check: Check) -> Any:
        """Return the outcome of a check over all parts, with a sample of the failing rows if there are such."""
        outcome = self._outcomes[check.name]
        if not (outcome.success or check.of_batch):
            for name in OF_EVERY_ROW:
                outcome.result.pop(name, None)
            outcome.result["partial_unexpected_list"] = sorted(text for _, text in self._samples[check.name])
        return outcome


def _shares(counts: dict[str, Any]) -> dict[str, float | None]:
    """Return the shares, in percent, as GX has them: of all rows, and of those with a value."""
    rows, failing = counts["element_count"], counts["unexpected_count"]
    of_all = failing / rows * 100
    if "missing_count" not in counts:
        return {"unexpected_percent": of_all}
    with_value = rows - counts["missing_count"]
    of_these = failing / with_value * 100 if with_value else None
    return {
        "unexpected_percent": of_these,
        "missing_percent": counts["missing_count"] / rows * 100,
        "unexpected_percent_total": of_all,
        "unexpected_percent_nonmissing": of_these,
    }
