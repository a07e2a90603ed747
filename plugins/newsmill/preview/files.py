"""Raw files through read, extract and clean, without a run.

Owns how a user names records: a file, `file#line`, ids; or gives one's content. Keep out: runs (pipeline), printing
(cli).
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import yaml

from newsmill.clean.cleaner import clean
from newsmill.clean.rules import RuleSet
from newsmill.extract.article import extract
from newsmill.intake import sighting_of
from newsmill.learn.task import profile_for
from newsmill.model import Article, Cleaned, NewsmillError, RawRecord, Unreadable
from newsmill.read.files import SIDECAR
from newsmill.read.plan import slices_of
from newsmill.read.records import read_slice
from newsmill.registry import Registry
from newsmill.settings import Settings, load_settings
from newsmill.storage import Store
from newsmill.workplace import outlets_of, rules_of

PASTED = "pasted/record"
"""What a record is called of which there is the content alone."""

_LINE = re.compile(r"(?P<file>.+)#(?P<line>[1-9]\d*)")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a named record lies: a landing zone, the path within it, and the line (None: every record)."""

    landing: Store
    path: str
    line: int | None


def preview(
    names: Sequence[str], *, ids: Sequence[str] = (), outlet: str | None = None, only_landed: bool = False
) -> Iterator[Unreadable | tuple[Article, Cleaned]]:
    """Yield what would become of each record of the files, and what would be cut from it, by what is remembered today.

    A file in the landing zone of the settings gets the outlet that a run would give it; one elsewhere is taken as
    lying in a landing zone in which its own folder is a folder.

    Args:
        names: files, here or by their path in the landing zone; `file#line` for one record of a JSON Lines file.
        ids: only records of these ids (or `source_id`s); empty for all.
        outlet: its slug, instead of the one that is found.
        only_landed: take files of the landing zone alone, by their path there.

    Raises:
        NewsmillError: there is no such file, line or id, or the rules, an outlet's file or its profile have a mistake.
    """
    settings = load_settings()
    places = [_place(name, settings, only_landed=only_landed) for name in names]
    registry, rules, data = outlets_of(settings), rules_of(settings), Store(settings.data)
    found: set[str] = set()
    for place in places:
        for raw in _asked(place, set(ids), settings.max_record_bytes):
            found.update(_ids(raw))
            yield _outcome(raw, registry, rules, outlet, data)
    missing = sorted(set(ids) - found)
    if missing:
        raise NewsmillError(f"no record has the id {missing[0]!r}; looked in {', '.join(names)}")


def preview_pasted(
    content: bytes, *, outlet: str | None = None, url: str | None = None
) -> Unreadable | tuple[Article, Cleaned]:
    """Return what would become of a record of which there is the content alone, as a plain file's in a landing zone.

    Args:
        content: a page, a text dump, or Markdown with front matter.
        outlet: its slug; else by the URL's host.
        url: its address, where the content does not say it.

    Raises:
        NewsmillError: the rules, an outlet's file or its profile have a mistake.
    """
    settings = load_settings()
    with tempfile.TemporaryDirectory(prefix="newsmill-pasted-") as folder:
        landing = Store(folder)
        landing.write(PASTED, content)
        if url:
            landing.write(f"{PASTED}{SIDECAR}", yaml.safe_dump({"url": url}).encode())
        (part,) = slices_of(landing, PASTED, len(content))
        (raw,) = read_slice(landing, part, max_record_bytes=settings.max_record_bytes)
    return _outcome(raw, outlets_of(settings), rules_of(settings), outlet, Store(settings.data))


def record_at(raw_path: str) -> RawRecord | Unreadable:
    """Return a raw record of the landing zone, by its path there as the ledger has it.

    Raises:
        NewsmillError: there is none.
    """
    settings = load_settings()
    place = _place(raw_path, settings, only_landed=True)
    return next(_asked(place, set(), settings.max_record_bytes))


def _outcome(
    raw: RawRecord | Unreadable, registry: Registry, rules: RuleSet, outlet: str | None, data: Store
) -> Unreadable | tuple[Article, Cleaned]:
    if isinstance(raw, Unreadable):
        return raw
    if outlet:
        raw = replace(raw, given=replace(raw.given, outlet=outlet))
    today = datetime.now(UTC).date()
    article = extract(raw, registry, today)
    if isinstance(article, Unreadable):
        return article
    profile = profile_for(data, article.outlet, sighting_of(article, today))
    return article, clean(article, rules, registry.get(article.outlet), profile)


def _place(name: str, settings: Settings, *, only_landed: bool) -> Place:
    """Return where a file lies; one whose name ends in `#7` beats line 7 of another."""
    split = _LINE.fullmatch(name)
    candidates = [(name, None), *([(split["file"], int(split["line"]))] if split else [])]
    for file, line in candidates:
        found = (not only_landed and _here(Path(file), settings)) or _landed(file, settings)
        if found:
            return Place(*found, line)
    if only_landed:
        raise NewsmillError(f"{name}: no such record in the landing zone {settings.landing}")
    path = Path(candidates[-1][0]).absolute()
    raise NewsmillError(f"{path}: {'not a file' if path.exists() else 'no such file'}; name one raw file")


def _here(path: Path, settings: Settings) -> tuple[Store, str] | None:
    path = path.resolve()
    if not path.is_file():
        return None
    landing = Path(settings.landing).resolve()
    root = landing if path.is_relative_to(landing) else path.parents[min(1, len(path.parents) - 1)]
    return Store(str(root)), str(path.relative_to(root))


def _landed(path: str, settings: Settings) -> tuple[Store, str] | None:
    """Return a file that is named as the ledger names it, by its path in the landing zone."""
    landing = Store(settings.landing)
    inside = not path.startswith("/") and ".." not in Path(path).parts
    return (landing, path) if inside and landing.exists(path) and not landing.is_folder(path) else None


def _asked(place: Place, ids: set[str], limit: int) -> Iterator[RawRecord | Unreadable]:
    wanted = place.path if place.line is None else f"{place.path}#{place.line}"
    seen = False
    for raw in _records(place, limit):
        if place.line is not None and raw.raw_path != wanted:
            continue
        seen = True
        if not ids or ids.intersection(_ids(raw)):
            yield raw
        if place.line is not None:
            return
    if not seen:
        raise NewsmillError(f"{wanted}: no record there; lines count from 1, and blank ones are none")


def _records(place: Place, limit: int) -> Iterator[RawRecord | Unreadable]:
    size = place.landing.size(place.path)
    for part in slices_of(place.landing, place.path, size):
        yield from read_slice(place.landing, part, max_record_bytes=limit)


def _ids(raw: RawRecord | Unreadable) -> set[str]:
    given = raw.given.id if isinstance(raw, RawRecord) else None
    return {raw.raw_path, given or raw.raw_path}
