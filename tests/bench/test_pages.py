"""The records of a bench are the same wherever they are made, and each is an article of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

from newsmill.settings import PROJECT
from tests.bench.contenders import newsmill
from tests.bench.pages import dump, page
from tests.bench.records import lay_out

MAKE = "import json; from tests.bench.pages import dump, page; print(json.dumps([page(3), dump(3)]))"


def test_another_process_makes_the_same_records() -> None:
    surroundings = {**os.environ, "PYTHONHASHSEED": "7"}
    other = subprocess.run([sys.executable, "-c", MAKE], cwd=PROJECT, env=surroundings, check=True, stdout=-1)
    assert json.loads(other.stdout) == [page(3), dump(3)]


def test_records_and_their_copies_are_articles_of_their_own(tmp_path: Path) -> None:
    source, landing = tmp_path / "source", tmp_path / "landing"
    source.mkdir()
    landing.mkdir()
    (source / "some.jsonl").write_text(
        "\n".join(json.dumps(make(number)) for make in (page, dump) for number in (1, 2))
    )
    (source / "some.gold.jsonl").write_text(json.dumps({"id": "page-1", "text": "not a record"}))
    sets = lay_out(source, 5, landing)
    records = [raw for share in sets.values() for raw in share.raw_records()]
    assert {name: share.records for name, share in sets.items()} == {"pages": 5, "some": 5}
    assert len({raw.given.url for raw in records}) == 10
    titles, texts = zip(*map(newsmill, records), strict=True)
    assert len(set(titles[:5])) == 5
    assert len(set(texts)) == 10
    assert all(len(text) > 1000 for text in texts)
