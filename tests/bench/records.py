"""Lay out the landing zone of a bench: N distinct records a set, from a folder of landing files or made here.

Owns choosing and copying. Keep out: how a page is made (pages), what is measured (speed, stages).
"""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from newsmill.model import NewsmillError, RawRecord, Slice
from newsmill.read.records import read_slice
from newsmill.storage import Store
from tests.bench.pages import Record, dump, page

PAGES = "pages"
FILE_RECORDS = 4
"""Records in a landing file: what a process of a pool takes at a time."""
MOST_BYTES = 1 << 30
TITLE = re.compile(r'(?i)<(?:title|h1)\b[^>]*>[^<]*|property="og:title"\s+content="[^"]*|"headline":\s*"[^"\\]*')
LONG_PARAGRAPH = re.compile(r"(?i)<(?:p|div|span|br)\b[^>]*>[^<]{60,}")
LONG_LINE = re.compile(r"(?m)^.{80,}$")


@dataclass(frozen=True, slots=True)
class Share:
    """Part of a set, as it lies in the landing zone."""

    landing: str
    files: tuple[Slice, ...]

    @property
    def records(self) -> int:
        """How many it holds."""
        return sum(file.records for file in self.files)

    @property
    def size(self) -> int:
        """Its bytes."""
        return sum(file.size for file in self.files)

    def raw_records(self) -> Iterator[RawRecord]:
        """Read them, one at a time, with newsmill's reader."""
        for file in self.files:
            for raw in read_slice(Store(self.landing), file, max_record_bytes=MOST_BYTES):
                if not isinstance(raw, RawRecord):
                    raise NewsmillError(f"{raw.raw_path} is no record to measure: {raw.detail}")
                yield raw

    def split(self) -> list[Share]:
        """Return its files, each a share of its own."""
        return [Share(self.landing, (file,)) for file in self.files]


def lay_out(source: Path | None, records: int, landing: Path, only: str | None = None) -> dict[str, Share]:
    """Write distinct records of every set to a landing zone.

    Args:
        source: a folder of JSON Lines landing files; None: records made here.
        records: how many a set gets; fewer than there are come from all over it, more are copies with a number.
        landing: an empty folder.
        only: this set alone; None: all.

    Returns:
        The sets by name: `pages`, then each file of dumps.
    """
    seen: Counter[str] = Counter()
    return {
        name: Share(str(landing), tuple(_written(landing, name, (_copy(one, seen) for one in wanted))))
        for name, wanted in (_made(records) if source is None else _found(source, records)).items()
        if only in (None, name)
    }


def copied(record: Record, number: int) -> Record:
    """Return copy `number` of a record: another id, address, title and text; copy 0 is the record itself.

    Only long paragraphs and lines take the number: a short one may be what a cleaning rule knows.
    """
    if not number:
        return record
    record = {**record, **{key: f"{record[key]}-{number}" for key in ("id", "url") if key in record}}
    if "title" in record:
        record["title"] += f" {number}"
    if "html" in record:
        titled = TITLE.sub(rf"\g<0> {number}", record["html"])
        record["html"] = LONG_PARAGRAPH.sub(rf"\g<0> {number} ", titled)
    for field in ("text", "markdown"):
        if field in record:
            title, _, rest = record[field].partition("\n")
            record[field] = LONG_LINE.sub(rf"\g<0> {number}", f"{title} {number}\n{rest}")
    return record


def _made(count: int) -> dict[str, Iterable[Record]]:
    return {PAGES: map(page, range(count)), "dumps": map(dump, range(count))}


def _found(source: Path, count: int) -> dict[str, Iterable[Record]]:
    found: defaultdict[str, list[Record]] = defaultdict(list, {PAGES: []})
    for path in sorted(source.glob("*.jsonl*")):
        if ".gold." in path.name or path.suffix not in (".jsonl", ".gz"):
            continue
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
            for record in map(json.loads, lines):
                found[PAGES if record.get("html") else path.name.split(".")[0]].append(record)
    if not any(found.values()):
        raise SystemExit(f"PAGES={source}: no landing files (*.jsonl, *.jsonl.gz) with records in this folder")
    return {name: _chosen(records, count) for name, records in found.items() if records}


def _chosen(there: Sequence[Record], count: int) -> Iterator[Record]:
    step = max(len(there) / count, 1)
    return (there[int(number * step) % len(there)] for number in range(count))


def _copy(record: Record, seen: Counter[str]) -> Record:
    """Number what was there before, within a set or in another: sets may tell one story."""
    name = record.get("url") or record.get("id") or ""
    seen[name] += 1
    return copied(record, seen[name] - 1)


def _written(landing: Path, name: str, records: Iterable[Record]) -> Iterator[Slice]:
    held: list[str] = []
    number = 0
    for record in records:
        held.append(json.dumps(record))
        if len(held) == FILE_RECORDS:
            yield _write(landing / f"{name}-{number:06d}.jsonl", held)
            held, number = [], number + 1
    if held:
        yield _write(landing / f"{name}-{number:06d}.jsonl", held)


def _write(path: Path, lines: list[str]) -> Slice:
    size = path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Slice(path=path.name, size=size, records=len(lines), first_line=1)
