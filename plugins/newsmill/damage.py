"""What is wrong in a run's staging folder, when a task stumbles over it.

Owns finding the file and saying what to do. Keep out: doing it (upkeep).

A staging file appears whole or not at all, so damage comes from outside: a disk that fails, a hand that removes. The
readers of staging do not each guard against that. When a task fails, all files of its run are read once, and if one of
them is damaged the error names it. What is missing would not be noticed so; it is looked for before a run is ended.
"""

from __future__ import annotations

import errno
import json
import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from newsmill.model import NewsmillError
from newsmill.settings import load_settings
from newsmill.storage import Store

if TYPE_CHECKING:
    from newsmill.staging import Staging

ABANDON = "newsmill recover --abandon"

WRITERS = {
    "run.json": "plan",
    "plan.parquet": "plan",
    "wanted.parquet": "plan",
    "extracted": "extract",
    "settled": "extract",
    "sightings": "extract",
    "counts": "extract",
    "repeats.parquet": "learn",
    "titles.parquet": "learn",
    "cleaned": "clean",
    "removals": "clean",
    "refused": "clean",
    "verdicts.parquet": "validate",
    "waiting.json": "review",
    "review.parquet": "review",
    "decisions.parquet": "deduplicate",
    "groups.json": "deduplicate",
    "written": "publish",
    "revisions": "publish",
    "rounds": "publish",
}
"""The task that writes each file or dataset of a run."""

OF_EACH_BATCH = ("extracted", "settled", "sightings", "counts", "cleaned", "removals", "refused")

NEEDED = ("run.json", "decisions.parquet")
"""Files that every run has which has decided."""

Asked = ParamSpec("Asked")
Got = TypeVar("Got")


class DamagedStagingError(NewsmillError):
    """A file of a run's staging is damaged, missing or another version's; the text names it and says what to do."""


def names_damage(task: Callable[Concatenate[str, Asked], Got]) -> Callable[Concatenate[str, Asked], Got]:
    """Make a task of a run, which takes the run's id first, say which staging file it failed by."""

    @wraps(task)
    def guarded(run_id: str, /, *args: Asked.args, **options: Asked.kwargs) -> Got:
        from newsmill.staging import Staging

        with naming_damage(Staging.of(Store(load_settings().data), run_id)):
            return task(run_id, *args, **options)

    return guarded


@contextmanager
def naming_damage(staging: Staging) -> Iterator[None]:
    """Turn an error of the block into one that names the damaged staging file, if there is one."""
    try:
        yield
    except Exception as error:
        found = next(damage(staging), None) if _may_be_damage(error) else None
        if found:
            path, why = found
            raise DamagedStagingError(f"{_full(staging, path)} is damaged ({why}): {_advice(staging, path)}") from error
        raise


def _may_be_damage(error: Exception) -> bool:
    """Tell whether an error may come from reading a damaged file: not one that says by itself what is wrong."""
    if isinstance(error, OSError) and error.errno not in (None, errno.ENOENT):
        return False  # the file system's: a full disk, a lost mount
    if isinstance(error, NewsmillError):
        from newsmill.staging import StagingError

        return isinstance(error, StagingError)
    return True


def damage(staging: Staging) -> Iterator[tuple[str, str]]:
    """Yield the damaged files of a run, each with why. Every file is read whole.

    Of a run that has decided, files without which it cannot be finished are damaged when they are missing.
    """
    for path in map(staging.path, NEEDED if staging.is_decided else ()):
        if not staging.data.is_file(path):
            yield path, "it is missing"
    for entry in staging.data.files(staging.root):
        why = _why_damaged(staging, entry.path)
        if why:
            yield entry.path, why


def check_whole(staging: Staging) -> None:
    """Check, before a run is ended, that no file of a batch is missing, and that all are this newsmill's.

    Raises:
        DamagedStagingError: one is, or is not.
    """
    _check_batches(staging)
    written = json.loads(staging.data.read(staging.path("run.json"))).get("schema_version", 1)
    for path, missing in _foreign(staging, written):
        raise DamagedStagingError(
            f"{_full(staging, path)} was written by another version of newsmill ({missing}): finish the run with that "
            f"version (newsmill recover), or set it aside with this one: {ABANDON} {_name(staging)}"
        )


def _check_batches(staging: Staging) -> None:
    numbers = {dataset: {_stem(path) for path in staging.files(dataset)} for dataset in OF_EACH_BATCH}
    for batch in sorted(set().union(*numbers.values())):
        for dataset in OF_EACH_BATCH:
            if batch not in numbers[dataset]:
                path = staging.path(f"{dataset}/{batch}")
                raise DamagedStagingError(f"{_full(staging, path)} is missing: {_advice(staging, path)}")


def _foreign(staging: Staging, written: int) -> Iterator[tuple[str, str]]:
    """Yield the files whose columns are not today's, each with what is other."""
    from newsmill import parquet, schema

    if written != schema.SCHEMA_VERSION:
        yield staging.path("run.json"), f"schema version {written}, and this is {schema.SCHEMA_VERSION}"
    known = {"extracted": schema.EXTRACTED, "sightings": schema.SIGHTINGS, "cleaned": schema.CLEANED}
    known |= {"removals": schema.REMOVALS}
    paths = [(path, columns) for dataset, columns in known.items() for path in staging.files(dataset)]
    for path, columns in [*paths, (staging.path("decisions.parquet"), schema.DECISIONS)]:
        with parquet.opened(staging.data, path) as file:
            there = dict(zip(file.schema_arrow.names, file.schema_arrow.types, strict=True))
        other = [field.name for field in columns if there.get(field.name) != field.type]
        if other:
            yield path, f"column {', '.join(other)}"


def _why_damaged(staging: Staging, path: str) -> str | None:
    import pyarrow as pa

    from newsmill import parquet

    try:
        if path == staging.path("run.json"):
            staging.run()
        elif path.endswith(".json"):
            json.loads(staging.data.read(path))
        elif path.endswith(".parquet"):
            with parquet.opened(staging.data, path) as file:
                for _ in parquet.batches(file, 1000):
                    pass
    except (OSError, pa.ArrowException, ValueError, KeyError, TypeError) as error:
        return str(error) or type(error).__name__
    return None


def _advice(staging: Staging, path: str) -> str:
    if staging.is_decided:
        return (
            f"the run had begun to publish, and cannot be finished without it; {ABANDON} {_name(staging)} sets the run "
            "aside, and the next one takes its records again"
        )
    writer = WRITERS.get(path.removeprefix(f"{staging.root}/").partition("/")[0], "plan")
    return f"nothing of the run is published; clear the task {writer} and what follows it, or start a new run"


def _name(staging: Staging) -> str:
    """Return how a run is called on a command line: by its id, or else by its folder."""
    try:
        return shlex.quote(staging.run().run_id)
    except (NewsmillError, OSError, ValueError, KeyError, TypeError):
        return shlex.quote(staging.root.partition("/")[2])


def _full(staging: Staging, path: str) -> str:
    return f"{staging.data.uri}/{path}"


def _stem(path: str) -> str:
    return path.rpartition("/")[2].partition(".")[0]
