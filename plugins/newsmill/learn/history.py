"""Profiles on the data root: `profiles/outlet=<slug>/<number>.<day>.<run>.parquet`, one file a version.

A version holds the articles of an outlet that are remembered (`window`), and no text. The newest counts; of older
ones the last of each day is kept for a while, to see what has changed (`drift`). A version that would be equal to the
newest is not written, and one that a killed run has written is written again with the same bytes.

Owns the files. Keep out: which rows belong into one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from newsmill import parquet
from newsmill.learn.sight import Sighting
from newsmill.model import NewsmillError
from newsmill.registry import MAX_SLUG, SLUG
from newsmill.schema import PROFILE
from newsmill.storage import Store

KEPT_DAYS = 15
"""Days of which a version is kept: two weeks of nightly runs, so that a weekly look back finds one a week old."""

FORMAT_KEY, FORMAT = b"newsmill.profile_version", 1
_PATH = re.compile(
    r"profiles/outlet=(?P<outlet>[^/]+)/(?P<number>\d{6})\.(?P<day>\d{4}-\d{2}-\d{2})\.(?P<run>[^/]+)\.parquet",
    re.ASCII,
)


class ProfileError(NewsmillError):
    """A profile cannot be read; the text names the file and says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered(Sighting):
    """A published article as a profile holds it; of older ones the title only."""

    text_chars: int
    removed_chars: int

    @classmethod
    def of(cls, row: Any) -> Remembered:
        """Return the article of a row of `schema.PROFILE`."""
        lists = ("title_stems", "author_keys", "keys", "words", "places")
        return cls(**row | {name: tuple(row[name]) for name in lists})

    def titled(self) -> Remembered:
        """Return what is left when only the title is remembered."""
        return Remembered.by_title(self.article_id, self.day, self.title_key)

    @classmethod
    def by_title(cls, article_id: str, day: date, title_key: int) -> Remembered:
        """Return an article of which only the title is remembered."""
        return cls(
            article_id=article_id,
            day=day,
            title_key=title_key,
            title_stems=(),
            author_keys=(),
            keys=(),
            words=(),
            places=(),
            text_chars=0,
            removed_chars=0,
        )


@dataclass(frozen=True, slots=True)
class Version:
    """A file of a profile: its number, the day and the name of the run that made it."""

    number: int
    day: date
    run: str
    path: str


def is_outlet(name: str) -> bool:
    """Tell whether an outlet's name may be part of a path; records of another name are quarantined."""
    return bool(SLUG.fullmatch(name)) and len(name) <= MAX_SLUG


def versions(data: Store, outlet: str) -> list[Version]:
    """Return the versions of an outlet's profile, the oldest first."""
    found = (version_at(entry.path) for entry in data.files(folder_of(outlet)))
    return sorted(filter(None, found), key=lambda version: (version.number, version.path))


def version_at(path: str) -> Version | None:
    """Return which version of a profile lies at a path; None for what is no profile."""
    match = _PATH.fullmatch(path)
    if not match or not is_outlet(match["outlet"]):
        return None
    try:
        return Version(int(match["number"]), date.fromisoformat(match["day"]), match["run"], path)
    except ValueError:  # the 31st of February
        return None


def read_version(data: Store, version: Version) -> list[Remembered]:
    """Return the articles of a version, in their order.

    Raises:
        ProfileError: the file is damaged, or a newer newsmill wrote it.
    """
    try:
        with parquet.opened(data, version.path) as file:
            _check_format(data, version, (file.schema_arrow.metadata or {}).get(FORMAT_KEY))
            rows = parquet.read(file, PROFILE.names).to_pylist()
        return [Remembered.of(row) for row in rows]
    except (pa.ArrowException, OSError, KeyError, ValueError, TypeError) as error:
        raise ProfileError(
            f"{data.uri}/{version.path} cannot be read ({error}): remove the file; the version before it counts then, "
            "and the DAG learn_outlets makes a new one from the ledger"
        ) from error


def latest(data: Store, outlet: str) -> list[Remembered]:
    """Return the articles that an outlet's profile remembers; none where there is no profile."""
    found = versions(data, outlet)
    return read_version(data, found[-1]) if found else []


def write_version(data: Store, outlet: str, day: date, run: str, articles: Iterable[Remembered]) -> bool:
    """Make an outlet's profile hold exactly these articles; return whether it changed.

    Args:
        data: the data root.
        outlet: a slug.
        day: of the run that makes the version.
        run: the run's name, fit for a file.
        articles: in the order in which they are remembered.
    """
    rows = pa.Table.from_pylist([_row(article) for article in articles], schema=PROFILE)
    before = versions(data, outlet)
    if not len(rows) or (before and read_version(data, before[-1]) == [Remembered.of(row) for row in rows.to_pylist()]):
        _prune(data, before)
        return False
    number = before[-1].number + (before[-1].run != run) if before else 1
    path = f"{folder_of(outlet)}/{number:06d}.{day.isoformat()}.{run}.parquet"
    data.sweep(path)
    with data.replacing(path) as handle:
        pq.write_table(rows.replace_schema_metadata({FORMAT_KEY: str(FORMAT)}), handle, compression="zstd")
    _prune(data, versions(data, outlet))
    return True


def _row(article: Remembered) -> dict[str, Any]:
    return {name: getattr(article, name) for name in PROFILE.names}


def _prune(data: Store, found: list[Version]) -> None:
    """Remove all but the last version of each of the last days."""
    last_of_day = {version.day: version for version in found}
    kept = {version.path for version in list(last_of_day.values())[-KEPT_DAYS:]} | {v.path for v in found[-1:]}
    for version in found:
        if version.path not in kept:
            data.remove(version.path)


def folder_of(outlet: str) -> str:
    """Return the folder of an outlet's profile.

    Raises:
        ProfileError: the outlet is no slug; it never becomes a path then.
    """
    if not is_outlet(outlet):
        raise ProfileError(f"the outlet {outlet!r} is no slug of a-z, 0-9 and -, and has no profile")
    return f"profiles/outlet={outlet}"


def _check_format(data: Store, version: Version, written: bytes | None) -> None:
    if written is None or int(written) > FORMAT:
        raise ProfileError(
            f"{data.uri}/{version.path} is of profile version {int(written) if written else 'none'}, and this newsmill "
            f"reads version {FORMAT}: install a newsmill that knows it, or remove the file"
        )


def outlets_with_profiles(data: Store) -> Iterator[str]:
    """Yield the outlets that have a profile, sorted."""
    names = (name.removeprefix("outlet=") for name in data.folders("profiles") if name.startswith("outlet="))
    yield from sorted(filter(is_outlet, names))
