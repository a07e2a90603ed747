"""Bad input ends in the right fate, with a reason that a person understands, and the run publishes the rest."""

from __future__ import annotations

import json
import zlib

import pytest

from newsmill import pipeline
from newsmill.model import NewsmillError
from newsmill.storage import Store
from tests.integration.runs import fates, published, rows, run

BODY = (
    "The city council of Springfield voted on Tuesday to rebuild the old harbour bridge, which has been closed to "
    "traffic since the flood in spring.\n\nThe mayor said that work would begin before the end of the year and that "
    "the bridge would carry a tram line as well as two lanes for cars.\n\nEngineers who examined the piers found them "
    "sound, but they warned that the cost could rise if the winter brings another flood.\n"
)
GOOD = "Council votes to rebuild harbour bridge\n\n" + BODY
PAGE = (
    "<html><head><meta charset='{charset}'><title>{title}</title></head>"
    "<body><article><h1>{title}</h1>{body}</article></body></html>"
)


@pytest.fixture
def landing(tmp_path):
    """A landing zone with one good article."""
    write(tmp_path / "landing" / "good-outlet" / "good.txt", GOOD)
    return tmp_path / "landing"


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def variant(number: int) -> str:
    return GOOD.replace("Springfield", f"Springfield number {number}")


def line(**fields) -> str:
    return json.dumps({"text": variant(zlib.crc32(str(fields).encode())), **fields}) + "\n"


def after_run(landing, data, path: str) -> dict:
    """Run, check that the good article was published all the same, and return the fate of the bad record."""
    run(landing)
    found = fates(data)
    assert found["good-outlet/good.txt"]["fate"] == "published"
    assert "good-outlet/good.txt" in published(data)
    return found[path]


@pytest.mark.parametrize(
    ("name", "content", "reason", "words"),
    [
        ("empty.txt", b"", "empty", "empty"),
        ("blank.html", b" \n\n \t\n", "empty", "white space"),
        ("noise.html", bytes(range(256)) * 40, "binary", "binary"),
        ("broken.md", b"---\ntitle: [unclosed\ndate: 2024\n---\n\n" + BODY.encode(), "bad_front_matter", "line"),
        (
            "tag.md",
            b"---\ntitle: !!python/object/apply:os.system ['true']\n---\n\n" + BODY.encode(),
            "bad_front_matter",
            "tag",
        ),
        (
            "bomb.md",
            b"---\na: &a [x, x]\nb: &b [*a, *a]\ntitle: t\n---\n\n" + BODY.encode(),
            "bad_front_matter",
            "alias",
        ),
        ("deep.html", b"<html><body>" + b"<div>" * 50_000 + b"<p>" + BODY.encode() + b"</p>", "too_deep", "deep"),
    ],
)
def test_file_that_cannot_be_read_is_unreadable_with_the_reason(landing, data, name, content, reason, words):
    write(landing / "bad" / name, content)
    fate = after_run(landing, data, f"bad/{name}")
    assert (fate["fate"], fate["reason"]) == ("unreadable", reason)
    assert words in fate["detail"].lower()


def test_invalid_utf8_loses_only_the_broken_bytes(landing, data):
    write(
        landing / "bad" / "broken.txt", variant(1).encode().replace(b"Tuesday", b"Tue\xffsday") + "Über Größe.".encode()
    )
    fate = after_run(landing, data, "bad/broken.txt")
    assert fate["fate"] == "published"
    text = published(data)["bad/broken.txt"]["text"]
    assert "Springfield number 1" in text
    assert "Größe" in text


@pytest.mark.parametrize("declared", [True, False])
@pytest.mark.parametrize(
    ("encoding", "label", "sentence"),
    [
        (
            "cp1252",
            "windows-1252",
            "Der Bürgermeister sagte, die Brücke über den Fluß müsse für 5 € je Überfahrt bezahlt werden. ",
        ),
        (
            "gb18030",
            "gb18030",
            "市议会星期二投票决定重建旧港口大桥,这座大桥自春季洪水以来一直对交通关闭。市长说,工程将在年底前开始。",
        ),
    ],
)
def test_pages_in_other_encodings_keep_their_words(landing, data, encoding, label, sentence, declared):
    paragraphs = "".join(f"<p>{number}. {sentence * 4}</p>" for number in range(1, 6))
    page = PAGE.format(
        charset=label if declared else "", title="Die Brücke" if label != "gb18030" else "港口大桥", body=paragraphs
    )
    page = page if declared else page.replace("<meta charset=''>", "")
    write(landing / "bad" / "page.html", page.encode(encoding))
    run(landing)
    assert sentence.strip() in published(data)["bad/page.html"]["text"].replace("\n", "")


