"""Data Docs: what is written, that it is safe, and that it needs no network."""

import re
from datetime import date
from html.parser import HTMLParser
from pathlib import PurePosixPath

import fsspec
import pytest

from newsmill.registry import Outlet, RowsPerRun, build_registry
from newsmill.storage import Store
from newsmill.validate.docs import INDEX, SUITE_PAGE, build_docs, validation_page
from tests.newsmill.validate.articles import judged, valid_row

SCRIPT = "<script>alert('x')</script> $suite_title {{ 7 * 7 }} \x00"
REGISTRY = build_registry([Outlet(slug="example", rows_per_run=RowsPerRun(min=5))])


class Page(HTMLParser):
    """The elements of a page and its words."""

    def __init__(self, content):
        super().__init__()
        self.tags, self.links, self.ids, self.words = [], [], set(), ""
        self.feed(content)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        attributes = dict(attrs)
        self.links += [attributes[name] for name in ("href", "src") if name in attributes]
        self.ids.add(attributes.get("id"))

    def handle_data(self, data):
        self.words += data


def hostile():
    rows = [
        valid_row(1, outlet=SCRIPT, url=SCRIPT, title="<img src=x onerror=alert(1)>" * 20, raw_path=SCRIPT),
        valid_row(2, authors=["<b>www.example.org</b>"], language=SCRIPT, date_source=SCRIPT),
        valid_row(3),
    ]
    return judged(rows, registry=REGISTRY)


@pytest.fixture(scope="module")
def judgement():
    return hostile()


@pytest.fixture
def data(tmp_path):
    return Store(str(tmp_path))


def pages(data, folder="docs"):
    return {entry.path.removeprefix(f"{folder}/"): Page(data.read(entry.path).decode()) for entry in data.files(folder)}


def test_there_is_an_index_the_suite_and_the_run(judgement, data):
    build_docs(judgement, data)
    assert set(pages(data)) == {INDEX, SUITE_PAGE, validation_page(judgement)}


def test_every_link_leads_to_a_page_or_a_place_that_is_there(judgement, data):
    build_docs(judgement, data)
    found = pages(data)
    for path, page in found.items():
        for link in page.links:
            target, _, place = link.partition("#")
            parts = []
            for part in PurePosixPath(path).parent.joinpath(target).parts if target else PurePosixPath(path).parts:
                parts = parts[:-1] if part == ".." else [*parts, part]
            assert "/".join(parts) in found, (path, link)
            assert not place or place in found["/".join(parts)].ids, (path, link)


def test_pages_load_nothing_and_run_nothing(judgement, data):
    build_docs(judgement, data)
    for entry in data.files("docs"):
        content = data.read(entry.path).decode()
        assert not {"script", "link", "img", "iframe"} & set(Page(content).tags), entry.path
        assert not re.search(r"(?:src|href|url)\s*[=(]\s*[\"']?(?:https?:)?//", content), entry.path


def test_values_of_articles_are_shown_as_text(judgement, data):
    build_docs(judgement, data)
    page = pages(data)[validation_page(judgement)]
    assert repr(SCRIPT) in page.words
    assert "<b>www.example.org</b>" in page.words
    assert not {"script", "b"} & set(page.tags)
    assert "49" not in page.words.replace(repr(SCRIPT), "").split()


def test_the_run_says_what_failed_and_how_often(judgement, data):
    build_docs(judgement, data)
    found = pages(data)
    words = " ".join(found[validation_page(judgement)].words.split())
    assert "outlet_is_slug (critical): a slug of a-z, 0-9 and -, 64 characters at most" in words
    assert "1 unexpected values found" in words
    index = " ".join(found[INDEX].words.split())
    assert "The latest validated run: 2024-03-10" in index
    assert "3 articles were judged: 2 quarantined, 0 passed with a warning" in index
    assert "outlet_is_slug critical a slug of a-z, 0-9 and -, 64 characters at most 1 rows" in index
    assert "outlet_rows.example warning at least 5 rows a run, says example.yaml 2" in index
    assert "title_given (warning): an article has a title" in found[SUITE_PAGE].words


def test_gx_renders_every_expectation(judgement, data, caplog):
    build_docs(judgement, data)
    assert "unexpected Exception" not in caplog.text


def test_a_run_in_which_all_holds_says_so(data):
    build_docs(judged([valid_row()]), data)
    assert "Every expectation held." in pages(data)[INDEX].words


def test_equal_runs_give_equal_bytes(judgement, tmp_path):
    first, second = Store(str(tmp_path / "1")), Store(str(tmp_path / "2"))
    build_docs(judgement, first)
    build_docs(judgement, first)
    build_docs(hostile(), second)
    contents = [{entry.path: data.read(entry.path) for entry in data.files("docs")} for data in (first, second)]
    assert contents[0] == contents[1]


def test_a_later_run_takes_the_place_of_an_earlier_one(judgement, data, tmp_path):
    build_docs(judgement, data)
    later = judged([valid_row()], day=date(2024, 3, 11))
    build_docs(later, data)
    assert set(pages(data)) == {INDEX, SUITE_PAGE, validation_page(later)}
    assert [path.name for path in (tmp_path / "docs/validations/articles").iterdir()] == ["2024-03-11"]


def test_only_the_docs_folder_is_touched(judgement, data):
    data.write("docs-of-ours/a.html", b"ours")
    data.write("corpus/a.parquet", b"ours")
    build_docs(judgement, data, folder="reports/docs")
    build_docs(judgement, data)
    assert data.read("docs-of-ours/a.html") == data.read("corpus/a.parquet") == b"ours"
    assert set(pages(data, "reports/docs")) == {INDEX, SUITE_PAGE, validation_page(judgement)}


def test_a_run_without_articles_leaves_the_docs_as_they_are(judgement, data):
    build_docs(judgement, data)
    before = {entry.path: data.read(entry.path) for entry in data.files("docs")}
    build_docs(judged([]), data)
    assert {entry.path: data.read(entry.path) for entry in data.files("docs")} == before


def test_docs_go_to_other_stores_too(judgement):
    data = Store("memory://newsmill-docs")
    build_docs(judgement, data)
    assert set(pages(data)) == {INDEX, SUITE_PAGE, validation_page(judgement)}
    fsspec.filesystem("memory").rm("/newsmill-docs", recursive=True)
