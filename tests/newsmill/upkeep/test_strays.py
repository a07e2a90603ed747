"""What belongs nowhere below the data root is passed over by all who list it, named by verify, and set aside."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsmill.dedup.index import Index
from newsmill.identity import IdentityError, check
from newsmill.learn.archive import corpus_places
from newsmill.learn.history import outlets_with_profiles
from newsmill.model import Target
from newsmill.places import corpus_file
from newsmill.publish.files import read_partition
from newsmill.publish.withdraw import standing
from newsmill.standing import EVERY_ROW
from newsmill.storage import Store
from newsmill.upkeep.corpus import check_files
from newsmill.upkeep.findings import Findings
from newsmill.upkeep.rebuild import partition_keys, rebuild_index
from tests.newsmill.dedup.factory import Mill
from tests.newsmill.upkeep.interrupted import FIRST, mill_at
from tests.newsmill.upkeep.mending import corpus_of, mend, names, verify

STRAYS = [
    "corpus/_SUCCESS",
    "corpus/x.parquet",
    "corpus/date=2023-09-13/notes.txt",
    "corpus/date=2023-09-13/other/articles.parquet",
    "corpus/date=2023-09-13/outlet=verity/articles.parquet.bak",
    "corpus/date=2023-09-13/outlet=verity/old/articles.parquet",
    "corpus/date=2023-09-13/outlet=The Times/articles.parquet",
    "corpus/date=2023-02-31/outlet=verity/articles.parquet",
    "corpus/date=20230913/outlet=verity/articles.parquet",
]
HIDDEN = ["corpus/.DS_Store", "corpus/date=2023-09-13/outlet=verity/._articles.parquet"]
ELSEWHERE = [
    "ledger/notes/run_date=2026-03-01/night.parquet",
    "ledger/fates/run_date=today/night.parquet",
    "quarantine/_SUCCESS",
    "profiles/x.tmp",
    "profiles/outlet=wire/000001.2026-02-31.night.parquet",
    "profiles/outlet=Wire/000001.2026-02-28.night.parquet",
]


def put(root: Path, paths: list[str]) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(b"These do not belong here.")


def listed(data: Store) -> dict[str, object]:
    """What each of those says who lists the corpus."""
    keys = list(partition_keys(data))
    return {
        "profiles": corpus_places(data),
        "standing": sorted(row["article_id"] for row in EVERY_ROW.rows(data, ["article_id"])),
        "takedown": list(standing(data, Target(outlet="verity"))),
        "rebuild": (keys, rebuild_index()),
        "publish": [read_partition(data, key).files for key in keys],
    }


@pytest.fixture
def mill(tmp_path: Path) -> Mill:
    mill = mill_at(tmp_path)
    mill.run(FIRST)
    return mill


def test_everybody_lists_the_same_files_and_passes_strays_over(mill: Mill):
    before = listed(mill.data)
    assert len(before["rebuild"][0]) == 3
    put(mill.root, [*STRAYS, *HIDDEN])
    assert listed(mill.data) == before


def test_verify_names_each_stray_and_no_hidden_file(mill: Mill):
    put(mill.root, [*STRAYS, *HIDDEN])
    found = Findings()
    check_files(mill.data, found)
    strays = [finding for finding in found.verdict().findings if finding.kind == "corpus.stray"]
    assert [finding.where for finding in strays] == sorted(STRAYS)


def test_an_index_that_is_empty_beside_strays_alone_is_no_mistake(tmp_path: Path, mill: Mill):
    root = tmp_path / "new"
    put(root, STRAYS)
    check(Store(str(root)), Index(f"sqlite:///{root}/index.sqlite"))
    mill.data.remove("ledger")
    put(mill.root, STRAYS)
    with pytest.raises(IdentityError, match="it knows no article"):
        check(mill.data, Index(f"sqlite:///{root}/index.sqlite"))


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("corpus/date=2024-02-29/outlet=verity/articles.parquet", True),
        ("corpus/date=2024-02-29/outlet=verity/part-0.parquet", True),
        ("corpus/date=2023-02-29/outlet=verity/articles.parquet", False),
        ("corpus/date=2024-02-29/outlet=" + "a" * 64 + "/articles.parquet", True),
        ("corpus/date=2024-02-29/outlet=" + "a" * 65 + "/articles.parquet", False),
        ("corpus/date=٢٠٢٤-02-29/outlet=verity/articles.parquet", False),
        ("quarantine/date=2024-02-29/outlet=verity/articles.parquet", False),
    ],
)
def test_a_file_of_the_corpus_is_told_by_its_path(path: str, is_one: bool):
    assert (corpus_file(path) is not None) == is_one


def test_strays_everywhere_are_set_aside_by_what_verify_printed(made):
    before = corpus_of(made.data)
    put(made.data, [*STRAYS, *ELSEWHERE])
    assert "wire" in outlets_with_profiles(Store(str(made.data)))  # and no outlet `x.tmp`, which has no profile
    shown = verify(clean=False)
    for path in ELSEWHERE:
        assert names(shown, (f"{path.partition('/')[0].removesuffix('s').replace('quarantine', 'ledger')}.stray", path))
    assert f"{len(STRAYS) + len(ELSEWHERE)} findings, no warnings" in shown
    mend(shown)
    assert verify(clean=True).startswith("no findings, no warnings;")
    assert corpus_of(made.data) == before
    assert (made.data / "damaged" / ELSEWHERE[0]).read_bytes() == b"These do not belong here."
