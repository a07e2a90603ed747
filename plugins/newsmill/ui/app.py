"""The pages' routes: each asks `newsmill.insight` and shows the answer.

Owns addresses, what a request may ask, and the answers to mistakes. Keep out: what is known (insight), how it looks
(render, templates), who may (security).
"""

from __future__ import annotations

import math
from datetime import date
from typing import Annotated, Any

import structlog
from airflow.api_fastapi.core_api.security import get_user
from fastapi import Depends, FastAPI, HTTPException, Query, Request, status
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException as StarletteError

from newsmill.insight.article import find_article, tell_article
from newsmill.insight.books import OTHER_DAGS, find_run, newest_runs
from newsmill.insight.coverage import coverage_of, days_until
from newsmill.insight.outlet import articles_of, scorecard
from newsmill.insight.overview import overview
from newsmill.insight.refusals import Filter, raw_beginning, refused_of, refused_record
from newsmill.model import QUARANTINE_REASONS, UNREADABLE_REASONS, NewsmillError
from newsmill.registry import MAX_SLUG, SLUG
from newsmill.settings import load_settings
from newsmill.storage import Store
from newsmill.ui import charts
from newsmill.ui.assets import TYPES, assets
from newsmill.ui.render import page
from newsmill.ui.replay import DAG_ID as REPLAY
from newsmill.ui.replay import trigger_replay
from newsmill.ui.security import DOCS_POLICY, LOGGED_IN, add_headers, may_trigger, same_origin
from newsmill.ui.trial import MAX_BYTES, SECONDS, Trial, TrialError, carry_out
from newsmill.workplace import index_of

ROWS = 50
"""Rows of a table on one page."""
OUTLETS = 40
"""Outlets of the heat map on one page."""
RANGES = (30, 90, 400)
"""Days of the heat map."""
RUNS_LOOKED_AT = 10
"""Newest runs whose refused records are listed, unless one run is asked for."""
FORM_BYTES = 3 * MAX_BYTES + 64 * 1024
"""A form sends a byte as three at most."""
REASONS = [reason.value for reason in (*QUARANTINE_REASONS, *UNREADABLE_REASONS)]

Slug = Annotated[str, Query(max_length=MAX_SLUG)]
Number = Annotated[int, Query(ge=1, le=1_000_000, alias="page")]
Text = Annotated[str, Query(max_length=2000)]

log = structlog.get_logger("newsmill")


def make_app() -> FastAPI:
    """Return the application with all pages, for a user who is logged in."""
    app = FastAPI(dependencies=[LOGGED_IN], docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.middleware("http")(add_headers)
    app.add_exception_handler(StarletteError, _refused)
    app.add_exception_handler(NewsmillError, _mistaken)
    looking = {"response_model": None, "methods": ["GET"]}
    for path, answer in (
        ("/", show_overview),
        ("/outlets", show_outlets),
        ("/outlets/{slug}", show_outlet),
        ("/outlets/{slug}/days/{day}", show_day),
        ("/articles", search),
        ("/articles/{article_id}", show_article),
        ("/runs", show_runs),
        ("/runs/of", run_of),
        ("/runs/show", show_run),
        ("/quarantine", show_quarantine),
        ("/quarantine/record", show_record),
        ("/try", show_trial),
        ("/docs/{path:path}", show_docs),
        ("/assets/{name}", asset),
    ):
        app.add_api_route(path, answer, **looking)  # type: ignore[arg-type]
    doing: dict[str, Any] = {"response_model": None, "methods": ["POST"]}
    app.add_api_route("/quarantine/replay", replay, dependencies=[may_trigger(REPLAY), Depends(same_origin)], **doing)
    app.add_api_route("/try", try_out, dependencies=[may_trigger("ingest_news"), Depends(same_origin)], **doing)
    app.add_api_route("/{path:path}", nothing, response_model=None)
    return app


def show_overview(request: Request, days: int = 90, number: Number = 1) -> HTMLResponse:
    """Answer with coverage, the last runs, trends and what needs attention."""
    data = _data()
    found, days = overview(data), days if days in RANGES else RANGES[1]
    columns = days_until(found.coverage.last, days) if found.coverage.last else []
    pages, number = _paged(len(found.coverage.outlets), OUTLETS, number)
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
        trend=charts.trends(found.runs),
        has_docs=data.exists("docs/index.html"),
    )


def show_outlets(request: Request, q: Slug = "", number: Number = 1) -> HTMLResponse:
    """Answer with all outlets, or those whose name holds some letters."""
    sizes = [size for size in coverage_of(index_of(_data())).sizes() if q.lower() in size[0]]
    pages, number = _paged(len(sizes), ROWS, number)
    return page(request, "outlets", q=q, total=len(sizes), rows=_slice(sizes, number), number=number, pages=pages)


