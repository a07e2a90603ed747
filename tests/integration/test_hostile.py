"""A page that takes too much time or memory, or its process with it, is unreadable; its batch is published.

The page is a real one, only long: what a record costs is limited in these tests such that it is too much.
"""

from __future__ import annotations

import json
import os
import signal
import threading
from string import ascii_lowercase

import pytest

from newsmill import pipeline
from newsmill.storage import StorageError, Store
from tests.integration.runs import fates, published, rows, run
from tests.integration.test_bad_input import PAGE, pipeline_day, selection, variant, write
from tests.processes import children, computed, wait_for

PARAGRAPHS = 20_000
MARKS = " ".join(f"{name}=a" for name in ascii_lowercase)
"""Attributes: each takes as much of a tree's memory as an element."""
SENTENCE = (
    "The council of Springfield voted on Tuesday to rebuild the old harbour bridge, which number {} of its members "
    "had wanted to close."
)
MEMORY = str(64 * 1024 * 1024)
"""The least that may be set; the long page takes more."""


def long_page() -> str:
    """Return a page that takes long, and memory in pieces so large that no process has them left over."""
    body = "".join(f"<p {MARKS}>{SENTENCE.format(number)}</p>" for number in range(PARAGRAPHS))
    body += f'<div data-state="{"x" * 4_000_000}"></div>'
    return PAGE.format(charset="utf-8", title="The bridge", body=body)


def busy_page() -> str:
    """Return a page whose tree takes fifty times its size: an attribute takes as much as an element."""
    return PAGE.format(charset="utf-8", title="The bridge", body=f"<p {MARKS}>a" * 40_000)


def long_dump() -> str:
    """Return a dump that is read at once, and takes long to clean: each of its lines is weighed."""
    return "The bridge\n\n" + "\n\n".join(f"Share this story, number {number}" for number in range(PARAGRAPHS))


@pytest.fixture
def landing(tmp_path):
    """A landing zone with good articles before and behind the place of a hostile one."""
    for number, name in enumerate(("a/first.txt", "b/second.txt", "z/last.txt")):
        write(tmp_path / "landing" / name, variant(number))
    return tmp_path / "landing"


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


def fate_of(data, path: str, run_id: str) -> dict:
    """Return a record's fate, after a look at the others': they are published, in this run or an earlier one."""
    found = fates(data, run_id)
    others = {name: row["fate"] for name, row in found.items() if name != path}
    assert set(others) == {"a/first.txt", "b/second.txt", "z/last.txt"}
    assert set(others.values()) <= {"published", "unchanged"}
    assert set(others) <= set(published(data))
    assert sum(row["read"] for row in rows(data, "ledger/runs") if row["run_id"] == run_id) == len(found)
    return found[path]


def test_page_that_is_killed_then_too_slow_then_too_large_is_published_when_the_limits_allow(
    landing, data, monkeypatch
):
    path = "hostile/page.html"
    write(landing / path, long_page())
    killer = threading.Thread(target=kill_who_computes, args=(children(),))
    killer.start()
    assert run(landing, "killed")["unreadable"] == 1
    killer.join()
    fate = fate_of(data, path, "killed")
    assert (fate["fate"], fate["reason"]) == ("unreadable", "process_died")
    assert "SIGKILL" in fate["detail"]

    monkeypatch.setenv("NEWSMILL_RECORD_SECONDS", "0.6")
    counts = run(landing, "slow")
    assert (counts["read"], counts["unreadable"], counts["unchanged"]) == (4, 1, 3)
    fate = fate_of(data, path, "slow")
    assert (fate["fate"], fate["reason"]) == ("unreadable", "too_slow")
    assert "NEWSMILL_RECORD_SECONDS" in fate["detail"]

    monkeypatch.setenv("NEWSMILL_RECORD_MEMORY_BYTES", MEMORY)
    monkeypatch.setenv("NEWSMILL_RECORD_SECONDS", "60")
    run(landing, "large")
    fate = fate_of(data, path, "large")
    assert (fate["fate"], fate["reason"]) == ("unreadable", "out_of_memory")
    assert "NEWSMILL_RECORD_MEMORY_BYTES" in fate["detail"]
    assert run(landing, "again")["unchanged"] == 4  # the limits are the same, and so is what they say

    monkeypatch.delenv("NEWSMILL_RECORD_MEMORY_BYTES")
    monkeypatch.delenv("NEWSMILL_RECORD_SECONDS")
    run(landing, "whole")
    assert fate_of(data, path, "whole")["fate"] == "published"
    text = published(data)[path]["text"]
    assert SENTENCE.format(0) in text
    assert SENTENCE.format(PARAGRAPHS - 1) in text


