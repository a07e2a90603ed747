"""An article about what the rules look for keeps its text whole: subjects.yaml."""

from pathlib import Path

import pytest
import yaml

from newsmill.clean.cleaner import clean

from .helpers import article, outlet, real_rules
from .test_cases import PROSE

SUBJECTS = yaml.safe_load((Path(__file__).parent / "subjects.yaml").read_text(encoding="utf-8"))
ABOUT, ABROAD = SUBJECTS["english"], SUBJECTS["abroad"]


@pytest.mark.parametrize("subject", ABOUT)
def test_english_article_about_it_is_kept(subject):
    title, *rest = ABOUT[subject]
    cleaned = clean(article(title, *rest, title=title), real_rules(), outlet())
    assert [(cut.text_before, cut.rule) for cut in cleaned.removals] == [(title, "title.line")]


@pytest.mark.parametrize("subject", ABROAD)
def test_article_in_another_language_about_it_is_kept(subject):
    cleaned = clean(article(*ABROAD[subject], language=subject[:2]), real_rules(), outlet())
    assert [(cut.text_before, cut.rule) for cut in cleaned.removals] == []


APPEAL = "Your donation helps us to report on the valley, and for as little as a pound you can be one of our readers."


@pytest.mark.parametrize(("title", "kept"), [("Donations to food banks fall", True), ("Storm hits the coast", False)])
def test_sentence_is_spared_where_the_title_says_what_the_rule_looks_for(title, kept):
    cleaned = clean(article(title, *PROSE, APPEAL, title=title), real_rules(), outlet())
    assert (APPEAL in cleaned.text) is kept
