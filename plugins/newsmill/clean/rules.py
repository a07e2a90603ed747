"""Rules as data: `include/rules/*.yaml` -> RuleSet, checked when they are loaded.

Owns files of rules, their errors, their order and their version. Keep out: the form of a rule (rule), applying it
(findings, decide), the phrases (include/rules).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from newsmill.clean.category import Category
from newsmill.clean.phrases import Match
from newsmill.clean.rule import Rule
from newsmill.clean.spoken import Spoken
from newsmill.clean.traits import Askable
from newsmill.model import NewsmillError
from newsmill.yamlfile import YamlError, describe, load_text, read_text

CODE_VERSION = 6
"""Raise it with any change of code that can change a cleaned text, in extraction too."""

SHARED = frozenset({"en"})
"""The language whose words are looked for in texts of every other, too."""


class RuleError(NewsmillError):
    """A rules file has a mistake; the text names file, rule, key and value."""


class _RuleFile(BaseModel):
    model_config = ConfigDict(extra="forbid")
    rules: Annotated[list[dict[str, Any]], Field(min_length=1)]


@dataclass(frozen=True, slots=True, eq=False)
class RuleSet:
    """Rules in the order in which they are asked."""

    rules: tuple[Rule, ...]
    version: str  # SHA-256 in hex of the rules' meaning
    replacing: tuple[tuple[int, Rule], ...]
    languages: frozenset[str]  # that have words of their own
    askable: Askable  # rules that no phrase or pattern finds
    _spoken: dict[frozenset[str] | None, Spoken] = field(default_factory=dict)

    @classmethod
    def of(cls, rules: Iterable[Rule]) -> RuleSet:
        """Make a set of rules; their order does not matter: category, then the tightest match, then id."""
        ordered = tuple(sorted(rules, key=_rank))
        meaning = sorted((rule.meaning() for rule in ordered), key=lambda said: str(said["id"]))
        version = hashlib.sha256(json.dumps(meaning, ensure_ascii=True).encode()).hexdigest()
        languages = frozenset(language for rule in ordered for language in (*rule.phrases, *rule.patterns))
        asked = ((n, rule) for n, rule in enumerate(ordered) if rule.is_late or not (rule.says_words or rule.replace))
        askable = Askable.of((number, rule.kinds, rule.predicates) for number, rule in asked)
        replacing = tuple((number, rule) for number, rule in enumerate(ordered) if rule.replace)
        return cls(ordered, version, replacing, languages, askable)

    def spoken(self, languages: frozenset[str] | None) -> Spoken:
        """Return what is looked for in texts of these languages, besides `any`; None means all.

        It is compiled when it is first asked for, and kept.
        """
        known = None if languages is None else languages & self.languages
        if known not in self._spoken:
            shared = self.spoken(SHARED) if known and known > SHARED else None
            self._spoken[known] = Spoken.of(self.rules, known, shared)
        return self._spoken[known]


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
