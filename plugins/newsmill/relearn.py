"""Make every outlet's profile again from corpus and ledger, and say what has changed.

Owns the way of one outlet through archive, restore and profile. Keep out: what each of them does (stages), logging and
the order of tasks (pipeline).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from newsmill.blockkeys import block_key
from newsmill.clean.restore import RestoreError, restore
from newsmill.learn.archive import Archived, corpus_places, read_outlets
from newsmill.learn.drift import Finding, drift
from newsmill.learn.history import Remembered, Version, read_version, versions, write_version
from newsmill.learn.remembering import merged
from newsmill.learn.sight import sighting_row
from newsmill.storage import Store

LOOK_BACK = timedelta(days=7)
"""The version to compare with is a week old, or else the oldest that is kept."""


@dataclass(frozen=True, slots=True)
class Relearnt:
    """What became of one outlet's profile."""

    outlet: str
    articles: int
    changed: bool  # whether its profile said something else before
    lost: int  # articles whose blocks the ledger could not give back
    findings: Sequence[Finding]


def relearn(data: Store, run: str, day: date, *, outlets: Sequence[str], write: bool) -> Iterator[Relearnt]:
    """Rebuild profiles, outlet by outlet.

    Args:
        data: the data root.
        run: the run's name, fit for a file.
        day: the run's day, in UTC.
        outlets: their slugs; none means all.
        write: whether new versions are written.

    Raises:
        ProfileError: a file of profile, corpus or ledger cannot be read.
    """
    places = {outlet: found for outlet, found in corpus_places(data).items() if not outlets or outlet in outlets}
    for outlet, archived in read_outlets(data, places):
        texts: dict[int, str] = {}
        read = [_remembered(article, texts) for article in archived]
        articles = merged([article for article in read if article], ())
        earlier = _to_compare(versions(data, outlet), run, day)
        findings = drift(outlet, read_version(data, earlier), articles, texts) if earlier else []
        changed = write and write_version(data, outlet, day, run, articles)
        yield Relearnt(outlet, len(articles), changed, read.count(None), findings)


def _to_compare(found: Sequence[Version], run: str, day: date) -> Version | None:
    others = [version for version in found if version.run != run]
    old = [version for version in others if version.day <= day - LOOK_BACK]
    return old[-1] if old else next(iter(others), None)


def _remembered(article: Archived, texts: dict[int, str]) -> Remembered | None:
    """Return an article as its profile holds it; None where its blocks cannot be given back. Notes its texts."""
    blocks = [] if article.titled else _blocks(article)
    if blocks is None:
        return None
    texts |= {block_key(block): block for block in blocks}
    row = article.row
    noted = sighting_row(
        article_id=article.article_id, day=article.day, title=row["title"], authors=row["authors"], blocks=blocks
    )
    known = Remembered.of(noted | {"text_chars": len(row.get("text", "")), "removed_chars": row["removed_chars"]})
    return known.titled() if article.titled else known


def _blocks(article: Archived) -> list[str] | None:
    for cuts in article.cuts:
        try:
            return restore(article.row["text"], cuts)
        except RestoreError:
            continue
    return None
