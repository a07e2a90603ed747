"""What a request asks for, checked: outlets, pages of a table, forms.

Owns these checks and the place of the data. Keep out: answers.
"""

from __future__ import annotations

import math
from typing import Annotated, Any

from fastapi import HTTPException, Query, Request, status

from newsmill.registry import MAX_SLUG, SLUG
from newsmill.settings import load_settings
from newsmill.storage import Store
from newsmill.ui.trial import MAX_BYTES

ROWS = 50
"""Rows of a table on one page."""
FORM_BYTES = 3 * MAX_BYTES + 64 * 1024
"""A form sends a byte as three at most."""

Slug = Annotated[str, Query(max_length=MAX_SLUG)]
Number = Annotated[int, Query(ge=1, le=1_000_000, alias="page")]
Back = Annotated[int, Query(ge=0, le=1_000_000)]
Text = Annotated[str, Query(max_length=2000)]


def data_root() -> Store:
    """Return the data root of the settings."""
    return Store(load_settings().data)


def checked_slug(slug: str) -> str:
    """Return an outlet's name; 404 where it can be none."""
    if not SLUG.fullmatch(slug) or len(slug) > MAX_SLUG:
        raise HTTPException(404, "an outlet's name has small letters, digits and hyphens only")
    return slug


def paged(total: int, size: int, number: int) -> tuple[int, int]:
    """Return the number of pages, and that of the page that is shown: the last one where less is there than asked."""
    pages = max(1, math.ceil(total / size))
    return pages, min(number, pages)


def rows_of_page(rows: list[Any], number: int) -> list[Any]:
    """Return the rows of a page, which is counted from 1."""
    return rows[(number - 1) * ROWS : number * ROWS]


async def form_of(request: Request) -> dict[str, str]:
    """Return a form's fields; its size is looked at before it is read."""
    length = request.headers.get("content-length", "")
    if not length.isdecimal():
        raise HTTPException(status.HTTP_411_LENGTH_REQUIRED, "the form does not say its length")
    if int(length) > FORM_BYTES:
        raise HTTPException(status.HTTP_413_CONTENT_TOO_LARGE, f"at most {MAX_BYTES:,} bytes are tried here")
    return {
        name: value for name, value in (await request.form(max_part_size=FORM_BYTES)).items() if isinstance(value, str)
    }
