"""The commands and their options.

Owns what a user types. Keep out: how things look (screen, columns, explain, rehearsal), the work itself (preview,
publish).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from newsmill.cli.check import check
from newsmill.cli.explain import explanation, facts, tell
from newsmill.cli.lending import asked_of_airflow
from newsmill.cli.recovery import migrate_index, rebuild_index, recover
from newsmill.cli.screen import as_json, console, errors_for_people, visible
from newsmill.cli.takedown import takedown
from newsmill.cli.upkeep import repair, verify
from newsmill.lent import lend
from newsmill.model import Article, Cleaned, NewsmillError, Unreadable
from newsmill.preview.files import preview, preview_pasted
from newsmill.preview.verdict import judged
from newsmill.settings import load_settings
from newsmill.storage import Store

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Look at what newsmill makes of articles, and after what it made."
)

rules_app = typer.Typer(no_args_is_help=True, help="Try rules before they are merged.")
app.add_typer(rules_app, name="rules")
for command in (check, verify, repair, rebuild_index, migrate_index, recover, takedown):
    app.command()(command)

CHANGES = 3
"""Exit code of `rules test --check` where a text changes; 1 is a mistake, and 2 an unknown option."""

RawFiles = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE[#LINE]...",
        help="Raw files, here or in the landing zone; #LINE: one record of a JSON Lines file; - alone: a record from "
        "standard input.",
    ),
]
Ids = Annotated[list[str] | None, typer.Option("--id", help="Only the record of this id; may be given several times.")]
OutletSlug = Annotated[str | None, typer.Option("--outlet", help="The outlet's slug; else found as in a landing zone.")]
Landed = Annotated[bool, typer.Option("--landed", help="Take files of the landing zone alone, by their path there.")]
Url = Annotated[str | None, typer.Option("--url", help="The address of the record from standard input.")]
Judge = Annotated[bool, typer.Option("--verdict", help="Say what validation says of it, too; takes some seconds more.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a record.")]


@app.callback()
def begin() -> None:
    """Say how the connection with an object store's credentials is read, if the settings name one."""
    with errors_for_people():
        lend(load_settings().store_connection, asked_of_airflow)


@app.command()
def clean(files: RawFiles, id: Ids = None, outlet: OutletSlug = None, json: AsJson = False) -> None:
    """Print the cleaned article of raw files, or of each record in them."""
    with errors_for_people():
        for article, cleaned in _previews(files, id, outlet):
            _print_clean(article, cleaned, json=json)


@app.command()
def explain(
    files: RawFiles,
    id: Ids = None,
    outlet: OutletSlug = None,
    url: Url = None,
    landed: Landed = False,
    verdict: Judge = False,
    json: AsJson = False,
) -> None:
    """Print every block beside what became of it: kept, cut or changed, by which rule and why."""
    with errors_for_people():
        for article, cleaned in _previews(files, id, outlet, url=url, only_landed=landed):
            said = judged(article, cleaned) if verdict else None
            if json:
                console().print(as_json(explanation(article, cleaned, said)))
            else:
                tell(console(), article, cleaned, said)


@app.command()
def report() -> None:
    """Print the table of fates of the last run, and the partitions that it wrote."""
    from newsmill.publish.report import table
    from newsmill.publish.reviewed import review_of
    from newsmill.publish.runs import latest

    with errors_for_people():
        data = Store(load_settings().data)
        last = latest(data)
        if last is None:
            raise NewsmillError(f"no run has ended yet in {data.uri}: start one with make run")
        console().print(table(last))
        review = review_of(data, last.run_id)
        if review:
            console().print(f"\nreview: {review}", soft_wrap=True)


@rules_app.command("test")
def rules_test(
    corpus: Annotated[str, typer.Option("--corpus", metavar="DATA_ROOT", help="Where corpus/ and ledger/ lie.")],
    edit: Annotated[
        Path | None,
        typer.Argument(
            metavar="[RULES]",
            help="A folder of rules, or one file as if it lay among the current rules; compared with those. Without: "
            "the current rules, compared with what was published.",
        ),
    ] = None,
    landing: Annotated[str | None, typer.Option(help="The landing zone; else that of the settings.")] = None,
    outlet: Annotated[list[str] | None, typer.Option(help="Only this outlet; may be given several times.")] = None,
    sample: Annotated[int | None, typer.Option(min=1, help="Only so many articles, always the same.")] = None,
    examples: Annotated[int, typer.Option(min=0, help="Examples of each rule and kind of change.")] = 3,
    check: Annotated[bool, typer.Option("--check", help=f"End with exit code {CHANGES} if any text changes.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Run edited rules over what is published, and show what they would change."""
    from newsmill.cli.rehearsal import tell as tell_rehearsal
    from newsmill.cli.rehearsal import told
    from newsmill.preview.rehearsal import rehearse

    with errors_for_people():
        made = rehearse(edit, corpus, landing=landing, outlets=outlet or (), sample=sample, examples=examples)
        if json:
            console().print(as_json(told(made)))
        else:
            tell_rehearsal(console(), made)
        if check and made.changes_text:
            raise typer.Exit(CHANGES)


def _previews(
    files: Sequence[str],
    ids: Sequence[str] | None,
    outlet: str | None,
    *,
    url: str | None = None,
    only_landed: bool = False,
) -> Iterator[tuple[Article, Cleaned]]:
    """Yield what can be read; say the reason of what cannot, and end with exit code 1."""
    unreadable = 0
    is_pasted = list(files) == ["-"] and not only_landed
    for found in (
        [preview_pasted(sys.stdin.buffer.read(), outlet=outlet, url=url)]
        if is_pasted
        else preview(files, ids=ids or (), outlet=outlet, only_landed=only_landed)
    ):
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
