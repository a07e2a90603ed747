"""What became of every block of an article: side by side for people, one object for programs.

Owns how a cleaned article is told. Keep out: the cleaning (preview), how a table is laid out (columns).
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from rich.console import Console
from rich.text import Text

from newsmill.cli.columns import SideBySide
from newsmill.cli.screen import visible
from newsmill.model import Article, Block, Cleaned, Removal
from newsmill.preview.verdict import Judged

KEEP, EDIT, CUT = "keep", "edit", "cut"
STYLES = {KEEP: "", EDIT: "yellow", CUT: "red"}
GUTTER = 20  # "1234 keep paragraph"

NOT_SAID = frozenset(
    {"record_key", "fingerprint", "blocks", "raw_sha256", "article_id", "source_id", "raw_path", "title"}
)
"""Fields of an article that the head of the table leaves to `--json`."""


def facts(article: Article) -> dict[str, Any]:
    """Return all fields of an article but its blocks, as JSON takes them.

    Every field that `Article` has is here, so that one which is added to it needs no line in this module.
    """
    return {name: _plain(value) for name, value in dataclasses.asdict(article).items() if name != "blocks"}


def explanation(article: Article, cleaned: Cleaned, said: Judged | None = None) -> dict[str, Any]:
    """Return one object: the article's fields, each block with its fate, its result and the removals, the verdict."""
    removals = _by_block(cleaned)
    blocks = [
        {
            "block": number,
            "kind": block.kind.value,
            "fate": _fate(removals[number]),
            "text": block.text,
            "result": _result(block, removals[number]),
            "removals": [_removal(removal) for removal in removals[number]],
        }
        for number, block in enumerate(article.blocks)
    ]
    counts = {"word_count": cleaned.word_count, "removed_chars": cleaned.removed_chars}
    return facts(article) | counts | {"blocks": blocks} | (_verdict(said) if said else {})


def tell(shown: Console, article: Article, cleaned: Cleaned, said: Judged | None = None) -> None:
    """Print an article's fields, its blocks beside what became of them, the sums and the verdict."""
    removals = _by_block(cleaned)
    table = SideBySide(shown, GUTTER)
    for line in _head(article):
        shown.print(line)
    for line in table.rows(Text("block"), [Text("extracted")], [Text("result")]):
        line.stylize("bold")
        shown.print(line)
    shown.print(table.line(), style="dim")
    for number, block in enumerate(article.blocks):
        for line in _row(table, number, block, removals[number]):
            shown.print(line)
    shown.print(Text(f"{_sums(article, cleaned, removals)}\n", style="bold"))
    for name, reasons in _verdict(said).items() if said else ():
        shown.print(Text(visible(f"{name.replace('_', ' ')}: {_said(reasons) or 'nothing'}")))


def _verdict(said: Judged) -> dict[str, Any]:
    verdict = said.verdict
    return {"content_hash": said.content_hash, "failed": list(verdict.failed), "warnings": list(verdict.warnings)}


def _head(article: Article) -> Iterator[Text]:
    yield Text(visible(f"{article.raw_path}: {article.title or '(no title)'}"), style="bold")
    for name, value in facts(article).items():
        if name not in NOT_SAID and value:
            yield Text(visible(f"{name}: {_said(value)}").replace("\n", " "), style="dim")


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_said(inner)}" for name, inner in value.items() if inner)
    return "; ".join(map(_said, value)) if isinstance(value, list) else str(value)


def _row(table: SideBySide, number: int, block: Block, removals: Sequence[Removal]) -> Iterator[Text]:
    fate = _fate(removals)
    before, after = visible(block.text), visible(_result(block, removals) or "")
    left, right = Text(before), Text(after)
    if fate == CUT:
        left.stylize(STYLES[CUT])
    elif fate == EDIT:
        for text, other in ((left, after), (right, before)):
            text.stylize(STYLES[EDIT], *_difference(text.plain, other))
    notes = [Text(visible(f"{step.rule} ({step.category}): {step.evidence}"), style="dim") for step in removals]
    mark = Text(f"{number:4} {fate:4} {block.kind.value}", style=STYLES[fate])
    yield from table.rows(mark, [left], notes if fate == CUT else [right, *notes])


def _difference(text: str, other: str) -> tuple[int, int]:
    """Return where a text differs from another: from the first to the last character that do not agree."""
    start = _agreeing(text, other)
    end = _agreeing(text[start:][::-1], other[start:][::-1])
    return start, len(text) - end


def _agreeing(text: str, other: str) -> int:
    pairs = zip(text, other, strict=False)
    return next((place for place, (one, two) in enumerate(pairs) if one != two), min(len(text), len(other)))


def _sums(article: Article, cleaned: Cleaned, removals: dict[int, list[Removal]]) -> str:
    fates = [_fate(removals[number]) for number in range(len(article.blocks))]
    cut, changed = fates.count(CUT), fates.count(EDIT)
    return (
        f"{len(fates)} blocks: {len(fates) - cut} kept ({changed} of them changed), "
        f"{cut} cut; {cleaned.word_count} words, {cleaned.removed_chars} characters removed"
    )


def _by_block(cleaned: Cleaned) -> dict[int, list[Removal]]:
    found: defaultdict[int, list[Removal]] = defaultdict(list)
    for removal in cleaned.removals:
        found[removal.block].append(removal)
    return found


def _fate(removals: Sequence[Removal]) -> str:
    if not removals:
        return KEEP
    return CUT if removals[-1].text_after is None else EDIT


def _result(block: Block, removals: Sequence[Removal]) -> str | None:
    return removals[-1].text_after if removals else block.text


def _removal(removal: Removal) -> dict[str, Any]:
    names = ("rule", "category", "evidence", "text_after")
    return {name: getattr(removal, name) for name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value
