"""Bombs, mazes and forgeries in one landing zone: each costs itself alone, in a run that publishes all the rest."""

from __future__ import annotations

import gzip
import json
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import zstandard

from newsmill.model import Fate
from tests.integration.runs import fates, published, rows, run

STORY = (
    "The city council of Springfield voted on Tuesday to rebuild the old harbour bridge, which has been closed to "
    "traffic since the flood in spring.\n\nThe mayor said that work would begin before the end of the year and that "
    "the bridge would carry a tram line as well as two lanes for cars.\n"
)
HUGE = 200 << 20
"""Bytes of a bomb, unpacked; a record may have a twentieth."""
SECRET = "The secret sentence lies outside of the landing zone, and no run may ever read it, whatever points to it."


def story(name: str) -> str:
    return f"Council votes to rebuild bridge in {name}\n\n{STORY.replace('Springfield', f'Springfield, {name},')}"


def page(body: str, name: str, head: str = "") -> str:
    paragraphs = "".join(f"<p>{text}</p>" for text in story(name).strip().split("\n\n")[1:])
    heading = f"Council votes to rebuild bridge in {name}"
    return (
        f"<html><head><title>{heading}</title>{head}</head><body><article><h1>{heading}</h1>{paragraphs}{body}</article>"
        "</body></html>"
    )


def line(name: str, **fields: object) -> bytes:
    return json.dumps({"text": story(name)} | fields).encode() + b"\n"


def zstd(size: int, **options: object) -> bytes:
    packer = zstandard.ZstdCompressor(**options).compressobj(size=size)
    return b"".join([*(packer.compress(b"a" * (1 << 20)) for _ in range(size >> 20)), packer.flush()])


def gzipped_line(size: int) -> bytes:
    """Return three lines, packed: between two good ones a huge one."""
    packer = zstandard.ZstdCompressor().compressobj()
    parts = [line("first"), b'{"text": "', *[b"a" * (1 << 20)] * (size >> 20), b'"}\n', line("third")]
    return b"".join([*map(packer.compress, parts), packer.flush()])


HUGE_WINDOW = b"\x28\xb5\x2f\xfd\x00" + bytes([(31 - 10) << 3]) + b"\x01\x00\x00"
"""A zstd frame that asks for a window of 2 GiB, and holds nothing (RFC 8878, 3.1.1)."""


@dataclass(frozen=True)
class Case:
    """A hostile file, and what must become of its records: fate and reason by what follows the file's name."""

    path: str
    content: bytes | str | Callable[[], bytes | str]  # what is large is made when it is asked for
    fate: str = "published"
    reason: str | None = None
    said: str = ""  # in the detail
    sidecar: str | None = None
    zeros: int = 0  # bytes that follow and take no room on the disk
    others: dict[str, str] = field(default_factory=dict)  # fates of the file's other records, by "#line"


def too_large(path: str, content, said: str, **more) -> Case:
    return Case(path, content, "unreadable", "too_large", said, **more)


def too_deep(path: str, content: bytes | str) -> Case:
    return Case(path, content, "unreadable", "too_deep", "deep")


def refused(path: str, content: bytes | str, outlet: str) -> Case:
    return Case(path, content, "quarantined", "failed_expectations", f"{outlet!r} (")


