"""`newsmill repair`: set a damaged file aside, and make again what it held.

A file of the corpus is made from the raw records that its rows came from. The index knows them, with revision and
ingested_on; the records go through the pipeline once more as `reprocess` takes them, so each article comes back into
its place, and with equal rules and profiles the file is the same to the byte. An article whose raw record is gone, or
is no article any more, is named, and noted below `damaged/`.

Where the index is damaged too, corpus files are only set aside. Without them it can be made again, and after that the
ledger tells which articles are gone.

Of ledger and quarantine nobody has a second copy. A file that can be read stays, and a copy of it goes to `damaged/` as
a note that rows are missing; one that cannot be read goes there itself. The books of a run are counted again from its
fates, a tombstone is made again from its name, and a profile is learnt again.

Owns the way of each kind of file. Keep out: what is damaged (verify).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

from newsmill import pipeline
from newsmill.learn.history import version_at
from newsmill.model import NewsmillError
from newsmill.places import DAMAGED
from newsmill.relearn import relearn
from newsmill.settings import absolute, load_settings
from newsmill.staging import run_slug
from newsmill.storage import Store
from newsmill.upkeep.again import Wanted, check_ready, make_again, wanted_of
from newsmill.upkeep.aside import note_lost, set_aside
from newsmill.upkeep.books import count_again
from newsmill.upkeep.corpus import place_at
from newsmill.upkeep.index import is_usable
from newsmill.upkeep.ledger import LedgerFile, is_readable, ledger_file
from newsmill.upkeep.tombstones import make_again_by_name
from newsmill.workplace import HELD, holding_corpus


class RepairError(NewsmillError):
    """A path cannot be repaired; the text names it and says why."""


@dataclass(frozen=True, slots=True)
class Lost:
    """An article that could not be made again."""

    article_id: str
    raw_path: str
    why: str


@dataclass(frozen=True, slots=True)
class Repaired:
    """What a repair did."""

    aside: tuple[tuple[str, str], ...]  # where each file lay, and where it lies now
    articles: int  # that stand in the corpus again
    books: int
    profiles: int
    lost: tuple[Lost, ...]
    needs_index: bool  # nothing was made again: the index, which knows what the files held, is damaged or gone itself


@dataclass(frozen=True, slots=True)
class _Work:
    """The paths that were asked for, by what they are."""

    partitions: dict[str, tuple[date, str]]  # of files of the corpus, with day and outlet
    strays: list[str]  # that belong nowhere
    ledger: list[LedgerFile]
    profiles: dict[str, str]  # paths, with their outlets


def repair_files(run_id: str, day: date, paths: Sequence[str], *, landing: str | None = None) -> Repaired:
    """Repair files of the data root. Done again after it was interrupted, it goes on.

    Args:
        run_id: a name for the run that makes articles again.
        day: today, in UTC.
        paths: from the data root, or absolute.
        landing: the landing zone; else that of the settings.

    Raises:
        RepairError: a path is no file that can be repaired.
        CorpusBusyError: others held the corpus for longer than is to be waited.
    """
    settings = load_settings()
    data = Store(settings.data)
    work = _sorted([_below(data, path) for path in paths])
    _check_there(data, work.strays)
    landing_uri = absolute(landing or settings.landing)
    if work.partitions:
        check_ready(settings, Store(landing_uri))
    pipeline.recover(run_id)
    with holding_corpus(f"{run_id}: set aside"):
        aside = [(file.path, set_aside(data, file.path, keep=is_readable(data, file))) for file in work.ledger]
        _restore_tombstones(data, work)  # before anything that one keeps out could be wanted again
        has_index = is_usable(settings.index)
        wanted = {path: wanted_of(settings, data, place) for path, place in work.partitions.items() if has_index}
        others = (*work.partitions, *work.strays, *work.profiles)
        aside += [(path, set_aside(data, path)) for path in others if data.exists(path)]
        runs = sorted(file for file in work.ledger if file.dataset == "runs")  # the numbers of earlier days come first
        books = sum(count_again(data, file) for file in runs)
        outlets = sorted(set(work.profiles.values()))
        profiles = sum(1 for _ in relearn(data, run_slug(run_id), day, outlets=outlets, write=True)) if outlets else 0
    lost = _make(data, run_id, day, wanted, landing_uri)
    made = sum(map(len, wanted.values())) - len(lost)
    return Repaired(tuple(aside), made, books, profiles, tuple(lost), bool(work.partitions) and not has_index)


def _make(data: Store, run_id: str, day: date, wanted: dict[str, list[Wanted]], landing: str) -> list[Lost]:
    """Make the articles of all partitions again, in one run; note and return those that do not come back."""
    everything = [article for articles in wanted.values() for article in articles]
    why = make_again(data, run_id, day, everything, landing) if everything else {}
    lost = []
    for path, articles in wanted.items():
        gone = [article for article in articles if article.article_id in why]
        own = [Lost(article.article_id, article.raw_path, why[article.article_id]) for article in gone]
        note_lost(data, path, [{"article_id": one.article_id, "raw_path": one.raw_path, "why": one.why} for one in own])
        lost += own
    return lost


def _check_there(data: Store, strays: Iterable[str]) -> None:
    """Check that what belongs nowhere is there, or was set aside before: else the name is a mistake."""
    for path in strays:
        if not (data.exists(path) or data.exists(f"{DAMAGED}/{path}")):
            raise RepairError(f"{path}: there is no such file below {data.uri}; name files as newsmill verify does")


def _restore_tombstones(data: Store, work: _Work) -> None:
    for file in work.ledger:
        is_gone = file.dataset == "takedowns" and not data.exists(file.path)
        if is_gone and not make_again_by_name(data, file.name, date.fromisoformat(file.day)):
            raise RepairError(
                f"{file.path} is no name of a takedown, so nobody can tell what was taken down; what lay there is in "
                "damaged/. Put a backup of it back, or take the same down again"
            )


def _sorted(paths: Iterable[str]) -> _Work:
    work = _Work({}, [], [], {})
    for path in dict.fromkeys(paths):
        folder, *rest = PurePosixPath(path).parts
        place, file = place_at(path), ledger_file(path)
        if place:
            work.partitions[path] = place
        elif file:
            work.ledger.append(file)
        elif version_at(path):
            work.profiles[path] = rest[0].removeprefix("outlet=")
        elif folder in HELD and rest:
            work.strays.append(path)
        else:
            raise RepairError(
                f"{path} is no file of corpus, ledger, quarantine or profiles; name files as newsmill verify does"
            )
    return work


def _below(data: Store, path: str) -> str:
    """Return a path as it counts from the data root."""
    inside = path.removeprefix(f"{data.full('')}/").removeprefix(f"{data.uri}/")
    data.full(inside)  # refuses what leads out of it
    if not inside:
        raise RepairError("a path is empty; name files as newsmill verify does")
    return inside
