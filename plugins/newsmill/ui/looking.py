"""The pages to look at: each asks `newsmill.insight` and shows the answer.

Owns what each page is given. Keep out: what is known (insight), how it looks (templates).
"""

from __future__ import annotations

from datetime import date

from fastapi import HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from newsmill.insight.article import find_article, tell_article
from newsmill.insight.books import OTHER_DAGS, find_run, newest_runs
from newsmill.insight.coverage import Coverage, coverage_of, days_until
from newsmill.insight.fields import FIELDS
from newsmill.insight.outlet import articles_of, scorecard
from newsmill.insight.overview import overview
from newsmill.insight.refusals import Filter, raw_beginning, refused_of, refused_record
from newsmill.model import NewsmillError
from newsmill.publish.reviewed import review_of
from newsmill.ui import charts
from newsmill.ui.asked import ROWS, Back, Number, Slug, Text, checked_slug, data_root, paged, rows_of_page
from newsmill.ui.render import address, page
from newsmill.ui.replay import DAG_ID as REPLAY
from newsmill.workplace import index_of

OUTLETS = 40
"""Outlets of the heat map on one page."""
RANGES = (30, 90, 400)
"""Days of the heat map."""
RUNS_LOOKED_AT = 10
"""Runs whose refused records are listed together, unless one run is asked for; older ones are a link away."""


def show_overview(request: Request, days: int = 0, number: Number = 1) -> HTMLResponse:
    """Answer with coverage, the last runs, trends and what needs attention."""
    data = data_root()
    found = overview(data)
    days = days if days in RANGES else _enough(found.coverage)
    columns = days_until(found.coverage.last, days) if found.coverage.last else []
    pages, number = paged(len(found.coverage.outlets), OUTLETS, number)
    shown = found.coverage.busiest(columns)[(number - 1) * OUTLETS : number * OUTLETS]
    return page(
        request,
        "overview",
        found=found,
        days=days,
        ranges=RANGES,
        outlets=shown,
        columns=columns,
        matrix=found.coverage.matrix(shown, columns),
        number=number,
        pages=pages,
        heat=charts.coverage(shown, columns, found.coverage),
        trend=charts.trends([(run, run.report) for run in found.runs]),
        has_docs=data.is_file("docs/index.html"),
    )


def _enough(counted: Coverage) -> int:
    """Return the days of the heat map that show a young corpus whole, and an older one's last quarter of a year."""
    first, last = counted.first, counted.last
    return RANGES[0] if first and last and (last - first).days < RANGES[0] else RANGES[1]


def show_outlets(request: Request, q: Slug = "", number: Number = 1) -> HTMLResponse:
    """Answer with all outlets, or those whose name holds some letters."""
    sizes = [size for size in coverage_of(index_of(data_root())).sizes() if q.lower() in size[0]]
    pages, number = paged(len(sizes), ROWS, number)
    return page(request, "outlets", q=q, total=len(sizes), rows=rows_of_page(sizes, number), number=number, pages=pages)


def show_outlet(request: Request, slug: str, all_days: bool = False) -> HTMLResponse:
    """Answer with an outlet's scorecard; in an object store fields of old days are looked at only if asked for."""
    data = data_root()
    card = scorecard(data, checked_slug(slug), all_days=all_days or data.is_local)
    if card is None:
        raise HTTPException(404, f"nothing was ever read of an outlet {slug}: the overview lists those that were")
    return page(
        request,
        "outlet",
        card=card,
        bars=charts.articles(card.days),
        trend=charts.trends(card.runs),
        shares=charts.completeness(card.periods),
        stack=charts.date_sources(card.periods),
        fields=FIELDS,
        newest=sorted(card.days, reverse=True)[:31],
    )


def show_day(request: Request, slug: str, day: date, number: Number = 1) -> HTMLResponse:
    """Answer with the articles of an outlet on a day."""
    rows = articles_of(data_root(), checked_slug(slug), day)
    pages, number = paged(len(rows), ROWS, number)
    return page(
        request, "day", slug=slug, day=day, total=len(rows), rows=rows_of_page(rows, number), number=number, pages=pages
    )


def search(request: Request, q: Text = "") -> Response:
    """Go to the article of an id, an address or a text's hash."""
    found = find_article(data_root(), q.strip()) if q.strip() else None
    if found:
        return RedirectResponse(address(request, f"/articles/{found.article_id}"), 303)
    return page(request, "search", q=q, status=404 if q.strip() else 200)


