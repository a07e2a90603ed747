"""Every expectation, on both sides of its bound."""

from datetime import date, timedelta

import pytest

from newsmill.validate.languages import ISO_639_1
from newsmill.validate.reasons import name_of
from newsmill.validate.suite import REQUIRED, build_checks
from tests.newsmill.validate.articles import DAY, REGISTRY, at, judged, undated, valid_row

MICROSECOND = timedelta(microseconds=1)

PASSES = {
    "a plain article": {},
    "never fetched or modified": {"modified_at": None, "fetched_at": None},
    "no url": {"url": None},
    "slug of one character": {"outlet": "a"},
    "slug of 64 characters": {"outlet": "a" * 64},
    "slug with hyphens and digits": {"outlet": "le-monde-24"},
    "http, a port, a query": {"url": "http://example.org:8080/?id=1&x=%20#top"},
    "a host alone": {"url": "https://example.org"},
    "an IPv6 host": {"url": "http://[::1]/a"},
    "a host in another script": {"url": "https://пример.рф/новости"},
    "url of 2,048 characters": {"url": "https://example.org/".ljust(2048, "a")},
    "source_id of 1 character": {"source_id": "1"},
    "source_id of 4,200 characters": {"source_id": "a" * 4200},
    "raw_path of 4,200 characters": {"raw_path": "a" * 4200},
    "title of 1 character": {"title": "X"},
    "title of 500 characters": {"title": "x" * 500},
    "another language": {"language": "zu"},
    **{f"date_source {source}": {"date_source": source} for source in ("record", "metadata", "byline", "url")},
    **{f"raw_format {kind}": {"raw_format": kind} for kind in ("html", "text", "markdown")},
    "20 words": {"word_count": 20, "text_chars": 39, "removed_chars": 5},
    "100,000 words": {"word_count": 100_000, "text_chars": 500_000},
    "nothing removed": {"removed_chars": 0},
    "a later revision": {"revision": 2},
    "the first day believed": {"published_at": at(1900, 1, 1), "date": date(1900, 1, 1)},
    "the last moment of the day after the run's": {
        "published_at": at(2024, 3, 12) - MICROSECOND,
        "modified_at": at(2024, 3, 12) - MICROSECOND,
        "fetched_at": at(2024, 3, 12) - MICROSECOND,
        "date": date(2024, 3, 11),
    },
    "a day after the fetch": {"published_at": at(2024, 3, 9), "date": date(2024, 3, 9), "fetched_at": at(2024, 3, 8)},
    "the last moment of its day": {
        "published_at": at(2024, 3, 10) - MICROSECOND,
        "modified_at": None,
        "fetched_at": None,
    },
    "the last moment of a day before 1970": {
        "published_at": at(1969, 7, 21) - MICROSECOND,
        "date": date(1969, 7, 20),
    },
    "modified as it was published": {"modified_at": at(2024, 3, 9, 12)},
    "90 % removed": {"text_chars": 334, "removed_chars": 3000},
    "an author of 100 characters": {"authors": ["x" * 100]},
    "an author with an at sign apart": {"authors": ["Jane Doe @ Example", "O'Neill-Ōe, J. R."]},
    "50 tags": {"tags": ["x"] * 50},
    "no tags": {"tags": []},
    "odd Unicode and a null byte": {
        "title": "\x00 \U0001f600 \u202e \ud7ff ",
        "source_id": "\x00",
        "authors": ["\x00a"],
    },
}

CRITICAL = {
    **{f"{name} missing": ({name: None}, f"{name}_given") for name in REQUIRED if name != "date_source"},
    "date_source missing": ({"date_source": None}, "date_source_given"),
    "a cookie wall": ({"problem": "cookie_wall"}, "is_article"),
    "record_key of 31 digits": ({"record_key": "a" * 31}, "record_key_is_hash"),
    "article_id of 31 digits": ({"article_id": "a" * 31}, "article_id_is_hash"),
    "article_id of 33 digits": ({"article_id": "a" * 33}, "article_id_is_hash"),
    "article_id in capitals": ({"article_id": "A" * 32}, "article_id_is_hash"),
    "article_id with a line end": ({"article_id": "a" * 32 + "\n"}, "article_id_is_hash"),
    "article_id empty": ({"article_id": ""}, "article_id_is_hash"),
    "content_hash of 63 digits": ({"content_hash": "a" * 63}, "content_hash_is_hash"),
    "content_hash with a g": ({"content_hash": "g" * 64}, "content_hash_is_hash"),
    "raw_sha256 of 65 digits": ({"raw_sha256": "a" * 65}, "raw_sha256_is_hash"),
    "slug that climbs": ({"outlet": "../../x"}, "outlet_is_slug"),
    "slug with =": ({"outlet": "a=b/c"}, "outlet_is_slug"),
    "slug in capitals": ({"outlet": "Example"}, "outlet_is_slug"),
    "slug that ends in a hyphen": ({"outlet": "example-"}, "outlet_is_slug"),
    "slug with a line end": ({"outlet": "example\n"}, "outlet_is_slug"),
    "slug of 65 characters": ({"outlet": "a" * 65}, "outlet_is_short"),
    "url of a script": ({"url": "javascript:alert(1)"}, "url_is_web_address"),
    "url of a file": ({"url": "file:///etc/passwd"}, "url_is_web_address"),
    "url without a host": ({"url": "https:///a"}, "url_is_web_address"),
    "url with a password": ({"url": "https://me:secret@example.org/"}, "url_is_web_address"),
    "url with a space": ({"url": "https://example.org/a b"}, "url_is_web_address"),
    "url with a line end": ({"url": "https://example.org/\n"}, "url_is_web_address"),
    "url empty": ({"url": ""}, "url_is_web_address", "url_is_short"),
    "url of 2,049 characters": ({"url": "https://example.org/".ljust(2049, "a")}, "url_is_short"),
    "source_id empty": ({"source_id": ""}, "source_id_length"),
    "source_id of 4,201 characters": ({"source_id": "a" * 4201}, "source_id_length"),
    "raw_path empty": ({"raw_path": ""}, "raw_path_length"),
    "cleaner_version empty": ({"cleaner_version": ""}, "cleaner_version_not_empty"),
    "title empty": ({"title": ""}, "title_not_empty"),
    "language of three letters": ({"language": "eng"}, "language_is_code"),
    "language in capitals": ({"language": "EN"}, "language_is_code"),
    "unknown date_source": ({"date_source": "guess"}, "date_source_known"),
    "unknown raw_format": ({"raw_format": "pdf"}, "raw_format_known"),
    "19 words": ({"word_count": 19}, "word_count_enough"),
    "fewer characters than words": ({"word_count": 20, "text_chars": 19, "removed_chars": 5}, "text_chars_fit_words"),
    "removed less than nothing": ({"removed_chars": -1}, "removed_chars_not_negative"),
    "revision 0": ({"revision": 0}, "revision_from_one"),
    "before 1900": (
        {"published_at": at(1900, 1, 1) - MICROSECOND, "date": date(1899, 12, 31)},
        "published_at_plausible",
    ),
    "two days after the run": (
        {"published_at": at(2024, 3, 12), "date": date(2024, 3, 12), "modified_at": None, "fetched_at": None},
        "published_at_plausible",
    ),
    "year 9999": (
        {"published_at": at(9999, 12, 31), "date": date(9999, 12, 31), "modified_at": None},
        "published_at_plausible",
        "published_by_fetch",
    ),
    "more than a day after the fetch": (
        {"published_at": at(2024, 3, 9), "fetched_at": at(2024, 3, 8) - MICROSECOND},
        "published_by_fetch",
    ),
    "date of another day": ({"date": date(2024, 3, 10)}, "date_is_published_day"),
    "undated but not on the run's day": (undated(date=date(2024, 3, 9)), "date_is_published_day"),
    "undated but with a source": (undated(date_source="url"), "date_source_fits"),
    "dated but ingested": ({"date_source": "ingested"}, "date_source_fits"),
}

