"""Find what a takedown means, and what its operator has to know.

Owns the keys by which its rows are told, and which tombstones are new. Keep out: writing (carry), words (report).

Corpus and ledger are read whole, in narrow columns; of an outlet's rows only counts are held.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import count
from typing import Any

from newsmill.dedup.hashing import content_hash
from newsmill.dedup.tombstones import tombstone_names, tombstone_rows
from newsmill.learn.forgetting import remembered_articles
from newsmill.model import Scope, Target, key_of
from newsmill.publish.scrub import KEEP_ROWS, LOSE_ROWS, copies, find, unfinished
from newsmill.publish.takedown_report import Some, TakedownReport
from newsmill.publish.withdraw import Standing, standing
from newsmill.registry import outlet_slugs
from newsmill.settings import Settings
from newsmill.storage import Store
from newsmill.takedown.errors import TakedownError

NO_TEXT = content_hash("")
"""Of a text without a letter or digit; it is no article's own, so it is never kept out."""


def survey(settings: Settings, asked: Target) -> TakedownReport:
    """Find what a takedown would remove; nothing is written.

    Args:
        settings: of the data root.
        asked: what `asked_for` returned.

    Raises:
        TakedownError: nobody knows the outlet.
        NewsmillError: a file of corpus or ledger is damaged.
    """
    data = Store(settings.data)
    before = [row for row in tombstone_rows(data) if _is_of(row, asked)]
    target, mine, elsewhere = _told(data, asked, {row["content_hash"] for row in before if row["content_hash"]})
    rows: Counter[tuple[str, str]] = Counter()
    keys, raw_places = set(), Some()
    for row in mine:
        rows[row.outlet, "corpus"] += 1
        keys.add(row.key)
        raw_places.add([row.raw_path])
    _count(data, target, rows, raw_places)
    copied, damaged = Some(), Some()
    copied.add(f"article {row['article_id']} of {row['outlet']}, {row['raw_path']}" for row in copies(data, target))
    damaged.add(entry.path for entry in data.files("damaged"))
    report = TakedownReport(
        name=_free_name(data, target),
        target=target,
        rows=rows,
        partitions=tuple(sorted(keys)),
        tombstones=_tombstones(target, {row["content_hash"] for row in before}),
        since=min((row["day"] for row in before), default=None),
        raw_places=raw_places,
        copies=copied,
        elsewhere=tuple(elsewhere),
        unfinished=tuple(unfinished(data, target)),
        damaged=damaged,
    )
    if asked.outlet and not before:
        _check_known(settings, report)
    return report


def _told(data: Store, asked: Target, known: set[str]) -> tuple[Target, Iterable[Standing], list[Standing]]:
    """Return the target with all keys that tell its rows, its rows in the corpus, and others' with a text of it.

    A text that stands under another id is not the article's to take down: that article would be published, and yet
    kept out of every later run.
    """
    if asked.outlet:
        return asked, standing(data, asked), []
    revised = set(_values(data, ["ledger/revisions"], asked, "content_hash"))
    brought = set(_values(data, ["ledger/duplicates", "quarantine"], asked, "content_hash"))
    found = list(standing(data, asked, revised | brought | known))
    mine = [row for row in found if row.article_id == asked.article_id]
    others = [row for row in found if row.article_id != asked.article_id]
    texts = {row.content_hash for row in mine} | revised | known
    texts -= {row.content_hash for row in others} | {NO_TEXT}
    told = replace(asked, content_hashes=tuple(sorted(texts)))
    records = set(_values(data, ["ledger/duplicates", "quarantine"], told, "run_id", "record_key"))
    places = set(_values(data, ["ledger/fates"], asked, "record_key")) | {key_of(row.raw_path) for row in mine}
    outlets = set(_values(data, ["ledger/fates"], asked, "outlet")) | {row.outlet for row in mine}
    return replace(told, records=_sorted(records), places=_sorted(places), outlets=_sorted(outlets)), mine, others


def _values(data: Store, datasets: Iterable[str], target: Target, *columns: str) -> Iterator[str]:
    """Yield the values of a column, or of some with `|` between them, in the rows that are meant."""
    for dataset in datasets:
        for part in find(data, dataset, target):
            for values in zip(*(part[name].to_pylist() for name in columns), strict=True):
                yield "|".join(value or "" for value in values)


def _sorted(values: set[str]) -> tuple[str, ...]:
    return tuple(sorted(values - {""}))


def _count(data: Store, target: Target, rows: Counter[tuple[str, str]], raw_places: Some) -> None:
    """Count the rows of every dataset but the corpus, by outlet, and note where their raw bytes lie."""
    for dataset in (*LOSE_ROWS, *KEEP_ROWS):
        for part in find(data, dataset, target):
            due = part.filter(part["is_due"])
            rows.update((outlet or "", dataset.rpartition("/")[2]) for outlet in due["outlet"].to_pylist())
            if "raw_path" in part.column_names:
                raw_places.add(part["raw_path"].to_pylist())
    remembered = remembered_articles(data, article_id=target.article_id, outlet=target.outlet)
    rows.update({(outlet, "profiles"): number for outlet, number in remembered.items()})


def _check_known(settings: Settings, report: TakedownReport) -> None:
    is_seen = report.rows or report.raw_places.first or any(found.rows for found in report.unfinished)
    if not is_seen and report.target.outlet not in outlet_slugs(settings.include / "outlets"):
        raise TakedownError(
            f"--outlet {report.target.outlet}: no such outlet: it has no file in {settings.include / 'outlets'} and no "
            "record in the ledger. Check its spelling; to keep out one that is to come, add its file first"
        )


def _tombstones(target: Target, before: set[str | None]) -> tuple[dict[str, Any], ...]:
    """Return the tombstones that are not there yet; `before` are the texts of those that are (None: one without)."""
    if target.outlet:
        return () if before else ({"scope": Scope.OUTLET.value, "outlet": target.outlet},)
    fresh = [text for text in target.content_hashes if text not in before]
    texts: list[str | None] = [*fresh] if fresh or before else [None]
    outlet = target.outlets[0] if target.outlets else None
    whose = {"scope": Scope.ARTICLE.value, "article_id": target.article_id, "outlet": outlet}
    return tuple(whose | {"content_hash": text} for text in texts)


def _is_of(tombstone: Mapping[str, Any], asked: Target) -> bool:
    if tombstone["scope"] != asked.scope:
        return False
    return bool(tombstone["outlet"] == asked.outlet if asked.outlet else tombstone["article_id"] == asked.article_id)


def _free_name(data: Store, target: Target) -> str:
    taken = tombstone_names(data)
    name = f"{target.scope}-{target.outlet or target.article_id}"
    names = (name if attempt == 1 else f"{name}-{attempt}" for attempt in count(1))
    return next(name for name in names if name not in taken)
