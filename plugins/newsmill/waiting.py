"""Runs that wait for a person's answer: until when, as a file in their staging.

Owns that file. Keep out: what is asked and what the answer does (review).

A waiting run is no process and holds nothing. All that there is of it is its staging, which must not be taken for a
dead run's.
"""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime

from newsmill.staging import Staging

WAITING_FILE = "waiting.json"


def note_waiting(staging: Staging, until: datetime) -> None:
    """Note that a run waits for an answer until a moment (with its zone)."""
    staging.data.write(staging.path(WAITING_FILE), json.dumps({"until": until.isoformat()}).encode())


def forget_waiting(staging: Staging) -> None:
    """Note that a run waits no more."""
    staging.data.remove(staging.path(WAITING_FILE))


def is_waiting(staging: Staging) -> bool:
    """Tell whether a run still waits; one whose note cannot be read does not."""
    path = staging.path(WAITING_FILE)
    with suppress(OSError, ValueError, KeyError, TypeError):
        return datetime.fromisoformat(json.loads(staging.data.read(path))["until"]) > datetime.now(UTC)
    return False