def test_truncated_last_line_costs_that_line_alone(landing, data):
    whole = line(id="one") + line(id="two")
    write(landing / "feed.jsonl", whole[:-30])
    fate = after_run(landing, data, "feed.jsonl#2")
    assert (fate["fate"], fate["reason"]) == ("unreadable", "bad_json")
    assert fates(data)["feed.jsonl#1"]["fate"] == "published"


def test_line_of_20_megabytes_costs_that_line_alone(landing, data):
    huge = json.dumps({"id": "huge", "text": "word " * 4_000_000}) + "\n"
    write(landing / "feed.jsonl", line(id="one") + huge + line(id="three"))
    fate = after_run(landing, data, "feed.jsonl#2")
    assert (fate["fate"], fate["reason"]) == ("unreadable", "too_large")
    assert "NEWSMILL_MAX_RECORD_BYTES" in fate["detail"]
    assert {fates(data)[f"feed.jsonl#{number}"]["fate"] for number in (1, 3)} == {"published"}


@pytest.mark.parametrize("outlet", ["../../x", "a=b/c", "o" * 300])
def test_outlet_that_is_no_slug_is_quarantined_and_never_becomes_a_path(landing, data, outlet):
    write(landing / "feed.jsonl", line(id="bad", outlet=outlet) + line(id="fine", outlet="fine-outlet"))
    before = set(data.parent.iterdir())
    fate = after_run(landing, data, "feed.jsonl#1")
    assert fate["fate"] == "quarantined"
    assert "outlet" in fate["detail"]
    assert outlet[:20] in fate["detail"]
    (held,) = rows(data, "quarantine")
    assert (held["outlet"], held["raw_path"]) == (outlet, "feed.jsonl#1")
    assert held["text"].startswith("The city council")
    assert set(data.parent.iterdir()) - before <= {data}
    assert {path.name for path in (data / "corpus").rglob("outlet=*")} == {"outlet=good-outlet", "outlet=fine-outlet"}


def test_page_that_is_a_wall_is_quarantined_and_says_so(landing, data):
    wall = "<p>Subscribe now to read on: our journalism for one euro a week, as long as you wish</p>"
    talk = (
        "<p>Already a subscriber? Then log in with your account, and we show you the page that you have asked for.</p>"
    )
    write(
        landing / "good-outlet/wall.html", f"<html><head><title>Bridge</title></head><body>{wall}{talk}</body></html>"
    )
    fate = after_run(landing, data, "good-outlet/wall.html")
    assert (fate["fate"], fate["reason"]) == ("quarantined", "paywall_stub")
    assert "is_article" in fate["detail"]
    (held,) = rows(data, "quarantine")
    assert held["raw_path"] == "good-outlet/wall.html"


def test_date_of_year_9999_is_not_believed_and_the_fate_says_so(landing, data):
    write(landing / "feed.jsonl", line(id="late", outlet="fine-outlet", published_at="9999-12-31T23:59:59-12:00"))
    fate = after_run(landing, data, "feed.jsonl#1")
    assert fate["fate"] == "published"
    assert "9999-12-31" in fate["detail"]
    row = published(data)["late"]
    assert (row["published_at"], row["date_source"], row["date"]) == (None, "ingested", "2026-03-01")


def test_file_that_vanishes_between_plan_and_extract_is_unreadable_now_and_read_when_it_is_back(landing, data):
    path = write(landing / "bad" / "gone.txt", variant(2))
    batches = pipeline.plan("run-1", pipeline_day(), selection(landing))
    path.unlink()
    pipeline.run_planned("run-1", batches)
    fate = fates(data)["bad/gone.txt"]
    assert (fate["fate"], fate["reason"]) == ("unreadable", "vanished")
    assert fates(data)["good-outlet/good.txt"]["fate"] == "published"
    write(path, variant(2))
    run(landing, "run-2")
    assert fates(data, "run-2")["bad/gone.txt"]["fate"] == "published"


def test_landing_zone_that_does_not_exist_fails_at_once_and_names_the_setting(tmp_path, data):
    with pytest.raises(NewsmillError, match="nowhere does not exist: set NEWSMILL_LANDING_URI"):
        run(tmp_path / "nowhere")
    assert not Store(str(data)).exists("staging")


def pipeline_day():
    from tests.conftest import DAY

    return DAY


def selection(landing):
    from newsmill.model import Selection

    return Selection(landing_uri=str(landing))
