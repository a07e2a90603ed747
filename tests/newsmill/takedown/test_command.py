"""The command, run as a user runs it, over a corpus that needs no validation."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from newsmill import pipeline
from newsmill.cli import app
from newsmill.cli import takedown as command
from newsmill.dedup.index import Index
from newsmill.lock import CorpusBusyError, holding
from newsmill.model import Target, key_of
from newsmill.takedown.asked import asked_for
from newsmill.takedown.errors import TakedownError
from tests.newsmill.dedup.factory import DAY, Mill, article

URL = "https://example.org/2024/a"
ID = key_of("url", URL)


@pytest.fixture
def mill(tmp_path):
    mill = Mill(tmp_path / "data")
    mill.run([article("a", article_id=ID), article("b"), article("c", outlet="express")])
    return mill


def call(*arguments: str, answer: str | None = None):
    return CliRunner().invoke(app, ["takedown", *arguments], input=answer)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "by one of --url, --article-id and --outlet"),
        (("--url", URL, "--outlet", "verity"), "by one of --url, --article-id and --outlet"),
        (("--url", "example.org/a"), "'example.org/a' is no http(s) address"),
        (("--url", "ftp://example.org/a"), "is no http(s) address"),
        (("--url", ""), "is no http(s) address"),
        (("--url", "https://example.org/"), "is a home page"),
        (("--article-id", "12ab"), "'12ab' is no article_id: 32 hex digits"),
        (("--article-id", "A" * 32), "is no article_id"),
        (("--article-id", "g" * 32), "is no article_id"),
        (("--outlet", "The Times"), "'The Times' is no slug"),
        (("--outlet", "../x"), "is no slug"),
        (("--outlet", ""), "is no slug"),
        (("--outlet", "a" * 65), "is no slug"),
        (("--outlet", "verit"), "no such outlet: it has no file in "),
    ],
)
def test_what_is_named_wrongly_is_said_and_changes_nothing(mill, arguments, said):
    before = mill.files()
    shown = call(*arguments, "--yes")
    assert shown.exit_code == 1
    assert said in shown.stderr
    assert "Traceback" not in shown.output
    assert mill.files() == before


def test_a_url_is_brought_to_the_form_that_gave_the_id():
    assert asked_for(url=f"{URL}?utm_source=x#top") == asked_for(article_id=ID) == Target(article_id=ID)
    with pytest.raises(TakedownError, match="home page"):
        asked_for(url="https://example.org/#top")


def test_a_dry_run_says_what_would_go_and_changes_nothing(mill):
    before = mill.files()
    shown = call("--url", URL, "--dry-run")
    assert shown.exit_code == 0
    header, row = [line.split() for line in shown.stdout.splitlines() if line.startswith(("outlet", "verity"))]
    assert dict(zip(header, row, strict=True)) == {
        "outlet": "verity",
        "corpus": "1",
        "revisions": "0",
        "removals": "1",
        "metadata": "1",
        "quarantine": "0",
        "profiles": "0",
        "fates": "1",
        "duplicates": "0",
        "drift": "0",
    }
    assert "  verity/a.html\n" in shown.stdout
    assert "2023-09-13|verity" in shown.stdout
    assert URL not in shown.stdout
    assert mill.files() == before


def test_nobody_to_ask_is_an_error_and_changes_nothing(mill):
    before = mill.files()
    shown = call("--url", URL)
    assert shown.exit_code == 1
    assert "give --yes" in shown.stderr
    assert mill.files() == before


@pytest.mark.parametrize(("answer", "is_gone"), [("y\n", True), ("n\n", False), ("\n", False)])
def test_somebody_at_a_terminal_is_asked(mill, monkeypatch, answer, is_gone):
    monkeypatch.setattr(command, "_is_terminal", lambda: True)
    before = mill.files()
    shown = call("--url", URL, answer=answer)
    assert shown.exit_code == (0 if is_gone else 1)
    assert (mill.files() != before) == is_gone
    assert ("nothing was changed" in shown.stdout) != is_gone


def test_the_article_goes_and_a_second_time_nothing_changes(mill):
    shown = call("--url", URL, "--reason", "they asked", "--yes")
    assert shown.exit_code == 0
    assert f"taken down: tombstone article-{ID} in ledger/takedowns" in shown.stdout
    assert {row["source_id"] for row in mill.corpus()} == {"b", "c"}
    (tombstone,) = mill.ledger("takedowns")
    assert (tombstone["reason"], tombstone["outlet"]) == ("they asked", "verity")
    before = mill.files()
    again = call("--article-id", ID, "--yes")
    assert again.exit_code == 0
    assert "; no change" in again.stdout
    assert mill.files() == before


def test_rows_that_are_back_go_again_without_another_tombstone(mill):
    corpus = mill.bytes_of("corpus")
    call("--url", URL, "--yes")
    for path, content in corpus.items():  # an operator puts a backup of the corpus back
        mill.data.write(path, content)
    tombstones = mill.files("ledger/takedowns")
    shown = call("--url", URL, "--yes")
    assert f"article {ID}: taken down on" in shown.stdout
    assert "no change" not in shown.stdout
    assert {row["source_id"] for row in mill.corpus()} == {"b", "c"}
    assert mill.files("ledger/takedowns") == tombstones


def test_the_index_forgets_the_article_and_knows_its_record(mill):
    known = article("a", article_id=ID)
    call("--url", URL, "--yes")
    assert mill.index.articles([ID]) == {}
    assert mill.index.hashes([known["content_hash"]]) == {}
    assert list(mill.index.known([known["record_key"]])) == [known["record_key"]]
    assert b"verity/a.html" not in (mill.root / "index.sqlite").read_bytes()


def test_an_index_that_is_not_there_is_not_made(tmp_path):
    Index(f"sqlite:///{tmp_path}/none.sqlite").forget("x", DAY, article_id=ID)
    assert not (tmp_path / "none.sqlite").exists()


def test_an_outlet_of_the_registry_is_kept_out_before_its_first_article(mill):
    assert call("--outlet", "libertarian-institute", "--yes").exit_code == 0
    assert [row["outlet"] for row in mill.ledger("takedowns")] == ["libertarian-institute"]


def test_who_holds_the_corpus_is_waited_for_and_told(mill, monkeypatch):
    monkeypatch.setenv("NEWSMILL_LOCK_WAIT_SECONDS", "0")
    with holding(f"sqlite:///{mill.root}/index.sqlite", "a run", wait=0), pytest.raises(CorpusBusyError, match="a run"):
        pipeline.take_down(Target(article_id=ID), DAY)
    assert not list(mill.root.rglob("takedown.json"))


def test_an_intent_that_cannot_be_read_is_named(mill):
    mill.data.write("staging/takedown-x/takedown.json", b"{}")
    with pytest.raises(TakedownError, match=r"staging/takedown-x/takedown\.json cannot be read"):
        pipeline.recover("next")


def test_damaged_files_that_were_set_aside_are_named(mill):
    mill.data.write("damaged/corpus/date=2023-09-13/outlet=verity/articles.parquet", b"half")
    assert "  damaged/corpus/date=2023-09-13/outlet=verity/articles.parquet" in call("--url", URL, "--yes").stdout


def test_a_run_that_looks_for_unfinished_takedowns_loads_no_extraction():
    heavy = "{'courlan', 'dateparser', 'great_expectations'}"
    told = f"import sys, newsmill.takedown.carry; print(sorted({heavy} & {{*sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
