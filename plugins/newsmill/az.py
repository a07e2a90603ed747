"""Azure Blob Storage.

Owns how long it is waited for. It lists folder by folder (a request each, and one more for each 5,000 objects), and
writes in parts that appear at once, whatever is there: no condition. Keep out: what holds for any object store
(objects).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from newsmill.objects import Objects


class Az(Objects):
    """A prefix of a container."""

    defaults: Mapping[str, Any] = {**Objects.defaults, "connection_timeout": 5, "read_timeout": 60}
    """Seconds; Azure's client tries four times, with pauses that add up to a minute."""
