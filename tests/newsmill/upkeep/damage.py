"""What can happen to a data root: each function does one damage for real, and says what verify must find.

A damage returns the kind of the finding and the place that it must name, from the data root.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from newsmill.publish.files import VERSION_KEY
from tests.newsmill.upkeep.everything import Made

Said = tuple[str, str]

CORRECTED = "corpus/date=2026-02-10/outlet=bay-post/articles.parquet"
"""Here the second night replaced an article."""

PARTITIONS = [
    f"corpus/date=2026-02-{day}/outlet={outlet}/articles.parquet"
    for day in (11, 12, 13)
    for outlet in ("bay-post", "coast-news", "wire")
]
"""Of two articles each, and more; each damage of a story gets its own."""


def of_run(made: Made, dataset: str, run: str = "night-2") -> Path:
    folder = made.data / ("quarantine" if dataset == "quarantine" else f"ledger/{dataset}")
    (found,) = folder.glob(f"*/{run}-*.parquet")
    return found


def where(made: Made, path: Path) -> str:
    return str(path.relative_to(made.data))


def rewrite(path: Path, change: Callable[[pa.Table], pa.Table], metadata: dict | None = None) -> None:
    table = pq.ParquetFile(path).read()
    old = table.schema.metadata or {}
    changed = change(table)
    pq.write_table(changed.replace_schema_metadata(old | (metadata or {})), path, compression="zstd")


def with_values(table: pa.Table, name: str, change: Callable[[list], list]) -> pa.Table:
    place = table.schema.get_field_index(name)
    field = table.schema.field(name)
    return table.set_column(place, field, pa.array(change(table[name].to_pylist()), field.type))


def flip_a_bit(path: Path, column: str) -> None:
    """Flip one bit in the middle of a column's first page."""
    group = pq.ParquetFile(path).metadata.row_group(0)
    chunk = next(group.column(i) for i in range(group.num_columns) if group.column(i).path_in_schema == column)
    content = bytearray(path.read_bytes())
    content[chunk.data_page_offset + chunk.total_compressed_size // 2] ^= 0x10
    path.write_bytes(content)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])


def bit_flip(made: Made, at: str) -> Said:
    flip_a_bit(made.data / at, "title")
    return "corpus.unreadable", at


def truncated(made: Made, at: str) -> Said:
    truncate(made.data / at)
    return "corpus.unreadable", at


def emptied(made: Made, at: str) -> Said:
    (made.data / at).write_bytes(b"")
    return "corpus.unreadable", at


def zeros(made: Made, at: str) -> Said:
    path = made.data / at
    path.write_bytes(bytes(path.stat().st_size))
    return "corpus.unreadable", at


def deleted(made: Made, at: str) -> Said:
    shutil.rmtree((made.data / at).parent)
    return "corpus.lost", at


def row_lost(made: Made, at: str) -> Said:
    rewrite(made.data / at, lambda rows: rows.slice(1), {b"newsmill.articles": b"1"})
    return "corpus.lost", at


def row_in_two_partitions(made: Made, at: str) -> Said:
    """One that has no day of its own to give it away, in a file whose count is right."""
    home = "corpus/date=2026-03-01/outlet=wire/articles.parquet"
    one = pq.ParquetFile(made.data / home).read().slice(0, 1)
    added = lambda rows: pa.concat_tables([rows, one.cast(rows.schema)])  # noqa: E731 - it goes to the end
    rewrite(made.data / at, added, {b"newsmill.articles": b"3"})
    return "corpus.article_twice", at


def row_on_another_day(made: Made, at: str) -> Said:
    rows = pq.ParquetFile(made.data / "corpus/date=2023-09-16/outlet=winston-blog/articles.parquet").read()
    rewrite(made.data / at, lambda old: pa.concat_tables([rows.cast(old.schema), old]), {b"newsmill.articles": b"3"})
    return "corpus.wrong_partition", at


def wrong_hash(made: Made, at: str) -> Said:
    rewrite(made.data / at, lambda rows: with_values(rows, "content_hash", lambda old: [*old[1:], "0" * 64]))
    return "corpus.wrong_hash", at


def other_text(made: Made, at: str) -> Said:
    change = lambda old: [old[0].replace("basin", "canal", 1), *old[1:]]  # noqa: E731
    rewrite(made.data / at, lambda rows: with_values(rows, "text", change))
    return "corpus.wrong_hash", at


