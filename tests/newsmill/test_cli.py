"""The command line, run as a user runs it."""

from __future__ import annotations

import dataclasses
import json
import shutil

import pytest
from typer.testing import CliRunner

from newsmill.cli import app
from newsmill.model import Article
from tests.integration.runs import SEEDS, rows, run

VERITY = next((SEEDS / "verity").iterdir())
EXPRESS = next((SEEDS / "express").iterdir())


def call(*arguments: object):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_clean_prints_title_and_text_without_boilerplate():
    shown = call("clean", VERITY)
    assert shown.exit_code == 0
    title, _, *rest = shown.stdout.splitlines()
    assert title == "Kim Pledges Support for Russia's 'Sacred Fight' in Meeting With Putin"
    text = "\n".join(rest)
    assert "his Russian counterpart on Wednesday.\n" in text
    assert "0:00" not in text
    assert "Sources:" not in text


def test_clean_finds_the_outlet_by_its_folder_unless_told():
    assert json.loads(call("clean", "--json", EXPRESS).stdout)["outlet"] == "express"
    assert json.loads(call("clean", "--json", "--outlet", "other", EXPRESS).stdout)["outlet"] == "other"


def table_rows(stdout: str) -> list[tuple[str, str, str]]:
    """Return the lines of the table as gutter, left and right; the head and the sums have no rule in them."""
    found = []
    for line in stdout.splitlines():
        front, rule, right = line.partition(" │")
        if rule:
            found.append((front[:20].strip(), front[21:].strip(" \u200e"), right.strip(" \u200e")))
    return found[1:]


def test_explain_shows_every_block_beside_what_became_of_it():
    shown = call("explain", VERITY).stdout
    rows = table_rows(shown)
    fates = [mark.split()[1] for mark, _, _ in rows if mark]
    assert (fates.count("keep"), fates.count("edit"), fates.count("cut")) == (4, 6, 5)
    assert ("4 keep heading", "Facts", "Facts") in rows
    player = next(right for _, left, right in rows if left == "0:00")
    assert "(player)" in player
    assert shown.splitlines()[-2].startswith("15 blocks: 10 kept (6 of them changed), 5 cut;")


def test_explain_as_json_holds_fields_blocks_and_removals():
    shown = json.loads(call("explain", "--json", VERITY).stdout)
    assert {field.name for field in dataclasses.fields(Article)} - set(shown) == set()
    assert [block["block"] for block in shown["blocks"]] == list(range(15))
    cut = [block for block in shown["blocks"] if block["fate"] == "cut"]
    assert len(cut) == 5
    assert all(block["result"] is None and block["removals"][-1]["text_after"] is None for block in cut)
    edited = [block for block in shown["blocks"] if block["fate"] == "edit"]
    assert all(block["result"] == block["removals"][-1]["text_after"] != block["text"] for block in edited)
    assert all(r["rule"] and r["evidence"] for block in shown["blocks"] for r in block["removals"])


FEED = [
    {"id": "first", "title": "One", "text": "The harbour bridge was opened on Tuesday by the mayor of the town."},
    {"id": "second", "title": "Two", "text": "The harbour bridge was closed on Friday by the mayor of the town."},
]


def feed(folder, records=FEED):
    path = folder / "feed.jsonl"
    path.write_text("\n\n".join(map(json.dumps, records)) + "\n")
    return path


def test_a_record_of_a_json_lines_file_is_named_by_its_line_or_id(tmp_path):
    path = feed(tmp_path)
    for asked in ([f"{path}#3"], [path, "--id", "second"], [path, "--id", f"{tmp_path.name}/feed.jsonl#3"]):
        (line,) = call("explain", "--json", *asked).stdout.splitlines()
        assert (json.loads(line)["source_id"], json.loads(line)["title"]) == ("second", "Two")
    both = call("explain", "--json", f"{path}#3", f"{path}#1").stdout.splitlines()
    assert [json.loads(line)["title"] for line in both] == ["Two", "One"]


def test_a_line_or_id_that_is_not_there_is_an_error_in_one_line(tmp_path):
    path = feed(tmp_path)
    for asked, said in (([f"{path}#2"], "feed.jsonl#2: no record there"), ([path, "--id", "third"], "the id 'third'")):
        shown = call("explain", *asked)
        assert shown.exit_code == 1
        assert said in shown.stderr
        assert shown.stderr.count("\n") == 1


def test_file_whose_own_name_ends_in_a_number_sign_and_digits_is_that_file(tmp_path):
    path = tmp_path / "notes.txt#3"
    path.write_text("The harbour bridge was opened on Tuesday by the mayor of the town.")
    (tmp_path / "notes.txt").write_text("Another file.")
    assert "opened on Tuesday" in call("clean", path).stdout


