"""verify over a corpus of another schema version: an older one is read, a newer one refused."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from newsmill import corpus, schema
from newsmill.places import corpus_files
from newsmill.publish.files import VERSION_KEY
from newsmill.storage import Store
from newsmill.upkeep.corpus import check_files, load_corpus
from newsmill.upkeep.desk import open_desk
from newsmill.upkeep.findings import Findings
from tests.integration.runs import snapshot
from tests.newsmill.test_cli import call
from tests.newsmill.upkeep.damage import PARTITIONS


@pytest.fixture
def older(made, monkeypatch):
    """The corpus as an older version wrote it: two columns had other names, one of them narrow, one large."""

    def step(old: pa.Table) -> pa.Table:
        return old.rename_columns([names.get(name, name) for name in old.column_names])

    names = {"bytes_sha256": "raw_sha256", "body": "text"}
    then = {now: old for old, now in names.items()}
    for file in corpus_files(Store(str(made.data))):
        rows = pq.ParquetFile(made.data / file.path).read()
        written = rows.rename_columns([then.get(name, name) for name in rows.column_names])
        pq.write_table(written.replace_schema_metadata(rows.schema.metadata), made.data / file.path)
    monkeypatch.setattr(schema, "SCHEMA_VERSION", 2)
    monkeypatch.setattr(corpus, "STEPS", {1: step})
    return made


def look(data: Path) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return what is found in the files of the corpus, and the hashes of raw records that come onto the desk."""
    found, store = Findings(), Store(str(data))
    check_files(store, found)
    with open_desk() as desk:
        load_corpus(store, desk, found)
        rows = sorted(desk.ask("SELECT article_id, raw_sha256 FROM corpus"))
    return [(finding.kind, finding.where) for finding in found.verdict().findings], rows


def test_files_of_an_older_version_are_read_as_today_s(made_once, older):
    found, rows = look(older.data)
    assert found == []
    assert rows
    assert rows == look_before(made_once.data)


def look_before(data: Path) -> list[tuple[str, str]]:
    parts = (pq.ParquetFile(path).read() for path in (data / "corpus").rglob("*.parquet"))
    return sorted((row["article_id"], row["raw_sha256"]) for part in parts for row in part.to_pylist())


def test_a_damaged_text_in_an_older_file_is_found(older):
    (file, *_) = corpus_files(Store(str(older.data)))
    rows = pq.ParquetFile(older.data / file.path).read()
    place = rows.schema.get_field_index("body")
    changed = rows.set_column(place, "body", pa.array(["Other words."] * len(rows)))
    pq.write_table(changed.replace_schema_metadata(rows.schema.metadata), older.data / file.path)
    assert look(older.data)[0] == [("corpus.wrong_hash", file.path), ("corpus.wrong_words", file.path)]


@pytest.mark.parametrize("version", [b"2", b"no number"])
def test_a_file_of_a_newer_version_is_named_and_left_out(made, version):
    (file, *others) = corpus_files(Store(str(made.data)))
    rows = pq.ParquetFile(made.data / file.path).read()
    pq.write_table(rows.replace_schema_metadata({VERSION_KEY: version}), made.data / file.path)
    found, loaded = look(made.data)
    assert found == [("corpus.newer_version" if version == b"2" else "corpus.unreadable", file.path)]
    assert len(loaded) == sum(pq.read_metadata(made.data / other.path).num_rows for other in others)


def test_a_corpus_that_a_newer_newsmill_writes_is_refused_and_no_repair_is_told(made):
    told = json.loads((made.data / "newsmill.json").read_text())
    (made.data / "newsmill.json").write_text(json.dumps(told | {"schema_version": 2}))
    before = snapshot(made.data)
    for command in (["verify"], ["repair", PARTITIONS[0]], ["rebuild-index", "--replace"]):
        done = call(*command)
        assert done.exit_code == 1
        assert "newsmill.json) has schema version 2, and this newsmill writes version 1: install" in done.stderr
        assert done.stdout == ""
    assert snapshot(made.data) == before
