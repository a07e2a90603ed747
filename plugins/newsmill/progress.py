"""Say in structured log lines how far a task is.

Owns when a line is due and what it holds. Keep out: what is being counted.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import structlog

SECONDS_BETWEEN_LINES = 10.0


class Progress:
    """Counts records, or other things, of those planned; logs at most every ten seconds, and a summary at the end."""

    def __init__(
        self,
        task: str,
        planned: int | None,
        *,
        of: str = "records",
        clock: Callable[[], float] = time.monotonic,
        **facts: Any,
    ) -> None:
        self._log = structlog.get_logger("newsmill").bind(task=task, **facts)
        self._clock = clock
        self._planned = {} if planned is None else {"planned": planned}
        self._of = of
        self._started = self._logged = clock()
        self.done = 0
        self.counts: Counter[str] = Counter()

    def count(self, what: str) -> None:
        """Count one as done, and what became of it."""
        self.done += 1
        self.counts[what] += 1
        if self._clock() - self._logged >= SECONDS_BETWEEN_LINES:
            self._logged = self._clock()
            self._log.info("progress", **self._figures())

    def finish(self, **facts: Any) -> dict[str, int]:
        """Log the summary and return what was counted."""
        self._log.info("finished", **self._figures(), **dict(self.counts), **facts)
        return dict(self.counts)

    def _figures(self) -> dict[str, Any]:
        seconds = max(self._clock() - self._started, 1e-9)
        return {"done": self.done, **self._planned, f"{self._of}_per_second": round(self.done / seconds, 1)}
