"""Run the suite over a run's articles: which rows fail, and why.

Owns the call of Great Expectations and the wording of a failure. Keep out: bounds (suite), helper columns
(frame), pages (docs).

Great Expectations takes seconds and some 270 MB to import, so it is imported in the function that needs it. It
runs over the whole table at once and gives the positions of failing rows; with `unexpected_index_column_names`
it would build a dict for each of them, which took ten to twenty times as long at a million rows. Positions also
keep two rows with one record_key apart.
"""

from __future__ import annotations

import heapq
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import ModuleType
from typing import Any, SupportsFloat

import pyarrow as pa

from newsmill.model import Verdict
from newsmill.registry import Registry
from newsmill.validate.check import Check, Level
from newsmill.validate.frame import COLUMNS, build_frame
from newsmill.validate.suite import SUITE_NAME, build_checks

__all__ = ["COLUMNS", "Judgement", "SuiteError", "judge", "name_of"]

SHOWN_CHARS = 100
"""A failing value is cut to this in a reason; the quarantine holds it whole."""

SAMPLE_ROWS = 20
"""Failing rows that Data Docs show for an expectation; GX's own number."""


class SuiteError(RuntimeError):
    """An expectation could not be evaluated: a mistake in the suite, not in the articles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What validation says of a run.

    `verdicts` has one verdict a row, in the order of the rows. `result` is GX's ExpectationSuiteValidationResult
    with `SAMPLE_ROWS` failing rows an expectation, the same whatever the rows' order, and `suite` its
    ExpectationSuite; both are for Data Docs, and None when there were no articles.
    """

    verdicts: tuple[Verdict, ...]
    batch_warnings: tuple[str, ...]
    day: date
    result: Any = None
    suite: Any = None


def judge(articles: pa.Table, *, min_words: int, registry: Registry, day: date) -> Judgement:
    """Judge a run's articles.

    Args:
        articles: one row an article, with at least the columns `COLUMNS` of `schema.CLEANED`.
        min_words: an article of fewer words is quarantined.
        registry: the facts of outlets.
        day: the run's UTC day.

    Returns:
        The verdicts. A reason is `name`, or `name: value (what is expected)`; its name is a check's in `suite`.

    Raises:
        ValueError: a column is missing.
        SuiteError: an expectation could not be evaluated.
    """
    if not len(articles):
        return Judgement(verdicts=(), batch_warnings=(), day=day)
    frame = build_frame(articles, day)
    outlets = frame["outlet"].unique().to_pylist()
    checks = build_checks(min_words=min_words, day=day, registry=registry, outlets=outlets, rows=len(frame))
    suite, result = _run(frame, checks, day)
    failures = [(check, outcome) for check, outcome in zip(checks, result.results, strict=True) if not outcome.success]
    verdicts = tuple(_verdicts(frame, failures))
    batch_warnings = tuple(_batch_warnings(failures))
    _shorten(frame, failures)
    return Judgement(verdicts=verdicts, batch_warnings=batch_warnings, day=day, result=result, suite=suite)


def name_of(reason: str) -> str:
    """Return the name of the check that a reason is about."""
    return reason.partition(":")[0]


def load_gx() -> ModuleType:
    """Import Great Expectations, quiet: nothing but its warnings is logged."""
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    import great_expectations

    return great_expectations


def quiet_context() -> Any:
    """Return a GX context that lives in memory: no files, no docs site of its own, no progress bars, no analytics."""
    gx = load_gx()
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    config = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        progress_bars=ProgressBarsConfig(globally=False),
        analytics_enabled=False,
    )
    return gx.get_context(mode="ephemeral", project_config=config)


def _run(frame: pa.Table, checks: tuple[Check, ...], day: date) -> tuple[Any, Any]:
    """Return the suite and its result, the results in the order of the checks."""
    gx = load_gx()
    suite = gx.ExpectationSuite(name=SUITE_NAME, expectations=[_expectation(check) for check in checks])
    asset = quiet_context().data_sources.add_pandas("newsmill").add_dataframe_asset(SUITE_NAME)
    batch = asset.add_batch_definition_whole_dataframe("run").get_batch({"dataframe": frame.to_pandas()})
    result = batch.validate(suite, result_format={"result_format": "COMPLETE", "return_unexpected_index_query": False})
    order = {check.name: number for number, check in enumerate(checks)}
    result.results.sort(key=lambda outcome: order[outcome.expectation_config.meta["name"]])
    for outcome in result.results:
        _check_outcome(outcome)
    result.meta.pop("batch_markers", None)  # the time of loading and a hash that depends on the rows' order
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    result.meta["run_id"] = {"run_name": day.isoformat(), "run_time": midnight.isoformat()}
    return suite, result


