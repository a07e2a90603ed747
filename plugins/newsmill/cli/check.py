"""The command that says before the first run whether there can be one.

Owns what a user types and reads of it. Keep out: what is looked at (readiness), what a good secret is (deployment).
"""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from newsmill.cli.screen import console, errors_for_people, visible


def check(
    secrets: Annotated[
        bool, typer.Option("--secrets", help="Look at the secrets of a deployment by docker compose, too.")
    ] = False,
) -> None:
    """Check settings, outlets, rules, landing zone, data root and index; exit code 1 if a run cannot begin.

    A small file is written into the data root, and removed.
    """
    from newsmill.deployment import weak_secrets
    from newsmill.readiness import look_around

    shown = console()
    problems = weak_secrets() if secrets else []
    for problem in problems:
        shown.print(Text(visible(f"wrong: {problem}"), style="red"))
    with errors_for_people():
        for look in look_around():
            if look.problem in problems:
                continue  # a data root that cannot be read keeps the index from being looked at, too
            if look.problem:
                problems.append(look.problem)
            line = f"wrong: {look.problem}" if look.problem else f"in order: {look.what}"
            shown.print(Text(visible(line), style="red" if look.problem else ""))
    raise typer.Exit(1 if problems else 0)
