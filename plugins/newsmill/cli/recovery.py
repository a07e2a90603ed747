"""The commands that end what was interrupted and make the index again: one function each, registered by `main`.

Owns their options and what they print. Keep out: the work (the package `upkeep`).
"""

from __future__ import annotations

from typing import Annotated

import typer

from newsmill.cli.screen import console, errors_for_people, visible


def rebuild_index(
    replace: Annotated[
        bool, typer.Option("--replace", help="Even if the index says that it is another corpus's; it is overwritten.")
    ] = False,
) -> None:
    """Make the index again from the corpus and, as far as it is there, the ledger; then finish interrupted runs."""
    from newsmill.upkeep.rebuild import rebuild_index as rebuild

    with errors_for_people():
        made = rebuild(replace=replace)
        source = "the ledger" if made.has_ledger else "the corpus's own rows, as there is no ledger"
        console().print(
            f"the index was made again: {made.articles:,} articles, and {made.records:,} records from {source}"
        )
        _tell_written(made.partitions)


def migrate_index() -> None:
    """Bring an older newsmill's index up to this one's tables, as the first run would; no row of it is lost."""
    from newsmill.upkeep.migrate import migrate_index as migrate

    with errors_for_people():
        before, now = migrate()
        if before is None:
            console().print("there is no index yet; the first run makes it")
        elif before >= now:
            console().print(f"the index has revision {before}; there is nothing to migrate")
        else:
            console().print(f"the index was migrated from revision {before} to {now}")


def _tell_written(keys: tuple[str, ...]) -> None:
    if keys:
        console().print(visible(f"an interrupted run was finished; it wrote {', '.join(keys)}"))


def recover(
    abandon: Annotated[
        str | None,
        typer.Option(
            metavar="RUN", help="Set a run aside whose staging is damaged: its id, or its folder below staging."
        ),
    ] = None,
) -> None:
    """Finish interrupted runs and sweep up what killed ones left; or set a run aside that cannot be finished."""
    with errors_for_people():
        if abandon is None:
            _recover()
        else:
            _abandon(abandon)


def _recover() -> None:
    from newsmill.upkeep.recover import recover as recover_all

    made = recover_all()
    _tell_written(made.partitions)
    for path in made.swept:
        console().print(visible(f"removed {path}, which a killed run had begun to write"))
    if not (made.partitions or made.swept):
        console().print("nothing was interrupted")


def _abandon(run: str) -> None:
    from newsmill.upkeep.abandon import abandon

    made = abandon(run)
    for path in made.damaged:
        console().print(visible(f"damaged: {path}"))
    console().print(visible(f"the run's staging lies in {made.aside} now; the next run takes its records again"))
    if made.is_undone:
        console().print(f"of the corpus {made.gone:,} rows of the run went, and {made.back:,} rows before it came back")
    else:
        console().print(
            "what the run had published cannot be told, and stays; start a run with reprocess, which writes the ledger "
            f"of it. {made.back:,} rows that the run had taken out came back"
        )