def show_outlet(request: Request, slug: str) -> HTMLResponse:
    """Answer with an outlet's scorecard."""
    card = scorecard(_data(), _slug(slug))
    if card is None:
        raise HTTPException(404, f"nothing was ever read of an outlet {slug}: the overview lists those that were")
    return page(
        request,
        "outlet",
        card=card,
        bars=charts.articles(card.days),
        newest=sorted(card.days, reverse=True)[:31],
    )


def show_day(request: Request, slug: str, day: date, number: Number = 1) -> HTMLResponse:
    """Answer with the articles of an outlet on a day."""
    rows = articles_of(_data(), _slug(slug), day)
    pages, number = _paged(len(rows), ROWS, number)
    return page(
        request, "day", slug=slug, day=day, total=len(rows), rows=_slice(rows, number), number=number, pages=pages
    )


def search(request: Request, q: Text = "") -> Response:
    """Go to the article of an id, an address or a text's hash."""
    found = find_article(_data(), q.strip()) if q.strip() else None
    if found:
        return RedirectResponse(f"{request.scope.get('root_path', '')}/articles/{found.article_id}", 303)
    return page(request, "search", q=q, status=404 if q.strip() else 200)


def show_article(request: Request, article_id: str) -> HTMLResponse:
    """Answer with an article: text, cuts, metadata with its sources, revisions, duplicates, provenance."""
    data = _data()
    found = find_article(data, article_id)
    told = tell_article(data, found) if found else None
    if told is None:
        raise HTTPException(404, f"no article {article_id} stands in the corpus: it was replaced, or taken down")
    return page(request, "article", told=told, row=told.row)


def show_runs(request: Request, number: Number = 1) -> HTMLResponse:
    """Answer with the runs of the ledger, the last one first."""
    runs = newest_runs(_data(), ROWS * number + 1)
    pages = number + (len(runs) > ROWS * number)
    return page(
        request,
        "runs",
        runs=_slice(runs, number),
        number=number,
        pages=pages,
    )


def run_of(request: Request, dag_id: Text, run_id: Text = "") -> HTMLResponse:
    """Answer with the page of a run as Airflow knows it; without a run, with that of the DAG's last one."""
    if run_id:
        name = f"{dag_id} {run_id}" if dag_id in OTHER_DAGS else run_id
        return show_run(request, name)
    last = next((run for run in newest_runs(_data(), ROWS) if run.airflow[0] == dag_id), None)
    if last is None:
        return page(request, "run_missing", dag_id=dag_id, run_id="", status=404)
    return show_run(request, last.run_id)


def show_run(request: Request, run_id: Text, number: Number = 1) -> HTMLResponse:
    """Answer with a run's books by outlet, and the partitions that it wrote."""
    data = _data()
    run = find_run(data, run_id)
    if run is None:
        dag_id, _, airflow_id = run_id.rpartition(" ") if run_id.startswith(OTHER_DAGS) else ("ingest_news", "", run_id)
        return page(request, "run_missing", dag_id=dag_id, run_id=airflow_id, status=404)
    books = sorted(run.report.books, key=lambda outlet: (-outlet.read, outlet.outlet or ""))
    pages, number = _paged(len(books), ROWS, number)
    return page(
        request,
        "run",
        run=run,
        books=_slice(books, number),
        number=number,
        pages=pages,
        has_docs=data.exists("docs/index.html"),
    )


def show_quarantine(
    request: Request, reason: Slug = "", outlet: Slug = "", run_id: Text = "", number: Number = 1, started: Text = ""
) -> HTMLResponse:
    """Answer with refused records, by reason, outlet and run."""
    data = _data()
    runs = newest_runs(data, RUNS_LOOKED_AT)
    looked_at = [run for run in [find_run(data, run_id)] if run] if run_id else runs
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
        pages=_paged(found.total, ROWS, number)[0],
        looked_at=looked_at,
        any_run=bool(runs),
        started=started,
        replay=REPLAY,
    )


def show_record(request: Request, run_id: Text, record_key: Text) -> HTMLResponse:
    """Answer with a refused record: its fields, what it failed, how its raw record begins."""
    run = find_run(_data(), run_id)
    row = refused_record(_data(), run, record_key) if run else None
    if run is None or row is None:
        raise HTTPException(404, "the ledger has no refused record of this run and key: the list says which it has")
    try:
        raw, more = raw_beginning(row["raw_path"])
        why = None
    except NewsmillError as error:
        raw, more, why = "", False, str(error)
    return page(request, "record", run=run, row=row, raw=raw, more=more, why=why)


