"""Count the books of a run again from its fates.

Owns `ledger/runs` of a run whose file is damaged. Keep out: whether books balance (agreement).
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from newsmill.model import Fate
from newsmill.publish.files import PublishError, read_partition
from newsmill.publish.report import FATES, OutletBooks, Report, report_rows
from newsmill.schema import RUNS
from newsmill.staging import read_rows, write_rows
from newsmill.storage import Store
from newsmill.upkeep.ledger import LedgerFile, is_readable

_COLUMNS = ["run_id", "outlet", "fate", "article_id", "date", "revision"]


def count_again(data: Store, runs: LedgerFile) -> bool:
    """Write the books of a run from its fates; return whether that could be done.

    Words and removed characters are those of the run's articles that still stand in the corpus, and the partitions are
    those in which it published: of articles that were replaced or moved since, nothing is known any more.
    """
    fates = LedgerFile("fates", runs.run)
    if not is_readable(data, fates):
        return False
    counts: dict[str | None, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    published: dict[str, dict[str, int]] = defaultdict(dict)
    run_id = ""
    for row in read_rows(data, fates.path, _COLUMNS):
        run_id = row["run_id"]
        counts[row["outlet"]]["read"] += 1
        counts[row["outlet"]][row["fate"]] += 1
        if row["fate"] == Fate.PUBLISHED:
            published[f"{row['date']}|{row['outlet']}"][row["article_id"]] = row["revision"]
    for key, articles in published.items():
        outlet = counts[key.partition("|")[2]]
        for row in _standing(data, key):
            if articles.get(row["article_id"]) == row["revision"]:
                outlet["words"] += row["word_count"]
                outlet["removed_chars"] += row["removed_chars"]
    slugs = sorted(counts, key=lambda slug: (slug is None, slug or ""))
    report = Report(run_id=run_id, books=tuple(_books(slug, counts[slug], list(published)) for slug in slugs))
    if not run_id:
        return False
    earlier = sum(entry.path < runs.path for entry in data.files("ledger/runs"))  # by day; better is not known
    write_rows(data, runs.path, RUNS, report_rows(report, earlier + 1))
    return True


def _standing(data: Store, key: str) -> list[dict[str, Any]]:
    try:
        columns = ["article_id", "revision", "word_count", "removed_chars"]
        rows: list[dict[str, Any]] = read_partition(data, key, columns).rows.to_pylist()
    except PublishError:
        return []
    return rows


def _books(slug: str | None, counts: dict[str, int], keys: list[str]) -> OutletBooks:
    own = sorted(key for key in keys if key.partition("|")[2] == slug)
    fates = {fate: counts[fate] for fate in FATES}
    return OutletBooks(
        outlet=slug,
        read=counts["read"],
        words=counts["words"],
        removed_chars=counts["removed_chars"],
        partitions=tuple(own),
        **fates,
    )
