"""What changed of an outlet's pages between two versions of its profile.

A jump is reported when the medians of new and old articles differ by more than chance would have it, and by enough to
matter. Chance: three standard errors of a difference of medians, with the spread taken from the median absolute
deviation, which a few odd articles do not move. 1.4826 makes a standard deviation of it, and 1.2533 is by how much a
median is less certain than a mean (both for normal errors).

Owns the comparison, its thresholds, and the words of a finding. Keep out: where versions come from (history).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import median

from newsmill.learn.evidence import repeats_of
from newsmill.learn.history import Remembered
from newsmill.model import Repeat

NEWLY_STORIES, NEWLY_SHARE = 3, 0.3
"""A block repeats from here on; the stage clean asks no less of any block."""
MIN_ARTICLES = 10
"""New articles, and old ones, below which their medians are not compared."""
ERRORS = 3.0
CUT_SHARE_CHANGE = 0.1
"""By how much the share of characters that are cut has to change: a tenth of a page is an appeal or two."""
LENGTH_FACTOR = 1.5
"""By how much the length of texts has to grow or shrink."""
EXAMPLE_CHARS = 200
SPREAD, OF_MEDIAN = 1.4826, 1.2533


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One change; the fields are those of `schema.DRIFT`."""

    outlet: str
    what: str  # "new_repeat", "cut_share" or "text_length"
    before: float | None
    after: float
    detail: str
    key: int | None = None
    example: str | None = None


def drift(
    outlet: str, before: Sequence[Remembered], after: Sequence[Remembered], texts: Mapping[int, str]
) -> list[Finding]:
    """Compare two versions of an outlet's profile.

    Args:
        outlet: its slug.
        before: the articles of the older version.
        after: those of the newer.
        texts: of blocks by key, as far as they are known: for the findings' examples.
    """
    before, after = _whole(before), _whole(after)
    known = {article.article_id for article in before}
    fresh = [article for article in after if article.article_id not in known]
    findings = list(_new_repeats(outlet, before, after, texts))
    cut = _jump([_cut_share(article) for article in before], [_cut_share(article) for article in fresh])
    if cut and abs(cut[1] - cut[0]) >= CUT_SHARE_CHANGE:
        detail = f"of new articles {cut[1]:.0%} is cut, of those before {cut[0]:.0%} (medians)"
        findings.append(Finding(outlet=outlet, what="cut_share", before=cut[0], after=cut[1], detail=detail))
    long = _jump([float(article.text_chars) for article in before], [float(article.text_chars) for article in fresh])
    if long and not 1 / LENGTH_FACTOR < long[1] / max(long[0], 1.0) < LENGTH_FACTOR:
        detail = f"new texts have {long[1]:,.0f} characters, those before {long[0]:,.0f} (medians)"
        findings.append(Finding(outlet=outlet, what="text_length", before=long[0], after=long[1], detail=detail))
    return findings


def table(findings: Iterable[Finding]) -> list[str]:
    """Return findings as aligned lines for a log."""
    rows = [("outlet", "what", "detail"), *((found.outlet, found.what, found.detail) for found in findings)]
    if len(rows) == 1:
        return ["no outlet's pages have changed"]
    first, second = (max(len(row[column]) for row in rows) for column in (0, 1))
    return [f"{outlet:{first}}  {what:{second}}  {detail}" for outlet, what, detail in rows]


def _whole(articles: Sequence[Remembered]) -> list[Remembered]:
    return [article for article in articles if article.keys]


def _new_repeats(
    outlet: str, before: Sequence[Remembered], after: Sequence[Remembered], texts: Mapping[int, str]
) -> Iterable[Finding]:
    old = repeats_of(before)
    for key, repeat in sorted(repeats_of(after).items()):
        if _repeats(repeat) and not (key in old and _repeats(old[key])):
            earlier = f"{old[key].stories} of {old[key].total}" if key in old else "none"
            yield Finding(
                outlet=outlet,
                what="new_repeat",
                before=old[key].stories / old[key].total if key in old else None,
                after=repeat.stories / repeat.total,
                detail=f"in {repeat.stories} of {repeat.total} articles since {repeat.since}, before in {earlier}",
                key=key,
                example=texts.get(key, "")[:EXAMPLE_CHARS] or None,
            )


def _repeats(repeat: Repeat) -> bool:
    enough = repeat.stories >= NEWLY_STORIES and repeat.stories >= NEWLY_SHARE * repeat.total
    return enough and not repeat.of_subject


def _cut_share(article: Remembered) -> float:
    return article.removed_chars / max(article.text_chars + article.removed_chars, 1)


def _jump(before: Sequence[float], after: Sequence[float]) -> tuple[float, float] | None:
    """Return the medians where they differ by more than chance."""
    if min(len(before), len(after)) < MIN_ARTICLES:
        return None
    old, new = median(before), median(after)
    error = OF_MEDIAN * sqrt(_spread(before, old) ** 2 / len(before) + _spread(after, new) ** 2 / len(after))
    return (old, new) if abs(new - old) > ERRORS * error else None


def _spread(values: Sequence[float], middle: float) -> float:
    return SPREAD * median(abs(value - middle) for value in values)
