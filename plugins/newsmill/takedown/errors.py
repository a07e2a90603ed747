"""What can be wrong with a takedown.

A module of its own, because every run looks for unfinished takedowns, and `asked` loads what extraction needs.
"""

from __future__ import annotations

from newsmill.model import NewsmillError


class TakedownError(NewsmillError):
    """What is to be taken down is not named as it must be; or an unfinished takedown cannot be read."""
