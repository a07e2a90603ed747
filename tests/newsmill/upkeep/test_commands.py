"""`newsmill rebuild-index` and `newsmill recover`, as a user runs them."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from newsmill.cli import app
from newsmill.lock import holding
from tests.newsmill.dedup.factory import Mill
from tests.newsmill.upkeep.interrupted import (
    FIRST,
    SECOND,
    decide,
    mill_at,
    publish_all,
    publish_until_killed,
    truncate,
)


def call(*arguments: str):
    return CliRunner().invoke(app, list(arguments))


@pytest.fixture
def mill(tmp_path: Path) -> Mill:
    mill = mill_at(tmp_path)
    mill.run(FIRST)
    return mill


def test_rebuild_index_says_what_it_holds_and_what_it_finished(mill: Mill):
    publish_until_killed(mill, decide(mill, SECOND), 1)
    (mill.root / "index.sqlite").write_bytes(b"garbage")
    said = call("rebuild-index")
    assert said.exit_code == 0, said.output
    assert "the index was made again: 3 articles, and 6 records from the ledger\n" in said.stdout  # one has left
    assert "an interrupted run was finished; it wrote 2023-09-11|verity, 2023-09-12|express" in said.stdout


def test_rebuild_index_says_when_there_is_no_ledger_to_take_records_from(mill: Mill):
    mill.data.remove("ledger")
    assert "4 records from the corpus's own rows, as there is no ledger" in call("rebuild-index").stdout


def test_rebuild_index_refuses_another_corpus_s_index_in_one_line(mill: Mill):
    mill.index.claim("f" * 32)
    said = call("rebuild-index")
    assert said.exit_code == 1
    assert "rebuild-index --replace" in said.stderr
    assert call("rebuild-index", "--replace").exit_code == 0


def test_recover_finishes_sweeps_and_then_finds_nothing(mill: Mill):
    publish_until_killed(mill, decide(mill, SECOND), 1)
    left = [
        f"{folder}/.x.parquet.{'a' * 32}.tmp"
        for folder in ("corpus/date=2023-09-13", "ledger/runs", "profiles", "quarantine")
    ]
    staged, own = f"staging/.x.{'a' * 32}.tmp", f".newsmill.json.{'a' * 32}.tmp"
    for path in [*left, staged, own]:
        (mill.root / path).parent.mkdir(parents=True, exist_ok=True)
        (mill.root / path).write_bytes(b"half")
    said = call("recover")
    assert said.exit_code == 0, said.output
    assert "an interrupted run was finished; it wrote" in said.stdout
    for path in left:
        assert f"removed {path}" in said.stdout
        assert not (mill.root / path).exists()
    assert not (mill.root / own).exists()
    assert (mill.root / staged).exists()  # a run that has not decided may be at work there, and holds nothing
    assert call("recover").stdout == "nothing was interrupted\n"


def test_recover_of_nothing_at_all_makes_no_corpus(tmp_path: Path):
    assert call("recover").stdout == "nothing was interrupted\n"
    assert not list((tmp_path / "data").iterdir() if (tmp_path / "data").exists() else [])


def test_recover_names_the_damaged_file_and_abandon_says_what_became_of_the_run(mill: Mill):
    before = mill.bytes_of("corpus")
    staging = decide(mill, SECOND)
    publish_all(mill, staging)
    path = Path(mill.root / staging.files("removals")[0])
    truncate(path)
    said = call("recover")
    assert said.exit_code == 1
    assert f"{path} is damaged" in said.stderr
    assert "newsmill recover --abandon run-2" in said.stderr
    said = call("recover", "--abandon", "run-2")
    assert said.exit_code == 0, said.output
    assert f"damaged: {path.relative_to(mill.root)}\n" in said.stdout
    assert f"lies in damaged/{staging.root} now; the next run takes its records again" in said.stdout
    assert "of the corpus 6 rows of the run went, and 3 rows before it came back" in said.stdout
    assert mill.bytes_of("corpus") == before


def test_abandon_says_when_what_was_published_cannot_be_told(mill: Mill):
    staging = decide(mill, SECOND)
    publish_all(mill, staging)
    truncate(mill.root / staging.path("decisions.parquet"))
    said = call("recover", "--abandon", "run-2")
    assert "cannot be told, and stays; start a run with reprocess" in said.stdout
    assert call("recover", "--abandon", "run-2").exit_code == 1


def test_commands_say_who_holds_the_corpus(mill: Mill, monkeypatch):
    monkeypatch.setenv("NEWSMILL_LOCK_WAIT_SECONDS", "0")
    with holding(f"sqlite:///{mill.root}/index.sqlite", "run-9: publish", wait=0):
        for command in (["rebuild-index"], ["recover"], ["recover", "--abandon", "x"]):
            said = call(*command)
            assert said.exit_code == 1
            assert "the corpus is held by run-9: publish" in said.stderr