def kill_who_computes(before: set[int]) -> None:
    """Kill the new child of this process that computes for longer than the good articles need."""
    busy = wait_for(lambda: [child for child in children() - before if computed(child) > 0.5])
    os.kill(busy[0], signal.SIGKILL)


def test_article_that_takes_too_long_to_clean_is_unreadable_and_published_when_it_may_take_longer(
    landing, data, monkeypatch
):
    path = "hostile/dump.txt"
    write(landing / path, long_dump())
    batches = pipeline.plan("slow", pipeline_day(), selection(landing))
    assert pipeline.extract("slow", 1) == {"extracted": 4}
    monkeypatch.setenv("NEWSMILL_RECORD_SECONDS", "0.8")
    pipeline.learn("slow")
    assert pipeline.clean("slow", 1)["unreadable"] == 1
    monkeypatch.delenv("NEWSMILL_RECORD_SECONDS")
    counts = go_on("slow")
    assert len(batches) == 1
    assert (counts["read"], counts["published"], counts["unreadable"]) == (4, 3, 1)
    fate = fate_of(data, path, "slow")
    assert (fate["reason"], fate["outlet"]) == ("too_slow", "hostile")
    run(landing, "whole", min_words=0)
    assert fate_of(data, path, "whole")["fate"] != "unreadable"


def go_on(run_id: str) -> dict[str, int]:
    """Do what is left of a run behind `clean`."""
    pipeline.validate(run_id)
    for group in pipeline.deduplicate(run_id):
        pipeline.publish(run_id, group["number"])
    return pipeline.reconcile(run_id)


@pytest.mark.parametrize("pattern", ["HHgH", "H"])
def test_hostile_lines_cost_themselves_alone_wherever_they_stand(tmp_path, data, monkeypatch, pattern):
    monkeypatch.setenv("NEWSMILL_RECORD_MEMORY_BYTES", MEMORY)
    hostile = json.dumps({"html": busy_page(), "outlet": "press"})
    lines = [hostile if kind == "H" else json.dumps({"text": variant(7), "outlet": "press"}) for kind in pattern]
    lines[1:1] = ["", ""]  # blank lines are no records
    numbers = [1, *range(4, len(lines) + 1)]
    write(tmp_path / "landing" / "feed.jsonl", "\n".join(lines) + "\n")
    counts = run(tmp_path / "landing", rejection_limit=1.0)
    assert (counts["read"], counts["unreadable"]) == (len(pattern), pattern.count("H"))
    found = fates(data)
    assert list(found) == [f"feed.jsonl#{number}" for number in numbers]
    reasons = {
        found[f"feed.jsonl#{number}"]["reason"] for number, kind in zip(numbers, pattern, strict=True) if kind == "H"
    }
    assert reasons == {"out_of_memory"}
    assert len(published(data)) == ("g" in pattern)


def test_index_that_cannot_be_used_fails_extract_and_blames_no_record(landing, data):
    from newsmill.database import CorpusIndexError

    batches = pipeline.plan("next", pipeline_day(), selection(landing))
    (data / "index.sqlite").write_bytes(b"no database at all" * 1000)
    with pytest.raises(CorpusIndexError, match="not a database"):
        pipeline.extract("next", batches[0]["number"])


def test_staging_that_cannot_be_written_ends_the_child(landing, data, monkeypatch):
    before = children()
    batches = pipeline.plan("run-1", pipeline_day(), selection(landing))
    write(data / "staging" / "blocked", "")
    folder = next((data / "staging").glob("run-1*"))
    write(folder / "extracted", "a file where a folder is needed")
    with pytest.raises(StorageError):
        pipeline.extract("run-1", batches[0]["number"])
    assert children() <= before
    assert Store(str(data)).exists("staging")
