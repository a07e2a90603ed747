"""Clear away the staging of runs that never decided: failed, rejected, killed, or dry.

Owns when such a folder is forgotten. Keep out: runs that had decided, which are finished (pipeline) or set aside
(upkeep).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import structlog

from newsmill.staging import TAKEDOWN_FILE, Staging
from newsmill.storage import Store
from newsmill.waiting import is_waiting

log = structlog.get_logger("newsmill")


def clear_staging(data: Store, days: float, *, but: str) -> list[str]:
    """Remove the staging folders in which nothing was written for some days.

    Those of takedowns stay, and of runs that have decided or wait for a person's answer.

    Args:
        data: the data root.
        days: how long they are kept; 0 keeps them for ever.
        but: the id of a run whose folder stays.

    Returns:
        The names of the folders.
    """
    if not days:
        return []
    before = datetime.now(UTC) - timedelta(days=days)
    own = Staging.of(data, but).root
    found = [Staging(data, name) for name in data.folders("staging")]
    others = [one for one in found if one.root != own and not data.is_file(one.path(TAKEDOWN_FILE))]
    free = [one for one in others if not one.is_decided]
    old = [one for one in free if _written(one) < before and not is_waiting(one)]
    for staging in old:
        data.remove(staging.root)
    names = [staging.root.partition("/")[2] for staging in old]
    if names:
        log.info("removed the staging of runs that had not decided", runs=names, unchanged_for_days=days)
    return names


def _written(staging: Staging) -> datetime:
    """Return when something was last written in a folder; a task of its run may have begun a minute ago."""
    try:
        return staging.data.last_written(staging.root)
    except FileNotFoundError:
        return datetime.now(UTC)  # its run is at work on it
