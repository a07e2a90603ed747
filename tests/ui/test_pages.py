"""The pages in a real browser, against a real Airflow and a corpus that a real run made."""

from __future__ import annotations

import json
import shutil
from http.client import HTTPConnection
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

import pandas as pd
import pytest

from tests.integration.airflow_server import AirflowServer, until
from tests.integration.runs import SEEDS, rows
from tests.ui.browser import Watched, browsing, log_in
from tests.ui.corpora import SCRIPT, make_large_corpus, put_hostile_records

pytestmark = [pytest.mark.integration, pytest.mark.enable_socket]

PAGES = ("/", "/outlets", "/outlets/bay-post", "/runs", "/quarantine", "/try", "/articles", "/docs/index.html")
POSTS = ("/quarantine/replay", "/try")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    root = tmp_path_factory.mktemp("ui")
    landing = root / "landing"
    shutil.copytree(SEEDS, landing)
    put_hostile_records(landing)
    settings = {"NEWSMILL_LANDING_URI": str(landing), "NEWSMILL_DATA_URI": str(root / "data")}
    settings |= {"NEWSMILL_SCHEDULE": "", "NEWSMILL_LEARN_SCHEDULE": "", "NEWSMILL_VERIFY_SCHEDULE": ""}
    settings |= {"NEWSMILL_MOVE_GRACE_SECONDS": "0"}
    with AirflowServer(tmp_path_factory.mktemp("ui-home"), settings) as running:
        running.root = root
        show(running, "empty")
        yield running


@pytest.fixture(scope="module")
def session(server):
    with browsing() as browser:
        yield log_in(browser, server.address, "admin", server.password)


@pytest.fixture
def shown(server, session):
    """A new tab; at its end nothing may have happened in it that must not."""
    page = session.new_page()
    watched = Watched(page, f"127.0.0.1:{server.port}")
    yield watched
    page.close()
    assert watched.problems == []


@pytest.fixture(scope="module")
def run(server):
    """The run that made the corpus; it takes the place of the empty one."""
    show(server, "filled")
    done = server.run_dag("ingest_news", {"rejection_limit": 1})
    assert done["state"] == "success"
    return done


@pytest.fixture(scope="module")
def corpus(server, run):
    return pd.read_parquet(server.root / "data" / "corpus")


def show(server, name: str) -> None:
    """Point the data root, which the settings name, to another folder."""
    (server.root / name).mkdir(exist_ok=True)
    link = server.root / "data"
    link.unlink(missing_ok=True)
    link.symlink_to(server.root / name)


def status(server, method: str, path: str, headers: dict[str, str] | None = None, form: dict | None = None) -> int:
    return answer(server, method, path, headers, form)[0]


def answer(server, method, path, headers=None, form=None) -> tuple[int, dict[str, str], str]:
    data = urlencode(form or {}).encode() if method == "POST" else None
    request = Request(f"{server.address}/newsmill{path}", data, headers or {}, method=method)
    try:
        with urlopen(request, timeout=60) as found:
            return found.status, dict(found.headers), found.read().decode()
    except HTTPError as error:
        return error.code, dict(error.headers), error.read().decode()


def bearer(server, user: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {server.token_of(user)}"}


# Before any run


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/", "No articles yet"),
        ("/outlets", "No article stands in the corpus yet"),
        ("/runs", "No run has ended yet"),
        ("/quarantine", "No run has ended yet"),
        ("/runs/of?dag_id=ingest_news", "No run of ingest_news has ended yet"),
    ],
)
def test_empty_corpus_is_told_with_what_to_do_next(shown, path, words):
    shown.open(f"/newsmill{path}")
    place = shown.page.get_by_role("main")
    assert words in place.inner_text()
    assert place.get_by_role("link").count() >= 1
    assert shown.violations() == []


# Who may see it


@pytest.mark.parametrize(
    "path", [*PAGES, "/assets/newsmill.css", "/nothing/at/all", "/articles/x", "/quarantine/record"]
)
def test_each_address_needs_a_login(server, path):
    assert status(server, "GET", path) == 401


@pytest.mark.parametrize("path", POSTS)
def test_what_is_more_than_looking_needs_a_login_and_the_right_to_trigger(server, path):
    assert status(server, "POST", path) == 401
    assert status(server, "POST", path, bearer(server, "guest")) == 403
    assert status(server, "GET", "/", bearer(server, "guest")) == 200


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "origin",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}, {}],
    ids=["cross-site", "same-site", "other origin", "says nothing"],
)
def test_another_site_s_page_cannot_post_with_the_user_s_cookie(server, path, origin):
    cookie = {"Cookie": f"_token={server.token_of('admin')}"}
    assert status(server, "GET", "/", cookie) == 200
    assert status(server, "POST", path, cookie | origin) == 403


