"""Authors, titles, URLs and languages: the single fields."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsmill.extract.authors import looks_like_person, names, split_names
from newsmill.extract.language import MIN_LETTERS, detect, language_code, language_of
from newsmill.extract.titles import tidy_title
from newsmill.extract.urls import canonical_url, url_date

GERMAN = "Der Bundeskanzler hat am Dienstag in Berlin mit den Ministern der Länder über die neue Brücke gesprochen."


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("By Jane Doe", ["Jane Doe"]),
        ("Von Max Muster und Erika Muster", ["Max Muster", "Erika Muster"]),
        ("Jane Doe, Political Editor and John Roe jr@example.org", ["Jane Doe", "John Roe"]),
        ("Jane Doe; John Roe / Ann Poe & Bo Low", ["Jane Doe", "John Roe", "Ann Poe", "Bo Low"]),
        ("José Ortega y Gasset", ["José Ortega y Gasset"]),
        ("Ana Ruiz y Luis Pérez", ["Ana Ruiz", "Luis Pérez"]),
        ("Marie Curie et Pierre Curie", ["Marie Curie", "Pierre Curie"]),
        ("Martin Luther King, Jr.", ["Martin Luther King Jr."]),
        ("Byron Smith", ["Byron Smith"]),
        ("Max Muster (dpa)", ["Max Muster"]),
        ("Jane Doe @janedoe", ["Jane Doe"]),
        ("신현주 기자", ["신현주"]),
        ("Андрей Колесников", ["Андрей Колесников"]),
        ("Por Ana Ruiz", ["Ana Ruiz"]),
        ("Af Mette Hansen", ["Mette Hansen"]),
        ("Автор: Иван Петров", ["Иван Петров"]),
        ("Yazan: Ali Demir ve Ayşe Kaya", ["Ali Demir", "Ayşe Kaya"]),
        ("作者：张三、李四", ["张三", "李四"]),
        ("記者 山田太郎", ["山田太郎"]),
        ("Oleh Budi Santoso", ["Budi Santoso"]),
        ("JEAN-LUC O'BRIEN", ["Jean-Luc O'Brien"]),
        ("BBC NEWS", ["BBC NEWS"]),
        ("J.K. Rowling", ["J.K. Rowling"]),
        ("Jane Doe Jane Doe", ["Jane Doe"]),
        ("Senior Political Reporter Jane Doe", ["Jane Doe"]),
        ("Jane Doe Political Editor", ["Jane Doe"]),
        ("Jane Doe in Washington", ["Jane Doe"]),
        ("Jane Doe, Example Staff Writer", ["Jane Doe"]),
        ("Our Political Correspondent", []),
        ("Jane Doe, Friday, 13 September 2023", ["Jane Doe"]),
        ("By Jane Doe Updated Sep 13, 2023", ["Jane Doe"]),
        ("Jane Doe | 5 min read", ["Jane Doe"]),
        ("Max Muster, Berlin", ["Max Muster"]),
        ("Max Muster, dpa", ["Max Muster", "dpa"]),
        ("Max Muster mit Material von dpa", ["Max Muster", "dpa"]),
        ("Jane Doe et AFP", ["Jane Doe", "AFP"]),
        ("박준석 기자 외 1명", ["박준석"]),
        ("Ministry of Defence", ["Ministry of Defence"]),
        ("Foto: Max Muster", []),
        ("humans.txt", []),
        ("siteadmin", []),
        ("https://example.org/jane", []),
        ("admin", []),
        ("By", []),
        ("", []),
        ("x" * 81, []),
    ],
)
def test_a_byline_is_taken_apart(line: str, expected: list[str]) -> None:
    assert split_names(line) == expected


def test_the_outlet_is_never_an_author() -> None:
    assert names(["Jane Doe, The Example Times", "Example Times"], ["Example Times"]) == ("Jane Doe",)


def test_one_person_written_twice_is_one_author_at_the_first_place() -> None:
    assert names(["Jane Doe", "John Roe", "JANE DOE"]) == ("Jane Doe", "John Roe")


def test_an_outlet_and_an_agency_stay_one_name() -> None:
    assert names(["Le Exemple et AFP"], ["Le Exemple"]) == ("Le Exemple et AFP",)
    assert names(["Le Exemple et AFP"]) == ("Le Exemple", "AFP")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Jane Doe", True),
        ("Jan van der Berg", True),
        ("Jane", False),
        ("Jane says hello", False),
        ("NEW YORK", False),
        ("View More Articles", False),
    ],
)
def test_what_looks_like_a_person(text: str, expected: bool) -> None:
    assert looks_like_person(text) is expected


@given(st.text(max_size=600))
def test_no_byline_raises(line: str) -> None:
    assert all(name == name.strip() and name for name in names([line]))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Council closes old bridge | World | News", "Council closes old bridge"),
        ("Live | Council closes old bridge", "Live | Council closes old bridge"),
        ("Council closes bridge - Example Times", "Council closes bridge"),
        ("Council closes bridge – example.org", "Council closes bridge"),
        ("Council closes bridge - The Example Times Online", "Council closes bridge"),
        ("Example Times: bridge closes", "Example Times: bridge closes"),
        ("Example Times | Bridge closes", "Bridge closes"),
        ("Council closes bridge - again", "Council closes bridge - again"),
        ("市議会が橋を閉鎖：Example Times", "市議会が橋を閉鎖"),
        ("Council clo\u00adses bri\u200bdge", "Council closes bridge"),
        ("Well-known man", "Well-known man"),
        ("  a \n b ", "a b"),
        ("", None),
        (None, None),
    ],
)
def test_the_outlets_name_is_taken_off_a_title(written: str | None, expected: str | None) -> None:
    assert tidy_title(written, ["Example Times"], "example.org") == expected


def test_what_follows_the_visible_heading_is_a_suffix() -> None:
    headings = ["The bridge is closed again"]
    assert tidy_title("The bridge is closed again - What Else", headings=headings) == headings[0]
    assert tidy_title("The bridge is closed again tomorrow", headings=headings) == "The bridge is closed again tomorrow"


def test_a_kicker_before_the_visible_heading_is_none_of_the_title() -> None:
    headings = ["The bridge is closed again"]
    assert tidy_title("Opinion | The bridge is closed again", headings=headings) == headings[0]
    assert tidy_title("Opinion | The bridge is closed", headings=headings) == "Opinion | The bridge is closed"


def test_what_follows_another_title_is_a_suffix_only_if_it_ends_in_the_outlets_name() -> None:
    other = "The bridge is closed again"
    assert tidy_title(f"{other}-PoliticsㅣExample Times", ["Example Times"], others=[other]) == other
    assert tidy_title(f"{other}-Politics today", ["Example Times"], others=[other]) == f"{other}-Politics today"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("HTTPS://WWW.Example.ORG:443/a//b?utm_source=x&id=5&fbclid=1#top", "https://www.example.org/a/b?id=5"),
        ("http://example.org", "http://example.org/"),
        ("https://example.org/?b=2&a=1", "https://example.org/?a=1&b=2"),
        ("https://example.org/a?12345", "https://example.org/a?12345"),
        ("https://example.org/n.php?cid=44&ref=rss", "https://example.org/n.php?cid=44"),
        ("https://example.org/a?gallery=3", "https://example.org/a?gallery=3"),
        ("https://user:pw@example.org/a", "https://example.org/a"),
        (" https://example.org/a\n", "https://example.org/a"),
        ("https://xn--mnchen-3ya.de/x", "https://münchen.de/x"),
        ("https://example.org/ä", "https://example.org/%C3%A4"),
        ("ftp://example.org/a", None),
        ("javascript:alert(1)", None),
        ("/a/b", None),
        ("http://[::1", None),
        ("https://example.org:99999/", None),
        ("http://localhost/x", None),
        ("https://example.org/" + "a" * 1980, "https://example.org/" + "a" * 1980),
        ("https://example.org/" + "a" * 1981, None),
        ("", None),
        (None, None),
    ],
)
def test_a_url_has_one_form(written: str | None, expected: str | None) -> None:
    assert canonical_url(written) == expected


@given(st.text(max_size=50).map("https://example.org/".__add__))
def test_the_canonical_form_is_final(written: str) -> None:
    url = canonical_url(written)
    assert url is None or canonical_url(url) == url


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.org/2023/09/13/x", "2023-09-13"),
        ("https://example.org/2023/sep/13/x", "2023-09-13"),
        ("https://example.org/news/2023-9-13-x", "2023-09-13"),
        ("https://example.org/20230913/x", "2023-09-13"),
        ("https://example.org/2023/13/13/x", None),
        ("https://example.org/2023/09/x", None),
        ("https://example.org/2023913/x", None),
        ("https://example.org/news-20230913456", None),
        (None, None),
    ],
)
def test_a_day_is_read_from_a_urls_path(url: str | None, expected: str | None) -> None:
    assert url_date(url) == expected


@pytest.mark.parametrize(
    ("tag", "code"),
    [("en", "en"), ("en-US", "en"), ("de_AT", "de"), ("nb-NO", "no"), ("EN", "en"), ("english", None), ("xx", None),
     ("", None), (None, None)],
)  # fmt: skip
def test_language_tags_become_iso_639_1(tag: str | None, code: str | None) -> None:
    assert language_code(tag) == code


@pytest.mark.parametrize(
    ("text", "declared", "expected"),
    [
        (GERMAN, None, "de"),
        (GERMAN, "de-AT", "de"),
        (GERMAN, "en", "de"),
        ("Hello", None, None),
        ("Hello", "en", "en"),
        ("12345 " * 100, None, None),
        ("", None, None),
        ("宮崎県で震度5弱、高知と宮崎に1メートルの津波注意報が出ました", None, "ja"),
        ("قال الرئيس الروسي فلاديمير بوتين إن بلاده مستعدة للتعاون مع جميع الدول المجاورة لها", None, "ar"),
    ],
)
def test_the_text_overrules_a_declaration_only_when_it_is_plain(
    text: str, declared: str | None, expected: str | None
) -> None:
    assert language_of(text, declared) == expected


def test_too_short_a_text_is_not_guessed_at() -> None:
    letters = GERMAN.replace(" ", "")
    assert detect(letters[: MIN_LETTERS - 1].replace(".", "")) == (None, 0.0)
    assert detect(GERMAN)[0] == "de"


def test_detection_is_the_same_in_another_process() -> None:
    program = f"from newsmill.extract.language import detect; print(detect({GERMAN!r}))"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == str(detect(GERMAN))
