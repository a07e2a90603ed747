"""Run the suite over a run's articles: which rows fail, and why.

Owns the flow. Keep out: bounds (suite), helper columns (frame), asking Great Expectations (engine), adding up what it
says (totals), pages (docs).

A run is judged in parts of `PART_ROWS` articles, so that memory does not grow with it. What can only be seen over the
whole run (shares, numbers of rows, a key that is there twice) is asked of a survey: a few bytes of each article. A run
of one part is asked everything at once.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from newsmill.model import Verdict
from newsmill.registry import Registry
from newsmill.validate.check import Check, Level
from newsmill.validate.engine import ask, joined, suite_of
from newsmill.validate.frame import COLUMNS, build_frame
from newsmill.validate.reasons import batch_warning, reasons, sample
from newsmill.validate.suite import build_checks
from newsmill.validate.survey import SURVEYED, Survey, survey
from newsmill.validate.totals import Totals

PART_ROWS = 10_000
"""Articles that Great Expectations is asked about at once: 20 MB. Each call takes 0.6 s, be they few rows or many."""

Read = Callable[[Sequence[str]], Iterable[pa.Table]]
"""Gives these columns of a run's articles, in tables of any size; each time the same rows in the same order."""


@dataclass(slots=True, kw_only=True)
class Judgement:
    """What validation says of a run.

    `result` is GX's ExpectationSuiteValidationResult with some failing rows an expectation, the same whatever the rows'
    order, and `suite` its ExpectationSuite; both are for Data Docs, and None when there were no articles.
    """

    day: date
    articles: int = 0
    quarantined: int = 0
    warned: int = 0  # published all the same
    batch_warnings: tuple[str, ...] = ()
    result: Any = None
    suite: Any = None

    def count(self, verdict: Verdict) -> None:
        """Take one article's verdict."""
        self.articles += 1
        self.quarantined += bool(verdict.failed)
        self.warned += bool(verdict.warnings and not verdict.failed)


def judge(
    read: Read,
    take: Callable[[Verdict], object],
    *,
    min_words: int,
    registry: Registry,
    day: date,
    leaves_out: Callable[[pa.Table], Any] | None = None,
) -> Judgement:
    """Judge a run's articles.

    Args:
        read: gives the columns `COLUMNS` of `schema.CLEANED`, or some of them.
        take: is given one verdict a row, in the order of the rows.
        min_words: an article of fewer words is quarantined.
        registry: the facts of outlets.
        day: the run's UTC day.
        leaves_out: tells of each row (outlet, article_id and content_hash) whether it is not to be judged; its verdict
            is empty.

    Returns:
        What is said of the run. A reason is `name`, or `name: value (what is expected)`; its name is a check's in
        `suite`.

    Raises:
        ValueError: a column is missing.
        SuiteError: an expectation could not be evaluated.
    """
    found = survey(part for part, _ in _split(read([*SURVEYED, *_TOLD_BY]), leaves_out))
    judging = _Judging(found, min_words=min_words, registry=registry, day=day)
    judgement = Judgement(day=day)
    for articles, is_left_out in _split(_in_parts(read(COLUMNS)), leaves_out):
        verdicts = iter(judging.verdicts(articles))
        for key in is_left_out:
            if key is None:
                judgement.count(verdict := next(verdicts))
            else:
                verdict = Verdict(record_key=key, failed=(), warnings=())
            take(verdict)
    judging.end(judgement)
    return judgement


_TOLD_BY = ("article_id", "content_hash")
"""What beside the outlet may tell that an article is not to be judged."""


def _split(
    parts: Iterable[pa.Table], leaves_out: Callable[[pa.Table], Any] | None
) -> Iterator[tuple[pa.Table, list[str | None]]]:
    """Yield of each part the rows that are judged, and for each row the record_key of one that is not, else None."""
    for part in parts:
        if leaves_out is None:
            yield part, [None] * len(part)
        else:
            met = leaves_out(part)
            yield part.filter(pc.invert(met)), pc.if_else(met, part["record_key"], None).to_pylist()


def _in_parts(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Yield the same rows in tables of `PART_ROWS`, and the rest."""
    held: list[pa.Table] = []
    for table in tables:
        held.append(table)
        while sum(map(len, held)) >= PART_ROWS:
            rows = pa.concat_tables(held)
            held = [rows.slice(PART_ROWS)]
            yield rows.slice(0, PART_ROWS)
    if sum(map(len, held)):
        yield pa.concat_tables(held)


class _Judging:
    """The suite over the parts of a run, one after another."""

    def __init__(self, found: Survey, *, min_words: int, registry: Registry, day: date) -> None:
        rows = len(found.frame)
        checks = build_checks(min_words=min_words, day=day, registry=registry, outlets=found.outlets, rows=rows)
        of_run = [check for check in checks if check.of_run] if rows > PART_ROWS else []
        self._checks = checks
        self._of_part = [check for check in checks if check not in of_run]
        self._day = day
        self._totals = Totals()
        self._result: Any = None
        self._judged = 0
        self._rows = dict(self._ask(found.frame, of_run)) if of_run else {}

    def verdicts(self, articles: pa.Table) -> list[Verdict]:
        """Return one verdict a row; only rows that something is said of cost more than their making."""
        if self._judged:
            gc.collect()  # what GX has made of the last part are objects that hold each other, and tables in them
        frame = build_frame(articles, self._day)
        failing = dict(self._ask(frame, self._of_part) if len(frame) else ()) | self._of_run_in(len(frame))
        found: dict[int, dict[Level, list[str]]] = {}
        for check in self._checks:
            rows = failing.get(check.name)
            if rows and not check.of_batch:
                self._totals.show(check, sample(check, frame, rows))
                for row, reason in zip(rows, reasons(check, frame, rows), strict=True):
                    found.setdefault(row, {}).setdefault(check.level, []).append(reason)
        self._judged += len(frame)
        return list(_verdicts(frame["record_key"].to_pylist(), found))

    def end(self, judgement: Judgement) -> None:
        """Add what is said of the run as a whole, if it has articles."""
        if self._judged:
            outcomes = [self._totals.of(check) for check in self._checks]
            failed = [
                (check, outcome) for check, outcome in zip(self._checks, outcomes, strict=True) if not outcome.success
            ]
            warned = (
                batch_warning(check, outcome.result["observed_value"]) for check, outcome in failed if check.of_batch
            )
            judgement.batch_warnings = tuple(warned)
            judgement.result = joined(self._result, outcomes)
            judgement.suite = suite_of(self._checks)

    def _ask(self, frame: pa.Table, checks: Sequence[Check]) -> Iterator[tuple[str, list[int]]]:
        """Ask; yield by the names of checks the rows that fail them."""
        result = ask(frame, checks, self._day)
        self._result = self._result or result
        for check, outcome in zip(checks, result.results, strict=True):
            yield check.name, outcome.result.get("unexpected_index_list", [])
            self._totals.add(check, outcome)

    def _of_run_in(self, rows: int) -> dict[str, list[int]]:
        """Return the rows of the next part that fail what was asked of the whole run."""
        first = self._judged
        return {
            name: [row - first for row in failing if first <= row < first + rows]
            for name, failing in self._rows.items()
        }


def _verdicts(keys: list[str], found: dict[int, dict[Level, list[str]]]) -> Iterator[Verdict]:
    for row, key in enumerate(keys):
        said = found.get(row, {})
        failed, warnings = (tuple(said.get(level, ())) for level in (Level.CRITICAL, Level.WARNING))
        yield Verdict(record_key=key, failed=failed, warnings=warnings)
