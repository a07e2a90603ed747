"""How anything reaches the screen: what text may do to a terminal, and how wide it is.

Owns the consoles and the escaping. Article text is data: it never moves a cursor, sets a colour or turns the direction
of a line. Keep out: what is said (main, columns, rehearsal).
"""

from __future__ import annotations

import errno
import io
import json
import re
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console

from newsmill.model import NewsmillError

PIPED_COLUMNS = 120
"""Width of a table that no terminal shows: two texts of 50 columns side by side."""

LEFT_TO_RIGHT = "\u200e"
"""A mark of no width. Two right-to-left texts with a rule between them would else be shown as one, in reverse order."""

_HOSTILE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""C0 without the line feed, C1, separators, changes of direction and lone surrogates."""

REFUSALS = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT)
"""No permission, no room: not a bug of ours, wherever it is met."""

_HOSTILE_IN_JSON = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""The same, but for what JSON escapes of itself."""


def console(*, error: bool = False) -> Console:
    """Return a console for standard output (or error): in colour on a terminal, plain text elsewhere.

    It is made for every command, because a process may change where its output goes.
    """
    stream = sys.stderr if error else sys.stdout
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")  # a character that the terminal cannot say ends no command
    made = Console(stderr=error, highlight=False, soft_wrap=True, markup=False, emoji=False)
    if made.no_color:  # rich would still print bold
        made = Console(stderr=error, highlight=False, soft_wrap=True, markup=False, emoji=False, color_system=None)
    return made


def columns(shown: Console) -> int:
    """Return how many columns a table may take."""
    return shown.width if shown.is_terminal else max(shown.width, PIPED_COLUMNS)


def visible(text: str) -> str:
    r"""Return a text that spells out what would command a terminal (`\x1b`); line feeds stay, a tab is a space."""
    return _HOSTILE.sub(lambda found: _spelt(found[0]), text.replace("\t", " "))


def is_right_to_left(text: str) -> bool:
    """Tell whether any character is of a script that is written from right to left."""
    return not text.isascii() and any(unicodedata.bidirectional(char) in ("R", "AL", "AN") for char in text)


def as_json(value: Any) -> str:
    """Return a value as JSON on one line that commands no terminal and is UTF-8 whatever it holds."""
    text = json.dumps(value, ensure_ascii=False)
    return _HOSTILE_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


@contextmanager
def errors_for_people() -> Iterator[None]:
    """Print a user's mistake, or what the machine refuses, as one line and end with exit code 1.

    A bug keeps its traceback.
    """
    try:
        yield
    except NewsmillError as error:
        said = str(error)
    except OSError as error:
        if error.errno not in REFUSALS:
            raise
        said = f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror)
    else:
        return
    console(error=True).print(visible(f"newsmill: {said}"), style="bold red")
    raise typer.Exit(1)


def _spelt(char: str) -> str:
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
