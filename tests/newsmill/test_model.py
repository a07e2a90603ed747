from __future__ import annotations

import pytest

from newsmill.model import Cleaned, Removal


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("One two,  three\n\nfour.", 4),
        ("市议会投票 today", 6),
        ("東京タワー", 5),
        ("สวัสดีครับ สวัสดี", 4),
        ("서울 시의회가 화요일", 3),
    ],
)
def test_words_are_counted_by_spaces_and_by_characters_where_a_script_has_none(text, words):
    assert Cleaned(text=text, removals=()).word_count == words


def test_removed_characters_are_those_of_cuts_and_the_difference_of_changes():
    def removal(before, after):
        return Removal(block=0, step=0, text_before=before, text_after=after, rule="r", category="c", evidence="e")

    assert Cleaned(text="", removals=(removal("12345", None), removal("123.1", "123."))).removed_chars == 6
