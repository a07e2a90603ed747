"""Do corpus, index and ledger of a data root agree? For tests that have done something to it.

Owns the comparison, written without newsmill's own checks: only its schemas are used.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path

import sqlalchemy as sa

from newsmill.dedup.tables import ARTICLES, RECORDS
from tests.integration.runs import content, rows

FATES = ("published", "duplicate", "quarantined", "unreadable", "unchanged")
SETTLED_EACH_TIME = ("unchanged", "unreadable")


def check_whole(data: Path) -> None:
    """Check that corpus, index and ledger agree, that nothing is there twice, and that nothing is half done."""
    corpus = rows(data, "corpus")
    assert max(Counter(row["article_id"] for row in corpus).values(), default=1) == 1
    assert max(Counter(row["content_hash"] for row in corpus).values(), default=1) == 1
    names = [column.name for column in ARTICLES.columns]
    assert table(data, ARTICLES) == sorted((_plain(row, names) for row in corpus), key=str)
    _check_books(data)
    _check_ledger(data, {row["article_id"]: row for row in corpus})
    assert not list(data.glob("staging/*/groups.json"))
    assert {path.relative_to(data).parts[0] for path in data.rglob("*.tmp")} <= {"staging"}


def table(data: Path, which: sa.Table) -> list[tuple]:
    """Return a table of a data root's own index, sorted; none where there is no index."""
    path = next(data.rglob("index.sqlite"), None)
    if path is None:
        return []
    engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.NullPool)
    with engine.connect() as connection:
        found = [row._mapping for row in connection.execute(sa.select(which))]
    return sorted((_plain(row, list(row)) for row in found), key=str)


def _plain(row: Mapping, names: list[str]) -> tuple:
    """Return a row's values; its date as text, as it stands in a partition's path."""
    return tuple(str(row[name]) if name == "date" else row[name] for name in names)


def dealt_with(data: Path) -> tuple[Counter, set, list]:
    """Return what the ledger says was done: what happened once, what may be said each time, and the records known."""
    once: Counter = Counter()
    often = set()
    for row in rows(data, "ledger/fates"):
        said = tuple(row[name] for name in ("raw_path", "outlet", "article_id", "fate", "reason", "detail"))
        if row["fate"] in SETTLED_EACH_TIME:
            often.add(said)
        else:
            once[said] += 1
    return once, {said for said in often if said[3] != "unchanged"}, table(data, RECORDS)


def left_behind(data: Path) -> dict[str, list]:
    """Return what runs leave, but for the names of runs: the bytes of corpus and profiles, the rows of the ledger."""
    kept = ("removals", "duplicates", "revisions", "metadata")
    ledger = {name: _without_run(data, f"ledger/{name}") for name in kept}
    return {
        "corpus": sorted(content(data / "corpus").items()),
        "profiles": sorted(
            (path.rpartition("/")[0], path.split(".")[:2][0], digest)
            for path, digest in content(data / "profiles").items()
        ),
        "quarantine": _without_run(data, "quarantine"),
        **ledger,
    }


def _without_run(data: Path, dataset: str) -> list[str]:
    found = rows(data, dataset)
    return sorted(
        str({name: value for name, value in row.items() if name not in ("run_id", "run_date")}) for row in found
    )


def _check_books(data: Path) -> None:
    """Every run's report is what its fates say, and every record has one fate in it."""
    said: dict[str, Counter] = defaultdict(Counter)
    for row in rows(data, "ledger/runs"):
        said[row["run_id"]].update({name: row[name] for name in ("read", *FATES)})
    counted: dict[str, Counter] = defaultdict(Counter)
    for row in rows(data, "ledger/fates"):
        counted[row["run_id"]].update({"read": 1, row["fate"]: 1})
    assert {run: +count for run, count in said.items()} == {run: +count for run, count in counted.items()} | {
        run: Counter() for run in said if run not in counted
    }


def _check_ledger(data: Path, corpus: dict[str, dict]) -> None:
    """Every article of the corpus was published by a run, and none is gone that no later fate explains."""
    published = {row["article_id"] for row in rows(data, "ledger/fates") if row["fate"] == "published"}
    assert set(corpus) <= published
    versions = Counter(row["article_id"] for row in rows(data, "ledger/fates") if row["fate"] == "published")
    assert not [one for one, row in corpus.items() if row["revision"] > versions[one]]
