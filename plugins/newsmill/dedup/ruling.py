"""What becomes of an article: its fate, the rows of the corpus that this touches, and the sentence that says why.

Owns the shape of a ruling and its words. Keep out: how it is reached (rules, versions, claims).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from newsmill.model import Fate, Published, Reason


class Place(NamedTuple):
    """Where an article lies in the corpus."""

    article_id: str
    outlet: str
    date: date

    @classmethod
    def of(cls, row: Published) -> Place:
        """Return the place of a published row."""
        return cls(row.article_id, row.outlet, row.date)


@dataclass(frozen=True, slots=True)
class Ruling:
    """What becomes of one article."""

    fate: Fate
    reason: Reason | None = None
    stands: Place | None = None  # the article in the corpus that stands for this one; None where it is this one
    revision: int | None = None
    replaces: Place | None = None  # the article's row that goes: a published one takes its place, else it leaves
    replaces_hash: str | None = None  # the text of that row, where this article's is another one or the row leaves
    takes: Place | None = None  # another article's row that had this text until this run
    ingested_on: date | None = None  # of the row replaced
    date: date | None = None  # of the partition, where it is not the article's own
    sentence: str = ""  # for a person; of {id}, the article's own, and {stands}

    def detail(self, article_id: str) -> str:
        """Return what is known of the reason, as a sentence for a person; empty where nothing needs to be said."""
        said = [self.sentence.format(id=article_id, stands=self.stands)] if self.sentence else []
        if self.replaces:
            row = f"row in date={self.replaces.date}, outlet={self.replaces.outlet}"
            said.append(f"replaces the {row}" if self.fate is Fate.PUBLISHED else f"its own {row} leaves the corpus")
        if self.takes:
            said.append(f"until this run article {self.takes.article_id} had this text")
        return "; ".join(said)


SAME_TEXT = "the same text as article {stands.article_id} in date={stands.date}, outlet={stands.outlet}"
KNOWN_TEXT = "this article is published with the same text in date={stands.date}, outlet={stands.outlet}"
OLDER_THAN_ROW = "an older version of article {id} in date={stands.date}, outlet={stands.outlet}"
OLDER_IN_RUN = "an older version of article {id} than another one in this run"
NOT_THE_ROWS = (
    "the row of article {id} in date={stands.date}, outlet={stands.outlet} is of another record, which came later"
)
NOT_LATER_IN_RUN = "another version of article {id} in this run, without a later fetch"

FIRST_VERSION = Ruling(Fate.PUBLISHED, revision=1)
TAKEN_DOWN = Ruling(Fate.UNCHANGED, Reason.TAKEN_DOWN)
KNOWN_RECORD = Ruling(
    Fate.UNCHANGED,
    Reason.KNOWN_RECORD,
    sentence="another run has dealt with exactly these bytes since this one read them",
)


def quarantined(problem: str | None) -> Ruling:
    """Return the ruling on what failed validation; `problem` is why it is no article, where that is known."""
    return Ruling(Fate.QUARANTINED, Reason(problem) if problem else Reason.FAILED_EXPECTATIONS)


def copy_of(stands: Place, leaving: Place | None = None, leaving_hash: str | None = None) -> Ruling:
    """Return the ruling on an article whose text is another one's; `leaving` is its own row, if that must go."""
    return Ruling(
        Fate.DUPLICATE, Reason.SAME_TEXT, stands, replaces=leaving, replaces_hash=leaving_hash, sentence=SAME_TEXT
    )