BOMBS = [
    too_large("bombs/gzip.html", lambda: gzip.compress(bytes(HUGE), 9), "when unpacked"),
    too_large("bombs/zstd.txt", lambda: zstd(HUGE), "when unpacked"),
    too_large("bombs/members.txt", lambda: gzip.compress(b"a" * (1 << 20)) * 100, "when unpacked"),
    Case(
        "bombs/nested.txt",
        lambda: gzip.compress(gzip.compress(bytes(HUGE))),
        "unreadable",
        "binary",
        "compress it once",
    ),
    Case("bombs/twice.txt", lambda: zstandard.compress(zstd(HUGE)), "unreadable", "binary", "compress it once"),
    Case("bombs/window.txt", HUGE_WINDOW, "unreadable", "bad_compression", "damaged"),
    Case("bombs/empty-members.txt", lambda: gzip.compress(b"", mtime=0) * 100_000, "unreadable", "empty"),
    Case("bombs/empty-frames.txt", lambda: zstandard.compress(b"") * 100_000, "unreadable", "empty"),
    too_large(
        "bombs/line.jsonl.zst", lambda: gzipped_line(HUGE), "209,715,", others={"#1": "published", "#3": "published"}
    ),
    too_large("bombs/sparse.txt", b"", "209,715,200 bytes", zeros=HUGE),
    too_large("bombs/sparse.jsonl", line("sparse"), "209,715,200 bytes", zeros=HUGE, others={"#1": "published"}),
    Case(
        "bombs/entities.html",
        "<!DOCTYPE html [<!ENTITY a 'aaaaaaaaaa'>"
        + "".join(f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(20))
        + "]>"
        + page("<p>&u;</p>", "entities"),
    ),
    Case(
        "bombs/xml.html",
        "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>" + page("&x;", "xml"),
    ),
    Case(
        "bombs/aliases.md",
        "---\na: &a [x, x]\n" + "".join(f"b{n}: &b{n} [*a, *a]\n" for n in range(30)) + f"---\n{STORY}",
        "unreadable",
        "bad_front_matter",
        "aliases",
    ),
    Case(
        "bombs/aliases.txt", story("aliases"), "unreadable", "bad_sidecar", "aliases", sidecar="title: &a x\nid: *a\n"
    ),
    Case("bombs/tags.txt", story("tags"), sidecar="title: !!int 1" + ":1" * 400_000),
    Case("bombs/sexagesimal.md", lambda: "---\ntitle: !!int 1" + ":1" * 400_000 + f"\n---\n{story('sixties')}"),
    Case(
        "bombs/dotted.md",
        lambda: "+++\na" + ".a" * 400_000 + f" = 1\n+++\n{STORY}",
        "unreadable",
        "bad_front_matter",
        "TOML",
    ),
    too_large(
        "bombs/attributes.html",
        lambda: page("<p " + " ".join(f"a{n}=x" for n in range(1_000_000)) + ">", "attributes"),
        "attributes",
    ),
    Case(
        "bombs/attribute.html",
        lambda: page(f"<p class='{'related ' * 500_000}' style='{'display ' * 500_000}'>a</p>", "attribute"),
    ),
    Case("bombs/word.txt", lambda: story("word") + "\n" + "a" * 1_000_000),
    Case("bombs/word.html", lambda: page("<p>" + "a" * 1_000_000 + "</p>", "the word page")),
    Case("bombs/word.md", story("word of Markdown") + "\n" + "a" * 400_000),
    Case("bombs/marks.txt", lambda: story("marks") + "\na" + "\u0301\u0316" * 1_000_000),
    too_large("bombs/paragraphs.html", lambda: page("<p>a</p>" * 1_000_000, "paragraphs"), "elements"),
    too_large("bombs/paragraphs.txt", lambda: story("paragraphs of text") + "\na\n" * 1_000_000, "lines"),
    too_large("bombs/paragraphs.md", lambda: story("paragraphs of Markdown") + "\na\n" * 1_000_000, "characters"),
    too_large("bombs/rows.txt", lambda: story("rows") + "\nRow of words\n" * 60_000, "paragraphs"),
    Case("bombs/title.jsonl", lambda: line("title", title="word " * 1_000_000)),
    Case(
        "bombs/title.html",
        lambda: page("", "the title page", f"<meta property='og:title' content='{'word ' * 1_000_000}'>"),
    ),
    Case("bombs/authors.jsonl", lambda: line("authors", authors=[f"Jane Doe {number}" for number in range(100_000)])),
    Case(
        "bombs/authors.html",
        lambda: page(
            "",
            "the authors page",
            "<script type='application/ld+json'>"
            + json.dumps({"@type": "NewsArticle", "author": [{"name": f"Jane Doe {n}"} for n in range(100_000)]})
            + "</script>",
        ),
    ),
    Case("bombs/empty.html", b"", "unreadable", "empty"),
    Case("bombs/empty.jsonl", b"", "unreadable", "empty"),
    Case(
        "bombs/numbers.jsonl",
        lambda: line("numbers")[:-2] + b', "id": ' + b"9" * 1_000_000 + b', "x": 1e999999}\n',
        "quarantined",
        "failed_expectations",
        "source_id_length",
    ),
]

