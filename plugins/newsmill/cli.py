"""The command `newsmill`: look at single files and at the last run, without Airflow.

Owns options and what is printed. Keep out: the work itself (preview, pipeline).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from newsmill.model import Article, Cleaned, NewsmillError, Removal, Unreadable
from newsmill.preview import preview
from newsmill.settings import load_settings
from newsmill.storage import Store

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Look at what newsmill makes of raw articles.")
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

RawFile = Annotated[Path, typer.Argument(help="A raw file: HTML, text, Markdown or JSON Lines.")]
OutletSlug = Annotated[str | None, typer.Option("--outlet", help="The outlet's slug; else found as in a landing zone.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a record.")]

CUT, CHANGED = "red", "yellow"


@app.command()
def clean(file: RawFile, outlet: OutletSlug = None, as_json: AsJson = False) -> None:
    """Print the cleaned article of a raw file, or of each record in it."""
    with _errors_for_people():
        for found in _previews(file, outlet):
            _print_clean(*found, as_json=as_json)


@app.command()
def explain(file: RawFile, outlet: OutletSlug = None, as_json: AsJson = False) -> None:
    """Print every block of a raw file, kept or cut, with the rule that cut it and why."""
    with _errors_for_people():
        for article, cleaned in _previews(file, outlet):
            if as_json:
                out.print(json.dumps(_explanation(article, cleaned), ensure_ascii=False), markup=False)
            else:
                _print_blocks(article, cleaned)


@app.command()
def report() -> None:
    """Print the table of fates of the last run, and the partitions that it wrote."""
    from newsmill.publish.report import latest, table

    with _errors_for_people():
        data = Store(load_settings().data)
        last = latest(data)
        if last is None:
            raise NewsmillError(f"no run has ended yet in {data.uri}: start one with make run")
        out.print(table(last), markup=False)


@contextmanager
def _errors_for_people() -> Iterator[None]:
    try:
        yield
    except NewsmillError as error:
        err.print(f"newsmill: {error}", style="bold red", markup=False)
        raise typer.Exit(1) from None


def _previews(file: Path, outlet: str | None) -> Iterator[tuple[Article, Cleaned]]:
    """Yield what can be read; say the reason of what cannot, and end with exit code 1."""
    unreadable = 0
    for found in preview(file, outlet=outlet):
        if isinstance(found, Unreadable):
            unreadable += 1
            err.print(f"{found.raw_path}: {found.reason.value}: {found.detail}", style="red", markup=False)
        else:
            yield found
    if unreadable:
        raise typer.Exit(1)


def _print_clean(article: Article, cleaned: Cleaned, *, as_json: bool) -> None:
    if as_json:
        out.print(json.dumps(_facts(article) | {"text": cleaned.text}, ensure_ascii=False), markup=False)
        return
    facts = (article.outlet, ", ".join(article.authors), str(article.published_at or ""), article.url)
    out.print(Text(article.title or "(no title)", style="bold"))
    out.print(Text(" · ".join(filter(None, facts)), style="dim"))
    out.print(f"\n{cleaned.text}\n", markup=False)


def _print_blocks(article: Article, cleaned: Cleaned) -> None:
    out.print(Text(f"{article.raw_path}: {article.title or '(no title)'}", style="bold"))
    removals = _by_block(cleaned)
    for number, block in enumerate(article.blocks):
        if number not in removals:
            out.print(Text(f"keep {number:3} {block.kind.value:10} {block.text}"))
        for removal in removals.get(number, []):
            _print_removal(number, block.kind.value, removal)
    cut = sum(steps[-1].text_after is None for steps in removals.values())
    out.print(
        Text(
            f"{len(article.blocks)} blocks: {len(article.blocks) - cut} kept ({len(removals) - cut} of them changed), "
            f"{cut} cut; {cleaned.word_count} words, {cleaned.removed_chars} characters removed\n",
            style="bold",
        )
    )


def _print_removal(number: int, kind: str, removal: Removal) -> None:
    word, style = ("cut ", CUT) if removal.text_after is None else ("edit", CHANGED)
    out.print(Text(f"{word} {number:3} {kind:10} {removal.text_before}", style=style))
    if removal.text_after is not None:
        out.print(Text(f"{'':9}{'becomes':10} {removal.text_after}", style=style))
    out.print(Text(f"{'':9}{removal.rule} ({removal.category}): {removal.evidence}", style="dim"))


def _by_block(cleaned: Cleaned) -> dict[int, list[Removal]]:
    found: dict[int, list[Removal]] = {}
    for removal in cleaned.removals:
        found.setdefault(removal.block, []).append(removal)
    return found


def _explanation(article: Article, cleaned: Cleaned) -> dict[str, object]:
    removals = _by_block(cleaned)
    blocks = [
        {
            "block": number,
            "kind": block.kind.value,
            "text": block.text,
            "removals": [
                {
                    "rule": removal.rule,
                    "category": removal.category,
                    "evidence": removal.evidence,
                    "text_after": removal.text_after,
                }
                for removal in removals.get(number, [])
            ],
        }
        for number, block in enumerate(article.blocks)
    ]
    return _facts(article) | {"blocks": blocks}


def _facts(article: Article) -> dict[str, object]:
    stamps = {
        name: value.isoformat() if value else None
        for name, value in (("published_at", article.published_at), ("modified_at", article.modified_at))
    }
    return {
        "raw_path": article.raw_path,
        "article_id": article.article_id,
        "outlet": article.outlet,
        "url": article.url,
        "title": article.title,
        "description": article.description,
        "authors": article.authors,
        "tags": article.tags,
        "sources": [{"name": source.name, "url": source.url} for source in article.sources],
        "language": article.language,
        "date_source": article.date_source,
        **stamps,
        "notes": article.notes,
    }
