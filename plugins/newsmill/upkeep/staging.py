"""What lies about: runs that have decided and not ended, files that a killed writer left, profiles that cannot be read.

Owns these checks. Keep out: finishing and sweeping (`newsmill recover`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from newsmill import parquet
from newsmill.learn.history import ProfileError, outlets_with_profiles, read_version, versions
from newsmill.staging import Staging
from newsmill.storage import Store
from newsmill.upkeep.corpus import DAMAGE
from newsmill.upkeep.findings import ABANDON, RECOVER, Finding, Findings, repair

_TEMPORARY = re.compile(r"\..+\.[0-9a-f]{32}\.tmp")
"""What `Store.replacing` calls a file that is not whole yet."""

WRITTEN = ("corpus", "ledger", "quarantine", "profiles")
"""Folders in which nobody writes while the corpus is held by someone else."""


def check_open_runs(data: Store, found: Findings) -> bool:
    """Note the runs that have decided what to publish, and not ended; return whether there are any."""
    runs = Staging.interrupted(data)
    for staging in runs:
        problem = _damage(data, staging)
        if problem:
            detail = f"this run has decided what to publish, and cannot be finished: {problem}"
            command = f"{ABANDON} {staging.root.removeprefix('staging/')}"
            found.add(Finding(kind="run.damaged", where=staging.root, detail=detail, command=command))
        else:
            detail = "this run has decided what to publish, and has not ended; nothing can be compared until it has"
            found.add(Finding(kind="run.unfinished", where=staging.root, detail=detail, command=RECOVER))
    return bool(runs)


def check_left_behind(data: Store, found: Findings) -> None:
    """Note temporary files that nobody is writing any more; who calls holds the corpus."""
    for path in _temporary(data):
        detail = "a temporary file that a killed process left"
        found.add(Finding(kind="corpus.temporary", where=path, detail=detail, command=RECOVER))


def check_profiles(data: Store, found: Findings) -> None:
    """Note versions of profiles that cannot be read."""
    for outlet in outlets_with_profiles(data):
        try:
            kept = versions(data, outlet)
        except ProfileError as error:
            found.add(Finding(kind="profile.stray", where=f"profiles/outlet={outlet}", detail=str(error)))
            continue
        for version in kept:
            try:
                read_version(data, version)
            except FileNotFoundError:
                continue
            except ProfileError as error:
                cause = error.__cause__
                if not isinstance(cause, FileNotFoundError):
                    found.add(_profile(version.path, str(cause or error)))


def _profile(path: str, problem: str) -> Finding:
    return Finding(kind="profile.unreadable", where=path, detail=f"cannot be read: {problem}", command=repair(path))


def _damage(data: Store, staging: Staging) -> str:
    """Say which file of a run cannot be read; nothing where all can."""
    try:
        staging.run()
        staging.groups()
    except Exception as error:  # noqa: BLE001 - JSON of any shape
        return f"run.json or groups.json cannot be read: {error}"
    for entry in data.files(staging.root):
        if entry.path.endswith(".parquet"):
            try:
                with parquet.opened(data, entry.path) as file:
                    for _ in parquet.batches(file, 1000):
                        pass
            except DAMAGE as error:
                return f"{entry.path} cannot be read: {error}"
    return "" if data.exists(staging.path("decisions.parquet")) else f"{staging.path('decisions.parquet')} is gone"


def _temporary(data: Store) -> Iterator[str]:
    if not data.is_local:
        return
    for folder in WRITTEN:
        root = data.full(folder)
        for at, _, names in os.walk(root):
            for name in sorted(names):
                if _TEMPORARY.fullmatch(name):
                    yield f"{folder}{at.removeprefix(root)}/{name}"