def empty_text(made: Made, at: str) -> Said:
    rewrite(made.data / at, lambda rows: with_values(rows, "text", lambda old: ["", *old[1:]]))
    return "corpus.empty_text", at


def wrong_words(made: Made, at: str) -> Said:
    rewrite(made.data / at, lambda rows: with_values(rows, "word_count", lambda old: [7, *old[1:]]))
    return "corpus.wrong_words", at


def other_title(made: Made, at: str) -> Said:
    rewrite(made.data / at, lambda rows: with_values(rows, "title", lambda old: ["Another title", *old[1:]]))
    return "corpus.not_as_decided", at


def urls_swapped(made: Made, at: str) -> Said:
    rewrite(made.data / at, lambda rows: with_values(rows, "url", lambda old: [*old[1:], old[0]]))
    return "corpus.wrong_id", at


def wrong_day(made: Made, at: str) -> Said:
    path, to = made.data / at, made.data / at.replace("date=2026", "date=2025")
    to.parent.mkdir(parents=True)
    path.rename(to)
    return "corpus.wrong_partition", str(to.relative_to(made.data))


def unsorted(made: Made, at: str) -> Said:
    rewrite(made.data / at, lambda rows: rows.take(list(range(len(rows)))[::-1]))
    return "corpus.unsorted", at


def extra_column(made: Made, at: str) -> Said:
    rewrite(made.data / at, lambda rows: rows.append_column("mood", pa.array(["calm"] * len(rows))))
    return "corpus.schema", at


def column_lost(made: Made, at: str) -> Said:
    rewrite(made.data / at, lambda rows: rows.drop_columns(["raw_sha256"]))
    return "corpus.schema", at


def nullable(made: Made, at: str) -> Said:
    def change(rows: pa.Table) -> pa.Table:
        return rows.set_column(0, pa.field("article_id", pa.string()), rows["article_id"])

    rewrite(made.data / at, change)
    return "corpus.schema", at


def newer_version(made: Made, at: str) -> Said:
    rewrite(made.data / at, lambda rows: rows, {VERSION_KEY: b"99"})
    return "corpus.newer_version", at


def other_count(made: Made, at: str) -> Said:
    rewrite(made.data / at, lambda rows: rows, {b"newsmill.articles": b"77"})
    return "corpus.count", at


def other_revision(made: Made, at: str) -> Said:
    """Index and ledger know better."""
    rewrite(made.data / at, lambda rows: with_values(rows, "revision", lambda old: [9, *old[1:]]))
    return "corpus.unaccounted", at


def older_file(made: Made, at: str) -> Said:
    """The file of the corrected article, as it was before the second night; a run did publish it."""
    revisions = pq.ParquetFile(of_run(made, "revisions")).read().to_pylist()
    old = next(row for row in revisions if str(row["date"]) == "2026-02-10" and row["outlet"] == "bay-post")

    def change(rows: pa.Table) -> pa.Table:
        rest = [row for row in rows.to_pylist() if row["article_id"] != old["article_id"]]
        back = {name: old[name] for name in rows.schema.names}
        merged = sorted([*rest, back], key=lambda row: (row["published_at"], row["article_id"]))
        return pa.Table.from_pylist(merged, schema=rows.schema)

    rewrite(made.data / CORRECTED, change)
    return "corpus.older", CORRECTED


def second_file(made: Made, at: str) -> Said:
    path = made.data / at
    shutil.copy(path, path.with_name("part-0.parquet"))
    return "corpus.stray", at.replace("articles", "part-0")


def stray_file(made: Made, at: str) -> Said:
    """Its name is a trap for a shell."""
    (made.data / "corpus" / "it's notes.txt").write_text("These do not belong here.")
    return "corpus.stray", "corpus/it's notes.txt"


def folder_instead(made: Made, at: str) -> Said:
    (made.data / at).unlink()
    (made.data / at).mkdir()
    (made.data / at / "part-0.parquet").write_bytes(b"as another tool would write it")
    return "corpus.lost", at


def link_outside(made: Made, at: str) -> Said:
    """Nobody follows it: what it points to may be anybody's."""
    elsewhere = made.data.parent / "elsewhere.parquet"
    (made.data / at).rename(elsewhere)
    (made.data / at).symlink_to(elsewhere)
    return "corpus.lost", at


