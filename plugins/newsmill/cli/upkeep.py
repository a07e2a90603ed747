"""The commands that look after what is published: one function each, registered by `main`.

Owns what a user types and reads of them. Keep out: the work itself (the package upkeep).
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from newsmill.cli.screen import as_json, console, errors_for_people, visible
from newsmill.upkeep.findings import SAMPLE, Verdict
from newsmill.upkeep.telling import Tone, lines

if TYPE_CHECKING:
    from newsmill.upkeep.repair import Repaired

STYLES = {Tone.WRONG: "red", Tone.WARNING: "yellow", Tone.TOTAL: "bold", Tone.COMMAND: "dim", Tone.PLAIN: ""}


def verify(
    sample: Annotated[int, typer.Option(min=0, help="Articles to look at closely.")] = SAMPLE,
    all: Annotated[bool, typer.Option("--all", help="Look at all articles closely.")] = False,
    seed: Annotated[str, typer.Option(help="Another seed takes another sample.")] = "",
    landing: Annotated[str | None, typer.Option(help="The landing zone; else that of the settings.")] = None,
    wait: Annotated[
        float, typer.Option(min=0, help="Seconds to wait for a run that has decided what to publish, until it ends.")
    ] = 0,
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Check corpus, index, ledger and landing zone against each other; exit code 1 if anything is wrong."""
    from newsmill.upkeep.verify import verify as verify_all

    with errors_for_people():
        verdict = verify_all(sample=None if all else sample, seed=seed, landing=landing, wait=wait)
    shown = console()
    if json:
        shown.print(as_json(_told(verdict)))
    else:
        _tell(shown, verdict)
    raise typer.Exit(0 if verdict.is_clean else 1)


def repair(
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH...", help="Files of the data root, as verify names them.")
    ],
    landing: Annotated[str | None, typer.Option(help="The landing zone; else that of the settings.")] = None,
) -> None:
    """Set damaged files aside into damaged/, and make again what they held; exit code 1 if an article stays lost."""
    from newsmill.upkeep.repair import repair_files

    with errors_for_people():
        moment = datetime.now(UTC)
        done = repair_files(f"repair {moment:%Y-%m-%d %H:%M:%S.%f}", moment.date(), paths, landing=landing)
    _tell_repaired(console(), done)
    raise typer.Exit(1 if done.lost or done.needs_index else 0)


def _told(verdict: Verdict) -> dict[str, object]:
    return asdict(verdict) | {"is_clean": verdict.is_clean, "commands": verdict.commands}


def _tell(shown: Console, verdict: Verdict) -> None:
    for line, tone in lines(verdict):
        shown.print(Text(visible(line), style=STYLES[tone]))


def _tell_repaired(shown: Console, done: Repaired) -> None:
    for path, lies_at in done.aside:
        shown.print(visible(f"set aside: {path} -> {lies_at}"))
    shown.print(visible(f"made again: {done.articles:,} articles, {done.profiles:,} profiles, {done.books:,} books"))
    for article in done.lost:
        shown.print(Text(visible(f"lost: {article.article_id} ({article.raw_path}): {article.why}"), style="red"))
    if done.needs_index:
        shown.print("The index is damaged too: run newsmill rebuild-index, then newsmill verify again")
    if done.lost:
        shown.print(
            "Put their raw records back into the landing zone and run the command again; or give them up with "
            "newsmill rebuild-index"
        )