def test_record_is_found_by_its_path_in_the_landing_zone_and_gets_the_outlet_of_a_run(tmp_path, monkeypatch):
    deep = tmp_path / "landing" / "harbour-post" / "2026" / "one.txt"
    deep.parent.mkdir(parents=True)
    deep.write_text(FEED[0]["text"])
    for name in ("harbour-post/2026/one.txt", deep):
        shown = json.loads(call("explain", "--json", name).stdout)
        assert (shown["outlet"], shown["raw_path"]) == ("harbour-post", "harbour-post/2026/one.txt")
    assert "no such file" in call("explain", "../landing/harbour-post/2026/two.txt").stderr


def test_every_record_of_a_json_lines_file_is_shown_and_a_bad_one_is_named(tmp_path):
    good = {
        "text": "The harbour bridge was opened on Tuesday by the mayor of the town.",
        "title": "Bridge [bold]opened",
    }
    path = tmp_path / "feed.jsonl"
    path.write_text(json.dumps(good) + "\n{broken\n" + json.dumps(good | {"title": "Second"}) + "\n")
    shown = call("clean", path)
    assert shown.exit_code == 1
    assert "Bridge [bold]opened" in shown.stdout
    assert "Second" in shown.stdout
    assert "feed.jsonl#2: bad_json:" in shown.stderr


@pytest.mark.parametrize("command", ["clean", "explain"])
def test_file_that_is_not_there_is_an_error_in_one_line(command, tmp_path):
    shown = call(command, tmp_path / "nothing.html")
    assert shown.exit_code == 1
    assert shown.stderr.startswith("newsmill: ")
    assert "nothing.html: no such file" in shown.stderr


def test_link_and_relative_path_are_followed_and_a_folder_is_none(tmp_path, monkeypatch):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "link.txt").symlink_to(EXPRESS)
    monkeypatch.chdir(tmp_path / "deep")
    assert call("clean", "link.txt").exit_code == 0
    (tmp_path / "near.txt").write_text(EXPRESS.read_text(encoding="utf-8"), encoding="utf-8")
    assert call("clean", "../near.txt").exit_code == 0
    assert "not a file" in call("clean", "..").stderr


def test_report_shows_the_last_run_and_before_the_first_says_what_to_do():
    before = call("report")
    assert before.exit_code == 1
    assert "start one with make run" in before.stderr
    run(SEEDS)
    run(SEEDS, "run-2")
    shown = call("report").stdout
    total = next(line for line in shown.splitlines() if line.startswith("total")).split()
    assert total[1:7] == ["5", "0", "0", "0", "0", "5"]


def test_explain_takes_a_record_from_standard_input():
    page = "<html><head><title>Ferry</title></head><body><article><p>{}</p></article></body></html>"
    page = page.format("The ferry came back to the harbour on Monday night after two days at sea. " * 5)
    asked = ["explain", "--json", "--url", "https://www.express.co.uk/news/a", "-"]
    shown = json.loads(CliRunner().invoke(app, asked, input=page).stdout)
    assert (shown["raw_format"], shown["outlet"], shown["url"]) == (
        "html",
        "express",
        "https://www.express.co.uk/news/a",
    )
    assert shown["blocks"][0]["text"].startswith("The ferry came back")
    named = CliRunner().invoke(app, ["explain", "--json", "--outlet", "bay-post", "-"], input=VERITY.read_text())
    assert json.loads(named.stdout)["outlet"] == "bay-post"


def test_explain_gives_the_verdict_and_the_hash_that_a_run_gives(tmp_path):
    (tmp_path / "landing" / "verity").mkdir(parents=True)
    (tmp_path / "landing" / "verity" / "short.txt").write_text("Too short.\n\nTo be news.")
    shutil.copy(VERITY, tmp_path / "landing" / "verity")
    run(tmp_path / "landing", rejection_limit=1)
    data = tmp_path / "data"
    (published,) = rows(data, "corpus")
    (refused,) = rows(data, "quarantine")
    told = {
        name: json.loads(call("explain", "--json", "--verdict", tmp_path / "landing" / "verity" / name).stdout)
        for name in (VERITY.name, "short.txt")
    }
    assert (told[VERITY.name]["failed"], told[VERITY.name]["content_hash"]) == ([], published["content_hash"])
    assert told["short.txt"]["failed"] == refused["failed"] != []
    assert "word_count_enough" in call("explain", "--verdict", tmp_path / "landing" / "verity" / "short.txt").stdout


def test_explain_of_the_landing_zone_alone_takes_no_other_file(monkeypatch):
    monkeypatch.setenv("NEWSMILL_LANDING_URI", str(SEEDS))
    place = f"verity/{VERITY.name}"
    assert json.loads(call("explain", "--json", "--landed", place).stdout)["raw_path"] == place
    for path in (VERITY, f"../seeds/{place}", "-", "/etc/passwd"):
        refused = call("explain", "--landed", path)
        assert refused.exit_code == 1
        assert "no such record in the landing zone" in refused.stderr
