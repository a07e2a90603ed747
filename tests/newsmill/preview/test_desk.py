"""The sort on disk: the landing zone's order, and memory that does not grow with the corpus."""

from __future__ import annotations

import tracemalloc
from collections import deque

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from newsmill.model import key_of, place_of
from newsmill.preview.desk import lay_out
from newsmill.schema import CORPUS
from newsmill.storage import Store


def corpus(folder, records: int):
    """Write a corpus of plain rows, their lines in disorder."""
    rows = []
    for number in range(records):
        rows.append(
            dict.fromkeys(CORPUS.names)
            | {name: [] for name in ("authors", "tags", "sources")}
            | dict.fromkeys(("word_count", "removed_chars", "revision"), 1)
            | dict.fromkeys(("content_hash", "cleaner_version", "raw_sha256"), "0")
            | {
                "article_id": key_of(str(number)),
                "source_id": str(number),
                "date_source": "ingested",
                "text": f"{number} " + "word " * 100,
                "raw_format": "text",
                "raw_path": f"wire/feed.jsonl#{1 + number * 7919 % records}",
                "ingested_on": 0,
            }
        )
    path = folder / "corpus" / "date=2026-03-01" / "outlet=wire" / "articles.parquet"
    path.parent.mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist(rows, schema=CORPUS), path, row_group_size=200)
    return Store(str(folder))


def test_articles_come_in_the_order_of_files_and_lines(tmp_path):
    with lay_out(corpus(tmp_path, 50)) as desk:
        assert [place_of(row["raw_path"])[1] for row in desk.articles()] == list(range(1, 51))


def test_raw_path_names_a_file_and_a_line_or_a_file_alone():
    assert place_of("wire/feed.jsonl#12") == ("wire/feed.jsonl", 12)
    assert place_of("wire/one.txt") == ("wire/one.txt", 0)


@pytest.mark.parametrize("sample", [None, 20])
def test_memory_does_not_grow_with_the_corpus(tmp_path, sample):
    def peak(records: int) -> int:
        data = corpus(tmp_path / str(records), records)
        tracemalloc.start()
        with lay_out(data, sample=sample) as desk:
            deque(desk.articles(), maxlen=0)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(500)  # what is loaded once
    assert peak(3000) < 1.5 * peak(1000)
