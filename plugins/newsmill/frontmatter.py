"""Front matter: the fields that people write above an article, between two lines `---` (YAML) or `+++` (TOML).

Owns where it begins and ends, and TOML's values as YAML's loader gives them. Keep out: what the keys mean (extract).
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from newsmill.yamlfile import YamlError, parse_yaml

MAX_TOML_CHARS = 50_000
"""More is refused before it is parsed: the parser takes time that grows with the square of a dotted key's parts."""

_OPENING = re.compile(r"\ufeff?\s*(?P<fence>---|\+\+\+)[ \t]*\r?\n")
_KEY = r"(?:\"[^\"\n]{1,100}\"|'[^'\n]{1,100}'|[A-Za-z_][\w.-]*)"
_BEGINS = {
    "---": re.compile(rf"(?:[ \t]*(?:#[^\n]*)?\n)*[ \t]*{_KEY}[ \t]*:(?=\s|\Z)"),
    "+++": re.compile(rf"(?:[ \t]*(?:#[^\n]*)?\r?\n)*[ \t]*(?:{_KEY}[ \t]*=|\[\[?{_KEY}\]\]?)"),
}
"""What front matter begins with: a key, after comments. Prose below a ruled line begins otherwise."""
_CLOSING = {
    "---": re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.MULTILINE),
    "+++": re.compile(r"^\+\+\+[ \t]*(?:\r?\n|\Z)", re.MULTILINE),
}


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """Where front matter stands in a text; `end` is where the body begins, None where no line closes it."""

    fence: str  # "---" or "+++"
    start: int
    stop: int
    end: int | None


def find_front_matter(text: str) -> FrontMatter | None:
    """Return the front matter that a text begins with: a line `---` or `+++`, then a key. Linear in the text."""
    opening = _OPENING.match(text)
    if opening is None or not _BEGINS[opening["fence"]].match(text, opening.end()):
        return None
    fence, start = opening["fence"], opening.end()
    closing = _CLOSING[fence].search(text, start)
    if closing is None:
        return FrontMatter(fence, start, len(text), None)
    return FrontMatter(fence, start, closing.start(), closing.end())


def has_front_matter(text: str) -> bool:
    """Tell whether a text begins with front matter that has its end."""
    found = find_front_matter(text)
    return found is not None and found.end is not None


def parse_front_matter(found: FrontMatter, text: str) -> Any:
    """Parse front matter into dicts, lists, strings and None, whichever of the two it is written in.

    Raises:
        YamlError: not YAML or TOML that we accept; says where and why.
    """
    written = text[found.start : found.stop]
    return parse_yaml(written) if found.fence == "---" else parse_toml(written)


def parse_toml(text: str) -> Any:
    """Parse TOML into dicts, lists and strings; dates come as ISO 8601, so that dates are read in one place.

    Raises:
        YamlError: not TOML, too long, or nested too deep.
    """
    if len(text) > MAX_TOML_CHARS:
        raise YamlError(f"{len(text):,} characters of TOML; at most {MAX_TOML_CHARS:,} are read")
    try:
        return _plain(tomllib.loads(text.replace("\r\n", "\n")))
    except (tomllib.TOMLDecodeError, ValueError) as error:  # a number of 5,000 digits is a plain ValueError
        raise YamlError(str(error)) from None
    except RecursionError:
        raise YamlError("nested too deep") from None


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value).lower() if isinstance(value, bool) else str(value)
