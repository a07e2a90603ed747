"""The form of one rule: what it may say, and what that means.

Owns the keys of a rule and their checks. Keep out: files of rules (rules), applying a rule (findings, decide).
"""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from newsmill.clean.category import Category
from newsmill.clean.fold import fold, words_of
from newsmill.clean.patterns import compile_pattern
from newsmill.clean.phrases import Match
from newsmill.clean.predicates import CERTAIN, Predicate
from newsmill.clean.traits import traits_needed
from newsmill.model import BlockKind


class Place(StrEnum):
    """Where a block has to stand, seen from the article's body (see `body.py`)."""

    ANYWHERE = "anywhere"
    HEAD = "head"
    TAIL = "tail"
    EDGE = "edge"  # head or tail


class Then(StrEnum):
    """What a marker in the tail takes with it."""

    NEXT = "next"  # the block after it
    REST = "rest"  # all that follows and is a heading, short or like a list
    ALL = "all"  # everything to the end of the page, prose too: it opens the readers' comments (see `thread.py`)
    TURN = "turn"  # nothing: it is a turn in a thread of comments, and cut with the thread


def _compiles(pattern: str) -> str:
    compile_pattern(pattern)
    return pattern


def _has_words(phrase: str) -> str:
    if not words_of(fold(phrase)):
        raise ValueError("a phrase needs a letter or a digit; use a pattern for signs")
    return phrase


Language = Annotated[str, StringConstraints(pattern=r"^(any|[a-z]{2})$")]
Phrase = Annotated[str, AfterValidator(_has_words)]
Pattern = Annotated[str, AfterValidator(_compiles)]
Several = Annotated[tuple[Category, ...], Field(min_length=1)]


class Replace(BaseModel):
    """A change within a block: an RE2 pattern over the block's own text, and what comes in its place."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    pattern: Pattern
    by: str


class Rule(BaseModel):
    """A named reason to cut or change a block. All conditions that it states must hold.

    `phrases` and `patterns` are given by language (`any` for all) and are alternatives of each other. Both see
    the folded block (see `fold.py`); phrases see its words only, so punctuation does not matter to them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, StringConstraints(pattern=r"^[a-z]+(\.[a-z0-9_]+)+$")]
    category: Category
    why: Annotated[str, StringConstraints(strip_whitespace=True, min_length=10)]
    phrases: dict[Language, Annotated[tuple[Phrase, ...], Field(min_length=1)]] = {}
    patterns: dict[Language, Annotated[tuple[Pattern, ...], Field(min_length=1)]] = {}
    match: Match = Match.WHOLE
    at_least: int = Field(1, ge=1)  # different phrases that a block must hold; for `made_of`
    cover: float = Field(1.0, gt=0, le=1)  # share of its words in phrases; for `made_of`
    kinds: tuple[BlockKind, ...] = ()
    predicates: tuple[Predicate, ...] = Field((), alias="is")
    excluded: tuple[Predicate, ...] = Field((), alias="is_not")
    min_words: int = Field(0, ge=0)
    max_words: int | None = Field(None, ge=1)
    at: Place = Place.ANYWHERE
    after: Several | None = None  # a block cut for one of these stands before, with no prose between
    before: Several | None = None  # the same, after it
    near: Several | None = None  # a block cut for one of these is at most three blocks away
    needs: tuple[Pattern, ...] = ()  # some block of the article must match one of these
    in_prose: bool = False  # may cut a long paragraph inside the body: only for unmistakable phrases
    then: Then | None = None
    replace: Replace | None = None

    @field_validator("category")
    @classmethod
    def _for_rules(cls, category: Category) -> Category:
        if category in (Category.OUTSIDE, Category.SHAPE):
            raise ValueError("is the cleaner's own; choose another category")
        return category

    @model_validator(mode="after")
    def _makes_sense(self) -> Rule:
        if self.replace:
            return self._changes_only()
        if not (self.phrases or self.patterns or self.predicates or self.kinds):
            raise ValueError("matches every block; give phrases, patterns, is or kinds")
        if self.match is Match.MADE_OF and self.patterns:
            raise ValueError("match: made_of takes phrases only; move the patterns to a rule of their own")
        if self.match is not Match.MADE_OF and (self.at_least > 1 or self.cover < 1):
            raise ValueError("at_least and cover belong to match: made_of")
        if self.max_words is not None and self.max_words < self.min_words:
            raise ValueError(f"max_words ({self.max_words}) is less than min_words ({self.min_words})")
        return self

    def _changes_only(self) -> Rule:
        beside = self.model_fields_set - {"id", "category", "why", "replace", "needs"}
        if beside:
            raise ValueError(f"a rule that replaces takes only needs beside; leave out {', '.join(sorted(beside))}")
        return self

    @cached_property
    def compiled_replace(self) -> Any:
        """The pattern of `replace`, compiled; None without one."""
        return compile_pattern(self.replace.pattern) if self.replace else None

    @cached_property
    def says_words(self) -> bool:
        """Whether the rule asks for phrases or patterns."""
        return bool(self.phrases or self.patterns)

    @cached_property
    def is_late(self) -> bool:
        """Whether few blocks have all else that the rule wants, so that its patterns are asked last."""
        return bool(self.patterns) and not self.phrases and bool(traits_needed(self.predicates))

    @cached_property
    def looks_around(self) -> bool:
        """Whether the rule asks what was cut around a block."""
        return bool(self.after or self.before or self.near)

    @cached_property
    def certain(self) -> bool:
        """Whether the block alone proves the case: it stands when the cap refuses the other rules."""
        if self.looks_around:
            return False
        whole = self.match is Match.WHOLE or (self.match is Match.MADE_OF and self.cover == 1)
        return (self.says_words and whole) or (bool(self.predicates) and set(self.predicates) <= CERTAIN)

    def meaning(self) -> dict[str, Any]:
        """Return what the rule does, without why, in one order: equal meanings are equal here."""
        said = self.model_dump(mode="json", by_alias=True, exclude={"why"}, exclude_defaults=True)
        return {key: _in_order(value) for key, value in sorted(said.items())}

    def anchored(self, pattern: str) -> str:
        """Return a pattern so that a search finds it only where `match` wants it."""
        begins = r"\A" if self.match in (Match.WHOLE, Match.START) else ""
        ends = r"\z" if self.match in (Match.WHOLE, Match.END) else ""
        return f"(?:{begins}(?:{pattern}){ends})"


def _in_order(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _in_order(inner) for key, inner in sorted(value.items())}
    return sorted(value) if isinstance(value, list) else value
