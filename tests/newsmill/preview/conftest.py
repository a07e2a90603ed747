"""A small corpus, made by a real run: articles of three outlets from plain files and JSON Lines."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from newsmill.settings import Settings
from tests.integration.runs import run

PROSE = (
    "The storm reached the northern coast on Monday night, and by the morning {} boats were missing from the bay.",
    "Nobody was hurt, according to the harbour master of {}, who had warned the fishermen two hours before it came.",
    "The town wants to build a higher wall, but the council of {} will not decide about the money before the autumn.",
)
TAIL = ("Share this article", "© 2024 The Coast. All rights reserved.")


def prose(*words: str) -> list[str]:
    return [text.format(word) for text, word in zip(PROSE, words, strict=True)]


def page(*words: str) -> str:
    body = "".join(f"<p>{text}</p>" for text in prose(*words))
    return (
        f"<html lang='en'><head><title>Storm in {words[0]}</title></head><body><article><h1>Storm in {words[0]}</h1>"
        f"{body}<h2>A quiet day</h2><p>The ferry of {words[1]} sails again on Friday, the line said.</p></article>"
        "</body></html>"
    )


@dataclass(frozen=True)
class Made:
    """Where the corpus, its raw records and the rules that cleaned it lie."""

    data: Path
    landing: Path
    rules: Path


def rule(name: str, **fields) -> dict:
    return {"id": name, "category": "share", "why": "It is tried in a test.", **fields}


SHARE = rule("share.prompt", phrases={"en": ["share this article"]})
RIGHTS = rule("copyright.line", category="copyright", match="start", at="edge", patterns={"any": ["©"]})
TITLE = rule("title.line", category="title", **{"is": ["title"], "at": "head"})


@pytest.fixture(scope="session")
def published_once(tmp_path_factory) -> Made:
    folder = tmp_path_factory.mktemp("rehearsal")
    landing = folder / "landing"
    for outlet in ("bay-post", "coast-news"):
        (landing / outlet).mkdir(parents=True)
    (landing / "bay-post" / "one.txt").write_text("\n\n".join((*prose("eleven", "Orrin", "Dunmere"), *TAIL)))
    (landing / "bay-post" / "two.html").write_text(page("twelve", "Selby", "Torrin"))
    records = [
        {"id": name, "outlet": "wire", "text": "\n\n".join((*prose(name, name, name), *tail))}
        for name, tail in (("seven", TAIL), ("eight", ()), ("nine", TAIL[1:]))
    ]
    (landing / "coast-news" / "feed.jsonl").write_text("\n\n".join(map(json.dumps, records)) + "\n")
    rules = rules_file(folder / "include" / "rules" / "share.yaml", SHARE).parent
    rules_file(rules / "furniture.yaml", RIGHTS, TITLE)
    (folder / "include" / "outlets").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(Settings.model_config, "env_file", None)
        patch.setenv("NEWSMILL_DATA_URI", str(folder / "data"))
        patch.setenv("NEWSMILL_INCLUDE_DIR", str(rules.parent))
        fates = run(landing)
    assert fates["published"] == 5
    return Made(folder / "data", landing, rules)


@pytest.fixture
def made(published_once, tmp_path, monkeypatch) -> Made:
    """A copy that a test may change; its rules are the current ones."""
    copy = tmp_path / "copy"
    shutil.copytree(published_once.data.parent, copy)
    monkeypatch.setenv("NEWSMILL_INCLUDE_DIR", str(copy / "include"))
    return Made(copy / "data", copy / "landing", copy / "include" / "rules")


def rules_file(path: Path, *rules: dict) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump({"rules": list(rules)}), encoding="utf-8")
    return path
