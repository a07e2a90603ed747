"""What lies about: runs that have decided and not ended, files that a killed writer left, profiles that cannot be read.

Owns these checks. Keep out: finishing and sweeping (`newsmill recover`).
"""

from __future__ import annotations

from newsmill.damage import DamagedStagingError, check_whole, damage
from newsmill.learn.history import ProfileError, read_version, version_at
from newsmill.staging import TAKEDOWN_FILE, Staging
from newsmill.storage import Store
from newsmill.upkeep.findings import ABANDON, RECOVER, Finding, Findings, repair
from newsmill.workplace import HELD


def check_open_runs(data: Store, found: Findings) -> bool:
    """Note runs that have decided what to publish, and takedowns, that have not ended; return whether there are any."""
    runs = Staging.interrupted(data)
    for staging in runs:
        problem = _problem(staging)
        if problem:
            detail = f"this run has decided what to publish, and cannot be finished: {problem}"
            command = f"{ABANDON} {staging.root.removeprefix('staging/')}"
            found.add(Finding(kind="run.damaged", where=staging.root, detail=detail, command=command))
        else:
            detail = "this run has decided what to publish, and has not ended; nothing can be compared until it has"
            found.add(Finding(kind="run.unfinished", where=staging.root, detail=detail, command=RECOVER))
    takedowns = [entry.path for entry in data.files("staging") if entry.path.endswith(f"/{TAKEDOWN_FILE}")]
    for path in takedowns:
        detail = "this takedown has begun, and has not ended; nothing can be compared until it has"
        found.add(Finding(kind="takedown.unfinished", where=path, detail=detail, command=RECOVER))
    return bool(runs or takedowns)


def check_left_behind(data: Store, found: Findings) -> None:
    """Note temporary files that nobody is writing any more; who calls holds the corpus."""
    for path in (path for folder in HELD for path in data.left_below(folder)):
        detail = "a temporary file that a killed process left"
        found.add(Finding(kind="corpus.temporary", where=path, detail=detail, command=RECOVER))


def check_profiles(data: Store, found: Findings) -> None:
    """Note versions of profiles that cannot be read, and what else lies there."""
    for path in [entry.path for entry in data.files("profiles")]:
        version = version_at(path)
        if version is None:
            detail = "no profile: one is called outlet=<slug>/<number>.<day>.<run>.parquet"
            found.add(Finding(kind="profile.stray", where=path, detail=detail, command=repair(path)))
            continue
        try:
            read_version(data, version)
        except ProfileError as error:
            cause = error.__cause__
            if not isinstance(cause, FileNotFoundError):  # a run has taken it away since
                detail = f"cannot be read: {cause or error}"
                found.add(Finding(kind="profile.unreadable", where=path, detail=detail, command=repair(path)))


def _problem(staging: Staging) -> str:
    """Say which file of a run that has decided is damaged or missing; nothing where the run can be finished."""
    for path, why in damage(staging):
        return f"{path} cannot be read: {why}"
    try:
        check_whole(staging)
    except DamagedStagingError as error:
        return str(error)
    return ""
