"""How verdicts are told: severity, order, wording, the run as a whole."""

import random
import subprocess
import sys
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from newsmill.model import key_of
from newsmill.registry import Outlet, RowsPerRun, build_registry
from newsmill.validate import judge as module
from newsmill.validate.check import between
from newsmill.validate.engine import SuiteError
from newsmill.validate.frame import COLUMNS
from newsmill.validate.reasons import name_of
from tests.newsmill.validate.articles import at, judged, table, undated, valid_row


def reasons(**changes):
    (verdict,) = judged([valid_row(**changes)]).verdicts
    return verdict


def test_a_valid_article_has_nothing_said_of_it():
    judgement = judged([valid_row()])
    (verdict,) = judgement.verdicts
    assert (verdict.failed, verdict.warnings) == ((), ())
    assert judgement.batch_warnings == ()


def test_a_critical_failure_and_a_warning_are_kept_apart():
    verdict = reasons(outlet="../../x", title=None)
    assert verdict.failed == ("outlet_is_slug: '../../x' (a slug of a-z, 0-9 and -, 64 characters at most)",)
    assert verdict.warnings == ("title_given",)


def test_several_failures_are_named_in_the_order_of_the_suite():
    verdict = reasons(revision=0, word_count=3, url="ftp://example.org", outlet="A", article_id=None)
    assert [name_of(reason) for reason in verdict.failed] == [
        "article_id_given",
        "outlet_is_slug",
        "url_is_web_address",
        "word_count_enough",
        "revision_from_one",
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"word_count": 7}, "word_count_enough: 7 (20 words at least)"),
        ({"raw_format": "pdf"}, "raw_format_known: 'pdf' (one of html, text, markdown)"),
        ({"date": date(2024, 3, 8)}, "date_is_published_day: '2024-03-08', '2024-03-09' (date, what it should be: "),
        (undated(date_source="url"), "date_source_fits: 'url', None (date_source, published_at: ingested where "),
        ({"language": "x\x00\u202e"}, r"language_is_code: 'x\x00\u202e' (two letters, a to z)"),
        ({"outlet": "-" * 300}, f"outlet_is_slug: '{'-' * 100}…' (a slug of"),
        (
            {"published_at": at(1899, 1, 2, 3), "date": date(1899, 1, 2)},
            "published_at_plausible: 1899-01-02T03:00:00+00:00 (from 1900-01-01 to 2024-03-11, the day after",
        ),
    ],
)
def test_a_reason_names_the_value_and_what_is_expected(changes, expected):
    assert reasons(**changes).failed[0].startswith(expected)


def test_a_warning_names_the_first_author_that_looks_like_none():
    verdict = reasons(authors=["Jane Doe", "jane@example.org", "https://example.org"])
    assert verdict.warnings == (
        "authors_are_names: 'jane@example.org' (a name, no e-mail or web address, 100 characters at most)",
    )


@pytest.mark.parametrize(("min_words", "fails"), [(300, False), (301, True), (0, False)])
def test_the_least_number_of_words_is_the_callers(min_words, fails):
    (verdict,) = judged([valid_row(word_count=300)], min_words=min_words).verdicts
    assert bool(verdict.failed) is fails


def test_two_rows_with_one_record_key_both_fail_and_keep_their_own_reasons():
    key = valid_row(1)["record_key"]
    first, second, third = judged([valid_row(1), valid_row(2, record_key=key, title=None), valid_row(3)]).verdicts
    assert first.failed == second.failed == (f"record_key_unique: '{key}' (one row a raw record)",)
    assert (first.warnings, second.warnings) == ((), ("title_given",))
    assert third.failed == ()


def test_equal_article_ids_and_contents_are_left_to_deduplication():
    same = {name: valid_row(1)[name] for name in ("article_id", "content_hash", "url", "raw_sha256")}
    assert all(not verdict.failed for verdict in judged([valid_row(1), valid_row(2, **same)]).verdicts)


MIXED = [
    valid_row(number, **changes)
    for number, changes in enumerate(
        [{}, {"outlet": "X"}, {"title": None}, {"authors": ["a@b.c"]}, {"url": "x"}, undated(), {"tags": None}] * 9
    )
]


