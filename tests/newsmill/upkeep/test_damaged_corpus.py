"""Each damage to a file of the corpus is found, named, and mended by the command that verify prints.

Mended means: to the byte. The articles are made again from their raw records, with revision, day of first publication
and place as they were. Damages to different files are told together, as a bad disk does them.
"""

from __future__ import annotations

import random
import shutil

import pyarrow.parquet as pq
import pytest

from newsmill.storage import Store
from newsmill.upkeep.corpus import check_files
from newsmill.upkeep.findings import Findings
from tests.newsmill.upkeep.damage import CORPUS, PARTITIONS, bit_flip, deleted
from tests.newsmill.upkeep.mending import corpus_of, mend, names, printed, story, verify


@pytest.fixture(scope="module", params=CORPUS)
def told(request, made_once, tmp_path_factory):
    damages = dict(zip(CORPUS[request.param], PARTITIONS, strict=False))
    acts = {damage.__name__: (lambda made, damage=damage, at=at: damage(made, at)) for damage, at in damages.items()}
    return story(made_once, tmp_path_factory.mktemp("story"), acts)


def test_each_damage_is_found_and_named(told):
    missed = {name: said for name, said in told.said.items() if not names(told.shown, said)}
    assert not missed, told.shown


def test_damages_are_mended_to_the_byte_by_what_verify_printed(told):
    assert "rebuild-index" not in told.shown  # the index is right; made again from damage it would lose articles
    assert told.after.startswith("no findings, no warnings;")
    assert told.mended == told.corpus


@pytest.mark.parametrize("damage", [bit_flip, deleted])
def test_one_damage_is_one_finding_and_one_command(made, damage):
    before = corpus_of(made.data)
    said = damage(made, PARTITIONS[0])
    shown = verify(clean=False)
    assert names(shown, said)
    assert "1 finding, no warnings" in shown
    assert printed(shown) == [f"newsmill repair {PARTITIONS[0]}"]
    mend(shown)
    assert "damaged/" not in verify(clean=True)
    assert corpus_of(made.data) == before


def test_a_flipped_bit_in_any_page_is_found_or_changes_no_value(made_once, tmp_path):
    path = tmp_path / PARTITIONS[0]
    path.parent.mkdir(parents=True)
    shutil.copy(made_once.data / PARTITIONS[0], path)
    good, rows = path.read_bytes(), pq.ParquetFile(path).read()
    pages, chance, harmless = pages_of(path), random.Random(4), 0
    for _ in range(80):
        start, end = chance.choice(pages)
        bad = bytearray(good)
        bad[chance.randrange(start, end)] ^= 1 << chance.randrange(8)
        path.write_bytes(bad)
        found = Findings()
        check_files(Store(str(tmp_path)), found)
        if not found.to_repair:
            harmless += 1
            assert pq.ParquetFile(path).read().equals(rows), (start, end)
    assert harmless < 20  # such as statistics in a page's header, which nothing reads


def pages_of(path) -> list[tuple[int, int]]:
    """Return where the column chunks of a file begin and end."""
    metadata = pq.ParquetFile(path).metadata
    chunks = [metadata.row_group(0).column(number) for number in range(metadata.num_columns)]
    starts = [chunk.dictionary_page_offset or chunk.data_page_offset for chunk in chunks]
    return [(start, start + chunk.total_compressed_size) for start, chunk in zip(starts, chunks, strict=True)]