WARNINGS = {
    "title missing": ({"title": None}, "title_given"),
    "no authors": ({"authors": []}, "authors_given"),
    "authors null": ({"authors": None}, "authors_given"),
    "language missing": ({"language": None}, "language_given"),
    "published_at missing": (undated(), "published_at_given"),
    "published_at missing, modified_at known": (undated(modified_at=at(2024, 3, 9)), "published_at_given"),
    "title of 501 characters": ({"title": "x" * 501}, "title_is_short"),
    "language of no one": ({"language": "xx"}, "language_in_iso_639_1"),
    "100,001 words": ({"word_count": 100_001, "text_chars": 500_000}, "word_count_plausible"),
    "modified before it was published": ({"modified_at": at(2024, 3, 9, 12) - MICROSECOND}, "modified_after_published"),
    "modified in the future": ({"modified_at": at(2024, 3, 12)}, "modified_at_plausible"),
    "fetched in the future": ({"fetched_at": at(2024, 3, 12)}, "fetched_at_plausible"),
    "more than 90 % removed": ({"text_chars": 333, "removed_chars": 3000}, "cut_share_moderate"),
    "an e-mail address for an author": ({"authors": ["Jane Doe", "jane@example.org"]}, "authors_are_names"),
    "a web address for an author": ({"authors": ["https://example.org/jane"]}, "authors_are_names"),
    "www for an author": ({"authors": ["see www.example.org"]}, "authors_are_names"),
    "a blank author": ({"authors": [" "]}, "authors_are_names"),
    "an author of 101 characters": ({"authors": ["x" * 101]}, "authors_are_names"),
    "51 tags": ({"tags": ["x"] * 51}, "tags_few"),
}

CASES = [
    *((name, changes, (), ()) for name, changes in PASSES.items()),
    *((name, changes, tuple(failed), None) for name, (changes, *failed) in CRITICAL.items()),
    *((name, changes, (), tuple(warned)) for name, (changes, *warned) in WARNINGS.items()),
]
"""Name, what is changed, the critical failures, the warnings (None: not looked at)."""


@pytest.fixture(scope="module")
def verdicts():
    return judged([valid_row(number, **changes) for number, (_, changes, _, _) in enumerate(CASES)]).verdicts


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case[0] for case in CASES])
def test_an_article_is_judged_by_what_is_wrong_with_it(verdicts, number):
    _, _, failed, warnings = CASES[number]
    verdict = verdicts[number]
    assert tuple(map(name_of, verdict.failed)) == failed
    assert warnings is None or tuple(map(name_of, verdict.warnings)) == warnings


def test_every_expectation_of_a_row_has_a_case_that_fails_it():
    checks = build_checks(min_words=20, day=DAY, registry=REGISTRY, outlets=(), rows=10)
    tested = {name for _, _, failed, warned in CASES for name in (*failed, *(warned or ()))}
    assert {check.name for check in checks if not check.of_batch} - tested == {"record_key_unique"}


def test_names_are_unique_and_fit_in_a_reason():
    checks = build_checks(min_words=20, day=DAY, registry=REGISTRY, outlets=(), rows=10)
    names = [check.name for check in checks]
    assert len(set(names)) == len(names)
    assert all(name.replace("_", "").isalnum() and name == name.lower() for name in names)


def test_there_are_183_two_letter_languages():
    assert len(ISO_639_1) == 183
    assert all(len(code) == 2 and code.isalpha() for code in ISO_639_1)