MAZES = [
    too_deep("mazes/divs.html", page("<div>" * 100_000, "divs")),
    too_deep("mazes/bold.html", page("<b>" * 100_000, "bold")),
    too_deep("mazes/tables.html", page("<table><tr><td>" * 100_000, "tables")),
    too_deep("mazes/quotes.md", story("quotes") + "\n" + "> " * 100_000 + "a"),
    too_deep("mazes/items.md", story("items") + "\n" + "- " * 100_000 + "a"),
    too_deep("mazes/numbers.md", story("numbers of items") + "\n" + "1. " * 100_000 + "a"),
    Case("mazes/brackets.md", story("brackets") + "\n" + "[" * 100_000),
    too_deep("mazes/markup.md", story("markup") + "\n" + "<div>" * 90_000),
    too_deep("mazes/lists.jsonl", b'{"text": ' + b"[" * 100_000),
    too_deep("mazes/objects.jsonl", b'{"text": ' * 100_000),
    Case("mazes/json-ld.html", page("", "JSON-LD", f"<script type='application/ld+json'>{'[' * 100_000}</script>")),
    Case(
        "mazes/graph.html",
        page("", "graph", "<script type='application/ld+json'>" + '{"@graph":' * 100_000 + "</script>"),
    ),
    Case(
        "mazes/flow.md",
        "---\ntags: " + "[" * 100_000 + f"\n---\n{STORY}",
        "unreadable",
        "bad_front_matter",
        "nested too deep",
    ),
    Case(
        "mazes/toml.md",
        "+++\ntags = " + "[" * 20_000 + f"\n+++\n{STORY}",
        "unreadable",
        "bad_front_matter",
        "nested too deep",
    ),
    Case(
        "mazes/sidecar.txt",
        story("sidecar"),
        "unreadable",
        "bad_sidecar",
        "nested too deep",
        sidecar="tags: " + "{a: " * 20_000,
    ),
    Case("mazes/lines.txt", story("quotes of text") + "\n" + "> " * 100_000),
]

LOOKALIKES = {
    "Cyrillic": "еxpress",
    "full width": "ｅxpress",
    "combining": "expre\u0301ss",
    "zero width": "ex\u200bpress",
    "mirrored": "\u202esserpxe",
    "capital": "Express",
    "accent": "exprèss",
    "traversal": "../../etc",
    "absolute": "/etc/passwd",
    "drive": "C:\\windows",
    "bar": "a|b",
    "equals": "a=b",
    "newline": "a\nb",
    "percent": "%2e%2e%2fetc",
    "hyphens": "a--b",
    "dots": "..",
    "long": "a" * 65,
    "key": "outlet=express",
    "small caps": "ᴇxpress",
    "space within": "ex press",
    "soft hyphen": "ex\u00adpress",
    "joiner": "express\u200d",
}
FORGERIES = [
    *(
        refused(f"forged/{name}.jsonl", line(f"the {name} outlet", outlet=outlet), outlet)
        for name, outlet in LOOKALIKES.items()
    ),
    *(
        refused(f"{folder}/{number}.txt", story(f"folder {number}"), folder)
        for number, folder in enumerate(
            (
                "еxpress",
                "ｅxpress",
                "expre\u0301ss",
                "\u202esserpxe",
                "Express",
                "a|b",
                "a=b",
                "a\nb",
                "C:\\x",
                "%2e%2e",
                "ex\u200bpress",
            )
        )
    ),
    *(
        Case(f"feed-{number}.jsonl", line(f"host {number}", url=url))
        for number, url in enumerate(
            (
                "https://eхample.org/a",
                "https://ｅxample.org/a",
                "https://exa\u0301mple.org/a",
                "https://ex\u200bample.org/a",
                "https://example.org/a",
            )
        )
    ),
    *(
        Case(f"forged/id-{number}.jsonl", line(f"id {number}", id=name))
        for number, name in enumerate(
            (
                "../../etc/passwd",
                "/etc/passwd",
                "C:\\windows\\system32",
                "a\nb",
                "a|b=c",
                "a\0b",
                "\u202egnp.exe",
                "%2e%2e%2f",
                "~",
                "$(id)",
                "'; drop table --",
            )
        )
    ),
    *(
        Case(f"forged/url-{number}.jsonl", line(f"url {number}", url=url))
        for number, url in enumerate(
            (
                "https://example.org/../../etc/passwd",
                "https://example.org/%2e%2e/%00%0a",
                "file:///etc/passwd",
                "https://[::1",
                "https://example.org\\@evil.org/x",
                "javascript:alert(1)",
                "https://user:password@example.org/login",
                "https://example.org/" + "a" * 5_000,
            )
        )
    ),
    *(
        Case(
            f"forged/date-{number}.jsonl",
            line(f"date {number}", published_at=moment, fetched_at=moment),
            said="published_at",
        )
        for number, moment in enumerate(
            (
                "999999-01-01",
                "-1",
                "0000-00-00",
                "9999-12-31T23:59:59-23:59",
                "1e999",
                "-99999999999999999999",
                10**30,
                "0001-01-01T00:00:00+14:00",
                "٩٩٩٩-٩٩-٩٩",
                "13" * 5_000,
            )
        )
    ),
    *(
        Case(f"forged/{name}.txt", story(f"file {number}"))
        for number, name in enumerate(
            (
                "a\nb",
                "a|b",
                "a=b",
                "C:\\x",
                "%2e%2e",
                "a..",
                "a\u202etxt.exe",
                "a#1",
                "a\\..\\b",
                "$(id)",
                "a;b",
                "'\"",
                "n" * 251,
                "é" * 125,
                "-rf",
                " ",
            )
        )
    ),
]
CASES = {case.path: case for case in (*BOMBS, *MAZES, *FORGERIES)}


