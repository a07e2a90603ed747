"""Verify as a user does, and run what it prints."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from newsmill.cli import app
from tests.integration.runs import content, point_at
from tests.newsmill.test_cli import call
from tests.newsmill.upkeep.damage import Said
from tests.newsmill.upkeep.everything import Made

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


@dataclass(frozen=True)
class Told:
    """A corpus after several damages, and after they were mended."""

    said: dict[str, Said]  # what each damage must be called
    shown: str  # what verify says of them
    after: str  # what it says when the commands that it printed were run
    corpus: dict[str, str]  # before
    mended: dict[str, str]  # the corpus after


@contextmanager
def pointed_at(folder: Path) -> Iterator[None]:
    """Point the settings at a folder, for longer than a test."""
    with pytest.MonkeyPatch.context() as patch:
        point_at(patch, folder)
        yield


def story(made_once: Made, folder: Path, acts: Mapping[str, Callable[[Made], Said]]) -> Told:
    """Damage a copy in several places, verify it, run the commands that verify prints, and verify again."""
    made = made_once.copy_to(folder)
    before = corpus_of(made.data)
    with pointed_at(folder):
        said = {name: act(made) for name, act in acts.items()}
        shown = verify("--all", clean=False)
        mend(shown)
        after = call("verify", "--all").stdout
    return Told(said, shown, after, before, corpus_of(made.data))
