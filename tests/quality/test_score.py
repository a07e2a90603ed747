"""What each figure means, on articles small enough to count by hand."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.quality.score import Gold, score, shingles

BODY = ("one two three four five", "six seven")  # 7 tokens, 4 shingles


def figures(text: str | None, body=BODY, row=None, **gold):
    rows = {} if text is None else {"a": {"text": text, **(row or {})}}
    return score([Gold(id="a", body=body, **gold)], rows)


@pytest.mark.parametrize(
    ("text", "f1", "exact", "leftover", "lost"),
    [
        ("one two three four five\n\nsix — seven!", 1, 1, 0, 0),
        ("One two three four five six seven", 0.75, 0, 0.25, 0.25),  # case counts: one of four shingles differs
        ("one two three four five six", 2 * 1 * 0.75 / 1.75, 0, 0, 0.25),
        ("one two three four five six seven eight", 2 * 0.8 / 1.8, 0, 0.2, 0),
        (
            "one two three four " * 2,
            2 * 0.2 * 0.25 / 0.45,
            0,
            0.8,
            0.75,
        ),  # a shingle counts each time
        ("", 0, 0, 0, 1),
        (None, 0, 0, 0, 1),
    ],
)
def test_text_is_compared_by_runs_of_four_tokens(text, f1, exact, leftover, lost):
    found = figures(text)
    assert found["f1"] == pytest.approx(f1)
    assert (found["exact"], found["leftover"], found["lost"]) == pytest.approx((exact, leftover, lost))


def test_f1_is_of_the_averages_over_articles_and_leftover_of_all_shingles():
    golds = [Gold(id="a", body=BODY), Gold(id="b", body=("one two three four",)), Gold(id="c", body=("five",))]
    rows = {"a": {"text": "\n".join(BODY)}, "b": {"text": "one two three four five"}, "d": {"text": "not asked for"}}
    found = score(golds, rows)
    precision, recall = (1 + 0.5) / 2, (1 + 1 + 0) / 3
    assert found["f1"] == pytest.approx(2 * precision * recall / (precision + recall))
    assert (found["leftover"], found["lost"]) == pytest.approx((1 / 6, 1 / 6))
    assert (found["articles"], found["in_corpus"], found["exact"]) == (3, 2, pytest.approx(1 / 3))


def test_text_of_fewer_tokens_is_one_shingle():
    assert shingles(["one", "two"]) == {("one", "two"): 1}
    assert shingles(["one", "two", "three", "four"]).total() == 1
    assert not shingles([])


def test_fields_are_counted_only_where_the_gold_has_them():
    assert {"title", "authors", "date"}.isdisjoint(figures("x"))
    row = {"title": "A storm, again", "authors": ["B. Ash", "A. Oak"], "published_at": None}
    found = figures("x", row=row, title="A Storm — Again!", authors=("A Oak", "B Ash"), date="2024-01-01")
    assert (found["title"], found["authors"], found["date"]) == (1, 1, 0)
    assert figures("x", row=row, authors=("A Oak",))["authors"] == 0
    assert figures(None, title="A storm")["title"] == 0


@pytest.mark.parametrize(
    ("gold", "hour", "hit"),
    [
        ("2024-03-02T01:00:00+09:00", 16, 1),  # 1 March 16:00 UTC is the 2nd where the gold is
        ("2024-03-02T01:00:00+09:00", 14, 0),
        ("2024-03-01T23:00:00-05:00", 2, 1),  # 1 March in UTC, though the evening before in the gold's zone
        ("2024-03-01", 23, 1),
        ("2024-02-29", 0, 0),
    ],
)
def test_day_is_right_in_the_gold_s_zone_or_in_utc(gold, hour, hit):
    moment = datetime(2024, 3, 1, hour, tzinfo=UTC)
    assert figures("x", row={"published_at": moment}, date=gold)["date"] == hit