def put(root: Path, case: Case) -> None:
    path = root / case.path
    path.parent.mkdir(parents=True, exist_ok=True)
    content = case.content() if callable(case.content) else case.content
    with path.open("wb") as handle:
        handle.write(content if isinstance(content, bytes) else content.encode())
        handle.truncate(handle.tell() + case.zeros)
    if case.sidecar is not None:
        Path(f"{path}.meta.yaml").write_text(case.sidecar)


def put_links(root: Path, outside: Path) -> None:
    """Make what is no file of the landing zone: links out of it, loops, pipes, sockets."""
    folder = root / "links"
    (folder / "inner").mkdir(parents=True)
    outside.mkdir()
    (outside / "secret.txt").write_text(f"{SECRET}\n\n{STORY}")
    (outside / "secret.yaml").write_text("title: The secret title\n")
    (folder / "out.txt").symlink_to(outside / "secret.txt")
    (folder / "out").symlink_to(outside)
    (folder / "relative.txt").symlink_to("../../outside/secret.txt")
    (folder / "loop.txt").symlink_to("loop.txt")
    (folder / "inner" / "around").symlink_to(folder)
    (folder / "broken.txt").symlink_to("nowhere.txt")
    os.mkfifo(folder / "pipe.txt")
    (folder / "linked-sidecar.txt").write_text(story("linked sidecar"))
    (folder / "linked-sidecar.txt.meta.yaml").symlink_to(outside / "secret.yaml")
    (folder / "piped-sidecar.txt").write_text(story("piped sidecar"))
    os.mkfifo(folder / "piped-sidecar.txt.meta.yaml")
    with socket.socket(socket.AF_UNIX) as server:  # its file stays
        here = Path.cwd()
        os.chdir(folder)  # the name of a socket is bounded
        server.bind("socket.txt")
        os.chdir(here)


@dataclass(frozen=True)
class Done:
    """A run that is over: what it counted, where its data lie, and every path below the folder that it had."""

    totals: dict[str, int]
    data: Path
    fates: dict[str, dict]
    corpus: dict[str, dict]


