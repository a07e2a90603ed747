"""One article: its row, its blocks with what was cut, how its fields were decided, its other versions and copies.

Owns finding these: the index tells the partition, the day on which the article came in where in the ledger to begin
(traces), and its raw record's path which rows of a run are its own. Keep out: pages.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow.compute as pc

from newsmill.clean.restore import RestoreError, restore
from newsmill.insight.books import RunBooks, rows_of, run_of_file
from newsmill.insight.traces import traces
from newsmill.model import Fate, Published, Removal, article_id_of, key_of
from newsmill.publish.files import read_partition
from newsmill.storage import Store
from newsmill.workplace import index_of

ARTICLE_ID = re.compile(r"[0-9a-f]{32}")
_REMOVAL = ["block", "step", "text_before", "text_after", "rule", "category", "evidence"]
_FATE = ["reason", "detail", "warnings"]
_REVISION = ["date", "revision", "word_count"]
_COPY = ["outlet", "raw_path", "reason"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A block as it was extracted, and what became of it: kept, changed or cut."""

    text: str
    result: str | None  # None: cut
    removals: Sequence[Removal] = ()

    @property
    def fate(self) -> str:
        """`keep`, `edit` or `cut`."""
        if not self.removals:
            return "keep"
        return "cut" if self.result is None else "edit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """All that is known of a published article."""

    row: Mapping[str, Any]  # columns of the corpus, with `date` and `outlet`
    run: RunBooks | None  # that made this version; None where the ledger has lost it
    blocks: Sequence[Shown]
    complete: bool  # whether the blocks are as they were extracted; else only the text is known
    choices: Sequence[Mapping[str, Any]]  # rows of `schema.METADATA`
    fate: Mapping[str, Any] | None  # its raw record's row of `schema.FATES`
    revisions: Sequence[Mapping[str, Any]]
    duplicates: Sequence[Mapping[str, Any]]


def find_article(data: Store, asked: str) -> Published | None:
    """Return the published article of an id, an address (as it is in the corpus) or a text's content_hash."""
    index = index_of(data)
    for article_id in (asked, article_id_of(asked, "", "")):
        if ARTICLE_ID.fullmatch(article_id) and (found := index.articles([article_id]).get(article_id)):
            return found
    return index.hashes([asked]).get(asked)


def tell_article(data: Store, article: Published) -> Telling | None:
    """Return all that is known of an article; None where the corpus does not hold it any more.

    Raises:
        NewsmillError: corpus or ledger cannot be read; says what mends it.
    """
    row = _row(data, article)
    if row is None:
        return None
    run, fate = _published_by(data, row)
    removals = _removals(data, run, row)
    blocks, complete = _blocks(row["text"], removals)
    return Telling(
        row=row,
        run=run,
        blocks=blocks,
        complete=complete and sum(map(_size, removals)) == row["removed_chars"],
        choices=list(_choices(data, run, row)),
        fate=fate,
        revisions=traces(data, "revisions", _REVISION, article.ingested_on, article_id=article.article_id),
        duplicates=traces(data, "duplicates", _COPY, article.ingested_on, duplicate_of=article.article_id),
    )


def blocks_of(blocks: Sequence[str], removals: Sequence[Removal]) -> list[Shown]:
    """Return extracted blocks with what became of each."""
    steps: defaultdict[int, list[Removal]] = defaultdict(list)
    for removal in sorted(removals, key=lambda removal: (removal.block, removal.step)):
        steps[removal.block].append(removal)
    return [
        Shown(text=text, result=steps[number][-1].text_after if steps[number] else text, removals=steps[number])
        for number, text in enumerate(blocks)
    ]


def _row(data: Store, article: Published) -> dict[str, Any] | None:
    rows = read_partition(data, f"{article.date}|{article.outlet}").rows
    found = rows.filter(pc.equal(rows["article_id"], article.article_id)).to_pylist()
    return {**found[0], "date": article.date, "outlet": article.outlet} if found else None


def _published_by(data: Store, row: Mapping[str, Any]) -> tuple[RunBooks | None, dict[str, Any] | None]:
    """Return the run that published this version, the last one where several did, and its fate there."""
    asked = {"raw_path": row["raw_path"], "raw_sha256": row["raw_sha256"], "fate": Fate.PUBLISHED.value}
    fates = traces(data, "fates", _FATE, row["ingested_on"], **asked)
    runs = [(run, fate) for fate in fates if (run := run_of_file(data, fate["path"]))]
    return max(runs, key=lambda found: (found[0].day, found[0].number), default=(None, None))


def _removals(data: Store, run: RunBooks | None, row: Mapping[str, Any]) -> list[Removal]:
    if run is None:
        return []
    parts = rows_of(data, run, "removals", _REMOVAL, record_key=key_of(row["raw_path"]))
    return [Removal(**found) for part in parts for found in part.to_pylist()]


def _blocks(text: str, removals: Sequence[Removal]) -> tuple[list[Shown], bool]:
    try:
        return blocks_of(restore(text, removals), removals), True
    except RestoreError:
        return blocks_of(text.split("\n\n"), ()), False


def _size(removal: Removal) -> int:
    return len(removal.text_before) - len(removal.text_after or "")


def _choices(data: Store, run: RunBooks | None, row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    columns = ["field", "value", "source", "agreeing", "runner_up", "runner_up_source"]
    if run is not None:
        for part in rows_of(data, run, "metadata", columns, record_key=key_of(row["raw_path"])):
            yield from part.to_pylist()
