"""A running site on loopback and a Chromium that fails on console errors; for journeys and screenshots."""

import logging
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, sync_playwright
from werkzeug.serving import make_server

from servicedesk.db.all_models import load_models
from servicedesk.db.session import Database, open_database
from servicedesk.kernel.clock import OffsetClock
from tests.conftest import NOW
from tests.support.client import make_app
from tests.support.portal import Letter, send_letter

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = (Path(__file__).parents[1] / "vendor" / "axe.min.js").read_text(encoding="utf-8")
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass
class Site:
    """Be a site with one letter underway."""

    address: str
    database: Database
    letter: Letter
    clock: OffsetClock

    def advance(self, step: timedelta) -> None:
        """Let time pass."""
        self.clock.start += step


@contextmanager
def running_site(folder: Path, vault, now=NOW, **letter):
    """Run the application in a thread, on a SQLite file whose commits are real."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    database = open_database(f"sqlite:///{folder}/site.db")
    load_models().create_all(database.engine)
    with database.unit_of_work() as session:
        sent = send_letter(session, vault, now, **letter)
    clock = OffsetClock(now)
    server = make_server("127.0.0.1", 0, make_app(database, clock, folder, vault), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Site(f"http://127.0.0.1:{server.server_port}", database, sent, clock)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        database.close()


@contextmanager
def chromium():
    """Open Debian's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, headless=True)
        yield browser
        browser.close()


@contextmanager
def watched_page(browser, **context):
    """Give a page that fails on any console error, refused resource, 5xx answer or request to another server."""
    opened = browser.new_context(**context)
    page = opened.new_page()
    faults: list[str] = []
    hosts: set[str] = set()
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.on("response", lambda answer: faults.append(answer.url) if answer.status >= 500 else None)
    yield page
    opened.close()
    assert faults == []
    assert len(hosts) <= 1, hosts


def follow(page: Page, name: str) -> None:
    """Follow a link and wait for its page; a key pressed before that would still go to the old one."""
    with page.expect_navigation():
        page.get_by_role("link", name=name).click()


def find_faults(page: Page) -> list[str]:
    """Return what axe finds on the page as it is."""
    page.wait_for_load_state()
    page.evaluate(AXE)
    result = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", AXE_TAGS)
    return [f"{one['id']}: {node['html'][:120]}" for one in result["violations"] for node in one["nodes"]]


def overflow(page: Page) -> int:
    """Return by how many pixels the page is wider than the window."""
    page.wait_for_load_state()
    width: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return width


def cut_off(page: Page) -> list[str]:
    """Return what a reader cannot read to its end: hidden overflow, or text that runs over the window's edge."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('body *')].filter(node => {
            const style = getComputedStyle(node), box = node.getBoundingClientRect();
            if (!node.getClientRects().length || node.closest('svg, .kern-sr-only, .sd-skip, .sd-default-button')) return false;
            const hides = /hidden|clip/.test(style.overflowX + style.overflowY);
            if (hides && (node.scrollWidth > node.clientWidth + 1 || node.scrollHeight > node.clientHeight + 1)) return true;
            return box.left < -1 || box.right > innerWidth + 1 })
            .map(node => node.outerHTML.slice(0, 90))"""
    )
    return found


def small_targets(page: Page) -> list[str]:
    """Return links, buttons and fields a finger misses: under 44 pixels high, where they are not in a sentence."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('main button, main a.kern-btn, main a.sd-door, main input:not([type=hidden])')]
            .filter(node => node.getClientRects().length && !node.matches('.kern-form-check__radio, .kern-form-check__checkbox'))
            .filter(node => node.getBoundingClientRect().height < 43.5)
            .map(node => node.outerHTML.slice(0, 90))"""
    )
    return found
