"""Rows of staging as the earlier stages write them, and runs from there to the end, for tests of dedup and publish."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from newsmill.dedup.decide import deduplicate
from newsmill.dedup.hashing import content_hash
from newsmill.dedup.index import Index
from newsmill.learn.sight import sighting_row
from newsmill.model import Selection, Wanted, key_of
from newsmill.publish.partitions import groups, publish_group
from newsmill.publish.reconcile import reconcile
from newsmill.publish.report import Report
from newsmill.schema import CLEANED, EXTRACTED, REMOVALS, SETTLED, SIGHTINGS, VERDICTS
from newsmill.staging import Staging, write_rows
from newsmill.storage import Store

DAY = date(2024, 1, 2)


def at(day: int, hour: int = 0) -> datetime:
    """A moment in September 2023."""
    return datetime(2023, 9, day, hour, tzinfo=UTC)


def article(name: str, text: str | None = None, **fields: Any) -> dict[str, Any]:
    """A cleaned article; `name` makes its path and id, and its text if none is given. `failed` goes to the verdict."""
    text = text if text is not None else f"The story of {name}. It has words."
    path = fields.get("raw_path", f"{fields.get('outlet', 'verity')}/{name}.html")
    published = fields.get("published_at", at(13))
    row = {
        "record_key": key_of(path),
        "fingerprint": hashlib.sha256(f"{path} {text}".encode()).hexdigest(),
        "date": published.date() if published else DAY,
        "outlet": "verity",
        "notes": [],
        "text_chars": len(text),
        "problem": None,
        "article_id": key_of("id", name),
        "source_id": name,
        "content_hash": content_hash(text),
        "url": f"https://example.org/{name}",
        "title": name,
        "description": None,
        "authors": ["A. Writer"],
        "tags": [],
        "sources": [{"name": "TASS", "url": None}],
        "published_at": published,
        "modified_at": None,
        "fetched_at": None,
        "date_source": "record" if published else "ingested",
        "language": "en",
        "text": text,
        "word_count": len(text.split()),
        "removed_chars": 7,
        "raw_format": "html",
        "raw_path": path,
        "raw_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "revision": 1,
        "cleaner_version": "1",
        "ingested_on": DAY,
    }
    if "id" in fields:
        row["article_id"] = key_of("id", fields.pop("id"))
    return row | fields


def settled(name: str, fate: str = "unreadable", reason: str = "empty", **fields: Any) -> dict[str, Any]:
    """A record whose fate was known when it was read."""
    path = f"verity/{name}.html"
    return {
        "record_key": key_of(path),
        "fingerprint": key_of("bytes", name),
        "raw_path": path,
        "raw_sha256": None,
        "source_id": path,
        "article_id": None,
        "outlet": "verity",
        "fate": fate,
        "reason": reason,
        "detail": "because",
    } | fields


def removal(row: dict[str, Any], run_id: str) -> dict[str, Any]:
    """One block cut from an article."""
    return {
        "run_id": run_id,
        **{name: row[name] for name in ("record_key", "article_id", "source_id", "outlet")},
        "block": 0,
        "step": 0,
        "text_before": "Share this",
        "text_after": None,
        "rule": "share.button",
        "category": "share",
        "evidence": "share this",
    }


def extracted(row: dict[str, Any]) -> dict[str, Any]:
    """What the article was before it was cleaned: without text, its title found in two places that differ."""
    choice = {"field": "title", "value": row["title"], "source": "h1", "agreeing": ["title element"],
              "runner_up": "Another", "runner_up_source": "meta og:title"}  # fmt: skip
    return {**row, "blocks": [], "choices": row.get("choices", [choice] if row["title"] else [])}


def sighting(row: dict[str, Any]) -> dict[str, Any]:
    """What its outlet prints in the article: its text in one block, or the blocks in `seen`."""
    blocks = row.get("seen", [row["text"]])
    seen = sighting_row(
        article_id=row["article_id"], day=row["date"], title=row["title"], authors=row["authors"], blocks=blocks
    )
    return seen | {"record_key": row["record_key"], "outlet": row["outlet"]}


class Mill:
    """A data root with an index, and runs over it that begin where validation ends."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.data = Store(str(root))
        self.index = Index(f"sqlite:///{root}/index.sqlite")

    def stage(
        self,
        rows: list[dict[str, Any]],
        *,
        run_id: str = "run-1",
        day: date = DAY,
        batch_rows: int = 10,
        reprocess: bool = False,
        dry_run: bool = False,
        by_name: bool = False,
    ) -> Staging:
        """Write what the stages before `deduplicate` leave; a row with a `fate` is a settled one."""
        staging = Staging.of(self.data, run_id)
        staging.start(run_id, day, Selection(landing_uri="landing", reprocess=reprocess, dry_run=dry_run))
        if by_name:
            staging.write_wanted((1, Wanted(raw_path=row["raw_path"])) for row in rows)
        for start in range(0, max(len(rows), 1), batch_rows):
            part = rows[start : start + batch_rows]
            number = start // batch_rows + 1
            cleaned = [row for row in part if "fate" not in row]
            put = {"cleaned": (CLEANED, cleaned), "settled": (SETTLED, [row for row in part if "fate" in row])}
            put["extracted"] = (EXTRACTED, [extracted(row) for row in cleaned])
            put["refused"] = (SETTLED, [])
            put["removals"] = (REMOVALS, [removal(row, run_id) for row in cleaned])
            put["refused"] = (SETTLED, [])
            put["sightings"] = (SIGHTINGS, [sighting(row) for row in cleaned])
            for dataset, (schema, content) in put.items():
                known = [{name: row[name] for name in schema.names} for row in content]
                write_rows(self.data, staging.batch_path(dataset, number), schema, known)
            staging.write_counts(number, {"read": len(part)})
        verdicts = [
            {"record_key": row["record_key"], "failed": row.get("failed", []), "warnings": row.get("warnings", [])}
            for row in rows
            if "fate" not in row
        ]
        if verdicts:
            write_rows(self.data, staging.path("verdicts.parquet"), VERDICTS, verdicts)
        return staging

    def decide(self, rows: list[dict[str, Any]], **options: Any) -> dict[str, dict[str, Any]]:
        """Decide on staged rows; return the decisions by raw_path, in their order."""
        staging = self.stage(rows, **options)
        deduplicate(staging, self.index, reprocess=options.get("reprocess", False))
        return decided(staging)

    def publish(self, staging: Staging, count: int = 2) -> list[str]:
        """Publish what is decided; return the keys written."""
        parts = groups(staging, count)
        staging.write_groups(parts)
        return sorted(key for keys in parts for key in publish_group(staging, self.data, keys))

    def end(self, staging: Staging, read: int) -> Report:
        """Reconcile and remove the staging folder."""
        report = reconcile(staging, self.data, self.index, staging.run(), read)
        self.data.remove(staging.root)
        self.data.prune("staging")
        return report

    def run(self, rows: list[dict[str, Any]], *, groups: int = 2, **options: Any) -> Report:
        """A whole run."""
        staging = self.stage(rows, **options)
        deduplicate(staging, self.index, reprocess=options.get("reprocess", False))
        self.publish(staging, groups)
        return self.end(staging, len(rows))

    @contextmanager
    def settings(self, groups: int = 2) -> Iterator[None]:
        """Let the pipeline's own tasks work here."""
        told = {"DATA_URI": str(self.root), "INDEX_URL": self.index.name, "PUBLISH_GROUPS": str(groups)}
        with pytest.MonkeyPatch.context() as patch:
            for name, value in told.items():
                patch.setenv(f"NEWSMILL_{name}", value)
            yield

    def corpus(self) -> list[dict[str, Any]]:
        """Return every row of the corpus, file by file, with its partition's key."""
        return [
            {"key": key_in(entry.path), **row}
            for entry in self.data.files("corpus")
            for row in pq.ParquetFile(self.root / entry.path).read().to_pylist()
        ]

    def ledger(self, dataset: str) -> list[dict[str, Any]]:
        """Return every row of a dataset of the ledger."""
        folder = dataset if dataset == "quarantine" else f"ledger/{dataset}"
        paths = [entry.path for entry in self.data.files(folder)]
        return [row for path in paths for row in pq.ParquetFile(self.root / path).read().to_pylist()]

    def files(self, below: str = "") -> dict[str, tuple[bytes, int]]:
        """Return every file's bytes and time, hidden ones too."""
        found = (path for path in sorted((self.root / below).rglob("*")) if path.is_file())
        return {str(path.relative_to(self.root)): (path.read_bytes(), path.stat().st_mtime_ns) for path in found}

    def bytes_of(self, below: str = "") -> dict[str, bytes]:
        """Return every file's bytes, hidden ones too."""
        return {path: content for path, (content, _) in self.files(below).items()}


def decided(staging: Staging) -> dict[str, dict[str, Any]]:
    """Return the decisions of a run by raw_path, in their order."""
    with staging.data.open(staging.path("decisions.parquet")) as handle:
        return {row["raw_path"]: row for row in pq.ParquetFile(handle).read().to_pylist()}


def key_in(path: str) -> str:
    """Return the partition key of a corpus file."""
    _, day, outlet, _ = path.split("/")
    return f"{day.removeprefix('date=')}|{outlet.removeprefix('outlet=')}"
