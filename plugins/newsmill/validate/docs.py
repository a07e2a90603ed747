"""Great Expectations' Data Docs of the latest run, in `docs/` of the data root.

Owns which pages there are and how old ones go. Keep out: how a page looks (view, templates), what it says (GX).

Only the latest validated run is shown: the verdicts of every run are in the ledger and the quarantine, so that
`docs/` need not grow with the runs. Pages are written before the index that links to them, and pages of an
earlier run are removed last: a reader never follows a link to nothing. The pages need no network and no script.
"""

from __future__ import annotations

from typing import Any

from newsmill.storage import Store
from newsmill.validate.engine import load_gx
from newsmill.validate.judge import Judgement
from newsmill.validate.suite import SUITE_NAME

INDEX = "index.html"
SUITE_PAGE = f"expectations/{SUITE_NAME}.html"


def build_docs(judgement: Judgement, data: Store, folder: str = "docs") -> None:
    """Write the pages of a run's validation; a run without articles leaves the pages as they are.

    Args:
        judgement: what `judge` returned.
        data: the data root.
        folder: where the pages go below it; every other file in it is removed.

    Raises:
        StorageError: a page cannot be written.
    """
    if judgement.result is None:
        return
    pages = _pages(judgement)
    for name, content in pages.items():
        data.write(f"{folder}/{name}", content.encode())
    for entry in list(data.files(folder)):
        if entry.path.removeprefix(f"{folder}/") not in pages:
            data.remove(entry.path)
            data.prune(entry.path.rpartition("/")[0])


def remove_docs(data: Store, folder: str = "docs") -> None:
    """Remove the pages, the index first: they show values of articles. The next run with articles builds them anew."""
    data.remove(f"{folder}/{INDEX}")
    data.remove(folder)


def validation_page(judgement: Judgement) -> str:
    """Return the path of the run's page within the docs.

    GX's pages link to the suite four folders up, hence the depth: suite, run name, run time, batch.
    """
    return f"validations/{SUITE_NAME}/{judgement.day}/{judgement.day:%Y%m%dT000000.000000Z}/run.html"


def _pages(judgement: Judgement) -> dict[str, str]:
    """Return every page by its path, the index last."""
    load_gx()
    from great_expectations.render.renderer.page_renderer import (
        ExpectationSuitePageRenderer,
        ValidationResultsPageRenderer,
    )

    from newsmill.validate.view import PageView

    view: Any = PageView()
    suite_renderer: Any = ExpectationSuitePageRenderer()
    suite, run_page = suite_renderer.render(judgement.suite), validation_page(judgement)
    run = ValidationResultsPageRenderer(run_info_at_end=True).render(judgement.result)
    return {
        SUITE_PAGE: view.render(suite, home=_up(SUITE_PAGE)),
        run_page: view.render(run, home=_up(run_page)),
        INDEX: view.index(**_summary(judgement), validation=run_page, expectations=SUITE_PAGE),
    }


def _up(page: str) -> str:
    return "../" * page.count("/") + INDEX


def _summary(judgement: Judgement) -> dict[str, Any]:
    return {
        "day": judgement.day.isoformat(),
        "articles": judgement.articles,
        "quarantined": judgement.quarantined,
        "warned": judgement.warned,
        "failures": [_failure(outcome) for outcome in judgement.result.results if not outcome.success],
    }


def _failure(outcome: Any) -> dict[str, str]:
    meta = outcome.expectation_config.meta
    count = outcome.result.get("unexpected_count")
    found = f"{outcome.result['observed_value']:,.4g}" if count is None else f"{count:,} rows"
    return {
        "name": meta["name"],
        "severity": str(outcome.expectation_config.severity.value),
        "expects": meta["expects"],
        "found": found,
    }