def test_every_answer_says_what_a_page_may_load(server):
    for path in (*PAGES, "/nothing", "/assets/newsmill.js"):
        _, headers, _ = answer(server, "GET", path, bearer(server, "guest"))
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe-eval" not in policy
        assert ("'unsafe-inline'" in policy) == path.startswith("/docs/index.html") * (_ == 200)
        assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "/docs/..%2Fnewsmill.json",
        "/docs/%2e%2e/newsmill.json",
        "/docs/%2Fetc%2Fpasswd",
        "/assets/..%2Fapp.py",
        "/outlets/..%2F..",
        "/outlets/x/days/2026-02-31",
        "/articles/..%2F..%2Fetc",
    ],
)
def test_names_from_outside_reach_no_file(server, path):
    assert status(server, "GET", path, bearer(server, "admin")) in (404, 422)


def test_a_request_that_makes_no_sense_is_answered_with_what_is_wrong(server):
    code, _, said = answer(server, "GET", "/outlets?page=none", bearer(server, "admin"))
    assert code == 422
    assert "page: " in said
    assert "<h1>" in said


# With a corpus


def test_navigation_of_airflow_leads_to_the_overview(server, session, run):
    page = session.new_page()
    page.goto(server.address)
    page.get_by_role("link", name="News corpus").click()
    frame = page.frame_locator("iframe")
    frame.get_by_role("heading", name="Overview").wait_for()
    frame.get_by_role("link", name="Quarantine", exact=True).click()
    frame.get_by_role("heading", name="Quarantine").wait_for()
    page.close()


def paths_of(server, corpus) -> dict[str, str]:
    """Return the address of one page of each kind."""
    of_express = corpus[corpus["outlet"] == "express"].iloc[0]
    (refused, *_) = [row for row in rows(server.root / "data", "ledger/fates") if row["fate"] == "quarantined"]
    asked = {"run_id": refused["run_id"], "record_key": refused["record_key"]}
    return {
        "overview": "/",
        "outlets": "/outlets",
        "outlet": "/outlets/express",
        "day": f"/outlets/express/days/{of_express['date']}",
        "article": f"/articles/{of_express['article_id']}",
        "runs": "/runs",
        "run": f"/runs/show?{urlencode({'run_id': refused['run_id']})}",
        "quarantine": "/quarantine",
        "record": f"/quarantine/record?{urlencode(asked)}",
        "try": "/try",
        "search": "/articles?q=nothing+of+the+kind",
        "missing": "/nothing",
    }


KINDS = (
    "overview",
    "outlets",
    "outlet",
    "day",
    "article",
    "runs",
    "run",
    "quarantine",
    "record",
    "try",
    "search",
    "missing",
)


@pytest.mark.parametrize("kind", KINDS)
def test_each_page_is_whole_in_light_and_dark_and_on_a_telephone(server, shown, corpus, kind):
    path = f"/newsmill{paths_of(server, corpus)[kind]}"
    assert shown.open(path) == (404 if kind in ("search", "missing") else 200)
    assert shown.page.get_by_role("heading", level=1).count() == 1
    assert shown.violations() == []
    assert not shown.is_wider_than_screen
    shown.page.set_viewport_size({"width": 390, "height": 800})
    shown.page.evaluate("localStorage.setItem('theme', 'dark')")  # as Airflow's own switch does
    try:
        shown.open(path)
        assert shown.page.evaluate("document.documentElement.dataset.theme") == "dark"
        assert shown.violations() == []
        assert not shown.is_wider_than_screen
    finally:
        shown.page.evaluate("localStorage.removeItem('theme')")
        shown.page.set_viewport_size({"width": 1280, "height": 900})


def test_overview_shows_corpus_runs_and_what_needs_attention(shown, corpus):
    shown.open("/newsmill/")
    said = shown.page.get_by_role("main").inner_text()
    assert f"Articles\n{len(corpus)}" in said
    assert "Refused" in said
    assert shown.page.locator(".funnel .published dd").first.inner_text() == str(len(corpus))


def test_article_shows_what_was_cut_in_its_place_with_rule_and_evidence(server, shown, corpus):
    row = corpus[corpus["outlet"] == "verity"].iloc[0]
    shown.open(f"/newsmill/articles/{row['article_id']}")
    removals = [one for one in rows(server.root / "data", "ledger/removals") if one["article_id"] == row["article_id"]]
    cut = shown.page.locator(".block.cut")
    assert cut.count() == len({one["block"] for one in removals if one["text_after"] is None}) > 0
    for one in removals:
        assert one["rule"] in shown.page.locator(".blocks").inner_text()
        assert one["evidence"] in shown.page.locator(".blocks").inner_text()
    kept = shown.page.locator(".block:not(.cut) > .said").all_inner_texts()
    assert "\n\n".join(kept) == row["text"]
    shown.page.get_by_role("button", name="Hide what was cut").click()
    assert not cut.first.is_visible()
    assert row["raw_path"] in shown.page.get_by_role("complementary").inner_text()


