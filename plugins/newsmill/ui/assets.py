"""Scripts, styles and pictures of the pages: ours beside this module, plotly's from its wheel.

Owns which there are: a name that is not in the list is not looked for on the disk.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

STATIC = Path(__file__).parent / "static"
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
PLOTLY = "plotly.min.js"


@cache
def assets() -> dict[str, Path]:
    """Return the file of each name that is served."""
    found = {path.name: path for path in sorted(STATIC.iterdir()) if path.suffix in TYPES}
    spec = find_spec("plotly")  # not imported: only its script is wanted
    for folder in (spec.submodule_search_locations or []) if spec else []:
        found[PLOTLY] = Path(folder) / "package_data" / PLOTLY
    return found


@cache
def version_of(name: str) -> str:
    """Return what changes with the content of an asset."""
    return sha256(assets()[name].read_bytes()).hexdigest()[:16]
