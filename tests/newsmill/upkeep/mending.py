"""Verify as a user does, and run what it prints."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from newsmill.cli import app
from tests.integration.runs import content
from tests.newsmill.test_cli import call
from tests.newsmill.upkeep.damage import Said

COMMANDS = {command.callback.__name__.replace("_", "-") for command in app.registered_commands}


def verify(*options: str, clean: bool) -> str:
    """Return what verify prints; its exit code must be that of a clean corpus, or not."""
    shown = call("verify", *options)
    assert shown.exception is None or isinstance(shown.exception, SystemExit), shown.exception
    assert shown.exit_code == (0 if clean else 1), shown.stdout + shown.stderr
    return shown.stdout


def printed(shown: str) -> list[str]:
    """Return the commands that verify says mend everything, in their order."""
    _, _, listed = shown.partition("to mend it, in this order:\n")
    return [line.strip() for line in listed.splitlines()]


def names(shown: str, said: Said) -> bool:
    """Tell whether a line names this kind of finding at this place."""
    kind, place = said
    return re.search(rf"^{re.escape(kind)}: (.*/)?{re.escape(place)}$", shown, flags=re.MULTILINE) is not None


def mend(shown: str) -> None:
    """Run exactly the commands that verify printed."""
    commands = printed(shown)
    assert commands, shown
    for command in commands:
        program, *arguments = shlex.split(command)
        assert program == "newsmill"
        done = call(*arguments)
        assert done.exit_code == 0, f"{command}: {done.stdout}{done.stderr}{done.exception!r}"


def corpus_of(data: Path) -> dict[str, str]:
    return content(data / "corpus")
