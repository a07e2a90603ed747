"""The sample, article by article: do text and removals give the blocks back, are the fields those that were decided?

The rows of an article and what the ledger has of it come together by a sort on disk, so that it may be all articles.
More than one run may have made a row, where it was cleaned again with the same text: it is right if it fits one.

Owns what is asked of each article. Keep out: the sample itself (sample), sums that are checked for all (agreement).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from newsmill import corpus, parquet
from newsmill.clean.restore import RestoreError, restore
from newsmill.corpus import SchemaVersionError
from newsmill.extract.choices import shown
from newsmill.model import Removal
from newsmill.storage import Store
from newsmill.upkeep.corpus import DAMAGE, named
from newsmill.upkeep.desk import Desk
from newsmill.upkeep.findings import Finding, Findings, repair
from newsmill.upkeep.ledger import LedgerFile

ROWS_AT_ONCE = 2000

DECIDED = ["url", "title", "description", "authors", "tags", "language"]
"""Columns of the corpus whose value `ledger/metadata` has in the same words."""

Told = tuple[Any, ...]
"""A row of the desk: path, article_id, content_hash, revision, run, is_lost, and what the ledger's file says."""
Row = Mapping[str, Any]

_RUNS = "SELECT DISTINCT run FROM made SEMI JOIN chosen USING (article_id) ORDER BY run"
_RECORDS = "SELECT DISTINCT record_key FROM made SEMI JOIN chosen USING (article_id)"
_TOLD = """
SELECT h.path, h.article_id, h.content_hash, h.revision, m.run,
    m.run IN (SELECT run FROM gaps WHERE dataset = '{dataset}'), {columns}
FROM chosen h JOIN made m USING (path, article_id) LEFT JOIN {table} t ON t.run = m.run AND t.record_key = m.record_key
ORDER BY h.path, h.article_id, m.run, {columns}
"""
_CUTS = _TOLD.format(dataset="removals", table="cuts", columns="t.block, t.step, t.text_before, t.text_after")
_DECIDED = _TOLD.format(dataset="metadata", table="decided", columns="t.field, t.value")


def check_restores(data: Store, desk: Desk, found: Findings) -> None:
    """Check that text and removals of the sample give blocks back."""
    _load(data, desk, "removals", "cuts", ["record_key", "block", "step", "text_before", "text_after"])
    wrong: defaultdict[str, list[str]] = defaultdict(list)
    for row, told in _articles(data, desk, _CUTS, ["text"]):
        if not any(_is_lost(own) or _fits(row["text"], own) for own in _by_run(told)):
            wrong[LedgerFile("removals", told[-1][4]).path].append(row["article_id"])
    _note("ledger.not_restored", "text and removals do not give the blocks of an article back", wrong, found)


def check_decided(data: Store, desk: Desk, found: Findings) -> None:
    """Check that the fields of the sample are those that were decided.

    Where they differ the row is wrong, because a repair makes both anew; but where the ledger says nothing of a field
    that the row has, the ledger has lost it.
    """
    _load(data, desk, "metadata", "decided", ["record_key", "field", "value"])
    wrong: defaultdict[str, list[str]] = defaultdict(list)
    lost: defaultdict[str, list[str]] = defaultdict(list)
    for row, told in _articles(data, desk, _DECIDED, DECIDED):
        values = {name: _shown(row[name]) for name in DECIDED if row[name]}
        runs = list(_by_run(told))
        decided = [{field: value for *_, field, value in run if field in DECIDED} for run in runs]
        if any(map(_is_lost, runs)) or values in decided:
            continue
        if any(values.keys() <= one.keys() for one in decided):
            wrong[told[0][0]].append(row["article_id"])
        else:
            lost[LedgerFile("metadata", told[-1][4]).path].append(row["article_id"])
    _note("corpus.not_as_decided", f"{', '.join(DECIDED)}: not all as ledger/metadata has them", wrong, found)
    _note("ledger.metadata_lost", "articles with fields of which it says nothing", lost, found)


def _load(data: Store, desk: Desk, dataset: str, table: str, columns: list[str]) -> None:
    """Put what a dataset of the ledger says of the sample on the desk."""
    wanted = pa.array([key for (key,) in desk.ask(_RECORDS)], pa.string())
    for (run,) in list(desk.ask(_RUNS)):
        try:
            with parquet.opened(data, LedgerFile(dataset, run).path) as file:
                for part in parquet.tables(file, ROWS_AT_ONCE, columns):
                    own = part.filter(pc.is_in(part["record_key"], value_set=wanted))
                    desk.add(table, own.add_column(0, "run", pa.repeat(run, len(own))))
        except DAMAGE:
            continue  # it is not there, where there was nothing to say; or is damaged, which is told already


def _articles(data: Store, desk: Desk, question: str, columns: list[str]) -> Iterator[tuple[Row, Sequence[Told]]]:
    """Yield the rows of the sample with what the ledger says of each; a run may have replaced one since."""
    for path, told in groupby(desk.ask(question), key=itemgetter(0)):
        own = list(told)
        rows = _rows(data, path, sorted({row[1] for row in own}), columns)
        for article_id, of_article in groupby(own, key=itemgetter(1)):
            attempts = list(of_article)
            row = rows.get((article_id, attempts[0][2], attempts[0][3]))
            if row is not None:
                yield row, attempts


def _rows(data: Store, path: str, ids: list[str], columns: list[str]) -> dict[tuple[str, str, int], Row]:
    """Return rows of a corpus file by article_id, content_hash and revision."""
    wanted, keys = pa.array(ids, pa.string()), ["article_id", "content_hash", "revision"]
    found = {}
    try:
        for part in corpus.batches(data, path, ROWS_AT_ONCE, [*keys, *columns]):
            for row in part.filter(pc.is_in(part["article_id"], value_set=wanted)).to_pylist():
                found[row["article_id"], row["content_hash"], row["revision"]] = row
    except (*DAMAGE, SchemaVersionError):
        return {}
    return found


def _by_run(told: Sequence[Told]) -> Iterator[list[Told]]:
    for _, of_run in groupby(told, key=itemgetter(4)):
        yield list(of_run)


def _is_lost(of_run: Sequence[Told]) -> bool:
    return bool(of_run[0][5])


def _fits(text: str, cuts: Sequence[Told]) -> bool:
    removals = [
        Removal(block=block, step=step, text_before=before, text_after=after, rule="", category="", evidence="")
        for *_, block, step, before, after in cuts
        if block is not None
    ]
    try:
        restore(text, removals)
    except RestoreError:
        return False
    return True


def _shown(value: str | list[str]) -> str:
    return shown(value if isinstance(value, str) else tuple(value))


def _note(kind: str, says: str, wrong: Mapping[str, list[str]], found: Findings) -> None:
    for path, ids in wrong.items():
        found.add(Finding(kind=kind, where=path, detail=f"{says}: {named(ids, len(ids))}", command=repair(path)))