def of_another_outlet(made: Made, at: str) -> Said:
    """Each row is right in itself, and lies on the right day; only ledger and index know the outlet."""
    other = at.replace("outlet=wire", "outlet=coast-news")
    one, two = (made.data / at).read_bytes(), (made.data / other).read_bytes()
    (made.data / at).write_bytes(two)
    (made.data / other).write_bytes(one)
    return "corpus.unaccounted", at


UNREADABLE = [bit_flip, truncated, emptied, zeros, deleted, column_lost, newer_version, second_file, stray_file]
"""What a disk or a hand does to files."""

MISTAKEN = [
    row_in_two_partitions,
    row_on_another_day,
    wrong_hash,
    other_text,
    empty_text,
    wrong_words,
    unsorted,
    older_file,
    other_revision,
]
"""Files that can be read and say something wrong."""

MISSHAPEN = [row_lost, wrong_day, extra_column, nullable, other_count, other_title, urls_swapped]

MISPLACED = [folder_instead, link_outside, of_another_outlet]

CORPUS = {"unreadable": UNREADABLE, "mistaken": MISTAKEN, "misshapen": MISSHAPEN, "misplaced": MISPLACED}


def lose_rows(path: Path, is_lost: Callable[[dict], bool]) -> None:
    """Take the first such row away, and nothing else."""

    def change(rows: pa.Table) -> pa.Table:
        lost = next(number for number, row in enumerate(rows.to_pylist()) if is_lost(row))
        return rows.filter(pa.array([number != lost for number in range(len(rows))]))

    rewrite(path, change)


def _row_lost(dataset: str, kind: str, run: str = "night-1", **wanted: str) -> Callable[[Made], Said]:
    def damage(made: Made) -> Said:
        path = of_run(made, dataset, run)
        lose_rows(path, lambda row: wanted.items() <= row.items())
        return kind, where(made, path)

    damage.__name__ = f"{dataset}_row_lost_{'_'.join(wanted.values())}"
    return damage


def _truncated(dataset: str, run: str = "night-2") -> Callable[[Made], Said]:
    def damage(made: Made) -> Said:
        path = of_run(made, dataset, run)
        truncate(path)
        return "ledger.unreadable", where(made, path)

    damage.__name__ = f"{dataset}_truncated"
    return damage


def _gone(dataset: str, run: str, kind: str = "ledger.missing") -> Callable[[Made], Said]:
    def damage(made: Made) -> Said:
        path = of_run(made, dataset, run)
        path.unlink()
        return kind, where(made, path)

    damage.__name__ = f"{dataset}_gone"
    return damage


def bit_flip_in_ledger(made: Made) -> Said:
    path = of_run(made, "metadata")
    flip_a_bit(path, "value")
    return "ledger.unreadable", where(made, path)


def differences_of_nothing(made: Made) -> Said:
    """A dataset that no run of the story has written."""
    path = made.data / where(made, of_run(made, "runs")).replace("/runs/", "/differences/")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no Parquet")
    return "ledger.unreadable", where(made, path)


def books_without_a_row(made: Made) -> Said:
    path = of_run(made, "runs", "again")
    rewrite(path, lambda rows: rows.slice(0, 0))
    return "ledger.unreadable", where(made, path)


def run_twice(made: Made) -> Said:
    path = of_run(made, "fates", "night-1")
    rewrite(path, lambda rows: pa.concat_tables([rows, rows]))
    return "ledger.twice", where(made, path)


def fates_of_another_run(made: Made) -> Said:
    path = of_run(made, "fates")
    rewrite(path, lambda rows: with_values(rows, "run_id", lambda old: ["someone else", *old[1:]]))
    return "ledger.several_runs", where(made, path)


def duplicate_of_nothing(made: Made) -> Said:
    path = of_run(made, "duplicates")
    rewrite(path, lambda rows: with_values(rows, "duplicate_of", lambda old: ["f" * 32, *old[1:]]))
    return "ledger.unknown_original", where(made, path)


def replaced_by_nothing(made: Made) -> Said:
    path = of_run(made, "revisions")
    rewrite(path, lambda rows: with_values(rows, "replaced_by", lambda old: ["f" * 64, *old[1:]]))
    return "ledger.unknown_successor", where(made, path)


def removals_of_nothing(made: Made) -> Said:
    path = of_run(made, "removals")
    rewrite(path, lambda rows: with_values(rows, "record_key", lambda old: ["f" * 32, *old[1:]]))
    return "ledger.strange", where(made, path)


