"""Every shape of a record that is made to cost time or memory, by the kind of record and its name."""

from __future__ import annotations

from newsmill.model import RawFormat
from tests.hostile.building import PROSE
from tests.hostile.shapes_of_markdown import MARKDOWN
from tests.hostile.shapes_of_pages import PAGES
from tests.hostile.shapes_of_texts import DUMPS, GIVEN


def record(kind: str, name: str, size: int) -> tuple[RawFormat, str, dict[str, object]]:
    """Return a shape's format, content and given fields."""
    if kind == "page":
        return RawFormat.HTML, PAGES[name](size), {}
    if kind == "dump":
        return RawFormat.TEXT, DUMPS[name](size), {}
    if kind == "markdown":
        return RawFormat.MARKDOWN, MARKDOWN[name](size), {}
    fields = GIVEN[name](size)
    text = fields.pop("text", f"Council votes to rebuild bridge\n\n{PROSE * 3}\n\n{PROSE * 4}\n")
    return RawFormat.TEXT, str(text), fields


ALL = [("page", name) for name in PAGES] + [("dump", name) for name in DUMPS]
ALL += [("markdown", name) for name in MARKDOWN] + [("given", name) for name in GIVEN]