def show_article(request: Request, article_id: str) -> HTMLResponse:
    """Answer with an article: text, cuts, metadata with its sources, revisions, duplicates, provenance."""
    data = data_root()
    found = find_article(data, article_id)
    told = tell_article(data, found) if found else None
    if told is None:
        raise HTTPException(404, f"no article {article_id} stands in the corpus: it was replaced, or taken down")
    return page(request, "article", told=told, row=told.row)


def show_runs(request: Request, number: Number = 1) -> HTMLResponse:
    """Answer with the runs of the ledger, the last one first."""
    runs = newest_runs(data_root(), ROWS + 1, ROWS * (number - 1))
    return page(request, "runs", runs=runs[:ROWS], number=number, pages=number + (len(runs) > ROWS))


def run_of(request: Request, dag_id: Text, run_id: Text = "") -> HTMLResponse:
    """Answer with the page of a run as Airflow knows it; without a run, with that of the DAG's last one."""
    if run_id:
        name = f"{dag_id} {run_id}" if dag_id in OTHER_DAGS else run_id
        return show_run(request, name)
    last = next((run for run in newest_runs(data_root(), ROWS) if run.airflow[0] == dag_id), None)
    if last is None:
        return page(request, "run_missing", dag_id=dag_id, run_id="", status=404)
    return show_run(request, last.run_id)


def show_run(request: Request, run_id: Text, number: Number = 1) -> HTMLResponse:
    """Answer with a run's books by outlet, and the partitions that it wrote."""
    data = data_root()
    run = find_run(data, run_id)
    if run is None:
        dag_id, _, airflow_id = run_id.rpartition(" ") if run_id.startswith(OTHER_DAGS) else ("ingest_news", "", run_id)
        return page(request, "run_missing", dag_id=dag_id, run_id=airflow_id, status=404)
    books = sorted(run.report.books, key=lambda outlet: (-outlet.read, outlet.outlet or ""))
    pages, number = paged(len(books), ROWS, number)
    return page(
        request,
        "run",
        run=run,
        books=rows_of_page(books, number),
        number=number,
        pages=pages,
        review=review_of(data, run.run_id),
        has_docs=data.is_file("docs/index.html"),
    )


def show_quarantine(
    request: Request,
    reason: Slug = "",
    outlet: Slug = "",
    run_id: Text = "",
    number: Number = 1,
    back: Back = 0,
    started: Text = "",
) -> HTMLResponse:
    """Answer with refused records, by reason, outlet and run: of some runs, so many `back` from the last one."""
    data = data_root()
    runs = newest_runs(data, RUNS_LOOKED_AT + 1, back)
    listed = runs[:RUNS_LOOKED_AT]
    chosen = find_run(data, run_id) if run_id else None
    looked_at = ([chosen] if chosen else []) if run_id else listed
    asked = Filter(reason=reason or None, outlet=outlet or None)
    found = refused_of(data, looked_at, asked, (number - 1) * ROWS, ROWS)
    return page(
        request,
        "quarantine",
        found=found,
        reason=reason,
        outlet=outlet,
        run_id=run_id,
        number=number,
        pages=paged(found.total, ROWS, number)[0],
        runs=listed if chosen is None or chosen in listed else [chosen, *listed],
        listed=listed,
        back=back,
        older=back + RUNS_LOOKED_AT if len(runs) > RUNS_LOOKED_AT else None,
        newer=max(0, back - RUNS_LOOKED_AT) if back else None,
        any_run=bool(runs or back),
        is_missing=bool(run_id) and chosen is None,
        started=started,
        replay=REPLAY,
    )


def show_record(request: Request, run_id: Text, record_key: Text) -> HTMLResponse:
    """Answer with a refused record: its fields, what it failed, how its raw record begins."""
    data = data_root()
    run = find_run(data, run_id)
    row = refused_record(data, run, record_key) if run else None
    if run is None or row is None:
        raise HTTPException(404, "the ledger has no refused record of this run and key: the list says which it has")
    try:
        raw, more = raw_beginning(row["raw_path"])
        why = None
    except NewsmillError as error:
        raw, more, why = "", False, str(error)
    return page(request, "record", run=run, row=row, raw=raw, more=more, why=why)
