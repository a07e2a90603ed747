"""Sets on disk: `<set>.jsonl[.gz|.zst]`, a landing file, beside `<set>.gold.jsonl[.gz]`.

A line of gold is an object with `id` (the record's `source_id`), `body` (a list of paragraphs) and, where known,
`title`, `authors` and `date` (ISO 8601). Owns finding and reading. Keep out: figures (score).
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from pathlib import Path

from newsmill.model import NewsmillError
from tests.quality.score import Gold

LANDING_ENDINGS = (".jsonl", ".jsonl.gz", ".jsonl.zst")
GOLD_ENDINGS = (".gold.jsonl", ".gold.jsonl.gz")


@dataclass(frozen=True, slots=True)
class PageSet:
    """A landing file with gold."""

    name: str
    landing: Path
    gold: Path


def find_sets(folder: Path) -> list[PageSet]:
    """Return the sets of a folder, by name.

    Raises:
        NewsmillError: there is none, or a gold file has no landing file beside it.
    """
    golds = sorted(path for path in folder.glob("*.gold.jsonl*") if path.name.endswith(GOLD_ENDINGS))
    if not golds:
        raise NewsmillError(f"{folder}: no set here; a set is NAME.jsonl.gz beside NAME.gold.jsonl.gz")
    return [_set_of(gold) for gold in golds]


def read_gold(path: Path) -> list[Gold]:
    """Read a gold file, gzipped or not.

    Raises:
        NewsmillError: a line is no gold article.
    """
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        return [_gold(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]


def _set_of(gold: Path) -> PageSet:
    name = gold.name.partition(".gold.")[0]
    for ending in LANDING_ENDINGS:
        if (landing := gold.with_name(name + ending)).is_file():
            return PageSet(name, landing, gold)
    raise NewsmillError(f"{gold}: no {name}.jsonl, {name}.jsonl.gz or {name}.jsonl.zst beside it")


def _gold(path: Path, number: int, line: str) -> Gold:
    try:
        said = json.loads(line)
        return Gold(
            id=said["id"],
            body=tuple(said["body"]),
            title=said.get("title"),
            authors=tuple(said.get("authors") or ()),
            date=said.get("date"),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NewsmillError(f"{path}: line {number}: no gold article ({error!r}); write id and body") from None
