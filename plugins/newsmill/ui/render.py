"""How a page becomes HTML.

Owns the template environment, its filters and addresses. Every value is escaped, whatever it is: article text is data.
Keep out: what a page shows (app and `newsmill.insight`).
"""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from newsmill.ui.assets import version_of

TEMPLATES = Path(__file__).parent / "templates"


def page(request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """Return a page.

    Args:
        request: the request that it answers.
        template: its template's name, without the ending.
        status: of the answer.
        values: what the template shows.
    """
    base = str(request.scope.get("root_path", ""))
    known = {"base": base, "airflow": base.removesuffix("/newsmill"), "here": request.url.path.removeprefix(base)}
    return HTMLResponse(_environment().get_template(f"{template}.html").render(known | values), status)


def address(request: Request, path: str, **query: Any) -> str:
    """Return the address of a page, below wherever the pages are mounted."""
    asked = _query(query)
    return f"{request.scope.get('root_path', '')}{path}{'?' if asked else ''}{asked}"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "number": _number,
        "percent": _percent,
        "moment": _moment,
        "segment": lambda text: quote(str(text), safe=""),
        "query": _query,
        "web": _web,
        "words": lambda name: str(name).replace("_", " "),
    }
    environment.globals["version_of"] = version_of
    return environment


def _number(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"


def _percent(share: float | None) -> str:
    """Return a share as a percentage; a little is not nothing, and nearly all is not all."""
    if share is None:
        return "–"
    if 0 < share < 0.001:
        return "<0.1 %"
    digits = 1 if 0 < share < 0.1 else 0
    return f"{(min(share, 0.99) if share < 1 else share) * 100:.{digits}f} %"


def _moment(value: datetime | date | None) -> str:
    if value is None:
        return "–"
    return f"{value:%Y-%m-%d %H:%M} UTC" if isinstance(value, datetime) else value.isoformat()


def _query(values: dict[str, Any]) -> str:
    """Return the query of an address; what is None or empty is left out."""
    return urlencode({name: value for name, value in values.items() if value not in (None, "")}, doseq=True)


def _web(url: str | None) -> str | None:
    """Return an address that may be linked to: a web page's, and no script's."""
    try:
        return url if url and urlsplit(url).scheme in ("http", "https") else None
    except ValueError:
        return None
