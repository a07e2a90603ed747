"""newsmill: raw news articles in, a clean Parquet corpus out.

Start reading at `newsmill.pipeline`. Keep this module light: Airflow's processes import it at start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from newsmill.opened import open_corpus

__all__ = ["open_corpus"]


def __getattr__(name: str) -> Any:
    """Return `open_corpus`, which loads pyarrow and DuckDB when it is asked for."""
    if name != "open_corpus":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from newsmill.opened import open_corpus

    return open_corpus
