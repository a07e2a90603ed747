"""Blocks before and after, of which removals and extraction may both have changed."""

from __future__ import annotations

import pytest

from newsmill.model import Removal
from newsmill.preview.comparison import EXTRACTION, MAX_LINES, Comparison, block_effects, tables
from newsmill.preview.rehearsal import Effect, What


def cut(block: int, before: str, rule: str = "share.old", after: str | None = None, step: int = 0) -> Removal:
    return Removal(
        block=block, step=step, text_before=before, text_after=after, rule=rule, category="share", evidence="why"
    )


def told(before, after) -> list[tuple]:
    return [(one.what, one.rule, one.before, one.after) for one in block_effects("a.txt", before, after)]


A, B, C = "The first of the lines.", "The second of them.", "A third one."


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (([A, B], []), ([A, B], []), []),
        (([A, B], [cut(1, B)]), ([A, B], [cut(1, B)]), []),
        (([A, B], []), ([A, B], [cut(1, B, "share.new")]), [(What.CUT, "share.new", B, None)]),
        (([A, B], [cut(1, B)]), ([A, B], []), [(What.KEPT, "share.old", None, B)]),
        (([A], []), ([A], [cut(0, A, "x.y", "The first.")]), [(What.CHANGED, "x.y", A, "The first.")]),
        # extraction gives a block more in front: the others are the same, wherever they stand now
        (([B], [cut(0, B)]), ([A, B], [cut(1, B)]), [(What.KEPT, EXTRACTION, None, A)]),
        (([A, B], []), ([B], []), [(What.CUT, EXTRACTION, A, None)]),
        # what extraction brings and a rule cuts, or what was cut and is not brought any more, changes no text
        (([B], []), ([A, B], [cut(0, A)]), []),
        (([A, B], [cut(0, A)]), ([B], []), []),
        # one of two equal blocks goes
        (([A, A], []), ([A], []), [(What.CUT, EXTRACTION, A, None)]),
        (([A, A], []), ([A, A], [cut(1, A, "x.y")]), [(What.CUT, "x.y", A, None)]),
        # what extraction changed is another block; what a rule had left of the old one goes
        (
            ([A], [cut(0, A, after="The first.")]),
            ([C], []),
            [(What.KEPT, EXTRACTION, None, C), (What.CUT, EXTRACTION, "The first.", None)],
        ),
    ],
)
def test_each_block_is_told_by_the_rule_that_changes_it_or_by_extraction(before, after, expected):
    assert told(before, after) == expected


def test_words_gained_and_lost_make_the_difference_of_the_texts():
    before, after = ([A, B, C], [cut(1, B)]), ([B, C, A], [cut(2, A, after="The first.")])
    assert sum(one.words for one in block_effects("a.txt", before, after)) == 4 + 3 + 2 - (5 + 3)


def test_tables_name_those_with_the_most_words_and_count_the_rest():
    made = Comparison()
    for number in range(MAX_LINES + 2):
        lost = Effect(What.CUT, "share.x", "share", "why", "a\x1b[2J.txt", 0, "word " * (number + 1), None)
        made.total.add("changed", [lost], f"o{number}", 1)
        made.outlets[f"o{number}"].add("changed", [lost], f"o{number}", 0)
    lines = list(tables(made))
    assert lines[2].split() == [f"o{MAX_LINES + 1}", "1", "1", "0", "0", "0", "0", str(MAX_LINES + 2)]
    assert "… and 2 more" in lines
    assert not any("o0 " in line or "o1 " in line for line in lines)
    total = next(line for line in lines if line.startswith("total")).split()
    assert (total[1], total[-1]) == ("52", f"{sum(range(1, 53)):,}")
    assert lines[-1].startswith("share.x: goes, in a [2J.txt: word")
    assert all(line.isprintable() for line in lines)
