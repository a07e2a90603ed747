"""The commands and their options.

Owns what a user types. Keep out: how things look (screen, columns, explain, rehearsal), the work itself (preview,
publish).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

import typer
from rich.text import Text

from newsmill.cli.explain import explanation, facts, tell
from newsmill.cli.screen import as_json, console, errors_for_people, visible
from newsmill.model import Article, Cleaned, NewsmillError, Unreadable
from newsmill.preview.files import preview
from newsmill.settings import load_settings
from newsmill.storage import Store

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Look at what newsmill makes of raw articles.")

RawFiles = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE[#LINE]...",
        help="Raw files, here or in the landing zone; #LINE: one record of a JSON Lines file.",
    ),
]
Ids = Annotated[list[str] | None, typer.Option("--id", help="Only the record of this id; may be given several times.")]
OutletSlug = Annotated[str | None, typer.Option("--outlet", help="The outlet's slug; else found as in a landing zone.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a record.")]


@app.command()
def clean(files: RawFiles, id: Ids = None, outlet: OutletSlug = None, json: AsJson = False) -> None:
    """Print the cleaned article of raw files, or of each record in them."""
    with errors_for_people():
        for article, cleaned in _previews(files, id, outlet):
            _print_clean(article, cleaned, json=json)


@app.command()
def explain(files: RawFiles, id: Ids = None, outlet: OutletSlug = None, json: AsJson = False) -> None:
    """Print every block beside what became of it: kept, cut or changed, by which rule and why."""
    with errors_for_people():
        for article, cleaned in _previews(files, id, outlet):
            if json:
                console().print(as_json(explanation(article, cleaned)))
            else:
                tell(console(), article, cleaned)


@app.command()
def report() -> None:
    """Print the table of fates of the last run, and the partitions that it wrote."""
    from newsmill.publish.report import latest, table

    with errors_for_people():
        data = Store(load_settings().data)
        last = latest(data)
        if last is None:
            raise NewsmillError(f"no run has ended yet in {data.uri}: start one with make run")
        console().print(table(last))


def _previews(files: Sequence[str], ids: Sequence[str] | None, outlet: str | None) -> Iterator[tuple[Article, Cleaned]]:
    """Yield what can be read; say the reason of what cannot, and end with exit code 1."""
    unreadable = 0
    for found in preview(files, ids=ids or (), outlet=outlet):
        if isinstance(found, Unreadable):
            unreadable += 1
            said = visible(f"{found.raw_path}: {found.reason.value}: {found.detail}")
            console(error=True).print(said, style="red")
        else:
            yield found
    if unreadable:
        raise typer.Exit(1)


def _print_clean(article: Article, cleaned: Cleaned, *, json: bool) -> None:
    shown = console()
    if json:
        shown.print(as_json(facts(article) | {"text": cleaned.text}))
        return
    about = (article.outlet, ", ".join(article.authors), str(article.published_at or ""), article.url)
    shown.print(Text(visible(article.title or "(no title)"), style="bold"))
    shown.print(Text(visible(" · ".join(filter(None, about))), style="dim"))
    text = visible(cleaned.text) if shown.is_terminal else cleaned.text
    shown.print(f"\n{text}\n")
