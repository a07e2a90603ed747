"""Commands for who keeps a corpus: one function each, registered by `main`.

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
        console().print(f"the index holds {made.articles:,} articles, and {made.records:,} records from {source}")
        _tell_written(made.partitions)


def _tell_written(keys: tuple[str, ...]) -> None:
    if keys:
        console().print(visible(f"an interrupted run was finished; it wrote {', '.join(keys)}"))
