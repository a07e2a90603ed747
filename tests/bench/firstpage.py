"""How long the first page of the UI takes over a large corpus: what it asks, in a process that asks for the first time.

Owns the corpus and the child process. Keep out: the browser, Airflow's own login.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from newsmill.settings import PROJECT
from tests.ui.corpora import make_large_corpus

OUTLETS, DAYS = 200, 400
ASK = """
import time
from newsmill.insight.overview import overview
from newsmill.storage import Store
from newsmill.ui import charts
for _ in range(2):
    started = time.perf_counter()
    found = overview(Store({data!r}))
    found.coverage.busiest([])
    print(time.perf_counter() - started, found.coverage.articles)
"""


def overview(folder: Path, articles: int) -> tuple[float, float, int]:
    """Return the seconds that the answer takes first, and once more, and the articles that were counted."""
    data = folder / "pages"
    data.mkdir()
    make_large_corpus(data, OUTLETS, DAYS, a_day=max(1, articles // (OUTLETS * DAYS)))
    surroundings = os.environ | {"NEWSMILL_DATA_URI": str(data), "PYTHONPATH": str(PROJECT / "plugins")}
    command = [sys.executable, "-c", ASK.format(data=str(data))]
    ended = subprocess.run(command, cwd=PROJECT, env=surroundings, capture_output=True, text=True, check=True)
    (first, counted), (again, _) = (line.split() for line in ended.stdout.splitlines())
    return float(first), float(again), int(counted)
