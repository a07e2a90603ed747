"""A sample of the corpus, looked at closely: do text and removals give the blocks back, is the raw record still there?

The sample is the articles with the lowest hashes of seed and article_id: by chance, the same for the same seed. Texts
and removals come together by a sort on disk, so that it may be all articles.

Owns what is asked of each article. Keep out: sums that are checked for all (agreement).
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from newsmill import parquet
from newsmill.clean.restore import RestoreError, restore
from newsmill.model import Removal, place_of
from newsmill.read.streams import CHUNK, DamagedError, chunks, lines
from newsmill.storage import Store
from newsmill.upkeep.corpus import DAMAGE, named
from newsmill.upkeep.desk import Desk
from newsmill.upkeep.findings import Finding, Findings, repair
from newsmill.upkeep.ledger import LedgerFile

ROWS_AT_ONCE = 2000
_ALL = 2**62

_CHOOSE = """
CREATE TABLE chosen AS SELECT path, article_id, content_hash, revision, raw_path, raw_sha256
    FROM corpus WHERE path NOT IN (SELECT path FROM bad) ORDER BY sha256($seed || article_id) LIMIT $most
"""
_RUNS = "SELECT DISTINCT run FROM made SEMI JOIN chosen USING (article_id) ORDER BY run"
_RECORDS = "SELECT DISTINCT record_key FROM made SEMI JOIN chosen USING (article_id)"
_CUTS = """
SELECT h.path, h.article_id, h.content_hash, h.revision, m.run,
    m.run IN (SELECT run FROM gaps WHERE dataset = 'removals'), t.block, t.step, t.text_before, t.text_after
FROM chosen h JOIN made m USING (path, article_id) LEFT JOIN cuts t ON t.run = m.run AND t.record_key = m.record_key
ORDER BY h.path, h.article_id, m.run, t.block, t.step
"""
_PLACES = "SELECT raw_path, raw_sha256 FROM chosen ORDER BY raw_path"


def choose(desk: Desk, sample: int | None, seed: str, found: Findings) -> None:
    """Take the sample; None takes all articles."""
    desk.do(_CHOOSE, {"seed": seed, "most": _ALL if sample is None else sample})
    found.checked["articles looked at closely"] = desk.count("chosen")


def check_restores(data: Store, desk: Desk, found: Findings) -> None:
    """Check that text and removals of the sample give blocks back."""
    _load_cuts(data, desk)
    wrong: defaultdict[str, list[str]] = defaultdict(list)
    for path, rows in groupby(desk.ask(_CUTS), key=itemgetter(0)):
        own = list(rows)
        texts = _texts(data, path, [row[1] for row in own])
        for article_id, of_article in groupby(own, key=itemgetter(1)):
            attempts = list(of_article)
            text = texts.get((article_id, attempts[0][2], attempts[0][3]))
            if text is not None and not _is_restored(text, attempts):
                wrong[attempts[-1][4]].append(article_id)
    for run, ids in wrong.items():
        at = LedgerFile("removals", run).path
        detail = f"text and removals do not give the blocks of an article back: {named(ids, len(ids))}"
        found.add(Finding(kind="ledger.not_restored", where=at, detail=detail, command=repair(at)))


def check_landing(landing: Store, desk: Desk, found: Findings) -> None:
    """Warn of raw records of the sample that have gone from the landing zone, or changed."""
    if not desk.count("chosen"):
        return
    if not landing.is_folder():
        found.add(_warning("landing.gone", landing.uri, "there is no such landing zone; no raw record was looked at"))
        return
    seen: Counter[str] = Counter()
    for _, rows in groupby(desk.ask(_PLACES), key=lambda row: _file_of(landing, row[0])):
        wanted = dict(rows)
        there = dict(_hashes(landing, list(wanted)))
        for raw_path, sha256 in wanted.items():
            seen["raw records"] += 1
            if raw_path not in there:
                found.add(_warning("landing.gone", raw_path, "the raw record of an article is gone"))
            elif there[raw_path] != sha256:
                found.add(_warning("landing.changed", raw_path, "the raw record of an article has changed since"))
    found.checked.update(seen)


def raw_places(landing: Store, raw_path: str) -> tuple[str, int]:
    """Return a raw record's file and line; 0 in a file that is one record. A plain file may be called `notes#3`."""
    file, line = place_of(raw_path)
    return (raw_path, 0) if line and landing.exists(raw_path) else (file, line)


def _file_of(landing: Store, raw_path: str) -> str:
    return raw_places(landing, raw_path)[0]


def _hashes(landing: Store, raw_paths: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the raw records of one file that are there, with their SHA-256."""
    places = {raw_places(landing, raw_path)[1]: raw_path for raw_path in raw_paths}
    file = _file_of(landing, raw_paths[0])
    try:
        with landing.open(file) as handle:
            if 0 in places:
                digest = hashlib.sha256()
                while part := handle.read(CHUNK):
                    digest.update(part)
                yield places[0], digest.hexdigest()
                return
            for line in lines(chunks(handle), keep=CHUNK):
                if line.number in places and not line.blank:
                    yield places[line.number], line.sha256 or hashlib.sha256(line.data or b"").hexdigest()
    except (OSError, DamagedError):
        return  # what has not been found is gone


def _load_cuts(data: Store, desk: Desk) -> None:
    """Put the removals of the sample on the desk, with their texts."""
    wanted = pa.array([key for (key,) in desk.ask(_RECORDS)], pa.string())
    for (run,) in list(desk.ask(_RUNS)):
        path = LedgerFile("removals", run).path
        try:
            with parquet.opened(data, path) as file:
                columns = ["record_key", "block", "step", "text_before", "text_after"]
                for batch in parquet.batches(file, ROWS_AT_ONCE, columns):
                    own = pa.table(batch).filter(pc.is_in(batch["record_key"], value_set=wanted))
                    desk.add("cuts", own.add_column(0, "run", pa.repeat(run, len(own))))
        except DAMAGE:
            continue  # it is not there, where nothing was cut; or is damaged, which is told already


def _texts(data: Store, path: str, ids: list[str]) -> dict[tuple[str, str, int], str]:
    """Return texts by article_id, content_hash and revision: a run may have written the file since."""
    columns = ["article_id", "content_hash", "revision", "text"]
    wanted = pa.array(sorted(set(ids)), pa.string())
    found = {}
    try:
        with parquet.opened(data, path) as file:
            for batch in parquet.batches(file, ROWS_AT_ONCE, columns):
                for row in pa.table(batch).filter(pc.is_in(batch["article_id"], value_set=wanted)).to_pylist():
                    found[row["article_id"], row["content_hash"], row["revision"]] = row["text"]
    except DAMAGE:
        return {}
    return found


def _is_restored(text: str, rows: list[tuple[Any, ...]]) -> bool:
    """Tell whether the removals of any run that may have made the text fit it, or are known to be lost."""
    for _, of_run in groupby(rows, key=itemgetter(4)):
        cuts = list(of_run)
        if cuts[0][5] or _fits(text, cuts):
            return True
    return False


def _fits(text: str, cuts: list[tuple[Any, ...]]) -> bool:
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


def _warning(kind: str, where: str, detail: str) -> Finding:
    return Finding(kind=kind, where=where, detail=detail, is_warning=True)
