"""Each damage to a file of the ledger is found, named, and mended by the command that verify prints.

Nobody has a second copy of the ledger: mended means that what was there lies in `damaged/`, that what can be read
stays, and that the loss is a warning which names the file, not an error for ever.
"""

from __future__ import annotations

import pytest

from tests.newsmill.upkeep.damage import LEDGER
from tests.newsmill.upkeep.mending import corpus_of, mend, names, verify


@pytest.mark.parametrize("damage", LEDGER)
def test_damage_is_found_named_and_a_warning_afterwards(made, damage):
    before = corpus_of(made.data)
    said = damage(made)
    shown = verify(clean=False)
    assert names(shown, said), shown
    mend(shown)
    after = verify("--all", clean=True)
    assert "runs/" in said[1] or names(after, ("warning: ledger.incomplete", said[1])), after
    assert corpus_of(made.data) == before
