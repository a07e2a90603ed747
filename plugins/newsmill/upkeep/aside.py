"""What is set aside: `damaged/<same path>`, never thrown away.

A file there says that its place was damaged once. Beside it `<path>.lost.json` names the articles that could not be
made again, with the place of their raw records; verify tells of them as long as they are gone.

Owns these names. Keep out: why a file is set aside (repair).
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from itertools import count

from newsmill.places import DAMAGED
from newsmill.storage import Store

LOST = ".lost.json"
_NAME = re.compile(rf"{DAMAGED}/(?P<path>.+?)(?:\.\d+)?")


def set_aside(data: Store, path: str, *, keep: bool = False) -> str:
    """Put a file, or what lies in its place, into `damaged/`; one that is not there leaves an empty file, as a note.

    Args:
        data: the data root.
        path: of the file.
        keep: leave the file where it is, and set a copy aside.

    Returns:
        The path below `damaged/`.
    """
    to = free_place(data, path)
    if data.exists(path) and not keep:
        data.move(path, to)
        return to
    with data.replacing(to) as handle:
        if keep:
            with data.open(path) as damaged:
                shutil.copyfileobj(damaged, handle)
    return to


def free_place(data: Store, path: str) -> str:
    """Return the path below `damaged/` for what lies at this one; with a number if something is there already."""
    names = (f"{DAMAGED}/{path}{f'.{number}' if number else ''}" for number in count())
    return next(name for name in names if not data.exists(name))


def paths_aside(data: Store) -> Iterator[tuple[str, str]]:
    """Yield the files that were set aside: the path where each lay, and where it lies now."""
    for entry in data.files(DAMAGED):
        match = _NAME.fullmatch(entry.path)
        if match and not entry.path.endswith(LOST):
            yield match["path"], entry.path


def note_lost(data: Store, path: str, lost: Iterable[Mapping[str, str]]) -> None:
    """Keep which articles of a file could not be made again; none takes the note away."""
    articles = sorted(lost, key=lambda article: article["article_id"])
    if articles:
        data.write(f"{DAMAGED}/{path}{LOST}", json.dumps({"articles": articles}, indent=1).encode())
    else:
        data.remove(f"{DAMAGED}/{path}{LOST}")


def articles_lost(data: Store) -> Iterator[str]:
    """Yield the ids of all articles that could not be made again."""
    for entry in data.files(DAMAGED):
        if entry.path.endswith(LOST):
            yield from (article["article_id"] for article in json.loads(data.read(entry.path))["articles"])
