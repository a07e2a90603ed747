"""Extracted articles in, rows for staging out: what cleaning made of each.

Owns what `clean` does article by article. Keep out: cleaning itself (the stage), files (pipeline).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from newsmill.clean.cleaner import clean
from newsmill.clean.page import languages_of
from newsmill.clean.rules import RuleSet, cleaner_version
from newsmill.dedup.hashing import content_hash
from newsmill.model import Fate, Profile, Spot
from newsmill.read.failure import folder_of
from newsmill.registry import Registry
from newsmill.rows import cleaned_row, refused_row, removal_rows, row_article
from newsmill.staging import read_rows
from newsmill.storage import Store
from newsmill.watch import Watch
from newsmill.workplace import Workplace


@dataclass(frozen=True, slots=True)
class Tools:
    """What the articles of a batch are cleaned with."""

    registry: Registry
    rules: RuleSet
    profiles: Mapping[str, Profile]  # by outlet

    def warm_up(self, sorts: Iterable[tuple[str | None, str]]) -> None:
        """Compile what articles of these languages and outlets need, so that a forked process has it."""
        for languages in {languages_of(language, self.registry.get(outlet)) for language, outlet in sorts}:
            self.rules.spoken(languages).patterns.compile()


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one article.

    `row` is one of `schema.CLEANED`, or of `schema.SETTLED` where the article could not be cleaned; `removals` are rows
    of `schema.REMOVALS`.
    """

    outcome: str  # "with_removals", "untouched" or "unreadable"
    row: dict[str, Any]
    removals: tuple[dict[str, Any], ...] = ()

    @property
    def goes_on(self) -> bool:
        """Tell whether the next stage takes it."""
        return self.outcome != Fate.UNREADABLE


def clean_all(
    place: Workplace, tools: Tools, extracted: str, watch: Watch, behind: int | None = None
) -> Iterator[tuple[int, Done]]:
    """Clean the articles of a staging file.

    Work for `guard`: opens the file by itself, as connections do not survive a fork.

    Args:
        place: the run's.
        tools: what the articles are cleaned with.
        extracted: path of the file, from the data root.
        watch: told of each article.
        behind: how many articles an earlier process had done; None for none.
    """
    version = cleaner_version(tools.rules)
    done = behind or 0
    for number, row in enumerate(islice(read_rows(Store(place.data.uri), extracted), done, None), done + 1):
        refused = watch.at(_spot(row))
        if refused:
            yield number, Done(Fate.UNREADABLE, refused_row(row, refused))
        else:
            yield number, _done(row, tools, version, place)


def _done(row: Mapping[str, Any], tools: Tools, version: str, place: Workplace) -> Done:
    article = row_article(row)
    cleaned = clean(article, tools.rules, tools.registry.get(article.outlet), tools.profiles[article.outlet])
    return Done(
        "with_removals" if cleaned.removals else "untouched",
        cleaned_row(article, cleaned, content_hash(cleaned.text), version, place.run.day),
        tuple(removal_rows(article, cleaned, place.run.run_id)),
    )


def _spot(row: Mapping[str, Any]) -> Spot:
    return Spot(
        raw_path=row["raw_path"],
        folder=folder_of(row["raw_path"]),
        raw_sha256=row["raw_sha256"],
        fingerprint=row["fingerprint"],
    )