@pytest.fixture(scope="module")
def done(tmp_path_factory) -> Done:
    """One run over everything, with a good article beside."""
    root = tmp_path_factory.mktemp("hostile")
    landing, data = root / "landing", root / "data"
    for case in CASES.values():
        put(landing, case)
    for folder in ("bombs", "mazes", "forged", "links", "good"):
        put(landing, Case(f"{folder}/good.txt", story(f"good {folder}")))
    (landing / "links" / "good.txt").rename(landing / "links.txt")
    (landing / "links").rmdir()
    put_links(landing, root / "outside")
    (landing / "links.txt").rename(landing / "links" / "good.txt")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NEWSMILL_DATA_URI", str(data))
        patch.setenv("NEWSMILL_LANDING_URI", str(landing))
        totals = run(landing, rejection_limit=1.0)
    assert {path.name for path in root.iterdir()} == {"landing", "data", "outside"}
    return Done(totals, data, fates(data), published(data))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path[:40].encode("unicode_escape").decode())
def test_hostile_record_costs_itself_alone(done, path):
    case = CASES[path]
    own = {place: fate for place, fate in done.fates.items() if place == path or place.startswith(f"{path}#")}
    for end, fate in case.others.items():
        assert own.pop(f"{path}{end}")["fate"] == fate
    (found,) = own.values()
    assert (found["fate"], found["reason"]) == (case.fate, case.reason), found["detail"]
    assert case.said in (found["detail"] or "")


def test_all_that_is_good_is_published_and_the_books_balance(done):
    for folder in ("bombs", "mazes", "forged", "links", "good"):
        assert done.fates[f"{folder}/good.txt"]["fate"] == "published"
    assert done.totals["read"] == len(done.fates) == sum(done.totals.get(fate, 0) for fate in Fate)
    assert {path.rpartition("#")[0] or path for path in done.fates} | set(done.fates) >= set(CASES)


def test_links_pipes_and_sockets_are_left_alone(done):
    found = {path: fate["fate"] for path, fate in done.fates.items() if path.startswith("links/")}
    assert found == {
        "links/good.txt": "published",
        "links/linked-sidecar.txt": "published",
        "links/piped-sidecar.txt": "unreadable",
    }
    assert "no plain file" in done.fates["links/piped-sidecar.txt"]["detail"]
    written = [row for dataset in ("corpus", "ledger", "quarantine") for row in rows(done.data, dataset)]
    assert len(written) > 100
    assert not any("secret" in str(value) for row in written for value in row.values())


def test_no_outlet_becomes_another_ones_folder(done):
    folders = {path.name.removeprefix("outlet=") for path in (done.data / "corpus").glob("*/*")}
    known = {"bombs", "mazes", "forged", "links", "good", "example-org"}
    forged = folders - known
    assert len(forged) == 4  # of four hosts that look like example.org
    assert all(slug.startswith("xn-") for slug in forged)
    assert {row["source_id"] for row in done.corpus.values() if row["outlet"] == "example-org"} >= {"feed-4.jsonl#1"}
    assert not any(path.is_symlink() for path in done.data.rglob("*"))


def test_given_names_stay_as_they_are_and_are_no_paths(done):
    ids = {row["source_id"] for row in done.corpus.values()}
    assert {
        "../../etc/passwd",
        "C:\\windows\\system32",
        "a|b=c",
        "'; drop table --",
        "ab",
    } <= ids  # the last without its NUL
    assert all(len(row["article_id"]) == 32 and int(row["article_id"], 16) >= 0 for row in done.corpus.values())
    assert not any("password" in (row["url"] or "") for row in done.corpus.values())


def test_what_is_too_long_is_kept_or_passed_over_but_never_the_article(done):
    by_path = {row["raw_path"]: row for row in done.corpus.values()}
    assert len(by_path["bombs/title.jsonl#1"]["title"]) == 4_999_999  # what came with the record is the title
    assert by_path["bombs/title.html"]["title"] == "Council votes to rebuild bridge in the title page"
    assert len(by_path["bombs/authors.jsonl#1"]["authors"]) == 100_000
    assert len(by_path["bombs/authors.html"]["authors"]) <= 100
    assert "a" * 1_000_000 in by_path["bombs/word.html"]["text"]
    for path in ("bombs/entities.html", "bombs/xml.html"):
        assert len(by_path[path]["text"]) < 2_000
        assert "root:" not in by_path[path]["text"]
    for number in range(10):
        assert by_path[f"forged/date-{number}.jsonl#1"]["published_at"] is None