def test_the_order_of_rows_and_their_chunks_change_nothing():
    shuffled = random.Random(1).sample(MIXED, len(MIXED))
    whole = judged(MIXED)
    parts = pa.concat_tables([table(shuffled[:1]), table(shuffled).slice(1, 40), table(shuffled[41:]), table([])])
    other = judged(parts)
    assert [verdict.record_key for verdict in other.verdicts] == [row["record_key"] for row in shuffled]
    assert {v.record_key: v for v in whole.verdicts} == {v.record_key: v for v in other.verdicts}
    assert whole.batch_warnings == other.batch_warnings
    assert whole.result.to_json_dict() == other.result.to_json_dict()


def test_the_parts_in_which_a_run_is_judged_change_nothing(monkeypatch):
    twice = {"record_key": valid_row(0)["record_key"]}  # in the first part and in a later one
    rows = [*MIXED, valid_row(70, word_count=3), valid_row(71, **twice), valid_row(72, record_key=None, title="")]
    registry = build_registry([Outlet(slug="example", rows_per_run=RowsPerRun(min=99))])
    whole = judged(rows, registry=registry)
    monkeypatch.setattr(module, "PART_ROWS", 7)
    parts = judged(rows, registry=registry)
    assert parts.verdicts == whole.verdicts
    assert [number for number, found in enumerate(parts.verdicts) if "record_key_unique" in str(found.failed)] == [
        0,
        64,
    ]
    assert len(parts.batch_warnings) == 2
    assert parts.result.to_json_dict() == whole.result.to_json_dict()
    parts.result = whole.result
    assert parts.suite.to_json_dict() == whole.suite.to_json_dict()
    parts.suite = whole.suite
    assert parts == whole


def test_what_is_left_out_has_an_empty_verdict_in_its_place_and_counts_nowhere():
    rows = [valid_row(number, outlet=("example", "X", "gone")[number % 3]) for number in range(9)]
    judgement = judged(rows, leaves_out=lambda part: pc.equal(part["outlet"], "gone"))
    assert [verdict.record_key for verdict in judgement.verdicts] == [row["record_key"] for row in rows]
    assert [bool(verdict.failed) for verdict in judgement.verdicts] == [False, True, False] * 3
    assert (judgement.articles, judgement.quarantined) == (6, 3)
    assert judgement.result.results[0].result["element_count"] == 6


def test_no_articles_give_no_verdicts():
    judgement = judged([])
    assert (judgement.verdicts, judgement.batch_warnings, judgement.result) == ((), (), None)


def test_an_article_of_which_nothing_is_known_is_quarantined():
    judgement = judged([dict.fromkeys(COLUMNS)])
    (verdict,) = judgement.verdicts
    assert "content_hash_given" in verdict.failed
    assert "authors_given" in verdict.warnings


def test_columns_of_the_type_null_are_read():
    nothing = table([valid_row()]).drop_columns(["url", "fetched_at"])
    articles = nothing.append_column("url", pa.nulls(1)).append_column("fetched_at", pa.nulls(1))
    (verdict,) = judged(articles).verdicts
    assert (verdict.failed, verdict.warnings) == ((), ())


def test_other_columns_do_no_harm_and_missing_ones_are_named():
    articles = table([valid_row()])
    (verdict,) = judged(articles.append_column("text", pa.array(["x"])), min_words=1).verdicts
    assert verdict.failed == ()
    with pytest.raises(ValueError, match="lack the columns outlet, authors;"):
        judged(articles.drop_columns(["outlet", "authors"]), min_words=1)


def test_the_text_is_not_read():
    assert not {"text", "description", "sources", "notes"} & set(COLUMNS)


