"""A reader that loops over the whole corpus while runs publish: it never fails, and sees no row twice."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pyarrow.parquet as pq

from newsmill.dedup.decide import deduplicate
from newsmill.publish.partitions import groups, publish_group
from tests.newsmill.dedup.factory import Mill, article, at

READER = """
import json, sys, time
from pathlib import Path
import pandas as pd
corpus, stop = sys.argv[1], Path(sys.argv[2])
told = {"reads": 0, "longest": 0, "twice": [], "failed": [], "fewest": 10**9, "most": 0}
while not stop.exists():
    began = time.monotonic()
    try:
        rows = pd.read_parquet(corpus)
    except Exception as error:
        told["failed"].append(repr(error)[:300])
        continue
    told["reads"] += 1
    told["longest"] = max(told["longest"], time.monotonic() - began)
    told["fewest"], told["most"] = min(told["fewest"], len(rows)), max(told["most"], len(rows))
    for name in ("article_id", "content_hash"):
        if rows[name].duplicated().any():
            told["twice"].append(name)
print(json.dumps(told))
"""
RUNS, GRACE_SECONDS = 20, 1.5
OUTLETS = ("verity", "express", "tass")


def night(number: int, rng: random.Random) -> list[dict]:
    """New articles; of older ones some get another text, some another day or outlet, and two change their texts."""
    rows = [article(f"new-{number}-{index}", published_at=at(rng.randint(1, 4))) for index in range(3)]
    fetched = at(10) + timedelta(hours=number)
    for index in range(6):
        text = f"The story of {index} as it was told on night {rng.randint(0, number)}, the {index + 1}th."
        moving = {"outlet": rng.choice(OUTLETS), "published_at": at(rng.choice([1, 2, 20 + number % 8]))}
        rows.append(article(f"old-{index}", text, id=f"old-{index}", fetched_at=fetched, **moving))
    swapped = ("This text is one's tonight.", "This text is the other's tonight.")
    for index, text in enumerate(swapped if number % 2 else swapped[::-1]):
        outlet = OUTLETS[index]
        rows.append(article(f"swap-{index}", text, id=f"swap-{index}", outlet=outlet, fetched_at=fetched))
    return rows


def test_reader_during_twenty_runs_never_fails_and_sees_nothing_twice(tmp_path: Path) -> None:
    mill = Mill(tmp_path / "data")
    rng = random.Random(7)
    mill.run(night(0, rng), run_id="night-0")
    stop = tmp_path / "stop"
    command = [sys.executable, "-c", READER, str(mill.root / "corpus"), str(stop)]
    moved = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reader:
        for number in range(1, RUNS + 1):
            rows = night(number, rng)
            staging = mill.stage(rows, run_id=f"night-{number}", day=date(2024, 1, 2) + timedelta(days=number))
            deduplicate(staging, mill.index)
            parts = groups(staging, 1)
            staging.write_groups(parts)
            before = {row["article_id"]: row["key"] for row in mill.corpus()}
            for keys in parts:
                publish_group(staging, mill.data, keys, grace=GRACE_SECONDS)
            mill.end(staging, len(rows))
            moved += sum(before.get(row["article_id"], row["key"]) != row["key"] for row in mill.corpus())
        stop.touch()
        told = json.loads(reader.communicate()[0])
    assert moved > RUNS
    assert told["reads"] > RUNS
    assert told["longest"] < GRACE_SECONDS, "this machine reads too slowly for the pause of this test"
    assert (told["failed"], told["twice"]) == ([], [])
    assert any(not pq.ParquetFile(path).metadata.num_rows for path in (mill.root / "corpus").rglob("*.parquet"))
    assert told["fewest"] < told["most"]
