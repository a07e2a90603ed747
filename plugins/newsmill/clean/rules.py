"""Rules as data: `include/rules/*.yaml` -> RuleSet, checked when they are loaded.

Owns the form of a rule and its errors. Keep out: applying a rule (findings, decide), the phrases (include/rules).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

from newsmill.clean.category import Category
from newsmill.clean.fold import fold, words_of
from newsmill.clean.patterns import PatternIndex, RulePattern, compile_pattern
from newsmill.clean.phrases import PhraseIndex
from newsmill.clean.predicates import CERTAIN, Predicate
from newsmill.model import BlockKind, NewsmillError
from newsmill.yamlfile import YamlError, describe, load_text, read_text

CODE_VERSION = 6
"""Raise it with any change of code that can change a cleaned text, in extraction too."""


class RuleError(NewsmillError):
    """A rules file has a mistake; the text names file, rule, key and value."""


class Match(StrEnum):
    """How a phrase or pattern has to lie in a block, the tightest first."""

    WHOLE = "whole"
    MADE_OF = "made_of"  # phrases only: every word (or the share `cover`) belongs to a phrase or is a number
    START = "start"
    END = "end"
    CONTAINS = "contains"


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
    def compiled_needs(self) -> tuple[Any, ...]:
        """The patterns of `needs`, compiled."""
        return tuple(map(compile_pattern, self.needs))

    @cached_property
    def compiled_replace(self) -> Any:
        """The pattern of `replace`, compiled; None without one."""
        return compile_pattern(self.replace.pattern) if self.replace else None

    @property
    def says_words(self) -> bool:
        """Whether the rule asks for phrases or patterns."""
        return bool(self.phrases or self.patterns)

    @property
    def looks_around(self) -> bool:
        """Whether the rule asks what was cut around a block."""
        return bool(self.after or self.before or self.near)

    @property
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


class _RuleFile(BaseModel):
    model_config = ConfigDict(extra="forbid")
    rules: Annotated[list[dict[str, Any]], Field(min_length=1)]


@dataclass(frozen=True, slots=True, eq=False)
class RuleSet:
    """Rules in the order in which they are asked, and the indexes of their phrases and patterns."""

    rules: tuple[Rule, ...]
    version: str  # SHA-256 in hex of the rules' meaning
    phrases: PhraseIndex
    patterns: PatternIndex

    @classmethod
    def of(cls, rules: Iterable[Rule]) -> RuleSet:
        """Make a set of rules; their order does not matter: category, then the tightest match, then id."""
        ordered = tuple(sorted(rules, key=_rank))
        meaning = sorted((rule.meaning() for rule in ordered), key=lambda said: str(said["id"]))
        version = hashlib.sha256(json.dumps(meaning, ensure_ascii=True).encode()).hexdigest()
        phrases = PhraseIndex.of(
            (number, language, phrase)
            for number, rule in enumerate(ordered)
            for language, phrases in rule.phrases.items()
            for phrase in phrases
        )
        patterns = tuple(
            RulePattern(number, language, pattern, rule.anchored(pattern))
            for number, rule in enumerate(ordered)
            for language, patterns in rule.patterns.items()
            for pattern in patterns
        )
        return cls(ordered, version, phrases, PatternIndex(patterns))


def _rank(rule: Rule) -> tuple[int, int, str]:
    return list(Category).index(rule.category), list(Match).index(rule.match), rule.id


def load_rules(folder: Path) -> RuleSet:
    """Read every `*.yaml` of a folder; each holds a list `rules`. What has been read before is not made again.

    Raises:
        RuleError: there is no rules file, one has a mistake, or two rules have one id.
    """
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise RuleError(f"{folder}: no rules (*.yaml) here; name the folder that holds them")
    try:
        return _made_of(tuple((path, read_text(path)) for path in files))
    except YamlError as error:
        raise RuleError(str(error)) from None


@lru_cache(maxsize=2)
def _made_of(files: tuple[tuple[Path, str], ...]) -> RuleSet:
    found: dict[str, tuple[Path, Rule]] = {}
    for path, text in files:
        for number, fields in enumerate(load_text(path, text, _RuleFile).rules, 1):
            rule = _checked(path, number, fields)
            if rule.id in found:
                raise RuleError(f"{path}: rule {rule.id!r}: id: {found[rule.id][0].name} has it too; rename one")
            found[rule.id] = (path, rule)
    return RuleSet.of(rule for _, rule in found.values())


def cleaner_version(rules: RuleSet) -> str:
    """Return the version of code and rules that make a text, such as `1+3fa85f64`."""
    return f"{CODE_VERSION}+{rules.version[:8]}"


def _checked(path: Path, number: int, fields: dict[str, Any]) -> Rule:
    try:
        return Rule.model_validate(fields)
    except ValidationError as error:
        name = repr(fields["id"]) if fields.get("id") else f"number {number}"
        raise RuleError(f"{path}: rule {name}: {describe(error)}") from None
