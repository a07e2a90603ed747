"""Carry a takedown out, such that a process killed anywhere leaves one that the next run finishes.

Owns the intent and the order of the writes. Keep out: what is meant (survey), how rows go (stages).

The order, each step of which may be done twice:

1. `staging/takedown-<name>/takedown.json`: the intent, by keys alone. From here on the takedown is finished, come what
   may: by whoever holds the corpus next (`finish_takedowns`).
2. The tombstones. From here on no run publishes it again.
3. Rows go, or are emptied: staging, corpus, ledger, quarantine, profiles, docs; what killed writers left, too.
4. The index forgets, in one transaction.
5. After the grace the corpus's empty files go, then the intent.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import structlog

from newsmill.dedup.index import Index
from newsmill.dedup.tombstones import write_tombstones
from newsmill.identity import read_identity
from newsmill.learn.forgetting import forget
from newsmill.model import Target
from newsmill.publish.scrub import KEEP_ROWS, LOSE_ROWS, scrub, scrub_staging
from newsmill.publish.takedown_report import TakedownReport, table
from newsmill.publish.withdraw import take_away, withdraw
from newsmill.settings import Settings
from newsmill.staging import TAKEDOWN_FILE
from newsmill.storage import Store
from newsmill.takedown.errors import TakedownError
from newsmill.takedown.survey import survey
from newsmill.validate.docs import remove_docs
from newsmill.workplace import HELD

log = structlog.get_logger("newsmill")


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What an unfinished takedown needs to be finished. No text, no title, no URL."""

    name: str
    day: date
    reason: str | None
    target: Target
    partitions: tuple[str, ...]
    tombstones: tuple[Mapping[str, Any], ...]
    counts: Mapping[str, int]


def take_down(settings: Settings, asked: Target, day: date, reason: str | None = None) -> TakedownReport:
    """Take something down; the caller holds the corpus and has finished what others began.

    Args:
        settings: of the data root and the index.
        asked: what `asked_for` returned.
        day: today, in UTC.
        reason: the operator's, kept with the tombstones.

    Raises:
        NewsmillError: as `survey`; or the index is another corpus's.
    """
    _index_of(settings).is_empty()  # another corpus's index is refused before anything is written
    report = survey(settings, asked)
    if report.changes_something:
        intent = Intent(
            name=report.name,
            day=day,
            reason=reason,
            target=report.target,
            partitions=report.partitions,
            tombstones=report.tombstones,
            counts=report.totals,
        )
        Store(settings.data).write(_path(intent.name), json.dumps(asdict(intent), default=str, indent=1).encode())
        _carry_out(settings, intent)
        log.info("taken down", takedown=intent.name, **report.totals)
        for line in table(report).splitlines():
            structlog.get_logger("newsmill.report").info(line)
    return report


def finish_takedowns(settings: Settings) -> list[str]:
    """Finish what interrupted takedowns began; the caller holds the corpus. Returns the partitions that they touched.

    Raises:
        TakedownError: an intent cannot be read.
    """
    data = Store(settings.data)
    touched: list[str] = []
    for path in [entry.path for entry in data.files("staging") if entry.path.endswith(f"/{TAKEDOWN_FILE}")]:
        intent = _read(data, path)
        log.warning("finishing a takedown that was interrupted", takedown=intent.name)
        _carry_out(settings, intent)
        touched += intent.partitions
    return touched


def _carry_out(settings: Settings, intent: Intent) -> None:
    data, target = Store(settings.data), intent.target
    if intent.tombstones:
        write_tombstones(data, intent.day, intent.name, _tombstones(intent))
    scrub_staging(data, target)
    empty = withdraw(data, intent.partitions, target.article_id)
    empty_since = time.monotonic()
    for dataset in (*KEEP_ROWS, *LOSE_ROWS):
        scrub(data, dataset, target)
    forget(data, article_id=target.article_id, outlet=target.outlet)
    remove_docs(data)
    for folder in (*HELD, "docs"):  # which are gone, but for what we began to write there
        data.sweep_below(folder)
    _index_of(settings).forget(intent.name, intent.day, article_id=target.article_id, outlet=target.outlet)
    if empty:
        time.sleep(max(0, empty_since + settings.move_grace_seconds - time.monotonic()))
        take_away(data, empty)
    data.remove(_path(intent.name))
    data.prune(_path(intent.name).rpartition("/")[0])


def _index_of(settings: Settings) -> Index:
    identity = read_identity(Store(settings.data))
    return Index(settings.index, identity.corpus if identity else None)


def _tombstones(intent: Intent) -> Iterator[dict[str, Any]]:
    counts = [{"dataset": name, "rows": number} for name, number in intent.counts.items() if number]
    for row in intent.tombstones:
        yield {"id": intent.name, "day": intent.day, "reason": intent.reason, "counts": counts, **row}


def _path(name: str) -> str:
    return f"staging/takedown-{name}/{TAKEDOWN_FILE}"


def _read(data: Store, path: str) -> Intent:
    try:
        told = _with_tuples(json.loads(data.read(path)))
        exact = {"day": date.fromisoformat(told["day"]), "target": Target(**_with_tuples(told["target"]))}
        return Intent(**{**told, **exact})
    except (ValueError, KeyError, TypeError) as error:
        raise TakedownError(
            f"{data.uri}/{path} cannot be read ({error}): it says what is being taken down. Remove it, and take the "
            "same down again"
        ) from error


def _with_tuples(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return what JSON gave with tuples for its lists."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in told.items()}
