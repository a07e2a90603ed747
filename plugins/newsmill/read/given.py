"""The fields that come with a record, from its JSON object or its sidecar, as `Given`.

Owns their names and types. Keep out: what a value means: dates, languages and outlets are checked later.
"""

from __future__ import annotations

import dataclasses
import reprlib
from collections.abc import Mapping
from typing import Any

from newsmill.model import Given
from newsmill.read.decode import plain

LISTS = frozenset({"authors", "tags"})
"""Fields that may hold several values; one string counts as a list of one."""

NUMBERS = frozenset({"id", "published_at", "modified_at", "fetched_at"})
"""Fields that may be a JSON number: a number as a name, and times since 1970, which pandas writes for dates."""

FIELDS = tuple(field.name for field in dataclasses.fields(Given))


_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = _SHORT.maxlong = 100
_SHORT.maxlevel = 2


class FieldError(Exception):
    """A field has a value that it cannot have; says which, and what it must be."""


class Number(str):
    """A number of a JSON text, as it was written."""

    __slots__ = ()


def given_from(values: Mapping[str, Any]) -> Given:
    """Return the given fields among these; others are passed over.

    Strings are stripped, empty ones and null are as if absent. A number is accepted for `id` and for dates, and
    kept as it was written.

    Raises:
        FieldError: a field has the wrong type.
    """
    found: dict[str, Any] = {}
    for name in FIELDS:
        value = values.get(name)
        if value is not None:
            found[name] = _strings(name, value) if name in LISTS else _string(name, value)
    return Given(**found)


def shown(value: Any) -> str:
    """Return a value as a person can read it, about 100 characters of it."""
    text = str(value) if isinstance(value, Number) else _SHORT.repr(value)
    return plain(text if len(text) <= 100 else f"{text[:100]}…")


def _string(name: str, value: Any) -> str | None:
    if not isinstance(value, str) or (isinstance(value, Number) and name not in NUMBERS):
        raise FieldError(f"{name} must be a string, not {shown(value)}")
    return plain(str(value)).strip() or None


def _strings(name: str, value: Any) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    for item in values:
        if item is not None and (not isinstance(item, str) or isinstance(item, Number)):
            raise FieldError(f"{name} must be a string or a list of strings, not {shown(value)}")
    stripped = (plain(str(item)).strip() for item in values if item is not None)
    return tuple(item for item in stripped if item)
