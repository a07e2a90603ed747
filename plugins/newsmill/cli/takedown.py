"""The command that takes articles down.

Owns what a user types. Keep out: the work itself (pipeline), how things look (screen).
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from newsmill.cli.screen import console, errors_for_people, visible
from newsmill.model import NewsmillError


def takedown(
    url: Annotated[str | None, typer.Option(help="The article's address.")] = None,
    article_id: Annotated[str | None, typer.Option("--article-id", help="The article's id, as in the corpus.")] = None,
    outlet: Annotated[
        str | None, typer.Option(help="All of an outlet, by its slug; what is still to come, too.")
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Why; kept with the tombstones.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Take an article or an outlet out of the corpus and all that quotes it, for good; the landing zone stays."""
    from newsmill import pipeline
    from newsmill.publish.takedown_report import table
    from newsmill.takedown.asked import asked_for

    with errors_for_people():
        asked = asked_for(url=url, article_id=article_id, outlet=outlet)
        found = pipeline.survey_takedown(asked)
        console().print(visible(table(found)))
        if dry_run or not found.changes_something:
            return
        if not yes:
            _confirm("Remove this, and keep it out for good?")
        done = pipeline.take_down(asked, datetime.now(UTC).date(), reason)
        if table(done) != table(found):  # what others had decided was published first
            console().print(visible(table(done)))
        console().print(visible(f"taken down: tombstone {done.name} in ledger/takedowns"))


def _confirm(question: str) -> None:
    """Ask; end the command unless the answer is yes.

    Raises:
        NewsmillError: there is nobody to ask.
    """
    if not _is_terminal():
        raise NewsmillError("nobody is there to ask for confirmation: look with --dry-run, then give --yes")
    if not typer.confirm(question):
        console().print("nothing was changed")
        raise typer.Exit(1)


def _is_terminal() -> bool:
    return sys.stdin.isatty()
