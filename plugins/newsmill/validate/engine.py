"""Great Expectations itself: how it is imported, and how it is asked about a table.

Owns the import, the context and the shape of an answer. Keep out: what is expected (suite), what follows (judge).

It takes seconds and some 130 MB to import, so that is done in the function that needs it. Two libraries that only its
statistical expectations and their charts use (scipy.stats, altair; our suite has none of these) would take 40 % more:
they are imported when somebody asks for something of theirs.

It runs over a whole table at once and gives the positions of failing rows; with `unexpected_index_column_names` it
would build a dict for each of them, which took ten to twenty times as long at a million rows. Positions also keep two
rows with one record_key apart.
"""

from __future__ import annotations

import importlib
import logging
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from types import ModuleType
from typing import Any, SupportsFloat

import pyarrow as pa

from newsmill.validate.check import Check
from newsmill.validate.suite import SUITE_NAME

LATER = ("scipy.stats", "altair")
"""What GX imports and our suite does not use."""


class SuiteError(RuntimeError):
    """An expectation could not be evaluated: a mistake in the suite, not in the articles."""


class _Later(ModuleType):
    """Stands for a module until something of it is asked for, which is then the module's own."""

    def __getattr__(self, name: str) -> Any:
        if name == "__spec__":  # asked by the import statement itself
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


def load_gx() -> ModuleType:
    """Import Great Expectations, quiet: nothing but its warnings is logged."""
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    for name in LATER if "great_expectations" not in sys.modules else ():
        sys.modules.setdefault(name, _Later(name))
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


def suite_of(checks: Iterable[Check]) -> Any:
    """Return GX's ExpectationSuite of some checks."""
    return load_gx().ExpectationSuite(name=SUITE_NAME, expectations=[_expectation(check) for check in checks])


def ask(frame: pa.Table, checks: Sequence[Check], day: date) -> Any:
    """Return GX's ExpectationSuiteValidationResult over a table, the results in the order of the checks.

    Raises:
        SuiteError: an expectation could not be evaluated.
    """
    asset = quiet_context().data_sources.add_pandas("newsmill").add_dataframe_asset(SUITE_NAME)
    batch = asset.add_batch_definition_whole_dataframe("run").get_batch({"dataframe": frame.to_pandas()})
    asked = {"result_format": "COMPLETE", "return_unexpected_index_query": False}
    result = batch.validate(suite_of(checks), result_format=asked)
    order = {check.name: number for number, check in enumerate(checks)}
    result.results.sort(key=lambda outcome: order[outcome.expectation_config.meta["name"]])
    for outcome in result.results:
        _check_outcome(outcome)
    result.meta.pop("batch_markers", None)  # the time of loading and a hash that depends on the rows' order
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    result.meta["run_id"] = {"run_name": day.isoformat(), "run_time": midnight.isoformat()}
    return result


def joined(result: Any, outcomes: list[Any]) -> Any:
    """Return a result with these outcomes in the place of its own."""
    from great_expectations.core.expectation_validation_result import ExpectationSuiteValidationResult
    from great_expectations.validator.validation_statistics import calc_validation_statistics

    counts = calc_validation_statistics(outcomes)
    names = ("evaluated_expectations", "successful_expectations", "unsuccessful_expectations", "success_percent")
    return ExpectationSuiteValidationResult(
        success=counts.success,
        results=outcomes,
        suite_name=result.suite_name,
        statistics={name: getattr(counts, name) for name in names},
        meta=result.meta,
        batch_id=result.batch_id,
    )


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