def test_article_content_is_shown_as_text_wherever_it_stands(server, shown, corpus):
    row = corpus[corpus["title"].str.startswith("Title ")].iloc[0]
    for path in (
        f"/articles/{row['article_id']}",
        f"/outlets/bay-post/days/{row['date']}",
        "/outlets/bay-post",
        "/quarantine",
    ):
        shown.open(f"/newsmill{path}")
        assert shown.page.locator("main img").count() == 0
        assert shown.page.locator("main script:not([type='application/json'])").count() == 0
    shown.open(f"/newsmill/articles/{row['article_id']}")
    said = shown.page.get_by_role("main").inner_text()
    assert said.count(SCRIPT) >= 4  # title, text, author, tag
    assert "{{ 7 * 7 }}" in said


def test_an_address_that_is_no_web_page_is_no_link(shown, corpus):
    for article_id in corpus[corpus["outlet"] == "bay-post"]["article_id"]:
        shown.open(f"/newsmill/articles/{article_id}")
        assert shown.page.locator("a[href^='javascript']").count() == 0


def test_search_finds_an_article_by_its_address_and_id(shown, corpus):
    row = corpus[corpus["title"].str.startswith("Title ")].iloc[0]
    for asked in (row["url"], row["article_id"], row["content_hash"]):
        shown.open(f"/newsmill/articles?q={quote(asked)}")
        assert shown.page.url.endswith(f"/articles/{row['article_id']}")


def test_task_and_run_link_to_the_page_of_the_run(server, shown, run):
    base = f"/api/v2/dags/ingest_news/dagRuns/{quote(run['dag_run_id'])}"
    links = server.call("GET", f"{base}/taskInstances/reconcile/links")["extra_links"]
    (link,) = links.values()
    shown.open(link)
    assert run["dag_run_id"] in shown.page.get_by_role("main").inner_text()
    shown.page.get_by_role("link", name="This run in Airflow").click()
    shown.page.wait_for_url(f"**/dags/ingest_news/runs/{quote(run['dag_run_id'], safe='')}**")
    shown.problems.clear()  # Airflow's own pages are its own matter


def test_data_docs_are_behind_the_same_login_and_run_nothing(shown, corpus):
    assert shown.open("/newsmill/docs/index.html") == 200
    shown.page.locator("a[href*='validations']").first.click()
    assert "Validation" in shown.page.content() or "expect" in shown.page.content().lower()


def test_keyboard_alone_reaches_the_content_and_every_page(shown, corpus):
    shown.open("/newsmill/")
    shown.page.keyboard.press("Tab")
    assert shown.page.evaluate("document.activeElement.textContent") == "Skip to content"
    shown.page.keyboard.press("Enter")
    assert shown.page.evaluate("document.activeElement.id") == "content"
    for name in ("Outlets", "Runs", "Quarantine", "Try"):
        link = shown.page.get_by_role("navigation", name="News corpus").get_by_role("link", name=name)
        link.focus()
        shown.page.keyboard.press("Enter")
        shown.page.get_by_role("heading", level=1, name=name).wait_for()
        marked = shown.page.locator("nav [aria-current=page]").inner_text()
        assert marked == name


def test_quarantine_narrows_down_and_a_replay_takes_the_selection(server, shown, corpus):
    shown.open("/newsmill/quarantine")
    everything = shown.page.locator("tbody tr").count()
    shown.page.get_by_label("Reason").select_option("failed_expectations")
    shown.page.wait_for_url("**reason=failed_expectations**")
    assert 0 < shown.page.locator("tbody tr").count() < everything
    shown.page.get_by_role("button", name="Replay these").click()
    shown.page.get_by_role("status").wait_for()
    started = shown.page.get_by_role("status").inner_text().split(", ")[1]
    path = f"/api/v2/dags/replay_quarantine/dagRuns/{quote(started)}"
    until(lambda: server.call("GET", path)["state"] in ("success", "failed"), 240, "the replay did not end")
    replayed = server.call("GET", path)
    assert (replayed["state"], replayed["triggering_user_name"]) == ("success", "admin")
    assert replayed["conf"]["reasons"] == ["failed_expectations"]
    told = [row for row in rows(server.root / "data", "ledger/fates") if row["run_id"].endswith(started)]
    assert {row["reason"] for row in told} == {"failed_expectations"}