@pytest.mark.parametrize(
    ("change", "held", "broken", "reason"),
    [
        ({"authors": []}, 7, 8, "share_with_authors: 0.2 (at least 30% of a run's articles name an author)"),
        (undated(), 5, 6, "share_dated: 0.4 (at least 50% of a run's articles have a date)"),
        ({"title": None}, 1, 2, "share_with_title: 0.8 (at least 90% of a run's articles have a title)"),
        ({"word_count": 99}, 4, 6, "median_words: 99 (the median article of a run has 100 to 3,500 words)"),
        ({"word_count": 3501, "text_chars": 9000}, 4, 6, "median_words: 3501 (the median"),
    ],
)
def test_a_run_is_warned_of_when_a_share_leaves_its_bounds(change, held, broken, reason):
    def run(changed):
        return judged([valid_row(number, **(change if number < changed else {})) for number in range(10)])

    assert run(held).batch_warnings == ()
    (warning,) = run(broken).batch_warnings
    assert warning.startswith(reason)
    assert all(not verdict.failed for verdict in run(broken).verdicts)


@pytest.mark.parametrize(("rows", "warned"), [(9, False), (10, True)])
def test_shares_of_few_articles_are_not_judged(rows, warned):
    judgement = judged([valid_row(number, authors=[]) for number in range(rows)])
    assert bool(judgement.batch_warnings) == warned


@pytest.mark.parametrize(
    ("rows", "bounds", "warned"),
    [
        (2, RowsPerRun(min=2), None),
        (1, RowsPerRun(min=2), "outlet_rows.example: 1 (at least 2 rows a run, says example.yaml)"),
        (3, RowsPerRun(min=1, max=3), None),
        (
            4,
            RowsPerRun(min=1, max=3),
            "outlet_rows.example: 4 (at least 1 and at most 3 rows a run, says example.yaml)",
        ),
    ],
)
def test_an_outlets_rows_are_held_to_its_file(rows, bounds, warned):
    registry = build_registry([Outlet(slug="example", rows_per_run=bounds), Outlet(slug="other", rows_per_run=bounds)])
    mine = [valid_row(number) for number in range(rows)]
    another = [valid_row(number, outlet="unregistered") for number in range(10, 20)]
    judgement = judged(mine + another, registry=registry)
    assert judgement.batch_warnings == ((warned,) if warned else ())
    assert all(not verdict.failed and not verdict.warnings for verdict in judgement.verdicts)


def test_many_failures_are_all_found():
    # GX itself keeps 200 failing values; the rows are known all the same
    judgement = judged([valid_row(number, outlet=f"No {number}") for number in range(1000)])
    named = [verdict.failed[0].partition(" (")[0] for verdict in judgement.verdicts]
    assert named == [f"outlet_is_slug: 'No {number}'" for number in range(1000)]


def test_an_expectation_that_cannot_be_evaluated_stops_the_run(monkeypatch):
    wrong = between("wrong", "no_such_column", 0, None, "nothing")
    monkeypatch.setattr(module, "build_checks", lambda **_: (wrong,))
    with pytest.raises(SuiteError, match=r"wrong: .*no_such_column"):
        judged([valid_row()])


def test_importing_the_module_loads_neither_gx_nor_pandas():
    code = (
        "import sys, newsmill.validate.judge, newsmill.validate.docs;"
        "print([name for name in ('great_expectations', 'pandas', 'numpy') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() in ("[]", "['numpy']")  # pyarrow itself may load NumPy


def test_judging_writes_nothing_anywhere(tmp_path):
    home, temporary = tmp_path / "home", tmp_path / "tmp"
    home.mkdir()
    temporary.mkdir()
    code = (
        "from tests.newsmill.validate.articles import judged, valid_row;"
        "print(judged([valid_row(outlet='X')]).verdicts[0].failed)"
    )
    found = subprocess.run(
        [sys.executable, "-W", "error::ResourceWarning", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"HOME": str(home), "TMPDIR": str(temporary), "PYTHONPATH": ":".join(sys.path)},
        cwd=tmp_path,
    )
    assert found.stdout.startswith("(\"outlet_is_slug: 'X'")
    assert found.stderr == ""
    assert [path for path in tmp_path.rglob("*") if path not in (home, temporary)] == []


def test_record_keys_are_those_of_the_model():
    assert valid_row(3)["record_key"] == key_of("example/3.html")
