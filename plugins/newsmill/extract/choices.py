"""Write down how each field was decided: what was taken, from where, who agrees, what was said against it.

Owns the shape that the ledger's `metadata` shows. Keep out: deciding (vote, article).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from newsmill.extract.authors import plain
from newsmill.extract.draft import Draft
from newsmill.extract.vote import Outcome
from newsmill.model import Choice

Value = str | tuple[str, ...] | datetime
Said = tuple[str, Value | None]
"""A place and what it says."""
RECORD = "record"
"""The place of a value that came with the record."""
TEXT = "text"
"""The place of a value that the article's text itself gave, by detection."""
JOINT = "; "


def choices_of(**outcomes: Outcome[str] | Outcome[tuple[str, ...]] | Outcome[datetime] | None) -> tuple[Choice, ...]:
    """Return the choices of the fields that were decided, in their order."""
    return tuple(_choice(field, outcome) for field, outcome in outcomes.items() if outcome is not None)


def told(draft: Draft, field: str) -> Iterator[Said]:
    """Yield what a format's extractor found for a field: each place of its choice, else the one place it has."""
    choice = next((choice for choice in draft.choices if choice.field == field), None)
    if choice is None:
        yield draft.origin, getattr(draft, field)
        return
    yield from ((source, choice.value) for source in (choice.source, *choice.agreeing))
    if choice.runner_up_source:
        yield choice.runner_up_source, choice.runner_up


def settled(field: str, value: Value | None, said: Iterable[Said]) -> tuple[Choice, ...]:
    """Return the choice of a field whose value is known: who said it, who agrees, who says what else; none without one.

    Args:
        field: the corpus's column.
        value: as the corpus has it.
        said: all that was said of it, the most trusted first.
    """
    if not value:
        return ()
    text = shown(value)
    pairs = [(source, shown(other)) for source, other in said if other]
    agreeing = dict.fromkeys(source for source, other in pairs if _same(other, text))
    source = next((source for source, other in pairs if other == text), next(iter(agreeing), TEXT))
    against = next(((other, place) for place, other in pairs if not _same(other, text)), (None, None))
    others = tuple(place for place in agreeing if place != source)
    return (Choice(field=field, value=text, source=source, agreeing=others, runner_up=against[0],
                   runner_up_source=against[1]),)  # fmt: skip


def shown(value: Value) -> str:
    """Return a value as the ledger shows it."""
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, str) else JOINT.join(value)


def _same(one: str, other: str) -> bool:
    return one == other or set(map(plain, one.split(JOINT))) == set(map(plain, other.split(JOINT)))


def _choice(field: str, outcome: Outcome[str] | Outcome[tuple[str, ...]] | Outcome[datetime]) -> Choice:
    return Choice(
        field=field,
        value=shown(outcome.value),
        source=outcome.source,
        agreeing=outcome.agreeing,
        runner_up=None if outcome.rival is None else shown(outcome.rival),
        runner_up_source=outcome.rival_source,
    )
