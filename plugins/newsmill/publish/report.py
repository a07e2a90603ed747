"""The report of a run: how many records met which fate, by outlet, and which partitions were written.

Owns counting, the check that the books balance, and the table for people. Keep out: the report as `ledger/runs` keeps
it (runs).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from newsmill.model import Fate, NewsmillError
from newsmill.publish.decisions import changes, decisions
from newsmill.schema import RUNS
from newsmill.staging import Run, Staging

FATES = [fate.value for fate in Fate]
NO_OUTLET = "(none)"
MAX_LINES = 50
"""Outlets, and partitions, that the table names; the rest it counts."""

MAX_NAME = 40


class BooksError(NewsmillError):
    """The books of a run do not balance; the text gives the numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletBooks:
    """What a run did with one outlet's records."""

    outlet: str | None
    read: int
    published: int
    duplicate: int
    quarantined: int
    unreadable: int
    unchanged: int
    words: int  # of the published articles
    text_chars: int | None  # of the published articles; None: books of before they were counted
    removed_chars: int  # from the published articles
    partitions: tuple[str, ...]  # keys `date|outlet` that the run wrote

    @property
    def refused_share(self) -> float | None:
        """Records that were quarantined, of those that were new; None where none was."""
        return _refused_share([self])

    @property
    def cut_share(self) -> float | None:
        """Characters cut from the published articles, of those that were extracted; None where that is not known."""
        return _cut_share([self])


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The books of a run, by outlet; those without an outlet come last."""

    run_id: str
    books: tuple[OutletBooks, ...]

    @property
    def totals(self) -> dict[str, int]:
        """The number of records of each fate."""
        return {fate: self.total(fate) for fate in FATES}

    @property
    def read(self) -> int:
        """Raw records that were read."""
        return self.total("read")

    @property
    def partitions(self) -> tuple[str, ...]:
        """The keys of all partitions that the run wrote, sorted."""
        return tuple(sorted(key for outlet in self.books for key in outlet.partitions))

    @property
    def refused_share(self) -> float | None:
        """Records that were quarantined, of those that were new; None where none was."""
        return _refused_share(self.books)

    @property
    def cut_share(self) -> float | None:
        """Characters cut from the published articles, of those that were extracted; None where that is not known."""
        return _cut_share(self.books)

    def total(self, name: str) -> int:
        """Return the sum of a count over all outlets."""
        return sum(getattr(outlet, name) for outlet in self.books)


def make_report(staging: Staging, run: Run, partitions: Iterable[str]) -> Report:
    """Count a run's decisions; `partitions` are the keys that it wrote."""
    counts = no_counts()
    sizes = {"words": "word_count", "text_chars": "text_chars", "removed_chars": "removed_chars"}
    for part in decisions(staging, ["outlet", "fate", *sizes.values()]):
        summed = part.group_by(["outlet", "fate"]).aggregate(
            [("fate", "count"), *((column, "sum") for column in sizes.values())]
        )
        for row in summed.to_pylist():
            outlet = counts[row["outlet"]]
            outlet["read"] += row["fate_count"]
            outlet[row["fate"]] += row["fate_count"]
            if row["fate"] == Fate.PUBLISHED:
                for name, column in sizes.items():
                    outlet[name] += row[f"{column}_sum"]
    keys: dict[str | None, list[str]] = defaultdict(list)
    for key in sorted(partitions):
        keys[key.partition("|")[2]].append(key)
    outlets = sorted({*counts, *keys}, key=lambda slug: (slug is None, slug or "")) or [None]
    return Report(run_id=run.run_id, books=tuple(outlet_books(slug, counts[slug], keys[slug]) for slug in outlets))


def check_books(read_count: int, report: Report) -> None:
    """Check that every raw record that was read has one fate.

    Raises:
        BooksError: it has not.
    """
    totals = report.totals
    if not read_count == report.read == sum(totals.values()):
        counted = " + ".join(f"{count} {fate}" for fate, count in totals.items())
        raise BooksError(
            f"the books do not balance: {read_count} raw records were read, {report.read} were decided on, and "
            f"{counted} = {sum(totals.values())}. Nothing is in the ledger or the index yet: run the task again, and "
            "report it if the numbers stay"
        )


