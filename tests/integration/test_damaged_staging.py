"""A truncated or missing staging file of a run that has not decided: the task that reads it names it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from newsmill import pipeline
from newsmill.damage import DamagedStagingError
from newsmill.model import NewsmillError, Selection
from newsmill.staging import Staging
from newsmill.storage import Store
from newsmill.upkeep.rebuild import rebuild_index
from tests.conftest import DAY
from tests.integration.runs import SEEDS, content, run
from tests.newsmill.upkeep.interrupted import index_rows, truncate

TASKS = {
    "extract": lambda: pipeline.extract("run", 1),
    "learn": lambda: pipeline.learn("run"),
    "clean": lambda: pipeline.clean("run", 1),
    "validate": lambda: pipeline.validate("run"),
    "deduplicate": lambda: pipeline.deduplicate("run"),
    "publish": lambda: pipeline.publish("run", 1),
    "reconcile": lambda: pipeline.reconcile("run"),
}


@pytest.fixture(scope="module")
def after_each(tmp_path_factory) -> dict[str, Path]:
    """Copies of a data root as it is before each task of a run, and after the last."""
    folder = tmp_path_factory.mktemp("tasks")
    copies = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NEWSMILL_DATA_URI", str(folder / "data"))
        pipeline.plan("run", DAY, Selection(landing_uri=str(SEEDS)))
        for name, task in TASKS.items():
            copies[name] = shutil.copytree(folder / "data", folder / f"before-{name}")
            if name == "publish":
                for number in range(1, len(Staging.of(Store(str(folder / "data")), "run").groups()) + 1):
                    pipeline.publish("run", number)
            else:
                task()
    return copies | {"end": folder / "data"}


@pytest.mark.parametrize(
    ("task", "name", "writer"),
    [
        ("extract", "plan.parquet", "plan"),
        ("extract", "run.json", "plan"),
        ("learn", "sightings/batch-000001.parquet", "extract"),
        ("clean", "extracted/batch-000001.parquet", "extract"),
        ("clean", "repeats.parquet", "learn"),
        ("clean", "titles.parquet", "learn"),
        ("validate", "cleaned/batch-000001.parquet", "clean"),
        ("deduplicate", "settled/batch-000001.parquet", "extract"),
        ("deduplicate", "verdicts.parquet", "validate"),
        ("publish", "decisions.parquet", "abandon"),
        ("publish", "groups.json", "abandon"),
        ("reconcile", "removals/batch-000001.parquet", "abandon"),
        ("reconcile", "counts/batch-000001.json", "abandon"),
        ("reconcile", "written/*.json", "abandon"),
    ],
)
def test_the_task_that_reads_a_truncated_file_names_it_and_what_to_do(after_each, tmp_path, task, name, writer):
    data = shutil.copytree(after_each[task], tmp_path / "data")
    path = next((data / "staging").glob(f"*/{name}"))
    truncate(path, 0.5)
    corpus = content(data / "corpus")
    with pytest.raises(DamagedStagingError) as caught:
        TASKS[task]()
    said = str(caught.value)
    assert f"{path} is damaged (" in said
    if writer == "abandon":
        assert "newsmill recover --abandon run" in said
    else:
        assert f"clear the task {writer} and what follows it, or start a new run" in said
    assert content(data / "corpus") == corpus
    assert not (data / "ledger").exists()


def test_reconcile_does_not_end_a_run_whose_removals_are_missing(after_each, tmp_path):
    data = shutil.copytree(after_each["reconcile"], tmp_path / "data")
    path = next((data / "staging").glob("*/removals/batch-000001.parquet"))
    path.unlink()
    with pytest.raises(DamagedStagingError, match=r"removals/batch-000001.* is missing: .*--abandon run"):
        pipeline.reconcile("run")
    assert not (data / "ledger").exists()


def test_whole_files_pass(after_each, tmp_path):
    shutil.copytree(after_each["reconcile"], tmp_path / "data")
    assert pipeline.reconcile("run")["published"] == 5
    assert content(tmp_path / "data/corpus") == content(after_each["end"] / "corpus")


def test_a_real_corpus_whose_index_is_gone_is_mended_by_the_command_that_the_run_prints(after_each, tmp_path):
    data = shutil.copytree(after_each["end"], tmp_path / "data")
    index = index_rows(data / "index.sqlite")
    corpus = content(data / "corpus") | content(data / "ledger")
    (data / "index.sqlite").unlink()
    with pytest.raises(NewsmillError, match="newsmill rebuild-index"):
        run(SEEDS, "next")
    assert content(data / "corpus") | content(data / "ledger") == corpus
    rebuild_index()
    assert index_rows(data / "index.sqlite") == index
    shutil.rmtree(data / "ledger")
    rebuild_index()  # of the rows alone: the next run knows their records, and changes nothing
    assert run(SEEDS, "next")["unchanged"] == 5
    assert content(data / "corpus").items() <= corpus.items()
