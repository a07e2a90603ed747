"""An article about what the rules look for keeps its text whole: subjects.yaml."""

from pathlib import Path

import pytest
import yaml

from newsmill.clean.category import Category
from newsmill.clean.cleaner import clean
from newsmill.clean.fold import fold
from newsmill.clean.subject import subjects_of

from .helpers import article, outlet, real_rules, rule, rule_set
from .test_cases import PROSE

SUBJECTS = yaml.safe_load((Path(__file__).parent / "subjects.yaml").read_text(encoding="utf-8"))
ABOUT, ABROAD, REPORTED = SUBJECTS["english"], SUBJECTS["abroad"], SUBJECTS["reported"]


@pytest.mark.parametrize("subject", ABOUT)
def test_english_article_about_it_is_kept(subject):
    title, *rest = ABOUT[subject]
    cleaned = clean(article(title, *rest, title=title), real_rules(), outlet())
    assert [(cut.text_before, cut.rule) for cut in cleaned.removals] == [(title, "title.line")]


@pytest.mark.parametrize("subject", ABROAD)
def test_article_in_another_language_about_it_is_kept(subject):
    cleaned = clean(article(*ABROAD[subject], language=subject[:2]), real_rules(), outlet())
    assert [(cut.text_before, cut.rule) for cut in cleaned.removals] == []


@pytest.mark.parametrize("subject", REPORTED)
def test_article_that_reports_prompts_is_kept(subject):
    title, *rest = REPORTED[subject]
    cleaned = clean(article(title, *rest, title=title, language=subject[:2]), real_rules(), outlet())
    assert [(cut.text_before, cut.rule) for cut in cleaned.removals] == [(title, "title.line")]


PROMPTS = {
    "en": ["Please support our journalism with a gift.", "Sign up for our free newsletter and read it at seven."],
    "de": ["Mit Ihrer Spende helfen Sie uns.", "Abonnieren Sie unseren Newsletter, kostenlos und werktäglich."],
    "fr": [
        "Soutenez notre travail à partir d'un euro.",
        "Abonnez-vous à notre newsletter, chaque matin à sept heures.",
    ],
    "es": ["Apoya nuestro trabajo desde un euro.", "Suscríbete a nuestro boletín y léelo cada mañana a las siete."],
    "it": ["Fai una donazione, bastano cinque euro.", "Iscriviti alla nostra newsletter, ogni mattina alle sette."],
    "pt": ["Faça uma doação a partir de um euro.", "Assine a nossa newsletter, todas as manhãs às sete."],
    "nl": ["Steun ons werk vanaf een euro.", "Schrijf je in voor onze nieuwsbrief, elke ochtend om zeven uur."],
}


@pytest.mark.parametrize("language", PROMPTS)
def test_prompt_between_two_paragraphs_of_another_subject_is_cut(language):
    first, second = PROMPTS[language]
    made = article(PROSE[0], first, *PROSE[1:3], second, PROSE[3], title="Storm hits the coast", language=language)
    assert clean(made, real_rules(), outlet()).text == "\n\n".join(PROSE)


@pytest.mark.parametrize(("title", "kept"), [("Advertising falls in May", True), ("Storm hits the coast", False)])
def test_heading_in_the_body_is_spared_where_it_is_the_subject(title, kept):
    made = article(*PROSE[:2], "Advertisement", *PROSE[2:], title=title)
    assert ("Advertisement" in clean(made, real_rules(), outlet()).text) is kept


@pytest.mark.parametrize(("title", "kept"), [("Papers close their comments", True), ("Storm hits the coast", False)])
def test_last_sentence_is_spared_where_it_is_the_subject(title, kept):
    made = article(*PROSE, "Comments are closed.", "Leave a comment", title=title)
    text = clean(made, real_rules(), outlet()).text
    assert ("Comments are closed." in text) is kept
    assert "Leave a comment" not in text


def test_label_that_comes_twice_is_no_heading():
    made = article(PROSE[0], "Advertisement", *PROSE[1:3], "Advertisement", PROSE[3], title="Advertising falls in May")
    assert clean(made, real_rules(), outlet()).text == "\n\n".join(PROSE)


@pytest.mark.parametrize(
    ("title", "subjects"),
    [
        ("Donations to food banks fall", {Category.DONATE}),
        ("Verlage setzen auf Newsletter", {Category.SUBSCRIBE, Category.DONATE}),
        ("Les dons ont doublé", {Category.DONATE}),
        ("Shares fall as members of parliament meet", set()),
        ("", set()),
    ],
)
def test_title_names_its_subjects(title, subjects):
    assert subjects_of(fold(title)) == subjects


@pytest.mark.parametrize(
    ("formula", "kept"),
    [
        ("In loving memory of all good boats, may nothing be copied.", False),
        ("In loving memory of good boats, may nothing be copied.", True),
    ],
)
def test_word_in_common_with_a_title_does_not_save_a_formula_of_eight_words(formula, kept):
    rules = rule_set(rule(phrases={"en": [formula.split(", may")[0] + " may"]}, match="start", at="edge"))
    made = article(*PROSE, f"{formula} It is so.", title="Boats, and a memory")
    assert (formula in clean(made, rules, outlet()).text) is kept


@pytest.mark.parametrize(("title", "kept"), [("Harbour office moves", False), ("Reaching the reporters", True)])
def test_only_words_of_a_pattern_itself_are_its_subject(title, kept):
    rules = rule_set(rule(patterns={"en": ["reach the .{2,40} at"]}, match="start", at="edge"))
    line = "Reach the harbour office at the old mill, any day of the week before noon."
    assert (line in clean(article(*PROSE, line, title=title), rules, outlet()).text) is kept


APPEAL = "Your donation helps us to report on the valley, and for as little as a pound you can be one of our readers."


@pytest.mark.parametrize(("title", "kept"), [("Donations to food banks fall", True), ("Storm hits the coast", False)])
def test_sentence_is_spared_where_the_title_says_what_the_rule_looks_for(title, kept):
    cleaned = clean(article(title, *PROSE, APPEAL, title=title), real_rules(), outlet())
    assert (APPEAL in cleaned.text) is kept
