"""Run the whole pipeline over a test's landing zone, and read back what it left."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from newsmill import pipeline
from newsmill.model import Selection
from newsmill.settings import Settings
from tests.conftest import DAY, PROJECT

SEEDS = PROJECT / "include" / "seeds"


def point_at(patch: pytest.MonkeyPatch, folder: Path) -> Path:
    """Point the settings at a folder that holds landing zone, data root and, maybe, rules; return it."""
    patch.setitem(Settings.model_config, "env_file", None)
    patch.setenv("NEWSMILL_DATA_URI", str(folder / "data"))
    patch.setenv("NEWSMILL_LANDING_URI", str(folder / "landing"))
    patch.setenv("NEWSMILL_MOVE_GRACE_SECONDS", "0")
    if (folder / "include").is_dir():
        patch.setenv("NEWSMILL_INCLUDE_DIR", str(folder / "include"))
    return folder


def run(landing: Path, run_id: str = "run-1", day=DAY, **asked) -> dict[str, int]:
    """Run every stage in this process, in order, as the DAG does."""
    return pipeline.run(run_id, day, replace(Selection(landing_uri=str(landing)), **asked))


def rows(data: Path, dataset: str) -> list[dict]:
    """Return every row of a dataset, with the partition columns, sorted by file."""
    found = []
    for path in sorted((data / dataset).rglob("*.parquet")):
        keys = dict(part.split("=", 1) for part in path.parent.relative_to(data).parts if "=" in part)
        found += [row | keys for row in pq.ParquetFile(path).read().to_pylist()]
    return found


def fates(data: Path, run_id: str = "run-1") -> dict[str, dict]:
    """Return a run's fates by raw_path."""
    return {row["raw_path"]: row for row in rows(data, "ledger/fates") if row["run_id"] == run_id}


def published(data: Path) -> dict[str, dict]:
    """Return the corpus by source_id."""
    return {row["source_id"]: row for row in rows(data, "corpus")}


def snapshot(folder: Path) -> dict[str, tuple[str, int]]:
    """Return the hash and the time of change of every file below a folder."""
    return {
        str(path.relative_to(folder)): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def content(folder: Path) -> dict[str, str]:
    """Return the hash of every file below a folder."""
    return {path: digest for path, (digest, _) in snapshot(folder).items()}
