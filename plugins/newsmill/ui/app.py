"""The application of the pages: its routes, and what it says of mistakes.

Owns addresses and errors. Keep out: answers (looking, acting, serving), who may (security).
"""

from __future__ import annotations

from typing import Any

import structlog
from airflow.models.connection import Connection
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException as StarletteError

from newsmill.lent import lend
from newsmill.model import NewsmillError
from newsmill.settings import load_settings
from newsmill.ui import acting, looking, serving
from newsmill.ui.render import page
from newsmill.ui.replay import DAG_ID as REPLAY
from newsmill.ui.security import LOGGED_IN, add_headers, may_trigger, same_origin

log = structlog.get_logger("newsmill")


def make_app() -> FastAPI:
    """Return the application with all pages, for a user who is logged in."""
    # a page is no task: it asks Airflow's own secrets, when it opens an object store
    lend(load_settings().store_connection, Connection.get_connection_from_secrets)
    app = FastAPI(dependencies=[LOGGED_IN], docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.middleware("http")(add_headers)
    app.add_exception_handler(StarletteError, _refused)
    app.add_exception_handler(RequestValidationError, _misasked)
    app.add_exception_handler(NewsmillError, _mistaken)
    for path, answer in (
        ("/", looking.show_overview),
        ("/outlets", looking.show_outlets),
        ("/outlets/{slug}", looking.show_outlet),
        ("/outlets/{slug}/days/{day}", looking.show_day),
        ("/articles", looking.search),
        ("/articles/{article_id}", looking.show_article),
        ("/runs", looking.show_runs),
        ("/runs/of", looking.run_of),
        ("/runs/show", looking.show_run),
        ("/quarantine", looking.show_quarantine),
        ("/quarantine/record", looking.show_record),
        ("/try", acting.show_trial),
        ("/docs/{path:path}", serving.show_docs),
        ("/assets/{name}", serving.asset),
    ):
        app.add_api_route(path, answer, methods=["GET"], response_model=None)
    doing: dict[str, Any] = {"response_model": None, "methods": ["POST"]}
    app.add_api_route(
        "/quarantine/replay", acting.replay, dependencies=[may_trigger(REPLAY), Depends(same_origin)], **doing
    )
    app.add_api_route("/try", acting.try_out, dependencies=[may_trigger("ingest_news"), Depends(same_origin)], **doing)
    app.add_api_route("/{path:path}", nothing, response_model=None)
    return app


def nothing(path: str) -> Response:
    """Answer that there is no such page; also here a user must be logged in."""
    raise HTTPException(404, f"there is no page {path}")


async def _refused(request: Request, error: Exception) -> HTMLResponse:
    code = getattr(error, "status_code", 500)
    return page(request, "error", status=code, code=code, text=str(getattr(error, "detail", error)))


async def _misasked(request: Request, error: Exception) -> HTMLResponse:
    found = error.errors() if isinstance(error, RequestValidationError) else []
    text = "; ".join(f"{'.'.join(map(str, one['loc'][1:]))}: {one['msg']}" for one in found)
    return page(request, "error", status=422, code=422, text=text)


async def _mistaken(request: Request, error: Exception) -> HTMLResponse:
    log.error("a page of the UI could not be made", page=request.url.path, error=str(error))
    return page(request, "error", status=503, code=503, text=str(error))
