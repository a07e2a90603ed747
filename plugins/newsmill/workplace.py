"""What a task works with: settings, stores, the run, and what is loaded for it.

Owns opening these. Keep out: what is done with them (pipeline).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import structlog

from newsmill.model import NewsmillError, Selection
from newsmill.registry import Registry, load_registry
from newsmill.settings import Settings, absolute, load_settings
from newsmill.storage import Store

if TYPE_CHECKING:
    from newsmill.clean.rules import RuleSet
    from newsmill.dedup.index import Index
    from newsmill.staging import Run, Staging
    from newsmill.watch import Limits

HELD = ("corpus", "ledger", "quarantine", "profiles")
"""Folders in which only who holds the corpus writes: an unfinished file there is a dead writer's. Not so `staging`,
where runs are at work that have not decided; and Great Expectations writes `docs` in its own way."""

log = structlog.get_logger("newsmill")


@dataclass(frozen=True, slots=True)
class Workplace:
    """What a task of one run works with. What a stage does not need is not loaded."""

    settings: Settings
    data: Store
    staging: Staging
    run: Run

    @property
    def landing(self) -> Store:
        """The run's landing zone."""
        return open_landing(self.run.selection)

    @property
    def registry(self) -> Registry:
        """The outlets' facts."""
        return outlets_of(self.settings)

    @property
    def rules(self) -> RuleSet:
        """The cleaning rules."""
        return rules_of(self.settings)

    @property
    def limits(self) -> Limits:
        """What one record may take."""
        from newsmill.watch import Limits

        return Limits.of(self.settings)

    @property
    def index(self) -> Index:
        """The index of what is published; once the corpus has an id, no other one's.

        Raises:
            NewsmillError: the URL is none, or what says which corpus this is cannot be read.
        """
        return index_of(self.data)


def open_workplace(run_id: str) -> Workplace:
    """Open what a task of a run that has begun works with.

    Raises:
        NewsmillError: a setting has a mistake, or the run's staging folder is gone.
    """
    from newsmill.parquet import go_easy
    from newsmill.staging import Staging

    go_easy()
    settings = load_settings()
    data = Store(settings.data)
    staging = Staging.of(data, run_id)
    return Workplace(settings, data, staging, staging.run())


def find_workplace(run_id: str) -> Workplace | None:
    """Return what a task of a run works with, or None where the run has ended already.

    A run that has decided what to publish may be finished by another one, which came while nobody held the corpus.

    Raises:
        NewsmillError: a setting has a mistake, or the run never began.
    """
    from newsmill.publish.ledger import ledger_path
    from newsmill.publish.runs import of_run
    from newsmill.staging import Staging

    data = Store(load_settings().data)
    staging = Staging.of(data, run_id)
    if staging.has_begun:  # of a run that ended while its folder was being removed, the decision is gone first
        has_ended = not staging.is_decided and data.is_file(ledger_path("runs", staging.run()))
    else:
        has_ended = of_run(data, run_id) is not None
    if has_ended:
        log.info("this run has ended already, and its books are in the ledger", run_id=run_id)
    return None if has_ended else open_workplace(run_id)


@contextmanager
def holding_corpus(what: str, *, shared: bool = False) -> Iterator[None]:
    """Hold the corpus of the settings while the block runs; `what` tells others who does and why.

    Raises:
        CorpusBusyError: others held it for longer than is to be waited.
    """
    from newsmill.lock import holding

    settings = load_settings()
    with holding(settings.index, what, wait=settings.lock_wait_seconds, shared=shared):
        yield


def index_of(data: Store) -> Index:
    """Return the index of the settings, for a data root's corpus alone once that has an id.

    Raises:
        NewsmillError: the URL is none, or what says which corpus this is cannot be read.
    """
    from newsmill.dedup.index import Index
    from newsmill.identity import read_identity

    identity = read_identity(data)
    return Index(load_settings().index, identity.corpus if identity else None)


def open_landing(selection: Selection) -> Store:
    """Open the landing zone.

    Raises:
        NewsmillError: it does not exist, or the dates that were asked for are the wrong way round.
    """
    check_days(selection.from_date, selection.to_date)
    landing = Store.of_setting("NEWSMILL_LANDING_URI", absolute(selection.landing_uri))
    if not landing.is_folder():
        raise NewsmillError(
            f"the landing zone {landing.uri} does not exist: set NEWSMILL_LANDING_URI (or the run's landing zone, or "
            "LANDING for make run) to the folder that holds the raw files"
        )
    return landing


def open_data(settings: Settings) -> Store:
    """Open the data root, there or not.

    Raises:
        StorageError: it lies in an object store that cannot be asked.
    """
    return Store.of_setting("NEWSMILL_DATA_URI", settings.data)


def check_days(from_date: date | None, to_date: date | None) -> None:
    """Check that two days, each of which may be open, stand in their order.

    Raises:
        NewsmillError: they do not.
    """
    if from_date and to_date and from_date > to_date:
        raise NewsmillError(f"from_date {from_date} is after to_date {to_date}; swap them")


def check_apart(landing: Store, data: Store) -> None:
    """Check that the data root does not lie in the landing zone.

    Raises:
        NewsmillError: it does: what a run writes would be read as raw records by the next.
    """
    if f"{data.uri}/".startswith(f"{landing.uri}/"):
        raise NewsmillError(
            f"the data root {data.uri} lies in the landing zone {landing.uri}: set NEWSMILL_DATA_URI (DATA for make "
            "run) to a folder outside it, or what a run writes would be read by the next"
        )


def outlets_of(settings: Settings) -> Registry:
    """Load the outlets' facts.

    Raises:
        NewsmillError: an outlet's file has a mistake.
    """
    return load_registry(settings.include / "outlets")


def rules_of(settings: Settings) -> RuleSet:
    """Load the cleaning rules.

    Raises:
        NewsmillError: a rules file has a mistake.
    """
    from newsmill.clean.rules import load_rules

    return load_rules(settings.include / "rules")
