"""`newsmill verify`: whether corpus, index, ledger and landing zone agree.

Owns the order of the checks, and what is read while the corpus is held:

1. Without holding it: each file of the corpus by itself. This is most of the time, and no run waits for it.
2. Holding it: the narrow columns of the corpus, the index, the list of ledger files. Only here must nobody write; it is
   seconds, or some minutes for a million articles. Between two tasks of a run nobody holds the corpus, so a run that
   has decided what to publish is waited for. One that does not end is told, and nothing is compared then: what looks
   like damage may be half a publication.
3. Without holding it: the ledger, whose files do not change once their run has ended, and all comparisons.

Keep out: what is checked.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import structlog

from newsmill.database import name_of
from newsmill.identity import IdentityError, read_identity
from newsmill.model import NewsmillError
from newsmill.settings import Settings, absolute, load_settings
from newsmill.staging import Staging
from newsmill.storage import Store
from newsmill.upkeep.agreement import check_agreement
from newsmill.upkeep.closely import check_decided, check_restores
from newsmill.upkeep.corpus import check_files, load_corpus
from newsmill.upkeep.desk import open_desk
from newsmill.upkeep.findings import SAMPLE, Findings, Verdict
from newsmill.upkeep.index import load_index
from newsmill.upkeep.ledger import list_ledger, load_aside, load_ledger, load_tombstones
from newsmill.upkeep.sample import check_landing, choose
from newsmill.upkeep.staging import check_left_behind, check_open_runs, check_profiles
from newsmill.upkeep.tombstones import known_tombstones
from newsmill.workplace import holding_corpus, open_data

POLL_SECONDS = 5.0
ATTEMPTS = 3

log = structlog.get_logger("newsmill")


class ChangedMeanwhileError(NewsmillError):
    """The ledger was rewritten while it was read, again and again."""


def verify(*, sample: int | None = SAMPLE, seed: str = "", landing: str | None = None, wait: float = 0) -> Verdict:
    """Check everything.

    Args:
        sample: articles of which text and removals are put together again, and whose raw records are looked for; None
            for all of them.
        seed: another one takes another sample.
        landing: the landing zone; else that of the settings.
        wait: seconds to wait for a run that has decided what to publish, before it is taken for interrupted.

    Raises:
        NewsmillError: there is no data root, or a newer newsmill writes the corpus in it; or others held the corpus for
            longer than is to be waited.
    """
    settings = load_settings()
    data = open_data(settings)
    if not data.is_folder():
        raise NewsmillError(f"{data.uri}: there is no data root here; set NEWSMILL_DATA_URI, or run make run first")
    with suppress(IdentityError):
        read_identity(data)  # a newer newsmill's corpus is refused before anything is read
    raw = Store(absolute(landing or settings.landing))
    for _ in range(ATTEMPTS):
        verdict = _attempt(settings, data, raw, sample, seed, wait)
        if verdict is not None:
            return verdict
        log.info("the ledger was rewritten meanwhile: verifying again")
    raise ChangedMeanwhileError("the ledger is being rewritten all the time: verify again when that is over")


def _attempt(
    settings: Settings, data: Store, landing: Store, sample: int | None, seed: str, wait: float
) -> Verdict | None:
    found = Findings()
    check_files(data, found)
    check_profiles(data, found)
    with open_desk() as desk:
        with _holding(data, wait):
            ledger = list_ledger(data)
            check_left_behind(data, found)
            if check_open_runs(data, found):
                return found.verdict()
            load_corpus(data, desk, found)
            is_usable = load_index(data, settings.index, desk, found)
        load_aside(data, ledger, desk, found)
        load_tombstones(known_tombstones(data), desk)
        load_ledger(data, ledger, desk, found)
        check_agreement(desk, name_of(settings.index), found, index_is_usable=is_usable)
        found.checked["articles"] = desk.count("corpus")
        found.checked["fates"] = desk.count("fates")
        choose(desk, sample, seed, found)
        check_restores(data, desk, found)
        check_decided(data, desk, found)
        check_landing(landing, desk, found)
    return found.verdict() if _still_there(data, ledger) else None


@contextmanager
def _holding(data: Store, wait: float) -> Iterator[None]:
    """Hold the corpus while no run is between deciding and ending, or when it was waited long enough for that."""
    end = time.monotonic() + wait
    while True:
        with holding_corpus("verify"):
            if not Staging.interrupted(data) or time.monotonic() >= end:
                yield
                return
        log.info("waiting for a run that has decided what to publish")
        time.sleep(min(POLL_SECONDS, max(0.0, end - time.monotonic())))


def _still_there(data: Store, ledger: dict[str, int]) -> bool:
    """Tell whether the ledger's files are as they were listed; only a takedown changes one that is there."""
    now = list_ledger(data)
    return all(now.get(path) == size for path, size in ledger.items())
