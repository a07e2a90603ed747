"""The question as Markdown, the body of Airflow's form.

Owns its words and its table. Keep out: what is counted (question), showing it (dags/review.py).

Outlets and places are what strangers wrote: file names, a feed's fields. Each stands in a code span, in which neither
Markdown, nor HTML, nor an address becomes anything, and the characters that could end the span or the cell are
replaced by ones that look like them. The table is bounded, whatever the run holds.
"""

from __future__ import annotations

from newsmill.publish.report import safe_name
from newsmill.review.question import Group, Question

ROWS = 20
"""Rows of the table: a screen; the rest is counted in one more."""

CELL = 80
"""Characters of a name or place that are shown."""

_LOOK_ALIKE = str.maketrans({"`": "´", "|": "¦", "\\": "∖"})
_HEAD = "| failed | outlet | articles | of the run | for example |\n|---|---|--:|--:|---|"


def form(question: Question, hours: float, page: str) -> str:
    """Return the form's body.

    Args:
        question: what is asked.
        hours: how long an answer is waited for.
        page: the address of the page that lists what the run has refused; without a space or a bracket.
    """
    rest = question.articles - question.quarantined
    return "\n\n".join(
        [
            f"**{question.sentence}.** Nothing of this run is published yet.",
            f"**Approve** publishes the other {rest:,} and quarantines these. **Reject** fails the run: nothing is "
            "published, and the next run takes its records again.",
            _table(question),
            f"Where to look: every article's verdict in {code(question.staging + '/verdicts.parquet', None)}, the Data "
            f"Docs of this run in {code(question.docs, None)}. Once the rest is published, the articles themselves "
            f"stand on the page [Quarantine]({page}) and in the dataset `quarantine`.",
            f"Without an answer within {hours:g} hours the run fails.",
        ]
    )


def code(text: str | None, limit: int | None = CELL) -> str:
    """Return text of a stranger as a code span that holds it and nothing else.

    Args:
        text: any text; None: it has no name.
        limit: characters that are shown; None: all.
    """
    return f"`{safe_name(text, limit).translate(_LOOK_ALIKE).strip() or ' '}`"


def _table(question: Question) -> str:
    rows = [_row(group, question.articles) for group in question.groups[:ROWS]]
    others = question.groups[ROWS:]
    if others:
        count = sum(group.articles for group in others)
        rows.append(f"| {len(others):,} more | | {count:,} | {count / question.articles:.1%} | |")
    return "\n".join([_HEAD, *rows])


def _row(group: Group, articles: int) -> str:
    places = " ".join(map(code, group.places))
    cells = (code(group.what), code(group.outlet), f"{group.articles:,}", f"{group.articles / articles:.1%}", places)
    return f"| {' | '.join(cells)} |"
