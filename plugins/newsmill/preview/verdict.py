"""What validation says of one article without a run.

Owns making a run of one article. Keep out: the suite (validate), how it is told (cli).

It is the suite itself that is asked, in the way of a run, so the verdict is the run's; what only a whole run shows
(shares, counts) quarantines nothing. Great Expectations takes about four seconds to import.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow as pa

from newsmill.clean.rules import cleaner_version
from newsmill.dedup.hashing import content_hash
from newsmill.model import Article, Cleaned, Verdict
from newsmill.rows import cleaned_row
from newsmill.schema import CLEANED
from newsmill.settings import load_settings
from newsmill.workplace import outlets_of, rules_of


@dataclass(frozen=True, slots=True)
class Judged:
    """An article's verdict, and the content_hash by which it is known whether the corpus holds its text."""

    verdict: Verdict
    content_hash: str


def judged(article: Article, cleaned: Cleaned) -> Judged:
    """Judge one article by the settings of today.

    Raises:
        NewsmillError: the rules or an outlet's file have a mistake.
    """
    from newsmill.validate.judge import judge

    settings, day = load_settings(), datetime.now(UTC).date()
    known = content_hash(cleaned.text)
    row = cleaned_row(article, cleaned, known, cleaner_version(rules_of(settings)), day)
    rows = pa.Table.from_pylist([row], schema=CLEANED)
    verdicts: list[Verdict] = []
    judge(
        lambda columns: [rows.select(list(columns))],
        verdicts.append,
        min_words=settings.min_words,
        registry=outlets_of(settings),
        day=day,
    )
    return Judged(verdicts[0], known)
