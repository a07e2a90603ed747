"""A headless browser for the tests, logged in to a real Airflow, that notes what a page must not do."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
ARGUMENTS += ["--disable-sync", "--no-first-run", "--disable-quic"]
SERIOUS = ("serious", "critical")
OF_AIRFLOW = "An iframe which has both allow-scripts and allow-same-origin"
"""What Airflow's own page says of how it frames every plugin."""


@dataclass
class Watched:
    """A page and what it did that none should: requests elsewhere, words on the console, dialogs."""

    page: Page
    host: str
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", lambda request: self._asked(request.url))
        self.page.on("console", lambda message: self._said(message.type, message.text))
        self.page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        self.page.on("dialog", lambda dialog: (self.problems.append(f"dialog: {dialog.message}"), dialog.dismiss()))

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.netloc != self.host:
            self.problems.append(f"request: {url}")

    def _said(self, kind: str, text: str) -> None:
        is_expected = OF_AIRFLOW in text or "the server responded with a status of 4" in text
        if kind in ("error", "warning") and not is_expected:
            self.problems.append(f"{kind}: {text}")

    def open(self, path: str) -> int:
        """Go to a page of the same host, wait until its charts are drawn, and return the answer's status."""
        answer = self.page.goto(f"http://{self.host}{path}")
        for chart in self.page.locator("[data-figure]").all():
            chart.wait_for(state="visible")
        self.page.wait_for_function("[...document.querySelectorAll('[data-figure]')].every(c => c.dataset.drawn)")
        return answer.status if answer else 0

    def violations(self) -> list[str]:
        """Return what axe finds that keeps people out, one line each."""
        found: list[dict[str, Any]] = Axe().run(self.page).response["violations"]
        return [
            f"{one['id']}: {one['nodes'][0]['html'][:150]} ({one['nodes'][0]['failureSummary']})"
            for one in found
            if one["impact"] in SERIOUS
        ]

    @property
    def is_wider_than_screen(self) -> bool:
        """Tell whether the page has to be scrolled sideways."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


@contextmanager
def browsing() -> Iterator[Browser]:
    """Start the machine's browser."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip(f"none of {', '.join(NAMES)} is installed: make browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


def log_in(browser: Browser, address: str, user: str, password: str) -> BrowserContext:
    """Log in through Airflow's own form; return the context that holds the session."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(address)
    page.fill("input[name=username]", user)
    page.fill("input[name=password]", password)
    page.click("button[type=submit]")
    page.get_by_role("link", name="Dags").first.wait_for()
    page.close()
    return context
