"""Each damage to a file of the corpus is found, named, and mended by the command that verify prints.

Mended means: to the byte. The articles are made again from their raw records, with revision, day of first publication
and place as they were.
"""

from __future__ import annotations

import pytest

from tests.newsmill.upkeep.damage import CORPUS
from tests.newsmill.upkeep.mending import corpus_of, mend, names, verify


@pytest.mark.parametrize("damage", CORPUS)
def test_damage_is_found_named_and_mended_to_the_byte(made, damage):
    before = corpus_of(made.data)
    said = damage(made)
    shown = verify(clean=False)
    assert names(shown, said), shown
    assert "rebuild-index" not in shown  # the index is right, and rebuilding it from damage would lose articles
    mend(shown)
    verify("--all", clean=True)
    assert corpus_of(made.data) == before
