"""The command line, run as a user runs it."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from newsmill.cli import app
from tests.integration.runs import SEEDS, run

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


def test_explain_prints_every_block_with_the_rule_that_cut_it():
    lines = call("explain", VERITY).stdout.splitlines()
    assert "" not in lines[:-1]
    marks = [line[:4].strip() for line in lines if line[:4] in ("keep", "cut ", "edit")]
    assert (marks.count("keep"), marks.count("edit"), marks.count("cut")) == (4, 6, 5)
    player = next(number for number, line in enumerate(lines) if line.endswith(" 0:00"))
    assert "(media_player)" in lines[player + 1] or "(player)" in lines[player + 1]
    assert lines[-2].startswith("15 blocks: 10 kept (6 of them changed), 5 cut;")


def test_explain_as_json_holds_blocks_and_removals():
    shown = json.loads(call("explain", "--json", VERITY).stdout)
    assert [block["block"] for block in shown["blocks"]] == list(range(15))
    cut = [block for block in shown["blocks"] if any(r["text_after"] is None for r in block["removals"])]
    assert len(cut) == 5
    assert all(r["rule"] and r["evidence"] for block in shown["blocks"] for r in block["removals"])


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
