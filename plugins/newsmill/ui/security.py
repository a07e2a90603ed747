"""Who may see and do what, and what a page may load.

Owns the checks that every route has and the headers that every answer has. Keep out: what pages show.

Every route needs a user who is logged in to Airflow. What is more than looking (a replay, a trial) needs the right to
trigger the DAG that it triggers, or whose code it runs.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
from airflow.api_fastapi.core_api.security import get_user, requires_access_dag
from fastapi import Depends, HTTPException, Request, Response, params, status

EMPTY_STYLE = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
"""The hash of nothing: plotly adds an empty <style> and fills it by script, which needs no further permission."""

POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        f"style-src 'self' {EMPTY_STYLE}",
        "img-src 'self' data:",  # plotly draws a heat map into a picture that it makes itself
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'self'",
    ]
)
DOCS_POLICY = "; ".join(
    [
        "default-src 'none'",
        "style-src 'unsafe-inline'",  # Data Docs carry their styles in the page, and no script
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
    ]
)

LOGGED_IN = Depends(get_user)


def may_trigger(dag_id: str) -> params.Depends:
    """Return the check that a user may trigger a DAG; 403 if not, 401 without a user."""
    check: params.Depends = Depends(requires_access_dag("POST", DagAccessEntity.RUN, dag_id))
    return check


def same_origin(request: Request) -> None:
    """Refuse a POST that another site's page sends with the user's cookie.

    Browsers say where a request comes from in `Sec-Fetch-Site`, and older ones in `Origin`; no page can change either.
    A request with neither comes from no browser, and then it must bring its own token, as no cookie jar is at stake
    (OWASP, Cross-Site Request Forgery Prevention Cheat Sheet, "Fetch Metadata").

    Raises:
        HTTPException: 403.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        allowed = site == "same-origin"
    elif origin is not None:
        allowed = urlsplit(origin).netloc == request.headers.get("host")
    else:
        allowed = "authorization" in request.headers
    if not allowed:
        raise HTTPException(status.HTTP_403_FORBIDDEN, "this request comes from another site's page, and is refused")


async def add_headers(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
    """Give an answer the headers that keep it to itself."""
    response = await answer(request)
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers.setdefault("Cache-Control", "no-store")
    return response