async def replay(request: Request, user: Annotated[Any, Depends(get_user)]) -> Response:
    """Trigger `replay_quarantine` for a selection, and go back to the list."""
    form = await _form(request)
    reasons = [form["reason"]] if form.get("reason") else REASONS
    outlets = [_slug(form["outlet"])] if form.get("outlet") else []
    if not set(reasons) <= set(REASONS):
        raise HTTPException(422, f"reason: {form['reason']!r} is none of {', '.join(REASONS)}")
    started = await run_in_threadpool(
        trigger_replay, user.get_name(), reasons=reasons, outlets=outlets, run_id=form.get("run_id") or None
    )
    log.info("a replay was triggered in the UI", user=user.get_name(), run_id=started)
    query = {name: form.get(name, "") for name in ("reason", "outlet", "run_id")} | {"started": started}
    address = request.url_for("show_quarantine").include_query_params(**query)
    return RedirectResponse(str(address.replace(scheme="", netloc="")), 303)


def show_trial(request: Request, raw_path: Text = "") -> HTMLResponse:
    """Answer with the form of a trial."""
    return _trial(request, Trial(raw_path=raw_path))


async def try_out(request: Request) -> HTMLResponse:
    """Answer with what would be published of a record, and what would be cut."""
    form = await _form(request)
    trial = Trial(**{name: form.get(name, "").strip() for name in ("content", "raw_path", "outlet", "url")})
    if trial.outlet:
        _slug(trial.outlet)
    try:
        told = await run_in_threadpool(carry_out, trial)
    except TrialError as error:
        return _trial(request, trial, error=str(error), status=422)
    return _trial(request, trial, told=told)


def show_docs(path: str) -> Response:
    """Answer with a page of the Data Docs."""
    data = _data()
    name = f"docs/{path or 'index.html'}"
    if not any(entry.path == name for entry in data.files("docs")):
        raise HTTPException(404, "no such page: a run that judged articles makes them anew")
    return HTMLResponse(data.read(name), headers={"Content-Security-Policy": DOCS_POLICY})


def asset(name: str) -> Response:
    """Answer with a script, a style or a picture."""
    path = assets().get(name)
    if path is None:
        raise HTTPException(404, "no such file")
    kept = {"Cache-Control": "private, max-age=31536000, immutable"}
    return FileResponse(path, media_type=TYPES[path.suffix], headers=kept)


def nothing(path: str) -> Response:
    """Answer that there is no such page; also here a user must be logged in."""
    raise HTTPException(404, f"there is no page {path}")


def _trial(
    request: Request, trial: Trial, *, told: dict[str, Any] | None = None, error: str = "", status: int = 200
) -> HTMLResponse:
    settings = load_settings()
    return page(
        request,
        "try",
        status=status,
        trial=trial,
        told=told,
        error=error,
        max_bytes=MAX_BYTES,
        seconds=SECONDS,
        min_words=settings.min_words,
        landing=settings.landing,
    )


def _data() -> Store:
    return Store(load_settings().data)


def _slug(slug: str) -> str:
    if not SLUG.fullmatch(slug) or len(slug) > MAX_SLUG:
        raise HTTPException(404, "an outlet's name has small letters, digits and hyphens only")
    return slug


def _paged(total: int, size: int, number: int) -> tuple[int, int]:
    """Return the number of pages, and that of the page that is shown: the last one where less is there than asked."""
    pages = max(1, math.ceil(total / size))
    return pages, min(number, pages)


def _slice(rows: list[Any], number: int) -> list[Any]:
    return rows[(number - 1) * ROWS : number * ROWS]


async def _form(request: Request) -> dict[str, str]:
    """Return a form's fields; its size is looked at before it is read."""
    length = request.headers.get("content-length", "")
    if not length.isdecimal():
        raise HTTPException(status.HTTP_411_LENGTH_REQUIRED, "the form does not say its length")
    if int(length) > FORM_BYTES:
        raise HTTPException(status.HTTP_413_CONTENT_TOO_LARGE, f"at most {MAX_BYTES:,} bytes are tried here")
    return {name: value for name, value in (await request.form()).items() if isinstance(value, str)}


async def _refused(request: Request, error: Exception) -> HTMLResponse:
    code = getattr(error, "status_code", 500)
    return page(request, "error", status=code, code=code, text=str(getattr(error, "detail", error)))


async def _mistaken(request: Request, error: Exception) -> HTMLResponse:
    log.error("a page of the UI could not be made", page=request.url.path, error=str(error))
    return page(request, "error", status=503, code=503, text=str(error))
