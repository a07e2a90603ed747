"""Files that the pages need or link to: scripts, styles, pictures, Data Docs.

Owns that only files that are listed are served.
"""

from __future__ import annotations

from fastapi import HTTPException
from fastapi.responses import FileResponse, HTMLResponse, Response

from newsmill.ui.asked import data_root
from newsmill.ui.assets import TYPES, assets
from newsmill.ui.security import DOCS_POLICY


def show_docs(path: str) -> Response:
    """Answer with a page of the Data Docs."""
    data = data_root()
    name = f"docs/{path or 'index.html'}"
    if not any(entry.path == name for entry in data.files("docs")):
        raise HTTPException(404, "no such page: a run that judged articles makes them anew")
    return HTMLResponse(data.read(name), headers={"Content-Security-Policy": DOCS_POLICY})


def asset(name: str, v: str = "") -> Response:
    """Answer with a script, a style or a picture; one that is asked for by its version is kept by the browser."""
    path = assets().get(name)
    if path is None:
        raise HTTPException(404, "no such file")
    kept = f"private, max-age={31_536_000 if v else 3600}{', immutable' if v else ''}"
    return FileResponse(path, media_type=TYPES[path.suffix], headers={"Cache-Control": kept})
