"""One raw file through read, extract and clean, without a run: for the command line.

Owns the way of a single file. Keep out: runs (pipeline), printing (cli).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from newsmill.clean.cleaner import clean
from newsmill.extract.article import extract
from newsmill.intake import sighting_of
from newsmill.learn.task import profile_for
from newsmill.model import Article, Cleaned, NewsmillError, RawRecord, Unreadable
from newsmill.read.plan import slices_of
from newsmill.read.records import read_slice
from newsmill.settings import load_settings
from newsmill.storage import Store
from newsmill.workplace import outlets_of, rules_of


def preview(path: Path, *, outlet: str | None = None) -> Iterator[Unreadable | tuple[Article, Cleaned]]:
    """Yield what would become of each record of a file, and what would be cut from it, by what is remembered today.

    The outlet is found as in a landing zone in which the file lies in its own folder.

    Raises:
        NewsmillError: there is no such file, or the rules, an outlet's file or its profile have a mistake.
    """
    path = path.resolve()
    if not path.is_file():
        raise NewsmillError(f"{path}: {'not a file' if path.exists() else 'no such file'}; name one raw file")
    settings = load_settings()
    registry, rules = outlets_of(settings), rules_of(settings)
    today = datetime.now(UTC).date()
    for raw in _records(path, settings.max_record_bytes):
        if isinstance(raw, RawRecord) and outlet:
            raw = replace(raw, given=replace(raw.given, outlet=outlet))
        article = extract(raw, registry, today) if isinstance(raw, RawRecord) else raw
        if isinstance(article, Unreadable):
            yield article
        else:
            profile = profile_for(Store(settings.data), article.outlet, sighting_of(article, today))
            yield article, clean(article, rules, registry.get(article.outlet), profile)


def _records(path: Path, limit: int) -> Iterator[RawRecord | Unreadable]:
    landing = Store(str(path.parents[min(1, len(path.parents) - 1)]))
    for part in slices_of(landing, str(path.relative_to(landing.uri)), path.stat().st_size):
        yield from read_slice(landing, part, max_record_bytes=limit)
