"""Planning over a landing zone of files that an earlier run has read.

Owns the files, each a small article, and the index that knows them. Keep out: how a task is measured (tasks).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from newsmill.dedup.index import Index
from newsmill.landed import KnownFiles
from newsmill.settings import load_settings
from newsmill.storage import Entry, Store
from newsmill.watch import Limits
from tests.bench.tasks import Took, surroundings, timed

IN_FOLDER = 1000
OUTLETS = 12
REST = {"known_after_hours": 0}
"""The files of a bench are minutes old."""


def plan(folder: Path, known: int, new: int) -> Took:
    """Return what planning takes over so many known and new files; those that are there already are used again."""
    landing, data = folder / "files", folder / "data-of-files"
    _write(landing, range(known))
    data.mkdir(exist_ok=True)
    with surroundings(str(data), **REST):
        settings = load_settings()
        index = Index(settings.index)
        if not index.knows_files(known):
            entries = KnownFiles(index, Limits.of(settings), hours=0, reads_all=True).to_read(
                Store(str(landing)).files()
            )
            index.commit("bench", date(2026, 1, 1), [], [], files=_versions(entries))
    _write(landing, range(known, known + new))
    took = timed("plan", str(data), "bench plan", "2026-06-01", str(landing), **REST)
    planned = sum(int(batch["label"].split(": ")[1].split(" ")[0].replace(",", "")) for batch in took.result)
    if planned != new:
        raise SystemExit(f"{planned} records were planned, and {new} files are new")
    return took


def _versions(entries: Iterator[Entry]) -> Iterator[tuple[str, str]]:
    return ((entry.path, entry.version) for entry in entries if entry.version)


def _write(landing: Path, numbers: range) -> None:
    for start in range(numbers.start, numbers.stop, IN_FOLDER):
        folder = landing / f"outlet-{start // IN_FOLDER % OUTLETS:02d}" / f"{start // IN_FOLDER:05d}"
        if folder.exists():
            continue
        folder.mkdir(parents=True)
        for number in range(start, min(start + IN_FOLDER, numbers.stop)):
            text = f"Story {number}\n\nThe harbour authority rejected plan {number} for the northern bridge.\n"
            (folder / f"{number:08d}.txt").write_text(text)
