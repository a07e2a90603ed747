"""A decided run whose staging is damaged: the next one says so, and `--abandon` gives it up without a loss."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from newsmill import finishing, pipeline
from newsmill.model import NewsmillError
from newsmill.publish.ledger import write_ledger
from newsmill.publish.report import make_report
from newsmill.publish.written import written_keys
from newsmill.staging import Staging
from newsmill.upkeep.abandon import abandon
from tests.newsmill.dedup.factory import Mill
from tests.newsmill.upkeep.interrupted import (
    FIRST,
    LATER,
    SECOND,
    decide,
    index_rows,
    mill_at,
    publish_all,
    publish_until_killed,
    truncate,
)

NEEDED = [
    "run.json",
    "decisions.parquet",
    "groups.json",
    "extracted/batch-000002.parquet",
    "sightings/batch-000001.parquet",
    "cleaned/batch-000002.parquet",
    "removals/batch-000001.parquet",
    "counts/batch-000001.json",
    "revisions/*.parquet",
]
"""Without these a decided run cannot be finished."""

NOT_NEEDED = ["settled/batch-000001.parquet", "verdicts.parquet", "written/*.json"]
"""These have been read, or are written again."""


@pytest.fixture(scope="module")
def after_first(tmp_path_factory) -> Path:
    """A data root after the first run."""
    folder = tmp_path_factory.mktemp("first")
    mill_at(folder).run(FIRST)
    return folder / "data"


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, after_first: Path) -> dict[str, bytes]:
    """The corpus after both runs."""
    other = Mill(shutil.copytree(after_first, tmp_path_factory.mktemp("second") / "data"))
    other.run(SECOND, run_id="run-2", day=LATER)
    return other.bytes_of("corpus")


@pytest.fixture
def mill(tmp_path: Path, after_first: Path) -> Mill:
    return Mill(shutil.copytree(after_first, tmp_path / "data"))


def files_of(staging: Staging, pattern: str) -> list[Path]:
    return sorted(Path(staging.data.full(staging.root)).glob(pattern))


def ends_as(mill: Mill, expected: dict[str, bytes]) -> None:
    """The next run over the same records leaves the expected corpus, and an index that knows exactly it."""
    mill.run(SECOND, run_id="run-3", day=LATER)
    assert mill.bytes_of("corpus") == expected
    rows = mill.corpus()
    assert {row["article_id"]: row["content_hash"] for row in rows} == {
        article_id: known.content_hash
        for article_id, known in mill.index.articles(
            row["article_id"] for row in [*rows, *FIRST, *SECOND] if row["article_id"]
        ).items()
    }
    assert not pipeline.recover("after")


@pytest.mark.parametrize("name", NEEDED)
def test_truncated_file_is_named_and_its_run_given_up_without_a_loss(mill: Mill, undisturbed, name: str):
    staging = decide(mill, SECOND)
    publish_until_killed(mill, staging, 2)
    path = files_of(staging, name)[0]
    truncate(path)
    for _ in range(2):  # it stands in the way until somebody acts
        with pytest.raises(NewsmillError) as caught:
            pipeline.recover("next")
        assert str(path) in str(caught.value)
        called = staging.root.partition("/")[2] if name == "run.json" else "run-2"
        assert f"newsmill recover --abandon {called}" in str(caught.value)
    made = abandon(called)
    assert str(path).endswith(made.damaged[0])
    assert not mill.data.exists(staging.root)
    assert (mill.root / made.aside / path.relative_to(mill.root / staging.root)).is_file()
    ends_as(mill, undisturbed)


@pytest.mark.parametrize("dataset", ["extracted", "settled", "sightings", "cleaned", "removals", "counts"])
def test_missing_file_of_a_batch_is_named_before_anything_more_is_published(mill: Mill, undisturbed, dataset: str):
    staging = decide(mill, SECOND)
    publish_until_killed(mill, staging, 1)
    path = files_of(staging, f"{dataset}/*")[1]
    path.unlink()
    before = mill.files("corpus")
    with pytest.raises(NewsmillError, match=r"batch-000002.* is missing: .*newsmill recover --abandon run-2") as caught:
        pipeline.recover("next")
    assert dataset in str(caught.value)
    assert mill.files("corpus") == before
    abandon("run-2")
    ends_as(mill, undisturbed)


@pytest.mark.parametrize("name", NOT_NEEDED)
def test_damage_to_what_a_decided_run_needs_no_more_does_not_stop_it(mill: Mill, undisturbed, name: str):
    staging = decide(mill, SECOND)
    publish_until_killed(mill, staging, 1)
    truncate(files_of(staging, name)[0])
    pipeline.recover("next")
    assert mill.bytes_of("corpus") == undisturbed


@pytest.mark.parametrize("step", [0, 1, 3, 4, 6])
def test_given_up_at_any_step_the_corpus_is_as_before_the_run(mill: Mill, undisturbed, step: int):
    before, known = mill.bytes_of("corpus"), index_rows(mill.root / "index.sqlite")
    staging = decide(mill, SECOND)
    publish_until_killed(mill, staging, step)
    truncate(files_of(staging, "removals/*")[0])
    assert abandon("run-2").is_undone
    assert mill.bytes_of("corpus") == before
    assert index_rows(mill.root / "index.sqlite") == known
    ends_as(mill, undisturbed)


def test_given_up_after_all_is_published_and_with_half_a_ledger(mill: Mill, undisturbed, monkeypatch):
    before, ledger = mill.bytes_of("corpus"), mill.bytes_of("ledger")
    staging = decide(mill, SECOND)
    publish_all(mill, staging)
    truncate(files_of(staging, "removals/*")[1])
    with pytest.raises((pa.ArrowInvalid, OSError)):
        write_ledger(staging, mill.data, staging.run(), make_report(staging, staging.run(), written_keys(staging)))
    assert mill.bytes_of("ledger") != ledger  # fates are written before removals
    abandon("run-2")
    assert mill.bytes_of("corpus") == before
    assert mill.bytes_of("ledger") == ledger
    assert (mill.root / "damaged/ledger/fates").is_dir()
    ends_as(mill, undisturbed)


def test_run_whose_ledger_is_whole_is_not_taken_back(mill: Mill, undisturbed):
    """Killed between ledger and index: the run has happened, only the index does not know."""
    staging = decide(mill, SECOND)
    publish_all(mill, staging)
    write_ledger(staging, mill.data, staging.run(), make_report(staging, staging.run(), written_keys(staging)))
    truncate(files_of(staging, "cleaned/*")[0])
    made = abandon("run-2")
    assert (made.gone, made.back, made.is_undone) == (0, 0, True)
    assert mill.bytes_of("corpus") == undisturbed
    assert mill.index.has_run("run-2")
    assert len(mill.index.known([SECOND[1]["record_key"]])) == 1
    ends_as(mill, undisturbed)


def test_killed_at_its_last_step_abandon_is_done_again(mill: Mill, undisturbed, monkeypatch):
    from newsmill.storage import Store

    before = mill.bytes_of("corpus")
    staging = decide(mill, SECOND)
    publish_until_killed(mill, staging, 4)
    truncate(files_of(staging, "removals/*")[0])
    with monkeypatch.context() as patch:
        patch.setattr(Store, "move", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            abandon("run-2")
    abandon("run-2")
    assert mill.bytes_of("corpus") == before
    ends_as(mill, undisturbed)


def test_two_runs_of_one_name_are_set_aside_side_by_side(mill: Mill):
    for _ in range(2):
        staging = decide(mill, SECOND)
        truncate(files_of(staging, "removals/*")[0])
        abandon("run-2")
    assert len(list((mill.root / "damaged/staging").iterdir())) == 2


@pytest.mark.parametrize("name", ["run-3", "../corpus", "staging", ""])
def test_only_a_decided_run_is_given_up(mill: Mill, name: str):
    decide(mill, SECOND)
    mill.stage(SECOND, run_id="run-3")
    before = mill.files()
    with pytest.raises(NewsmillError, match=r"no run .* that had decided"):
        abandon(name)
    assert mill.files() == before


def test_staging_of_an_older_newsmill_is_refused_and_given_up(mill: Mill, undisturbed):
    """As one leaves it whose articles have no `choices`."""
    staging = decide(mill, SECOND)
    for path in files_of(staging, "extracted/*"):
        pq.write_table(pq.read_table(path).drop_columns(["choices"]), path)
    with pytest.raises(NewsmillError, match=r"extracted/batch-000001.*another version.*choices.*--abandon run-2"):
        pipeline.recover("next")
    abandon("run-2")
    ends_as(mill, undisturbed)


def test_staging_of_another_schema_version_is_refused(mill: Mill):
    staging = decide(mill, SECOND)
    path = files_of(staging, "run.json")[0]
    path.write_text(path.read_text().replace('"schema_version": 1', '"schema_version": 2'))
    with pytest.raises(NewsmillError, match=r"run\.json.*another version.*schema version 2"):
        pipeline.recover("next")


def test_full_disk_is_not_taken_for_damage(mill: Mill, monkeypatch):
    """The error of the file system passes as it is, whatever lies in staging."""
    staging = decide(mill, SECOND)
    truncate(files_of(staging, "settled/*")[0])
    monkeypatch.setattr(
        finishing, "publish_part", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device"))
    )
    with pytest.raises(OSError, match="No space left"):
        pipeline.recover("next")
    shutil.rmtree(mill.root / staging.root)
