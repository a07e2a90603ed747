"""A corpus of an older schema version is read and merged. There is none yet, so the tests make the next version."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from newsmill import corpus, schema
from newsmill.corpus import SchemaVersionError
from newsmill.identity import read_identity
from newsmill.publish.files import read_partition, write_partition
from newsmill.schema import CORPUS
from newsmill.storage import Store
from tests.conftest import PROJECT
from tests.newsmill.dedup.factory import Mill, article
from tests.newsmill.upkeep.interrupted import FIRST, index_rows, mill_at

KEY = "2023-09-13|verity"
PATH = "corpus/date=2023-09-13/outlet=verity/articles.parquet"

NEXT_VERSION = """
import json, os, sys, types
from pathlib import Path

# The schema's own source, a version later: a column in the midst of others, one of another type, and a wider struct.
source = Path(sys.argv[1]).read_text()
for old, new in (
    ("SCHEMA_VERSION = 1", "SCHEMA_VERSION = 2"),
    ('pa.field("title", pa.string()),', 'pa.field("title", pa.large_string()),pa.field("subtitle", pa.string()),'),
    ('SOURCES = pa.list_(pa.struct([', 'SOURCES = pa.list_(pa.struct([("kind", pa.string()), '),
):
    assert old in source, old
    source = source.replace(old, new)
import newsmill
schema = types.ModuleType("newsmill.schema")
sys.modules["newsmill.schema"] = newsmill.schema = schema
exec(compile(source, "schema.py", "exec"), schema.__dict__)

import pyarrow as pa
from newsmill import corpus

def cite(rows):
    told = [[source | {"kind": "cited"} for source in sources] for sources in rows["sources"].to_pylist()]
    return rows.set_column(rows.schema.get_field_index("sources"), "sources", pa.array(told, schema.SOURCES))

corpus.STEPS = {1: cite}

from datetime import date
from newsmill.learn.archive import corpus_places, read_outlets
from newsmill.preview.desk import lay_out
from newsmill.publish.files import read_partition
from newsmill.upkeep.rebuild import partition_keys, rebuild_index
from tests.newsmill.dedup.factory import Mill, article, at
from tests.newsmill.upkeep.interrupted import LATER, decide, publish_all

def told(*args, **fields):
    return article(*args, **{"subtitle": "new", "sources": [{"kind": "told", "name": "n", "url": None}]} | fields)

mill = Mill(Path(sys.argv[2]))
rows = [
    told("a", fetched_at=at(15), outlet="express", published_at=at(12), text="A, told anew."),  # moves
    told("b", outlet="express", text="B, told anew."),  # is revised
    told("z", outlet="express"),  # comes beside rows of version 1
]
publish_all(mill, decide(mill, rows))
from newsmill import pipeline
pipeline.recover("next")
rebuild_index()
parts = ((key, read_partition(mill.data, key).rows) for key in partition_keys(mill.data))
found = [row | {"key": key} for key, rows in parts for row in rows.to_pylist()]
with lay_out(mill.data) as desk:
    laid = [row["title"] for row in desk.articles()]
