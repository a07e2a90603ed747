"""A corpus with everything in it, made by three real runs: the seeds, and a feed whose articles change.

The second night brings duplicates, a correction of the text (a revision), a correction of the date (the article moves
to another partition), and what is no article; the third cleans one outlet again.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from tests.conftest import DAY
from tests.integration.runs import SEEDS, run
from tests.newsmill.learn.factory import prose

OUTLETS = ("bay-post", "coast-news", "wire")
SHARE = "Share this article"


@dataclass(frozen=True)
class Made:
    """Where a corpus and its raw records lie."""

    data: Path
    landing: Path

    def copy_to(self, folder: Path) -> Made:
        shutil.copytree(self.data, folder / "data")
        shutil.copytree(self.landing, folder / "landing")
        return Made(folder / "data", folder / "landing")


def line(name: str, outlet: str, day: str | None, *, url: str = "", version: str = "", fetched: str = "") -> dict:
    """An article of four paragraphs that no other article has, and a share prompt behind it."""
    body = "\n\n".join(prose(f"{name} {version} {number}") for number in range(4))
    fields = {"id": name, "outlet": outlet, "title": f"The {name} of the {outlet}", "text": f"{body}\n\n{SHARE}"}
    if day:
        fields["published_at"] = f"{day}T09:00:00Z"
    return fields | ({"url": url} if url else {}) | ({"fetched_at": fetched} if fetched else {})


def write_lines(path: Path, lines: list[dict]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{json.dumps(each)}\n" for each in lines), encoding="utf-8")


def make(folder: Path) -> Made:
    """Make the corpus below a folder; who calls has pointed the settings at it."""
    landing = folder / "landing"
    shutil.copytree(SEEDS, landing)
    first = [
        line(f"piece-{number}", OUTLETS[number % 3], f"2026-02-{10 + number % 4}", url=_url(number), fetched=_at(1))
        for number in range(24)
    ]
    first += [line("undated", "wire", None, fetched=_at(1)), line("undated-too", "bay-post", None)]
    first += [{"id": "stub", "outlet": "wire", "text": "Too short to be an article."}]
    write_lines(landing / "night-1.jsonl", first)
    (landing / "night-1.jsonl").open("a").write("{broken\n")
    run(landing, "night-1", DAY)
    second = [
        line("piece-0", "bay-post", "2026-02-10", url=_url(0), version="corrected", fetched=_at(2)),
        line("piece-1", "coast-news", "2026-02-20", url=_url(1), version="corrected", fetched=_at(2)),
        first[2] | {"id": "a copy", "url": "https://elsewhere.example/copy"},
        first[3] | {"fetched_at": _at(0), "text": first[4]["text"].replace("amber", "umber")},
        line("piece-30", "wire", "2026-02-11"),
        {"id": "stub-2", "outlet": "wire", "text": "Short again."},
    ]
    write_lines(landing / "night-2.jsonl", second)
    run(landing, "night-2", DAY + timedelta(days=1))
    run(landing, "again", DAY + timedelta(days=2), outlets=("wire",), reprocess=True)
    return Made(folder / "data", landing)


def _url(number: int) -> str:
    return f"https://{OUTLETS[number % 3]}.example/2026/piece-{number}"


def _at(night: int) -> str:
    return f"2026-02-2{night}T03:00:00Z"