def test_a_run_that_waits_for_an_answer_is_told_to_have_refused_nothing_yet(shown, corpus):
    shown.open("/newsmill/quarantine?run_id=manual__2026-11-22")
    assert "This run has not ended" in shown.page.get_by_role("main").inner_text()


def test_a_refused_record_shows_its_fields_and_how_it_begins(server, shown, corpus):
    shown.open("/newsmill/quarantine?outlet=bay-post")
    shown.page.get_by_role("link", name="noise.txt").first.click()
    assert shown.page.locator("pre.raw").is_visible()
    shown.open("/newsmill/quarantine?reason=failed_expectations")
    shown.page.locator("tbody tr", has_text="feed.jsonl#5").first.get_by_role("link").first.click()
    said = shown.page.get_by_role("main").inner_text()
    assert f"Too short. {SCRIPT}" in said
    assert "word_count_enough" in said


def test_a_pasted_text_shows_what_would_be_published_and_stores_nothing(server, shown, corpus):
    before = sorted(str(path) for path in (server.root / "data").rglob("*"))
    shown.open("/newsmill/try")
    (seed,) = SEEDS.glob("verity/*.txt")
    shown.page.get_by_label("HTML, text, or Markdown").fill(seed.read_text())
    shown.page.get_by_label("Outlet").fill("verity")
    shown.page.get_by_role("button", name="Try").click()
    shown.page.locator(".result").wait_for(timeout=60_000)
    kept = "\n\n".join(shown.page.locator(".block:not(.cut) > .said").all_inner_texts())
    assert kept == corpus[corpus["outlet"] == "verity"].iloc[0]["text"]
    assert shown.page.locator(".block.cut").count() > 0
    assert "It would be a duplicate: an article of verity" in shown.page.locator(".result").inner_text()
    assert shown.violations() == []
    assert sorted(str(path) for path in (server.root / "data").rglob("*")) == before


def test_a_record_of_the_landing_zone_is_tried_and_nothing_else_on_the_disk(server, corpus):
    admin = bearer(server, "admin")
    code, _, said = answer(server, "POST", "/try", admin, {"raw_path": "feed.jsonl#1"})
    assert code == 200
    assert "Share this article on Facebook" in said
    for path in ("/etc/passwd", "../../etc/passwd"):
        code, _, said = answer(server, "POST", "/try", admin, {"raw_path": path})
        assert code == 422
        assert "no such record in the landing zone" in said


def test_a_trial_has_limits_of_size(server):
    admin = bearer(server, "admin")
    code, _, said = answer(server, "POST", "/try", admin, {"content": "a" * (2 * 1024 * 1024 + 1)})
    assert (code, "at most" in said) == (422, True)
    assert status(server, "POST", "/try", admin, {}) == 422
    connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.putrequest("POST", "/newsmill/try")
    for name, value in (admin | {"Content-Length": str(10**9)}).items():
        connection.putheader(name, value)
    connection.endheaders()  # nothing of it need be sent: its length is looked at first
    assert connection.getresponse().status == 413
    connection.close()


# A large corpus


def test_large_corpus_is_paged_and_a_square_of_the_heat_map_leads_to_its_articles(server, shown, run):
    show(server, "large")
    try:
        make_large_corpus(server.root / "large", outlets=200, days=400)
        shown.open("/newsmill/?days=400")
        assert "Outlets\n200" in shown.page.get_by_role("main").inner_text()
        data = json.loads(shown.page.locator("#heat-data").inner_text())
        assert (len(data["x"]), len(data["y"]), data["y"][0]) == (400, 40, "outlet-000")
        assert sum(map(sum, data["z"])) == 40 * (400 + 2 * 57)
        shown.page.get_by_role("link", name="Next").click()
        shown.page.get_by_text("Page 2 of 5").wait_for()
        shown.open("/newsmill/?days=30")
        box = shown.page.locator("#heat .nsewdrag").first.bounding_box()
        shown.page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 8)
        shown.page.wait_for_timeout(300)
        shown.page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + 8)
        shown.page.wait_for_url("**/outlets/outlet-000/days/**")
        shown.open("/newsmill/outlets?q=19")
        assert shown.page.locator("tbody tr").count() == 12
        shown.open("/newsmill/outlets/outlet-007")
        assert shown.page.locator("[data-figure]").count() == 4
        assert len(json.loads(shown.page.locator("#shares-data").inner_text())["x"]) == 14  # months of 400 days
        shown.open("/newsmill/quarantine")
        newest = shown.page.get_by_role("navigation", name="Runs").inner_text()
        shown.page.get_by_role("link", name="Older runs").click()
        shown.page.get_by_role("link", name="Newer runs").wait_for()
        assert shown.page.get_by_role("navigation", name="Runs").inner_text() != newest
    finally:
        show(server, "filled")
