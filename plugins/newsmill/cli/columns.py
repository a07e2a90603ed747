"""Two texts side by side, line for line, as wide as the screen.

Owns wrapping and padding by the columns that characters take on a screen: two for ideographs, none for combining
marks. A line that is written from right to left stays in its column. Keep out: what stands in the columns (explain).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from newsmill.cli.screen import LEFT_TO_RIGHT, columns, is_right_to_left

RULE = " │ "

LEAST_COLUMNS = 10
"""A column is never narrower; a very narrow screen wraps the table's lines instead."""


@dataclass(frozen=True, slots=True)
class SideBySide:
    """A table of a gutter and two columns on one console."""

    shown: Console
    gutter: int  # columns of the first, narrow column

    def rows(self, gutter: Text, left: Iterable[Text], right: Iterable[Text]) -> Iterator[Text]:
        """Yield the lines of one row; each column is a list of paragraphs."""
        cells = zip_longest(self._wrapped([gutter], self.gutter), self._filled(left), self._filled(right))
        for mark, one, other in cells:
            line = Text.assemble(
                _padded(mark or Text(), self.gutter),
                " ",
                _padded(one or Text(), self._width),
                (RULE, "dim"),
                _padded(other or Text(), 0),
            )
            line.rstrip()
            yield line

    def line(self) -> str:
        """Return a line across the table."""
        return "─" * (self.gutter + 1 + self._width) + RULE.replace(" ", "─").replace("│", "┼") + "─" * self._width

    @property
    def _width(self) -> int:
        return max(LEAST_COLUMNS, (columns(self.shown) - self.gutter - 1 - len(RULE)) // 2)

    def _filled(self, texts: Iterable[Text]) -> Iterator[Text]:
        for text in texts:
            yield from self._wrapped([text], self._width)

    def _wrapped(self, texts: Iterable[Text], width: int) -> Iterator[Text]:
        for text in texts:
            yield from text.wrap(self.shown, width, overflow="fold", tab_size=1)


def _padded(text: Text, width: int) -> Text:
    """Return a cell's line that is as wide as its column, and keeps its direction to itself."""
    missing = " " * max(0, width - cell_len(text.plain))
    if is_right_to_left(text.plain):
        return Text.assemble(LEFT_TO_RIGHT, text, LEFT_TO_RIGHT, missing)
    return Text.assemble(text, missing)
