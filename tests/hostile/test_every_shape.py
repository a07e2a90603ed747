"""Records that are made to cost time or memory give one result each; what once cost too much does not."""

from __future__ import annotations

import json

import pytest

from newsmill.model import RawFormat
from tests.hostile import judge, shapes

SIZE = 8_000
"""Characters of each shape: enough for several of what it repeats."""
AT_ONCE = 30
"""Shapes in one test."""
LARGE = 900_000
"""Characters at which each of `COSTLY` took more than eight seconds of computing before it was mended."""
SECONDS = 8
"""CPU for one of these. They take a second at most."""
COSTLY = [
    ("page", "attributes"),
    ("page", "breaks"),
    ("page", "bylines in bylines"),
    ("page", "code in code"),
    ("page", "deep rows"),
    ("page", "headlines in headlines"),
    ("page", "paragraphs"),
    ("dump", "marks that combine"),
    ("dump", "separators"),
    ("dump", "share lines"),
    ("dump", "wrapped in one"),
    ("markdown", "front matter of sixties"),
    ("markdown", "links in links"),
    ("markdown", "toml of dots"),
]
ENDINGS = {RawFormat.HTML: "html", RawFormat.TEXT: "txt", RawFormat.MARKDOWN: "md"}


def file_of(kind: str, name: str, size: int) -> tuple[str, bytes]:
    """Return a shape as a file: what comes with a record is a line of JSON."""
    raw_format, content, given = shapes.record(kind, name, size)
    if given:
        return "jsonl", json.dumps({"text": content} | given).encode()
    return ENDINGS[raw_format], content.encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("start", range(0, len(shapes.ALL), AT_ONCE))
def test_shapes_give_one_result_each(landing, monkeypatch, start):
    monkeypatch.setattr(judge, "refused_outlets", lambda article: {article.outlet})  # one of them gives a long one
    files = {}
    for number, (kind, name) in enumerate(shapes.ALL[start : start + AT_ONCE]):
        ending, content = file_of(kind, name, SIZE)
        files[f"some/{number}.{ending}"] = content
    landing.judge(files, records=len(files))


@pytest.mark.parametrize(("kind", "name"), COSTLY)
def test_shapes_that_grew_too_fast_do_not(landing, monkeypatch, kind, name):
    monkeypatch.setattr(judge, "SECONDS", SECONDS)
    ending, content = file_of(kind, name, LARGE)
    landing.judge({f"some/record.{ending}": content}, records=1)
