"""What a user can do on the pages: replay refused records, try a record.

Owns these requests and their answers. Keep out: who may (security), how it is done (replay, trial).
"""

from __future__ import annotations

from typing import Annotated, Any

import structlog
from airflow.api_fastapi.core_api.security import get_user
from fastapi import Depends, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from newsmill.insight.known import Known, known
from newsmill.model import QUARANTINE_REASONS, UNREADABLE_REASONS
from newsmill.settings import load_settings
from newsmill.ui.asked import Text, checked_slug, data_root, form_of
from newsmill.ui.render import address, page
from newsmill.ui.replay import trigger_replay
from newsmill.ui.trial import MAX_BYTES, SECONDS, Trial, TrialError, carry_out

REASONS = [reason.value for reason in (*QUARANTINE_REASONS, *UNREADABLE_REASONS)]

log = structlog.get_logger("newsmill")


async def replay(request: Request, user: Annotated[Any, Depends(get_user)]) -> Response:
    """Trigger `replay_quarantine` for a selection, and go back to the list."""
    form = await form_of(request)
    reasons = [form["reason"]] if form.get("reason") else REASONS
    outlets = [checked_slug(form["outlet"])] if form.get("outlet") else []
    if not set(reasons) <= set(REASONS):
        raise HTTPException(422, f"reason: {form['reason']!r} is none of {', '.join(REASONS)}")
    started = await run_in_threadpool(
        trigger_replay, user.get_name(), reasons=reasons, outlets=outlets, run_id=form.get("run_id") or None
    )
    log.info("a replay was triggered in the UI", user=user.get_name(), run_id=started)
    query = {name: form.get(name, "") for name in ("reason", "outlet", "run_id")} | {"started": started}
    return RedirectResponse(address(request, "/quarantine", **query), 303)


def show_trial(request: Request, raw_path: Text = "") -> HTMLResponse:
    """Answer with the form of a trial."""
    return _trial(request, Trial(raw_path=raw_path))


async def try_out(request: Request) -> HTMLResponse:
    """Answer with what would be published of a record, and what would be cut."""
    form = await form_of(request)
    trial = Trial(**{name: form.get(name, "").strip() for name in ("content", "raw_path", "outlet", "url")})
    if trial.outlet:
        checked_slug(trial.outlet)
    try:
        told = await run_in_threadpool(carry_out, trial)
    except TrialError as error:
        return _trial(request, trial, error=str(error), status=422)
    held = await run_in_threadpool(known, data_root(), told["article_id"], told["content_hash"])
    return _trial(request, trial, told=told, held=held)


def _trial(
    request: Request,
    trial: Trial,
    *,
    told: dict[str, Any] | None = None,
    held: Known | None = None,
    error: str = "",
    status: int = 200,
) -> HTMLResponse:
    settings = load_settings()
    return page(
        request,
        "try",
        status=status,
        trial=trial,
        told=told,
        held=held,
        error=error,
        max_bytes=MAX_BYTES,
        seconds=SECONDS,
        landing=settings.landing,
    )