def removals_out_of_place(made: Made) -> Said:
    """As many characters as before, at a block that the article does not have."""
    path = of_run(made, "removals", "night-1")
    rewrite(path, lambda rows: with_values(rows, "block", lambda old: [number + 500 for number in old]))
    return "ledger.not_restored", where(made, path)


LEDGER = {
    "fates": [
        _row_lost("fates", "ledger.fates_lost", fate="published"),
        _truncated("fates"),
        _truncated("runs"),  # which cannot be counted again from these fates
        _gone("fates", "again"),
    ],
    "rows": [
        _row_lost("fates", "ledger.fates_lost", run="again", fate="quarantined"),
        _row_lost("runs", "ledger.books", outlet="bay-post"),
        _row_lost("removals", "ledger.removals_lost", outlet="bay-post"),
        _row_lost("quarantine", "ledger.quarantine_lost"),
        _row_lost("duplicates", "ledger.duplicates_lost", run="night-2"),
        _row_lost("metadata", "ledger.metadata_lost", run="night-2", field="title"),
    ],
    "more fates": [
        _row_lost("fates", "ledger.fates_lost", fate="unreadable"),
        _row_lost("fates", "ledger.fates_lost", run="night-2", fate="unchanged"),
        books_without_a_row,
    ],
    "unreadable": [
        *(_truncated(name) for name in ("runs", "removals", "duplicates", "revisions", "quarantine")),
        bit_flip_in_ledger,
        _gone("runs", "night-1"),
        _gone("metadata", "night-1", "ledger.metadata_lost"),
        differences_of_nothing,
        _gone("quarantine", "again", "ledger.quarantine_lost"),
    ],
    "wrong": [
        run_twice,
        fates_of_another_run,
        removals_of_nothing,
        removals_out_of_place,
    ],
    "unknown": [duplicate_of_nothing, replaced_by_nothing],
}
"""Stories of damages that do not explain each other."""


def _index(statement: str, kind: str, name: str) -> Callable[[Made], Said]:
    def damage(made: Made) -> Said:
        with sqlite3.connect(made.data / "index.sqlite") as database:
            assert database.execute(statement).rowcount == 1
        database.close()
        return kind, "index.sqlite"

    damage.__name__ = name
    return damage


_ONE = "(SELECT min(article_id) FROM articles)"


def index_deleted(made: Made) -> Said:
    (made.data / "index.sqlite").unlink()
    return "index.missing", "index.sqlite"


def index_damaged(made: Made) -> Said:
    path = made.data / "index.sqlite"
    content = bytearray(path.read_bytes())
    content[4096:8192] = bytes(4096)
    path.write_bytes(content)
    return "index.unreadable", "index.sqlite"


def index_without_runs(made: Made) -> Said:
    """As an old copy is, whose articles happen to be the same."""
    with sqlite3.connect(made.data / "index.sqlite") as database:
        database.execute("DELETE FROM runs")
    database.close()
    return "index.lacks_run", "index.sqlite"


def index_without_articles(made: Made) -> Said:
    with sqlite3.connect(made.data / "index.sqlite") as database:
        database.execute("DELETE FROM articles")
    database.close()
    return "index.lacks", "index.sqlite"


INDEX = [
    _index(f"DELETE FROM articles WHERE article_id = {_ONE}", "index.lacks", "index_row_lost"),
    _index(
        f"INSERT INTO articles SELECT 'f', 'f', source_id, outlet, date, published_at, fetched_at, revision, "
        f"ingested_on, raw_path, raw_sha256 FROM articles WHERE article_id = {_ONE}",
        "index.too_much",
        "index_row_of_nothing",
    ),
    _index(
        f"UPDATE articles SET content_hash = 'f' WHERE article_id = {_ONE}", "index.differs", "index_with_another_hash"
    ),
    _index(
        f"UPDATE articles SET date = '1999-01-01' WHERE article_id = {_ONE}", "index.differs", "index_with_another_day"
    ),
    _index(
        f"UPDATE articles SET fetched_at = 5 WHERE article_id = {_ONE}", "index.differs", "index_with_another_fetch"
    ),
    index_deleted,
    index_damaged,
    index_without_articles,
    index_without_runs,
    _index(
        "INSERT INTO records VALUES ('f', 'f', 'unreadable', 'wire', NULL)", "index.unread", "index_record_of_nothing"
    ),
    _index("INSERT INTO files VALUES ('wire/never.txt', 'v')", "index.unread", "index_file_of_nothing"),
]
