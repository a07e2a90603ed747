"""Articles in other scripts keep their text whole, and their furniture still goes: scripts.yaml."""

from pathlib import Path

import pytest
import yaml

from newsmill.clean.cleaner import clean
from newsmill.clean.fold import count_words, fold, joined, words_of
from newsmill.clean.page import line_of

from .helpers import article, block, outlet, real_rules, rule, rule_set

SCRIPTS = yaml.safe_load((Path(__file__).parent / "scripts.yaml").read_text(encoding="utf-8"))
LINKS = ["Home", "Sport", "Kultur", "Welt"]


@pytest.mark.parametrize("language", SCRIPTS)
def test_article_is_kept_whole(language):
    assert clean(article(*SCRIPTS[language], language=language), real_rules(), outlet()).removals == ()


@pytest.mark.parametrize("language", SCRIPTS)
def test_furniture_around_it_goes(language):
    text = SCRIPTS[language]
    made = article("Skip to content", text[0], *text[1:], "Share this", *LINKS, "© 2023 Example", language=language)
    assert clean(made, real_rules(), outlet()).text == "\n\n".join(text)


@pytest.mark.parametrize("language", SCRIPTS)
def test_paragraphs_read_as_prose_and_headings_do_not(language):
    for text in SCRIPTS[language]:
        line = line_of(0, block(text))
        assert line.reads_as_prose or len(text) < 60, text
        assert len(text) > 12 or not line.reads_as_prose, text


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("The old bridge", 3),
        ("Η παλιά γέφυρα", 3),
        ("पुराने बंदरगाह पुल", 3),
        ("옛 항구 다리", 3),
        ("旧港大桥", 4),
        ("橋のケーブル", 6),
        ("สะพานท่าเรือเก่าขึ้นใหม่", 4),
        ("ស្ពានកំពង់ផែចាស់", 3),
        ("x" * 49, 1),
        ("x" * 100, 2),
    ],
)
def test_words_are_counted_as_a_reader_counts_them(text, count):
    assert count_words(words_of(fold(text))) == count


@pytest.mark.parametrize(
    "text", ["गिर गया।", "گر گیا۔", "هل سقط؟", "ወደቀ።", "ပြိုကျခဲ့သည်။", "倒了！", "落ちた。」", "Έπεσε;"]
)
def test_stops_of_other_scripts_end_a_sentence(text):
    assert line_of(0, block(text)).ends_sentence
    assert not line_of(0, block(text.rstrip("।۔؟።။！。」;"))).ends_sentence


@pytest.mark.parametrize(
    ("match", "text"),
    [
        ("start", "続きを読むには登録してください"),
        ("contains", "この記事の続きを読むには"),
        ("end", "ここで続きを読む"),
    ],
)
def test_phrase_is_found_within_a_run_without_spaces(match, text):
    rules = rule_set(rule(phrases={"ja": ["続きを読む"]}, match=match))
    (removal,) = clean(article(text, "あ", language="ja"), rules, outlet()).removals
    assert "'続きを読む'" in removal.evidence
    whole = rule_set(rule(phrases={"ja": ["続きを読む"]}))
    assert clean(article(text, "あ", language="ja"), whole, outlet()).removals == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2024年5月", ("2024", "年", "5", "月")),
        ("サーバ", ("サ", "ー", "バ")),
        ("ที่นี่", ("ที่", "นี่")),
        ("관련기사 보기", ("관련기사", "보기")),
        ("don't", ("don't",)),
    ],
)
def test_words_are_letters_where_no_space_stands_between_them(text, words):
    assert words_of(fold(text)) == words
    assert joined(words) == ("2024 年 5 月" if text[0] == "2" else fold(text))


def test_wide_signs_and_both_turkish_letters_fold_to_one_form():
    assert fold("（写真：港）") == fold("(写真:港)")
    assert fold("İLGİLİ") == fold("ilgili") == fold("ılgılı")


def test_semicolon_behind_other_letters_ends_no_sentence():
    assert not line_of(0, block("It fell;")).ends_sentence


@pytest.mark.parametrize(("times", "prose"), [(3, False), (6, True)])
def test_thai_line_is_prose_when_it_is_longer_than_a_headline(times, prose):
    assert line_of(0, block("สะพานท่าเรือเก่า" * times)).reads_as_prose is prose


@pytest.mark.parametrize(("times", "prose"), [(9, False), (13, True)])
def test_line_of_ideographs_without_a_stop_is_prose_when_it_is_longer_than_a_headline(times, prose):
    assert line_of(0, block("旧港大桥" * times)).reads_as_prose is prose
