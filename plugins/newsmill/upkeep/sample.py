"""A sample of the corpus, and whether its raw records are still there.

The sample is the articles with the lowest hashes of seed and article_id: by chance, the same for the same seed.

Owns the choice, and the look into the landing zone. Keep out: what the ledger says of each article (closely).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from itertools import groupby

from newsmill.model import place_of
from newsmill.read.streams import CHUNK, DamagedError, chunks, lines
from newsmill.storage import Store
from newsmill.upkeep.desk import Desk
from newsmill.upkeep.findings import Finding, Findings

ROWS_AT_ONCE = 2000
_ALL = 2**62

_CHOOSE = """
CREATE TABLE chosen AS SELECT path, article_id, content_hash, revision, raw_path, raw_sha256
    FROM corpus WHERE path NOT IN (SELECT path FROM bad) ORDER BY sha256($seed || article_id) LIMIT $most
"""
_PLACES = "SELECT raw_path, raw_sha256 FROM chosen ORDER BY raw_path"


def choose(desk: Desk, sample: int | None, seed: str, found: Findings) -> None:
    """Take the sample; None takes all articles."""
    desk.do(_CHOOSE, {"seed": seed, "most": _ALL if sample is None else sample})
    found.checked["articles looked at closely"] = desk.count("chosen")


def check_landing(landing: Store, desk: Desk, found: Findings) -> None:
    """Warn of raw records of the sample that have gone from the landing zone, or changed."""
    if not desk.count("chosen"):
        return
    if not landing.is_folder():
        found.add(_warning("landing.gone", landing.uri, "there is no such landing zone; no raw record was looked at"))
        return
    seen: Counter[str] = Counter()
    for _, rows in groupby(desk.ask(_PLACES), key=lambda row: _file_of(row[0])):
        wanted = dict(rows)
        there = dict(_hashes(landing, list(wanted)))
        for raw_path, sha256 in wanted.items():
            seen["raw records"] += 1
            if raw_path not in there:
                found.add(_warning("landing.gone", raw_path, "the raw record of an article is gone"))
            elif there[raw_path] != sha256:
                found.add(_warning("landing.changed", raw_path, "the raw record of an article has changed since"))
    found.checked.update(seen)


def _file_of(raw_path: str) -> str:
    return place_of(raw_path)[0]


def _hashes(landing: Store, raw_paths: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the raw records of one file that are there, with their SHA-256."""
    places = {place_of(raw_path)[1]: raw_path for raw_path in raw_paths}
    file = _file_of(raw_paths[0])
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


def _warning(kind: str, where: str, detail: str) -> Finding:
    return Finding(kind=kind, where=where, detail=detail, is_warning=True)
