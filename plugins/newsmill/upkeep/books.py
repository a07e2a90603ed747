"""Count the books of a run again from its fates.

Owns `ledger/runs` of a run whose file is damaged. Keep out: whether books balance (agreement).
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from newsmill.model import Fate
from newsmill.publish.files import PublishError, read_partition
from newsmill.publish.report import Report, no_counts, outlet_books, report_rows
from newsmill.publish.runs import lost_number, number_of
from newsmill.schema import RUNS
from newsmill.staging import read_rows, write_rows
from newsmill.storage import Store
from newsmill.upkeep.ledger import LedgerFile, is_readable

_COLUMNS = ["run_id", "outlet", "fate", "article_id", "date", "revision"]


def count_again(data: Store, runs: LedgerFile) -> bool:
    """Write the books of a run from its fates; return whether that could be done.

    A file that can be read keeps its number, the run's place in the order of all. Words and characters are those of
    the run's articles that still stand in the corpus, and the partitions are those in which it published: of
    articles that were replaced or moved since, nothing is known any more.
    """
    number = number_of(data, runs.path) if data.exists(runs.path) else lost_number(data, runs.path)
    fates = LedgerFile("fates", runs.run)
    if not is_readable(data, fates):
        return False
    counts = no_counts()
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
                outlet["text_chars"] += len(row["text"])
                outlet["removed_chars"] += row["removed_chars"]
    if not run_id:
        return False
    keys: dict[str | None, list[str]] = defaultdict(list)
    for key in sorted(published):
        keys[key.partition("|")[2]].append(key)
    slugs = sorted(counts, key=lambda slug: (slug is None, slug or ""))
    report = Report(run_id=run_id, books=tuple(outlet_books(slug, counts[slug], keys[slug]) for slug in slugs))
    write_rows(data, runs.path, RUNS, report_rows(report, number))
    return True


def _standing(data: Store, key: str) -> list[dict[str, Any]]:
    try:
        columns = ["article_id", "revision", "word_count", "text", "removed_chars"]
        rows: list[dict[str, Any]] = read_partition(data, key, columns).rows.to_pylist()
    except PublishError:
        return []
    return rows
