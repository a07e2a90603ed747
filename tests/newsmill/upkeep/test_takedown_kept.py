"""What was taken down stays away: after the index is made again, and when its tombstone is damaged or gone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from newsmill import pipeline
from newsmill.model import Target
from newsmill.staging import TAKEDOWN_FILE
from newsmill.takedown import carry
from tests.conftest import DAY
from tests.integration.runs import content, fates, published, run
from tests.newsmill.test_cli import call
from tests.newsmill.upkeep.damage import truncate
from tests.newsmill.upkeep.everything import Made
from tests.newsmill.upkeep.interrupted import index_rows
from tests.newsmill.upkeep.mending import mend, names, printed, verify

TODAY, NEXT = DAY + timedelta(days=4), DAY + timedelta(days=5)
MOVED = "piece-1"
"""An article that the second night corrected and moved, so that revisions and removals have it too."""


def take_down(made: Made, **asked: str) -> Path:
    """Take down; return where the tombstone lies."""
    pipeline.take_down(Target(**asked), TODAY)
    (path,) = (made.data / "ledger/takedowns").glob("*/*.parquet")
    return path


def where(made: Made, path: Path) -> str:
    return str(path.relative_to(made.data))


def everything_again(made: Made) -> dict[str, str]:
    """Clean all raw records again; return the fate and reason of each by the id that it gives itself."""
    run(made.landing, "again and again", NEXT, reprocess=True)
    return {row["raw_path"]: row["reason"] for row in fates(made.data, "again and again").values()}


def test_the_index_made_again_after_a_takedown_is_as_it_was_and_brings_nothing_back(made):
    article_id = published(made.data)[MOVED]["article_id"]
    take_down(made, article_id=article_id)
    before, corpus = index_rows(made.data / "index.sqlite"), content(made.data / "corpus")
    (made.data / "index.sqlite").unlink()
    assert call("rebuild-index").exit_code == 0
    assert index_rows(made.data / "index.sqlite") == before
    assert content(made.data / "corpus") == corpus
    assert "no findings, no warnings" in verify("--all", clean=True)
    reasons = everything_again(made)
    assert list(reasons.values()).count("taken_down") == 2  # as the first night had it, and as the second
    assert article_id not in {row["article_id"] for row in published(made.data).values()}


@pytest.mark.parametrize(("target", "damage"), [("article", truncate), ("outlet", Path.unlink)])
def test_a_tombstone_that_is_damaged_or_gone_still_holds_and_is_made_again(made, target, damage):
    article_id = published(made.data)[MOVED]["article_id"]
    path = take_down(made, **({"article_id": article_id} if target == "article" else {"outlet": "coast-news"}))
    corpus = content(made.data / "corpus")
    assert call("rebuild-index").exit_code == 0
    damage(path)
    shown = verify(clean=False)
    kind = "ledger.takedown_lost" if damage == Path.unlink else "ledger.unreadable"
    assert names(shown, (kind, where(made, path)))
    assert printed(shown) == [f"newsmill repair {where(made, path)}"]
    mend(shown)
    assert names(verify("--all", clean=True), ("warning: ledger.incomplete", where(made, path)))
    (stone,) = pq.ParquetFile(path).read().to_pylist()
    assert (stone["scope"], stone["article_id"] or stone["outlet"], stone["day"]) == (
        target,
        article_id if target == "article" else "coast-news",
        TODAY,
    )
    assert "taken_down" in everything_again(made).values()
    left = published(made.data)
    assert article_id not in {row["article_id"] for row in left.values()}
    assert target == "article" or "coast-news" not in {row["outlet"] for row in left.values()}
    assert content(made.data / "corpus") == corpus


def test_nothing_is_repaired_over_a_tombstone_that_cannot_be_told_by_its_name(made):
    path = take_down(made, outlet="coast-news")
    odd = path.with_name("odd.parquet")
    path.rename(odd)
    truncate(odd)
    done = call("repair", where(made, odd))
    assert done.exit_code == 1
    assert f"{where(made, odd)} is no name of a takedown" in done.stderr


def test_a_takedown_that_was_killed_is_one_finding_and_ends_by_recover(made, monkeypatch):
    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(carry, "withdraw", die)
        with pytest.raises(KeyboardInterrupt):
            pipeline.take_down(Target(outlet="coast-news"), TODAY)
    shown = verify(clean=False)
    assert "1 finding, no warnings" in shown
    assert names(shown, ("takedown.unfinished", f"staging/takedown-outlet-coast-news/{TAKEDOWN_FILE}"))
    assert printed(shown) == ["newsmill recover"]
    mend(shown)
    verify("--all", clean=True)
    assert "coast-news" not in {row["outlet"] for row in published(made.data).values()}
