"""The gallery of macros in Chromium: width, targets, axe, scripts, keys, under the real content security policy."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.unit.web import gallery

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
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
STAFF_PAGES = {"range.html", "check.html", "counter.html"}
AXE = (gallery.ROOT / "tests/vendor/axe.min.js").read_text()
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed")


@dataclass
class Site:
    """A small server for the gallery that remembers what was sent."""

    address: str
    posts: list[dict[str, str]] = field(default_factory=list)
    longer: bool = False


def grow(text: str) -> str:
    """Short texts triple in other languages, and some words have no place to break."""
    return f"{text} {text} {text.replace(' ', '')[:24]}"


def render(name: str, tag: str, *, longer: bool) -> str:
    environment = gallery.build_environment()
    if longer:
        environment.install_gettext_callables(  # type: ignore[attr-defined]
            grow, lambda one, many, count: grow(many), newstyle=True
        )
    context = gallery.build_context(tag)
    return environment.get_template(name).render(context | gallery.build_pages(tag)[name])


def build_handler(site: Callable[[], Site]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Stay quiet."""

        def do_POST(self) -> None:
            size = int(self.headers["Content-Length"])
            site().posts.append(dict(parse_qsl(self.rfile.read(size).decode(), keep_blank_values=True)))
            self.do_GET()

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path.startswith("/static/"):
                file = gallery.STATIC / path.removeprefix("/static/")
                self.answer(file.read_bytes(), KINDS[file.suffix])
                return
            tag, _, name = path.strip("/").partition("/")
            known = name in gallery.build_pages("de")
            page = render(name, tag, longer=site().longer) if known else "<!doctype html><title>Ziel</title>"
            self.answer(page.encode(), "text/html; charset=utf-8")

        def answer(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Security-Policy", POLICY)
            self.end_headers()
            self.wfile.write(body)

    return Handler


@pytest.fixture(scope="module")
def server() -> Iterator[Site]:
    running: list[Site] = []
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), build_handler(lambda: running[0]))
    running.append(Site(f"http://127.0.0.1:{httpd.server_port}"))
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    yield running[0]
    httpd.shutdown()
    httpd.server_close()


