"""Read YAML that people wrote: safely, every scalar as the string it was written as.

Owns the loader. Keep out: what the keys mean (registry, rules, front matter).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from newsmill.model import NewsmillError

MAX_YAML_CHARS = 1_000_000
"""A front matter or sidecar is a page of text at most; more is refused before it is parsed."""

MAX_DEPTH = 20
"""Lists and mappings within each other, in the files of a project; rules have five."""
SCALARS = ("bool", "int", "float", "binary", "timestamp")
"""Types that YAML gives to scalars."""


class YamlError(NewsmillError):
    """Text is not YAML that we accept; says where and why."""


class _PlainLoader(yaml.SafeLoader):
    """SafeLoader without aliases (bombs are built of them) and without types: every scalar is a string, or null.

    `No` stays "No" and `2023-09-13` stays a string, with or without a tag (`!!bool`, `!!timestamp`): whoever reads
    fields relies on strings, and some types take time that grows with the square of what is written (`!!int 1:1:1:…`).
    null, ~ and an empty value become None.
    """

    yaml_constructors = {  # noqa: RUF012 - the base class declares it this way
        **yaml.SafeLoader.yaml_constructors,
        **{f"tag:yaml.org,2002:{kind}": yaml.SafeLoader.construct_yaml_str for kind in SCALARS},
    }

    yaml_implicit_resolvers = {  # noqa: RUF012 - the base class declares it this way
        first: [(tag, pattern) for tag, pattern in resolvers if tag == "tag:yaml.org,2002:null"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "aliases (*name) are not accepted", event.start_mark)
        return super().compose_node(parent, index)


class _FastLoader(yaml.CSafeLoader):
    """`_PlainLoader` without its look at aliases, in C: for files that hold nothing it would refuse."""

    yaml_constructors = {  # noqa: RUF012 - the base class declares it this way
        **yaml.CSafeLoader.yaml_constructors,
        **{f"tag:yaml.org,2002:{kind}": yaml.CSafeLoader.construct_yaml_str for kind in SCALARS},
    }
    yaml_implicit_resolvers = _PlainLoader.yaml_implicit_resolvers


def parse_long_yaml(text: str) -> Any:
    """Parse as `parse_yaml` does, with the same words about a mistake, and six times as fast where there is none.

    For files of a project: the rules are 150,000 characters, which every task reads.
    """
    try:
        if len(text) <= MAX_YAML_CHARS and _is_plain(yaml.parse(text, Loader=_FastLoader)):
            return yaml.load(text, Loader=_FastLoader)  # noqa: S506 - a SafeLoader with less
    except (yaml.YAMLError, ValueError, TypeError):
        pass
    return parse_yaml(text)


def _is_plain(events: Iterable[Any]) -> bool:
    """Whether there is neither an alias nor a nesting that the loader in C might not bear."""
    depth = 0
    for event in events:
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent) or depth > MAX_DEPTH:
            return False
    return True


def parse_yaml(text: str) -> Any:
    """Parse one YAML document into dicts, lists, strings and None.

    Raises:
        YamlError: not YAML, too long, nested too deep, or with an alias or a tag that we do not accept.
    """
    if len(text) > MAX_YAML_CHARS:
        raise YamlError(f"{len(text):,} characters of YAML; at most {MAX_YAML_CHARS:,} are read")
    try:
        return yaml.load(text, Loader=_PlainLoader)  # noqa: S506 - a SafeLoader with less
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise YamlError(f"{place}{error.problem or error.context}") from None
    except RecursionError:
        raise YamlError("nested too deep") from None
    except (yaml.YAMLError, ValueError, TypeError) as error:
        raise YamlError(str(error)) from None


Model = TypeVar("Model", bound=BaseModel)


def load_file(path: Path, model: type[Model]) -> Model:
    """Read one YAML file into a pydantic model.

    Raises:
        YamlError: the file cannot be read, is not YAML, or has a key or value that the model refuses; the
            text names the file, the key and the value.
    """
    return load_text(path, read_text(path), model)


def read_text(path: Path) -> str:
    """Read a YAML file as it is written.

    Raises:
        YamlError: the file cannot be read; the text names it.
    """
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise YamlError(f"{path}: {error}") from None


def load_text(path: Path, text: str, model: type[Model]) -> Model:
    """Read what a YAML file says into a pydantic model; raise as `load_file` does."""
    try:
        return model.model_validate(parse_long_yaml(text))
    except YamlError as error:
        raise YamlError(f"{path}: {error}") from None
    except ValidationError as error:
        raise YamlError(f"{path}: {describe(error)}") from None


def describe(error: ValidationError) -> str:
    """Return pydantic's findings as one line: `key: message (got 'value')`, joined by semicolons."""
    return "; ".join(
        f"{'.'.join(map(str, found['loc'])) or 'content'}: {found['msg']} (got {str(found['input'])[:200]!r})"
        for found in error.errors()
    )