def touched_keys(staging: Staging) -> list[str]:
    """Return the keys of the partitions that a run's decisions touch, sorted."""
    keys: set[str | None] = set()
    for part in changes(staging, []):
        keys.update(part["key"].unique().to_pylist(), part["old_key"].unique().to_pylist())
    return sorted(key for key in keys if key)


def report_rows(report: Report, number: int) -> list[dict[str, Any]]:
    """Return a report as rows of `schema.RUNS`; `number` is the run's place in the order in which runs end."""
    fields = [name for name in RUNS.names if name not in ("run_id", "number", "partitions")]
    return [
        {"run_id": report.run_id, "number": number, "partitions": list(outlet.partitions)}
        | {name: getattr(outlet, name) for name in fields}
        for outlet in report.books
    ]


def table(report: Report) -> str:
    """Return a report as aligned plain text: fates by outlet, their totals, and the partitions written."""
    header = ["outlet", "read", *FATES, "words", "partitions"]
    listed = [outlet for outlet in report.books if outlet.read or outlet.partitions]
    rows = [_cells(outlet) for outlet in listed[:MAX_LINES]]
    totals = ["total", *(f"{report.total(name):,}" for name in header[1:-1]), f"{len(report.partitions):,}"]
    lines = aligned([header, *rows, totals])
    lines.insert(1, "-" * len(lines[0]))
    lines.insert(-1, lines[1])
    if len(listed) > MAX_LINES:
        lines.insert(-2, f"… and {len(listed) - MAX_LINES:,} more outlets")
    return "\n".join([*lines, "", *_partition_lines(report.partitions)])


def _partition_lines(keys: tuple[str, ...]) -> list[str]:
    if not keys:
        return ["no partition written"]
    lines = [f"partitions written: {len(keys):,}", *(f"  {key}" for key in keys[:MAX_LINES])]
    return lines if len(keys) <= MAX_LINES else [*lines, f"  … and {len(keys) - MAX_LINES:,} more"]


def _cells(outlet: OutletBooks) -> list[str]:
    counts = (getattr(outlet, name) for name in ["read", *FATES, "words"])
    return [safe_name(outlet.outlet), *(f"{count:,}" for count in counts), f"{len(outlet.partitions):,}"]


def safe_name(outlet: str | None, limit: int | None = MAX_NAME) -> str:
    """Return a name that is safe in a terminal: an outlet that validation refused may be any text."""
    if outlet is None:
        return NO_OUTLET
    shown = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in outlet)
    return shown if limit is None or len(shown) <= limit else f"{shown[: limit - 1]}…"


def aligned(rows: list[list[str]]) -> list[str]:
    """Return rows of cells as lines: the first column to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        )
        for row in rows
    ]


def no_counts() -> defaultdict[str | None, defaultdict[str, int]]:
    """Return what counts from nothing: of each outlet, numbers by name."""
    return defaultdict(lambda: defaultdict(int, text_chars=0))


def outlet_books(outlet: str | None, counts: Mapping[str, int], keys: Iterable[str]) -> OutletBooks:
    """Return the books of an outlet from counts by name, and the keys of the partitions that were written."""
    return OutletBooks(
        outlet=outlet,
        read=counts["read"],
        **{fate: counts[fate] for fate in FATES},
        words=counts["words"],
        text_chars=counts.get("text_chars"),
        removed_chars=counts["removed_chars"],
        partitions=tuple(keys),
    )


def _refused_share(books: Iterable[OutletBooks]) -> float | None:
    shares = [(outlet.quarantined, outlet.read - outlet.unchanged) for outlet in books]
    new = sum(of for _, of in shares)
    return sum(quarantined for quarantined, _ in shares) / new if new else None


def _cut_share(books: Collection[OutletBooks]) -> float | None:
    kept = [outlet.text_chars for outlet in books if outlet.text_chars is not None]
    cut = sum(outlet.removed_chars for outlet in books)
    whole = cut + sum(kept)
    return cut / whole if whole and len(kept) == len(books) else None