@pytest.fixture
def site(server: Site) -> Iterator[Site]:
    server.posts.clear()
    server.longer = False
    yield server
    server.longer = False


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, headless=True)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Give a page that fails the test on any console error or refused resource."""
    context = browser.new_context()
    opened = context.new_page()
    faults: list[str] = []
    opened.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: faults.append(str(error)))
    yield opened
    context.close()
    assert faults == []


def go(page: Page, site: Site, name: str, tag: str = "de", width: int = 1280) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{site.address}/{tag}/{name}")


def find_faults(page: Page) -> list[str]:
    page.evaluate(AXE)
    result = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", AXE_TAGS)
    return [f"{one['id']}: {node['html'][:120]}" for one in result["violations"] for node in one["nodes"]]


def post(page: Page, act: Callable[[], None]) -> None:
    """Do something that sends a form, and wait for the answer."""
    with page.expect_response(lambda response: response.request.method == "POST"):
        act()
    page.wait_for_load_state("networkidle")


def overflow(page: Page) -> int:
    width: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return width


@pytest.mark.parametrize(("tag", "width"), [("de", 1280), ("ar", 320)])
@pytest.mark.parametrize("name", sorted(gallery.build_pages("de")))
def test_axe_finds_nothing(page: Page, site: Site, name: str, tag: str, width: int) -> None:
    go(page, site, name, tag, width)
    assert find_faults(page) == []


def test_axe_finds_a_broken_page(page: Page, site: Site) -> None:
    go(page, site, "form_clean.html")
    page.evaluate("document.querySelector('label[for=code]').remove()")
    assert any(fault.startswith("label") for fault in find_faults(page))


@pytest.mark.parametrize(("tag", "longer"), [("ar", False), ("de", True)], ids=["as written", "tripled"])
def test_nothing_runs_out_of_a_narrow_screen(page: Page, site: Site, tag: str, longer: bool) -> None:
    site.longer = longer
    for name in gallery.build_pages(tag):
        go(page, site, name, tag, 320)
        assert overflow(page) <= 0, name


@pytest.mark.parametrize("tag", ["de", "ar"])
def test_targets_of_residents_are_large(page: Page, site: Site, tag: str) -> None:
    """A control counts with the row its label covers; links inside a sentence are free (WCAG 2.2 SC 2.5.8)."""
    script = """() => [...document.querySelectorAll('a, button, input:not([type=hidden]), select, textarea, summary')]
        .filter(one => !one.matches('.sd-default-button, .sd-skip') && one.getBoundingClientRect().width > 0)
        .map(one => one.closest('.kern-form-check') || one.closest('.kern-form-input__select-wrapper') || one)
        .filter(one => { const box = one.getBoundingClientRect(); return box.height < 43.9 || box.width < 43.9 })
        .map(one => one.outerHTML.slice(0, 100))"""
    for name in set(gallery.build_pages(tag)) - STAFF_PAGES:
        go(page, site, name, tag, 320)
        assert page.evaluate(script) == [], name


def test_start_page_shows_the_languages_and_the_first_door_at_once(page: Page, site: Site) -> None:
    go(page, site, "slots.html", "ar", 320)
    bottom = page.locator(".sd-languages li").last.bounding_box()
    assert bottom is not None
    assert bottom["y"] + bottom["height"] < 200


def test_button_stands_on_the_start_side(page: Page, site: Site) -> None:
    edges = {}
    for tag in ("de", "ar"):
        go(page, site, "form_clean.html", tag)
        button = page.locator(".sd-actions button").bounding_box()
        form = page.locator("#page-form").bounding_box()
        assert button is not None
        assert form is not None
        edges[tag] = (button["x"] - form["x"], form["x"] + form["width"] - button["x"] - button["width"])
    assert edges["de"][0] == pytest.approx(0, abs=1)
    assert edges["ar"][1] == pytest.approx(0, abs=1)


def test_fault_summary_takes_the_focus_and_leads_to_the_field(page: Page, site: Site) -> None:
    go(page, site, "form.html")
    assert page.evaluate("document.activeElement.hasAttribute('data-error-summary')")
    page.get_by_role("link", name="Wählen Sie aus, wie wir Ihnen schreiben").click()
    assert page.evaluate("document.activeElement.id") == "way-0"


def test_focus_can_be_seen_on_every_control(page: Page, site: Site) -> None:
    go(page, site, "form_clean.html")
    seen = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        name, outline = page.evaluate(
            "() => { const one = document.activeElement; const style = getComputedStyle(one);"
            " return [one.tagName + (one.type || ''), style.outlineStyle + ' ' + parseFloat(style.outlineWidth)] }"
        )
        if name == "BODY":
            break
        seen.add(name)
        assert outline == "solid 3", name
    assert {"A", "BUTTONsubmit", "INPUTtext", "INPUTradio", "INPUTcheckbox", "TEXTAREAtextarea"} <= seen


def test_enter_sends_the_form_and_not_a_language(page: Page, site: Site) -> None:
    go(page, site, "form_clean.html")
    page.locator("#code").fill("ABCD")
    post(page, lambda: page.locator("#code").press("Enter"))
    assert len(site.posts) == 1
    assert site.posts[0]["code"] == "ABCD"
    assert "_language" not in site.posts[0]


def test_language_button_takes_along_what_was_typed(page: Page, site: Site) -> None:
    go(page, site, "form_clean.html")
    page.locator("#note").fill("nur vormittags")
    page.locator(".sd-languages summary").click()
    post(page, lambda: page.get_by_role("button", name="العربية").click())
    assert (site.posts[0]["_language"], site.posts[0]["note"]) == ("ar", "nur vormittags")


def test_double_click_sends_once_and_a_later_try_is_free(page: Page, site: Site) -> None:
    go(page, site, "form_clean.html")
    post(page, lambda: page.locator(".sd-actions button").dblclick(no_wait_after=True))
    assert len(site.posts) == 1
    post(page, lambda: page.locator(".sd-actions button").click())
    assert len(site.posts) == 2


def test_guard_lets_go_when_no_answer_comes(page: Page, site: Site) -> None:
    page.clock.install()
    go(page, site, "form_clean.html")
    page.evaluate("""() => { window.sent = 0
        document.addEventListener('submit', event => {
            if (!event.defaultPrevented) window.sent += 1
            event.preventDefault() }) }""")
    submit = "document.querySelector('#page-form').requestSubmit()"
    page.evaluate(submit)
    page.evaluate(submit)
    assert page.evaluate("window.sent") == 1
    page.clock.fast_forward(9000)
    page.evaluate(submit)
    assert page.evaluate("window.sent") == 2


@pytest.mark.parametrize(
    ("fragment", "expected"),
    [
        ("#7K2M94QXABCDEFGH", "7K2M 94QX ABCD EFGH"),
        ("#7k2m-94qx-abcd-efgh", "7K2M 94QX ABCD EFGH"),
        ("#inhalt", ""),
    ],
)
def test_code_behind_the_hash_fills_the_field(page: Page, site: Site, fragment: str, expected: str) -> None:
    go(page, site, f"form_clean.html{fragment}")
    page.add_script_tag(url=f"{site.address}/static/code.js")
    assert page.locator("#code").input_value() == expected
    assert page.evaluate("location.hash") == ("" if expected else fragment)


def test_rows_are_walked_and_opened_by_key(page: Page, site: Site) -> None:
    go(page, site, "range.html")
    for key, expected in [
        ("j", "Çelik"),
        ("j", "Al Ghazali"),
        ("k", "Çelik"),
        ("k", "Çelik"),
        ("j", "Al Ghazali"),
    ]:
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.textContent").startswith(expected)
    page.keyboard.press("Enter")
    page.wait_for_url("**/staff/cases/2")


def test_search_and_key_list_are_reached_by_key(page: Page, site: Site) -> None:
    go(page, site, "range.html")
    page.keyboard.press("?")
    assert page.locator("[data-keys-help]").get_attribute("open") is not None
    page.keyboard.press("/")
    page.keyboard.type("jaK/?")
    assert page.locator("[data-search]").input_value() == "jaK/?"


def test_key_of_a_button_presses_it_but_not_with_control(page: Page, site: Site) -> None:
    go(page, site, "check.html")
    page.keyboard.press("Control+r")
    page.wait_for_load_state("networkidle")
    assert site.posts == []
    post(page, lambda: page.keyboard.press("r"))
    assert len(site.posts) == 1


def test_next_step_of_the_row_is_pressed_by_key(page: Page, site: Site) -> None:
    go(page, site, "range.html")
    page.keyboard.press("j")
    post(page, lambda: page.keyboard.press("a"))
    assert len(site.posts) == 1


def test_keys_can_be_switched_off_and_stay_off(page: Page, site: Site) -> None:
    go(page, site, "range.html")
    page.keyboard.press("?")
    page.locator("[data-keys-switch]").check()
    page.reload()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.tagName") == "BODY"
    assert page.locator(".sd-search .sd-key").is_hidden()
    page.locator("[data-keys-help] summary").click()
    page.locator("[data-keys-switch]").uncheck()
    page.reload()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.textContent").startswith("Çelik")


def test_heading_of_a_long_table_stays_in_sight(page: Page, site: Site) -> None:
    go(page, site, "range.html")
    page.evaluate("""() => { const body = document.querySelector('tbody');
        for (let i = 0; i < 40; i += 1) body.append(body.rows[1].cloneNode(true)) }""")
    page.evaluate("window.scrollTo(0, 1200)")
    box = page.locator("thead th").first.bounding_box()
    assert box is not None
    assert box["y"] == pytest.approx(0, abs=1)


def test_printed_page_holds_no_controls(page: Page, site: Site) -> None:
    go(page, site, "answers.html")
    page.emulate_media(media="print")
    assert page.locator(".sd-languages").is_hidden()
    assert page.locator(".sd-actions").is_hidden()
    assert page.get_by_text("02345 67-890").first.is_visible()
