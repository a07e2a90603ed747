"""Rebuild the paragraphs of a text dump from its lines.

Owns hard wraps, list markers, blank lines. Keep out: telling headings and titles (text).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from newsmill.extract.blocks import CONTROL, NO_TEXT
from newsmill.extract.bounds import check_lines
from newsmill.extract.marks import ends_sentence
from newsmill.model import Block, BlockKind

MARKERS = (
    (BlockKind.HEADING, re.compile(r"#{1,6}\s+(?=\S)")),
    (BlockKind.QUOTE, re.compile(r"(?:>\s+)+(?=\S)")),
    (BlockKind.LIST_ITEM, re.compile(r"(?:[-*+·]\s+|[•‣◦▪●⁃]\s*)(?=\S)")),
)
"""Marks at the start of a line that tell its kind and are no text. Numbers and long dashes are text: they begin
"13. September" and "– he said"."""
MARKS = frozenset("#>-*+·•‣◦▪●⁃")
"""What `MARKERS` begin with."""
ODD = re.compile(rf"[{NO_TEXT}\t\x1f\u1680\u2000-\u200a\u202f\u205f\u3000]")
"""A control character, or white space that is no space, no end of a line and no `FIXED_SPACE`; few dumps have one."""
FIXED_SPACE = "\xa0"
MAX_WRAP = 140
"""Characters; nobody wraps text wider (132 is the widest terminal): a longer line means that lines are paragraphs."""
MIN_WRAP = 40
"""Characters; a narrower column is a list of short lines."""
MIN_PAIRS = 3
"""Line ends without which there is too little to tell a wrap by."""
FULL_SHARE = 0.5
"""Share of line ends at which the next word would not have fitted, from which a dump is hard-wrapped."""
RUN_ON_SHARE = 0.4
"""Share of those that go on in mid-sentence. Of wrapped English lines about three in four do, of paragraphs none."""


class _Line(NamedTuple):
    text: str
    indent: int
    kind: BlockKind


def line_blocks(content: str) -> tuple[Block, ...]:
    """Return a dump's blocks: paragraphs between blank lines, or lines, with hard wraps undone.

    Every character that is no white space, control character or marker is in exactly one block, in order.

    Raises:
        ExtractError: it has more lines than an article can have.
    """
    check_lines(content)
    groups = list(_groups(content))
    width = _wrap_width(groups)
    blocks: list[Block] = []
    for group in groups:
        blocks += _joined(group, width or _own_width(group))
    return tuple(blocks)


def _groups(content: str) -> Iterator[list[_Line]]:
    """Yield the runs of lines between blank lines."""
    group: list[_Line] = []
    is_plain = ODD.search(content) is None
    for raw in content.splitlines():
        line = _line(raw, is_plain=is_plain)
        if line is not None:
            group.append(line)
        elif group:
            yield group
            group = []
    if group:
        yield group


def _line(raw: str, *, is_plain: bool) -> _Line | None:
    """Return a line with its words divided by one space each, as those of most lines are already."""
    text = raw.strip()
    if text and (not is_plain or "  " in text or FIXED_SPACE in text):
        raw = raw if is_plain else CONTROL.sub("", raw)
        text = " ".join(raw.split())
    return _marked(text, len(raw) - len(raw.lstrip())) if text else None


def _marked(text: str, indent: int) -> _Line:
    for kind, marker in MARKERS if text[0] in MARKS else ():
        match = marker.match(text)
        if match and any(map(str.isalnum, text[match.end() :])):
            return _Line(text[match.end() :], indent, kind)
    return _Line(text, indent, BlockKind.PARAGRAPH)


def _wrap_width(groups: Sequence[Sequence[_Line]]) -> int | None:
    """Return the column at which a dump was hard-wrapped; None where lines are paragraphs.

    A line is full when the next one's first word would not have fitted in: that is how every wrapping works. So each
    line that is followed by another tells between which columns a wrap would have been; the column that most lines
    agree on is asked, and menus, whose lines are too short, and list items, which many tools do not wrap, have no say.
    """
    pairs = [pair for group in groups for pair in pairwise(group) if _can_be_wrapped(*pair)]
    if len(pairs) < MIN_PAIRS:
        return None
    width = _agreed_column(pairs)
    full = [pair for pair in pairs if _is_full(*pair, width)]
    running = sum(_runs_on(*pair) for pair in full)
    enough = len(full) >= max(MIN_PAIRS, FULL_SHARE * len(pairs)) and running >= RUN_ON_SHARE * len(full)
    return width if enough else None


def _can_be_wrapped(line: _Line, following: _Line) -> bool:
    return line.kind is not BlockKind.HEADING and following.kind is BlockKind.PARAGRAPH and len(line.text) >= MIN_WRAP


def _agreed_column(pairs: Sequence[tuple[_Line, _Line]]) -> int:
    """Return the column, the widest of several, at which the most lines are full."""
    steps = [0] * (MAX_WRAP + 2)
    for line, following in pairs:
        end = line.indent + len(line.text)
        if end <= MAX_WRAP:
            steps[end] += 1
            steps[min(end + _needed(following), MAX_WRAP + 1)] -= 1
    votes = list(accumulate(steps))
    return max(range(MAX_WRAP + 1), key=lambda column: (votes[column], column))


def _own_width(group: Sequence[_Line]) -> int | None:
    """Return the column at which one group of lines was wrapped, where the dump as a whole does not tell one.

    A dump of few lines has too few pairs, and one with menus too many that are not full. So the group must be
    plain: all of its lines full, half of them going on in mid-sentence, and the last the end of one.
    """
    if len(group) == 1 or not ends_sentence(group[-1].text):
        return None
    width = max(len(line.text) + line.indent for line in group)
    if width > MAX_WRAP or min(len(line.text) for line in group[:-1]) < MIN_WRAP:
        return None
    pairs = list(pairwise(group))
    if not all(_is_full(*pair, width) for pair in pairs):
        return None
    return width if sum(_runs_on(*pair) for pair in pairs) * 2 >= len(pairs) else None


def _is_full(line: _Line, following: _Line, width: int) -> bool:
    end = line.indent + len(line.text)
    return end <= width < end + _needed(following)


def _needed(following: _Line) -> int:
    """Return the columns that the first word of a line would have taken in the line before."""
    word = following.text.split(" ", 1)[0]
    return 1 if _is_wide(word[0]) else len(word) + 1


def _runs_on(line: _Line, following: _Line) -> bool:
    """Tell whether a sentence goes on in the next line: in lower case, or in a script that has no case."""
    first = following.text[0]
    return first.islower() or (first.isalpha() and first.lower() == first.upper() and not ends_sentence(line.text))


def _joined(group: Sequence[_Line], width: int | None) -> Iterable[Block]:
    if width is None:
        return [Block(kind=line.kind, text=line.text) for line in group]
    return _unwrapped(group, width)


def _unwrapped(group: Sequence[_Line], width: int) -> Iterator[Block]:
    parts, kind = [group[0].text], group[0].kind
    for line, following in pairwise(group):
        if _continues(line, following, width):
            parts += (_glue(line.text, following.text), following.text)
        else:
            yield Block(kind=kind, text="".join(parts))
            parts, kind = [following.text], following.kind
    yield Block(kind=kind, text="".join(parts))


def _continues(line: _Line, following: _Line, width: int) -> bool:
    """Tell whether a line is the next piece of the paragraph that the line before is of."""
    if line.kind is BlockKind.HEADING or following.kind is not BlockKind.PARAGRAPH:
        return False
    if following.indent > line.indent and line.kind is BlockKind.PARAGRAPH:
        return False
    return _is_full(line, following, width)


def _glue(text: str, following: str) -> str:
    """Return what joins two pieces: a space, save after a hyphen within a word and in scripts that write without."""
    hyphened = re.search(r"[^\W\d_]-$", text[-2:]) and following[0].islower()
    return "" if hyphened or (_is_wide(text[-1]) and _is_wide(following[0])) else " "


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF" and not "\uac00" <= character <= "\ud7af"
