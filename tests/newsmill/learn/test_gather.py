"""What is learned of an outlet does not hang on what lies in one share with it, nor on how much is read at once."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pyarrow as pa
import pytest

from newsmill import parquet
from newsmill.dedup.decide import deduplicate
from newsmill.learn import gather
from newsmill.learn.history import latest, outlets_with_profiles
from newsmill.learn.remembering import remember
from newsmill.learn.task import REPEATS_FILE, TITLES_FILE, learn
from newsmill.learn.window import WINDOW
from tests.newsmill.dedup.factory import Mill, article

from .factory import prose

OUTLETS = {"large": WINDOW + 40, **{f"small-{number}": 3 * number for number in range(1, 9)}}


def world() -> list[dict]:
    """Articles of a large outlet and of small ones, mixed; each outlet has lines of its own and links to a headline."""
    rows = []
    for outlet, count in OUTLETS.items():
        for number in range(count):
            name = f"{outlet}-{number}"
            blocks = [prose(name), f"Subscribe to the letter of {outlet} today.", title(outlet, (number + 1) % count)]
            at = datetime(2023, 9, 1 + number % 9, tzinfo=UTC)
            rows.append(article(name, title=title(outlet, number), outlet=outlet, published_at=at, seen=blocks))
    random.Random(5).shuffle(rows)
    return rows


def title(outlet: str, number: int) -> str:
    """A headline that no other outlet's article has."""
    return " ".join(prose(f"{outlet} headline {number}", words=6).rstrip(".").split())


def run(mill: Mill) -> tuple[dict, dict]:
    """Let a run learn, decide and remember; return its counts, and what it has left."""
    staging = mill.stage(world(), batch_rows=50)
    counts = learn(staging, mill.data)
    left: dict = {name: rows_of(staging, name) for name in (REPEATS_FILE, TITLES_FILE)}
    deduplicate(staging, mill.index)
    counts |= remember(staging, mill.data, staging.run())
    left["profiles"] = {outlet: latest(mill.data, outlet) for outlet in outlets_with_profiles(mill.data)}
    return counts, left


def rows_of(staging, name: str) -> list[dict]:
    with parquet.opened(staging.data, staging.path(name)) as file:
        return sorted(parquet.read(file).to_pylist(), key=lambda row: (row["outlet"], row["key"]))


def test_it_does_not_matter_how_many_shares_there_are(tmp_path, monkeypatch):
    at_once = run(Mill(tmp_path / "one"))
    for name, few in {"ROWS_AT_ONCE": 20, "OUTLETS_AT_ONCE": 2, "READ_ROWS": 7, "PUT_ROWS": 11}.items():
        monkeypatch.setattr(gather, name, few)
    in_shares = run(Mill(tmp_path / "many"))
    assert in_shares == at_once
    counts, left = at_once
    assert counts["outlets"] == counts["profiles_changed"] == len(OUTLETS)
    assert {outlet: len(articles) for outlet, articles in left["profiles"].items()} == OUTLETS
    assert {row["outlet"] for row in left[REPEATS_FILE]} == OUTLETS.keys()
    assert len(left[TITLES_FILE]) == sum(OUTLETS.values())


@pytest.mark.parametrize("rows", [1, 1000])
def test_all_rows_of_an_outlet_are_in_one_share_in_the_order_in_which_they_came(tmp_path, monkeypatch, rows):
    monkeypatch.setattr(gather, "ROWS_AT_ONCE", rows)
    names = [f"outlet-{number % 50}" for number in range(500)]
    with (tmp_path / "passing").open("w+b") as handle:
        found = gather.ByOutlet(handle, len(names))
        found.put(
            pa.table({"outlet": names[start:], "at": range(start, 500)}).slice(0, 100) for start in range(0, 500, 100)
        )
        shares = [pa.Table.from_batches(found.of(number)()) for number in found.numbers()]
    assert len(shares) > 1 if rows == 1 else len(shares) == 1
    assert sorted(name for share in shares for name in set(share["outlet"].to_pylist())) == sorted(set(names))
    for share in shares:
        assert share["at"].to_pylist() == sorted(share["at"].to_pylist())


def test_choosing_from_the_first_rows_and_again_from_more_is_choosing_from_all():
    rows = pa.table({"outlet": ["a", "b"] * 500, "at": random.Random(1).sample(range(1000), 1000)})
    chosen = gather.first_of_outlets(rows.to_batches(max_chunksize=9), ["at"], lambda some: sorted(some)[:30])
    for outlet, found in chosen:
        own = [row["at"] for row in rows.to_pylist() if row["outlet"] == outlet]
        assert [at for (at,) in found] == sorted(own)[:30]
