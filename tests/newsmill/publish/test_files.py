from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from newsmill.corpus import SchemaVersionError
from newsmill.publish.files import (
    ROWS_PER_GROUP,
    PublishError,
    folder_of,
    in_order,
    read_partition,
    remove_empty,
    write_partition,
)
from newsmill.schema import CORPUS, SCHEMA_VERSION
from newsmill.storage import Store
from tests.newsmill.dedup.factory import article, at

KEY = "2023-09-13|verity"
PATH = "corpus/date=2023-09-13/outlet=verity/articles.parquet"


def rows(*names: str, **fields: object) -> pa.Table:
    made = [article(name, **fields) for name in names]
    return pa.Table.from_pylist([{name: row[name] for name in CORPUS.names} for row in made], schema=CORPUS)


@pytest.fixture
def data(tmp_path: Path) -> Store:
    return Store(str(tmp_path))


def write(data: Store, table: pa.Table) -> bool:
    return write_partition(data, read_partition(data, KEY), table)


def test_a_partition_comes_back_as_it_was_written(data: Store) -> None:
    table = rows("a", "b")
    assert write(data, table)
    assert read_partition(data, KEY).rows.equals(in_order(table))
    assert read_partition(data, KEY).files == (PATH,)


def test_rows_are_sorted_by_time_and_id_unknown_times_last(data: Store) -> None:
    parts = [rows("a", published_at=None), rows("b", published_at=at(2)), rows("c", "d", "e", published_at=at(1))]
    write(data, pa.concat_tables(parts))
    found = read_partition(data, KEY).rows.to_pylist()
    expected = sorted(
        found, key=lambda row: (row["published_at"] is None, row["published_at"] or at(1), row["article_id"])
    )
    assert found == expected
    assert found[0]["published_at"] == at(1)
    assert found[-1]["published_at"] is None


def test_equal_rows_give_equal_bytes_however_they_came(data: Store, tmp_path: Path) -> None:
    names = [f"a{number}" for number in range(50)]
    write(data, rows(*names))
    first = data.read(PATH)
    data.remove(PATH)
    pieces = [rows(name) for name in reversed(names)]
    write(data, pa.concat_tables([pa.concat_tables(pieces).slice(7), pa.concat_tables(pieces).slice(0, 7)]))
    assert data.read(PATH) == first


def test_equal_rows_are_not_written_again_and_others_are(data: Store, tmp_path: Path) -> None:
    write(data, rows("a", "b"))
    before = (tmp_path / PATH).stat().st_mtime_ns
    assert not write(data, rows("b", "a"))
    assert (tmp_path / PATH).stat().st_mtime_ns == before
    assert write(data, rows("a", "b", title="new"))
    assert (tmp_path / PATH).stat().st_mtime_ns != before


def test_the_file_is_as_the_contract_says(data: Store, tmp_path: Path) -> None:
    count = ROWS_PER_GROUP + 1
    write(data, rows(*(f"a{number}" for number in range(count))))
    file = pq.ParquetFile(tmp_path / PATH)
    assert file.schema_arrow.remove_metadata() == CORPUS
    assert file.schema_arrow.metadata[b"newsmill.schema_version"] == str(SCHEMA_VERSION).encode()
    assert file.schema_arrow.metadata[b"newsmill.articles"] == str(count).encode()
    assert [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)] == [ROWS_PER_GROUP, 1]
    column = file.metadata.row_group(0).column(0)
    assert column.compression == "ZSTD"
    assert column.statistics.has_min_max
    assert column.has_column_index
    assert column.has_offset_index
    order = pq.SortingColumn.to_ordering(CORPUS, file.metadata.row_group(0).sorting_columns)
    assert order == ((("published_at", "ascending"), ("article_id", "ascending")), "at_end")


def test_a_partition_without_rows_stays_readable_then_goes_with_its_folders(data: Store, tmp_path: Path) -> None:
    write(data, rows("a"))
    assert write(data, rows("a").slice(1))
    assert len(pd.read_parquet(tmp_path / PATH)) == 0
    assert not write(data, CORPUS.empty_table())
    remove_empty(data, KEY)
    assert not (tmp_path / "corpus").exists()
    assert not write(data, CORPUS.empty_table())


def test_a_partition_with_rows_is_not_taken_for_empty(data: Store, tmp_path: Path) -> None:
    write(data, rows("a"))
    remove_empty(data, KEY)
    assert len(pd.read_parquet(tmp_path / PATH)) == 1


def test_an_emptied_partition_leaves_its_neighbours(data: Store, tmp_path: Path) -> None:
    write(data, rows("a"))
    other = read_partition(data, "2023-09-13|express")
    write_partition(data, other, rows("b"))
    write(data, CORPUS.empty_table())
    remove_empty(data, KEY)
    assert [entry.path for entry in data.files("corpus")] == [other.path]


def test_files_of_another_layout_are_merged_into_one(data: Store) -> None:
    write(data, rows("a", "b"))
    older = data.read(PATH)
    write(data, rows("c", "b", title="new"))
    for name in ("0", "part-0"):
        data.write(PATH.replace("articles", name), older)
    old = read_partition(data, KEY)
    assert sorted(zip(old.rows["source_id"].to_pylist(), old.rows["title"].to_pylist(), strict=True)) == [
        ("a", "a"),
        ("b", "new"),
        ("c", "new"),
    ]
    assert not old.is_tidy
    assert write_partition(data, old, old.rows)
    assert [entry.path for entry in data.files("corpus")] == [PATH]
    assert read_partition(data, KEY).rows.equals(old.rows)


def test_what_a_killed_writer_left_is_swept_away(data: Store, tmp_path: Path) -> None:
    write(data, rows("a"))
    left = (tmp_path / PATH).with_name(".articles.parquet.0123.tmp")
    left.write_bytes(b"half")
    write(data, rows("a"))
    assert not left.exists()


def test_a_newer_schema_version_is_refused_and_ours_is_read(data: Store) -> None:
    table = rows("a")
    for version, refused in ((SCHEMA_VERSION, False), (SCHEMA_VERSION + 1, True)):
        stamped = table.replace_schema_metadata({b"newsmill.schema_version": str(version).encode()})
        with data.replacing(PATH) as handle:
            pq.write_table(stamped, handle)
        if refused:
            with pytest.raises(SchemaVersionError, match=r"articles\.parquet has schema version 2"):
                read_partition(data, KEY)
        else:
            assert len(read_partition(data, KEY).rows) == 1


@pytest.mark.parametrize("content", [b"", b"PAR1 not really PAR1"])
def test_a_damaged_file_is_named(data: Store, content: bytes) -> None:
    data.write(PATH, content)
    with pytest.raises(PublishError, match=r"outlet=verity/articles\.parquet cannot be read"):
        read_partition(data, KEY)


@pytest.mark.parametrize(
    "key",
    [
        "2023-09-13|../../x",
        "2023-09-13|a=b/c",
        "2023-09-13|",
        "2023-09-13|" + "a" * 65,
        "../x|verity",
        "2023-9-1|verity",
    ],
)
def test_what_is_no_date_and_slug_never_becomes_a_path(key: str) -> None:
    with pytest.raises(PublishError):
        folder_of(key)


def test_a_date_and_slug_become_a_path() -> None:
    assert folder_of("2023-09-13|" + "a" * 64) == "corpus/date=2023-09-13/outlet=" + "a" * 64
