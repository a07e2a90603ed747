"""What reaches a terminal: even columns in any script, no command from an article, no colour where none is wanted."""

from __future__ import annotations

import io
import json
import os
import pty
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
import typer
from rich.cells import cell_len
from rich.console import Console
from typer.testing import CliRunner

from newsmill.cli import app
from newsmill.cli.explain import explanation, tell
from newsmill.cli.screen import as_json, console, errors_for_people, visible
from newsmill.model import Cleaned, Removal
from tests.conftest import PROJECT
from tests.newsmill.clean.helpers import article

HOSTILE = (
    "The mayor\x1b[2J said\x9b31m \x07this\x7f and \u202ethat\u202c on Tuesday,\x00 of the bridge\u2028 in the town."
)
SCRIPTS = {
    "he": "מועצת העיר החליטה ביום שלישי לבנות מחדש את גשר הנמל הישן, שנסגר לתנועה מאז השיטפון באביב.",
    "zh": "市议会周二投票决定重建旧港大桥，这座桥自春季洪水以来一直禁止通行，市长表示工程将在年底前开始。",
    "hi": "मंगलवार को नगर परिषद ने पुराने बंदरगाह पुल को फिर से बनाने का फैसला किया, जो बाढ़ के बाद से बंद है।",
    "th": "สภาเมืองลงมติเมื่อวันอังคารให้สร้างสะพานท่าเรือเก่าขึ้นใหม่ ซึ่งปิดการจราจรตั้งแต่เกิดน้ำท่วมในฤดูใบไม้ผลิ",
    "en": "The harbour bridge — 👩‍🔧 e\u0301 — was opened on Tuesday by the mayor, who had waited for eleven years.",
}


@pytest.fixture(autouse=True)
def few_rules(tmp_path, monkeypatch):
    """One rule is enough here, and loads at once."""
    include = tmp_path / "include"
    for folder in ("rules", "outlets"):
        (include / folder).mkdir(parents=True)
    why = "A test needs a cut."
    rule = {"id": "share.prompt", "category": "share", "why": why, "phrases": {"en": ["share this article"]}}
    (include / "rules" / "share.yaml").write_text(json.dumps({"rules": [rule]}))
    monkeypatch.setenv("NEWSMILL_INCLUDE_DIR", str(include))


def explain(tmp_path, text: str, *options: str) -> str:
    path = tmp_path / "one.jsonl"
    path.write_text(json.dumps({"text": text, "title": text[:20]}), encoding="utf-8")
    shown = CliRunner().invoke(app, ["explain", *options, str(path)])
    assert shown.exit_code == 0, shown.output
    return shown.stdout


@pytest.mark.parametrize("text", SCRIPTS.values(), ids=SCRIPTS)
@pytest.mark.parametrize("width", ["60", "137"])
def test_columns_are_even_and_hold_the_text_in_any_script(tmp_path, monkeypatch, text, width):
    monkeypatch.setenv("COLUMNS", width)
    lines = explain(tmp_path, text).splitlines()
    start = next(number for number, line in enumerate(lines) if "┼" in line)
    rows = [line.partition("│") for line in lines[start + 1 :] if "│" in line]
    assert {cell_len(front) for front, _, _ in rows} == {cell_len(lines[start].partition("┼")[0])}
    for side in (
        "".join(front[20:] for front, _, _ in rows),
        "".join(right for _, _, right in rows),
    ):
        assert "".join(side.replace("\u200e", "").split()) == "".join(text.split())


def test_lines_of_a_right_to_left_script_are_set_off_from_the_rule_between_the_columns(tmp_path):
    rows = [line for line in explain(tmp_path, SCRIPTS["he"]).splitlines() if "│" in line]
    told = [line for line in rows if any("א" <= char <= "ת" for char in line)]
    assert told
    assert all(line.partition("│")[0].rstrip().endswith("\u200e") for line in told)
    assert all(line.partition("│")[2].lstrip().startswith("\u200e") for line in told)
    assert "\u200e" not in explain(tmp_path, SCRIPTS["en"])


def test_control_characters_of_an_article_are_spelt_out():
    made = article(HOSTILE, f"{HOSTILE} 0:00", title=HOSTILE, authors=(HOSTILE,), raw_path=f"{HOSTILE}.txt")
    cuts = [Removal(block=1, step=0, text_before=HOSTILE, text_after=None, rule="r.r", category="c", evidence=HOSTILE)]
    cleaned = Cleaned(text=HOSTILE, removals=tuple(cuts))
    file = io.StringIO()
    tell(Console(file=file, width=120, soft_wrap=True), made, cleaned)
    assert file.getvalue().count(r"The mayor\x1b[2J said\x9b31m") == 7
    for told in (file.getvalue(), as_json(explanation(made, cleaned))):
        assert not {char for char in told if char in "\x00\x07\x1b\x7f\x9b\u2028\u202e\u202c"}


def test_name_of_a_file_commands_no_terminal(tmp_path):
    path = tmp_path / "one\x1b[2J.txt"
    path.write_text("The harbour bridge was opened on Tuesday by the mayor of the town.")
    for name in (path, tmp_path / "none\x1b[2J.txt"):
        shown = CliRunner().invoke(app, ["explain", str(name)])
        assert r"\x1b[2J.txt" in shown.output
        assert "\x1b" not in shown.output


def test_spelling_out_keeps_letters_joiners_and_line_feeds():
    text = "نامه‌ای\n👩‍🔧 \xa0 straße — 한국어"
    assert visible(text) == text
    assert visible("a\tb\r\x85") == r"a b\x0d\x85"


def test_json_on_the_screen_means_what_the_value_is():
    value = {"text": HOSTILE, "half": "\ud83d", "line": "a\u2029b"}
    assert json.loads(as_json(value)) == value
    assert as_json(value).isprintable()


def on_a_terminal(path, **environment: str) -> str:
    """Return what `newsmill explain` writes to a real terminal."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", "from newsmill.cli import app; app()", "explain", str(path)]
    known = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS")}
    process = subprocess.Popen(
        command, stdout=theirs, stderr=theirs, cwd=PROJECT, env=known | {"TERM": "xterm-256color"} | environment
    )
    os.close(theirs)
    said = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # Linux says so when the other side has closed
            break
        if not piece:
            break
        said += piece
    os.close(ours)
    assert process.wait() == 0
    return said.decode()


def test_explain_is_coloured_on_a_terminal_and_plain_with_no_color_or_in_a_pipe(tmp_path):
    path = tmp_path / "one.txt"
    path.write_text("The harbour bridge was opened on Tuesday by the mayor of the town.\n\nShare this article\n")
    coloured = on_a_terminal(path)
    assert "\x1b[31m" in coloured
    assert "\x1b" not in on_a_terminal(path, NO_COLOR="1")
    assert "\x1b" not in CliRunner().invoke(app, ["explain", str(path)]).stdout


def test_a_full_disk_under_the_output_is_said_in_a_line(monkeypatch, capsys):
    with suppress(OSError), Path("/dev/full").open("w") as full:  # which fails once more when it is closed
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", full)
            with pytest.raises(typer.Exit) as ended, errors_for_people():
                console().print("an article")
        assert ended.value.exit_code == 1
        assert capsys.readouterr().err == "newsmill: No space left on device\n"


def test_an_error_of_the_machine_that_may_be_a_bug_keeps_its_traceback(tmp_path):
    with pytest.raises(IsADirectoryError), errors_for_people():
        tmp_path.open()
