"""Whether an installation can run: its settings, outlets, rules, stores and index, looked at before the first run.

Owns what is looked at, and that all of it is, whatever is wrong. Keep out: what makes each of them right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from newsmill.model import NewsmillError, Selection
from newsmill.settings import Settings, load_settings
from newsmill.storage import Store
from newsmill.workplace import check_apart, open_data, open_landing, outlets_of, rules_of

PROBE = ".newsmill-check"
"""Written into the data root, read back, and removed."""


@dataclass(frozen=True, slots=True)
class Look:
    """What was looked at, and what is wrong with it; None: nothing."""

    what: str
    problem: str | None


def look_around() -> Iterator[Look]:
    """Look at all that a run needs, and yield what was found.

    Raises:
        SettingsError: a setting cannot be used; nothing else can be looked at then.
    """
    settings = load_settings()
    looks: list[tuple[str, str, Callable[[Settings], object]]] = [
        ("NEWSMILL_INCLUDE_DIR", f"outlets in {settings.include}/outlets", outlets_of),
        ("NEWSMILL_INCLUDE_DIR", f"rules in {settings.include}/rules", rules_of),
        ("NEWSMILL_LANDING_URI", f"landing zone {settings.landing}", _landing),
        ("NEWSMILL_DATA_URI", f"data root {settings.data}", _data),
        ("NEWSMILL_INDEX_URL", f"index {_index_name(settings)}", _index),
    ]
    for setting, what, look in looks:
        yield Look(what, _problem(setting, look, settings))


def _problem(setting: str, look: Callable[[Settings], object], settings: Settings) -> str | None:
    try:
        look(settings)
    except NewsmillError as error:
        return str(error) if "NEWSMILL_" in str(error) else f"{setting}: {error}"
    return None


def _landing(settings: Settings) -> None:
    """Look at the landing zone; in an object store there is no folder before there is something in it."""
    landing = Store.of_setting("NEWSMILL_LANDING_URI", settings.landing)
    check_apart(landing, Store(settings.data))
    if landing.is_local:
        open_landing(Selection(landing_uri=settings.landing_uri))


def _data(settings: Settings) -> None:
    data = open_data(settings)
    data.write(PROBE, b"newsmill")
    try:
        if data.read(PROBE) != b"newsmill":
            raise NewsmillError(f"{data.uri} does not give back what was written there")
    finally:
        data.remove(PROBE)


def _index(settings: Settings) -> None:
    from newsmill.dedup.index import Index
    from newsmill.identity import check

    check(open_data(settings), Index(settings.index))


def _index_name(settings: Settings) -> str:
    from newsmill.dedup.index import Index

    return Index(settings.index).name