read = [one.row["title"] for _, articles in read_outlets(mill.data, corpus_places(mill.data)) for one in articles]
print(json.dumps({
    "rows": [{name: row[name] for name in ("key", "source_id", "subtitle", "sources", "revision")} for row in found],
    "laid": sorted(laid), "read": sorted(read),
    "revisions": [[row["source_id"], row["subtitle"], row["sources"]] for row in mill.ledger("revisions")],
}))
"""


def rows(*names: str) -> pa.Table:
    return pa.Table.from_pylist([{name: article(one)[name] for name in CORPUS.names} for one in names], schema=CORPUS)


@pytest.fixture
def data(tmp_path: Path) -> Store:
    return Store(str(tmp_path))


def test_a_corpus_of_the_version_before_is_read_revised_moved_and_indexed(tmp_path: Path):
    mill = mill_at(tmp_path)
    mill.run(FIRST)
    untouched = {path: content for path, content in mill.bytes_of("corpus").items() if "outlet=tass" in path}
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(PROJECT / "plugins"), str(PROJECT)])}
    environment |= {"NEWSMILL_DATA_URI": str(mill.root), "NEWSMILL_MOVE_GRACE_SECONDS": "0"}
    script = [sys.executable, "-c", NEXT_VERSION, str(PROJECT / "plugins/newsmill/schema.py"), str(mill.root)]
    done = subprocess.run(script, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    old, new = [{"kind": "cited", "name": "TASS", "url": None}], [{"kind": "told", "name": "n", "url": None}]
    assert {
        row["source_id"]: (row["key"], row["subtitle"], row["sources"], row["revision"]) for row in said["rows"]
    } == {
        "a": ("2023-09-12|express", "new", new, 2),
        "b": ("2023-09-13|express", "new", new, 2),
        "c": ("2024-01-02|tass", None, old, 1),
        "d": ("2023-09-13|verity", None, old, 1),
        "z": ("2023-09-13|express", "new", new, 1),
    }
    assert said["laid"] == said["read"] == ["a", "b", "c", "d", "z"]
    assert sorted(said["revisions"]) == [["a", None, old], ["b", None, old]]
    assert {
        path: mill.bytes_of("corpus")[path] for path in untouched
    } == untouched  # nothing is rewritten for its version
    versions = {path: pq.read_schema(mill.root / path).metadata[corpus.VERSION_KEY] for path in mill.bytes_of("corpus")}
    assert sorted(versions.values()) == [b"1", b"2", b"2", b"2"]
    assert len(index_rows(mill.root / "index.sqlite")["articles"]) == 5
    with pytest.raises(SchemaVersionError, match=r"version 2.*version 1"):  # this newsmill leaves it alone from now on
        read_identity(mill.data)


@pytest.fixture
def version_two(monkeypatch) -> None:
    """The next version: a new column, a new list, and `word_count` in a wider type."""
    fields = [field.with_type(pa.int64()) if field.name == "word_count" else field for field in CORPUS]
    fields += [pa.field("subtitle", pa.string()), pa.field("places", pa.list_(pa.string()), nullable=False)]
    monkeypatch.setattr(schema, "CORPUS", pa.schema(fields))
    monkeypatch.setattr(schema, "SCHEMA_VERSION", 2)


@pytest.mark.parametrize("columns", [None, ["article_id", "subtitle", "places", "word_count"]])
def test_columns_that_came_later_are_unknown_without_a_step(data: Store, columns, version_two, tmp_path: Path):
    pq.write_table(rows("a", "b"), _file(tmp_path))
    wanted = pa.schema([schema.CORPUS.field(name) for name in columns]) if columns else schema.CORPUS
    for found in (corpus.read(data, PATH, columns), pa.concat_tables(corpus.batches(data, PATH, 1, columns))):
        assert found.schema == wanted
        assert found["subtitle"].to_pylist() == [None, None]
        assert found["places"].to_pylist() == [[], []]


def test_a_step_is_given_every_column_whatever_is_asked_for(data: Store, version_two, monkeypatch, tmp_path: Path):
    def step(old: pa.Table) -> pa.Table:
        return old.append_column("subtitle", old["title"])

    monkeypatch.setattr(corpus, "STEPS", {1: step})
    pq.write_table(rows("a"), _file(tmp_path))
    assert corpus.read(data, PATH, ["subtitle"]).to_pylist() == [{"subtitle": "a"}]


def test_steps_are_taken_from_the_file_s_version_on(data: Store, monkeypatch, tmp_path: Path):
    taken = []
    monkeypatch.setattr(schema, "SCHEMA_VERSION", 4)
    steps = {number: lambda old, number=number: (taken.append(number), old)[1] for number in (1, 2, 3)}
    monkeypatch.setattr(corpus, "STEPS", steps)
    for version, expected in (
        ({corpus.VERSION_KEY: b"2"}, [2, 3]),
        ({corpus.VERSION_KEY: b"4"}, []),
        (None, [1, 2, 3]),
    ):
        pq.write_table(rows("a").replace_schema_metadata(version), _file(tmp_path))
        assert len(corpus.read(data, PATH)) == 1
        assert taken == expected
        taken.clear()


def test_a_file_that_lacks_a_column_of_its_own_version_is_damaged(data: Store, tmp_path: Path):
    for version in (None, {corpus.VERSION_KEY: b"1"}):
        pq.write_table(rows("a").drop_columns(["url"]).replace_schema_metadata(version), _file(tmp_path))
        with pytest.raises(KeyError, match="url"):
            corpus.read(data, PATH)


def test_a_newer_file_is_refused_though_the_corpus_does_not_say_so(tmp_path: Path):
    mill = Mill(tmp_path / "data")
    mill.run([article("a")])
    path = mill.root / PATH
    pq.write_table(pq.read_table(path).replace_schema_metadata({corpus.VERSION_KEY: b"2"}), path)
    before = mill.bytes_of("corpus")
    with pytest.raises(SchemaVersionError, match=f"{PATH} has schema version 2"):
        mill.run([article("b")], run_id="run-2")
    assert mill.bytes_of("corpus") == before


def test_an_unchanged_partition_of_an_older_version_stays_as_it_is(
    data: Store, version_two, monkeypatch, tmp_path: Path
):
    monkeypatch.setattr("newsmill.publish.files.CORPUS", schema.CORPUS)
    pq.write_table(rows("a"), _file(tmp_path))
    before = (tmp_path / PATH).read_bytes()
    old = read_partition(data, KEY)
    assert not write_partition(data, old, old.rows)
    assert (tmp_path / PATH).read_bytes() == before


def _file(tmp_path: Path) -> Path:
    path = tmp_path / PATH
    shutil.rmtree(path.parent, ignore_errors=True)
    path.parent.mkdir(parents=True)
    return path
