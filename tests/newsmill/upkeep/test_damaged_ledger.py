"""Each damage to a file of the ledger is found, named, and mended by the command that verify prints.

Nobody has a second copy of the ledger: mended means that what was there lies in `damaged/`, that what can be read
stays, and that the loss is a warning which names the file, not an error for ever.
"""

from __future__ import annotations

import pytest

from tests.newsmill.upkeep.damage import LEDGER
from tests.newsmill.upkeep.mending import names, story


@pytest.fixture(scope="module", params=LEDGER)
def told(request, made_once, tmp_path_factory):
    acts = {damage.__name__: damage for damage in LEDGER[request.param]}
    return story(made_once, tmp_path_factory.mktemp("story"), acts)


def test_each_damage_is_found_and_named(told):
    missed = {name: said for name, said in told.said.items() if not names(told.shown, said)}
    assert not missed, told.shown


def test_damages_are_warnings_after_what_verify_printed(told):
    assert "no findings, " in told.after, told.after
    for name, (_, place) in told.said.items():
        assert "runs/" in place or names(told.after, ("warning: ledger.incomplete", place)), (name, told.after)
    assert told.mended == told.corpus