def _check_outcome(outcome: Any) -> None:
    if outcome.exception_info.get("raised_exception") is not False:
        raise SuiteError(f"{outcome.expectation_config.meta['name']}: {outcome.exception_info}")
    observed = outcome.result.get("observed_value")
    if isinstance(observed, SupportsFloat):
        outcome.result["observed_value"] = float(observed)  # GX's pages cannot print NumPy's numbers


def _expectation(check: Check) -> Any:
    import great_expectations.expectations as kinds
    from great_expectations.expectations.row_conditions import Column

    arguments = dict(check.arguments)
    if check.only_outlet is not None:
        arguments["row_condition"] = Column("outlet") == check.only_outlet
    return getattr(kinds, check.kind)(
        **arguments,
        severity=check.level.value,
        description=f"{check.name} ({check.level}): {check.expects}",
        meta={"name": check.name, "expects": check.expects},
    )


def _verdicts(frame: pa.Table, failures: list[tuple[Check, Any]]) -> list[Verdict]:
    """Return one verdict a row; only rows that something is said of cost more than their making."""
    found: dict[int, dict[Level, list[str]]] = {}
    for check, outcome in failures:
        if check.of_batch:
            continue
        rows = outcome.result["unexpected_index_list"]
        for row, reason in zip(rows, _reasons(check, frame, rows), strict=True):
            found.setdefault(row, {}).setdefault(check.level, []).append(reason)
    verdicts = [Verdict(record_key=key, failed=(), warnings=()) for key in frame["record_key"].to_pylist()]
    for row, said in found.items():
        failed, warnings = (tuple(said.get(level, ())) for level in (Level.CRITICAL, Level.WARNING))
        verdicts[row] = Verdict(record_key=verdicts[row].record_key, failed=failed, warnings=warnings)
    return verdicts


def _reasons(check: Check, frame: pa.Table, rows: list[int]) -> Iterator[str]:
    if not check.shows:
        yield from (check.name for _ in rows)
        return
    failing = frame.select(check.shows).take(rows)
    for values in zip(*(column.to_pylist() for column in failing.columns), strict=True):
        yield f"{check.name}: {', '.join(map(_shown, values))} ({check.expects})"


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return repr(value if len(value) <= SHOWN_CHARS else f"{value[:SHOWN_CHARS]}…")
    if isinstance(value, datetime):
        return value.isoformat()
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _batch_warnings(failures: Iterable[tuple[Check, Any]]) -> Iterator[str]:
    for check, outcome in failures:
        if check.of_batch:
            observed = outcome.result["observed_value"]
            yield f"{check.name}: {_shown(observed)} ({check.expects})"


def _shorten(frame: pa.Table, failures: Iterable[tuple[Check, Any]]) -> None:
    """Keep a sample of the failing rows in GX's results, by record_key, so that rows' order does not show."""
    for check, outcome in failures:
        if check.of_batch:
            continue
        rows = outcome.result.pop("unexpected_index_list")
        for name in ("unexpected_list", "partial_unexpected_index_list", "partial_unexpected_counts"):
            outcome.result.pop(name, None)
        outcome.result["partial_unexpected_list"] = _sample(check, frame, rows)


def _sample(check: Check, frame: pa.Table, rows: list[int]) -> list[str]:
    keys = frame["record_key"].take(rows).to_pylist()
    first = heapq.nsmallest(SAMPLE_ROWS, zip(keys, rows, strict=True), key=lambda pair: pair[0] or "")
    columns = dict.fromkeys(("raw_path", *check.shows))
    sample = frame.select(list(columns)).take([row for _, row in first])
    rows_shown = zip(*(sample[name].to_pylist() for name in columns), strict=True)
    return sorted(": ".join(map(_shown, values)) for values in rows_shown)
