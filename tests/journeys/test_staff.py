"""A case worker's day in Chromium: by keyboard only, axe on every page, nothing refused by the security policy."""

import logging
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from werkzeug.serving import make_server

from servicedesk.cases.models import Application, Case
from servicedesk.db.all_models import load_models
from servicedesk.db.session import open_database
from servicedesk.kernel.clock import FixedClock
from servicedesk.kernel.permissions import OPERATOR, SYSTEM
from servicedesk.outreach.models import InvitationHold
from servicedesk.outreach.rules import ReachKind
from servicedesk.outreach.service import log_attempt
from servicedesk.register.models import Title
from servicedesk.register.rules.contacts import Address
from servicedesk.register.service import claim_address
from tests.conftest import NOW
from tests.support.client import make_app
from tests.support.desk import TODAY, Desk
from tests.support.imports import add_import
from tests.support.live import CHROMIUM, chromium, find_faults, overflow, watched_page
from tests.support.office import PASSWORD, load_cast

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed"),
]
WIDE = {"viewport": {"width": 1280, "height": 800}}


@dataclass
class Place:
    """Hold a running office and one of everything in it."""

    address: str
    desk: Desk
    ref: str
    contact: str
    title_id: str
    person_id: str
    claim_id: str
    import_id: str


@contextmanager
def running_office(database, folder, vault):
    """Run the application in a thread on a real database with a little of everything."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    clock = FixedClock(NOW)
    with database.unit_of_work() as session:
        cast = load_cast(session, NOW)
    app = make_app(database, clock, folder, vault)
    desk = Desk(database, app, cast, vault, clock)
    ref = desk.case("Çelik", "Özlem", TODAY + timedelta(days=12))
    desk.case("Ahmadi", "Parwana", TODAY + timedelta(days=60))
    desk.case("Zorn", "Clara", TODAY + timedelta(days=5))
    contact = desk.contact("Celik", "Oezlem")
    person_id = desk.person("Hansen", "Eva", date(2027, 2, 24), language="ar")
    desk.open_calendar()
    title_id = desk.row(Title, person_id=person_id).id.hex
    with database.unit_of_work() as session:
        case = session.query(Case).filter_by(ref=ref).one()
        address = Address("Neue Gasse", "3", "54321", "Neustadt")
        give = {"person_id": case.person_id, "now": NOW, "actor": OPERATOR}
        claim_id = claim_address(session, vault, address=address, **give).hex
        import_id = add_import(session, cast.office.id, difference={"new_people": 5, "vanished": 1}).hex
        log_attempt(
            session,
            vault,
            case_id=case.id,
            kind=ReachKind.not_reached,
            tried_at=NOW,
            note="Mailbox besprochen",
            actor=SYSTEM,
            now=NOW,
        )
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        address = f"http://127.0.0.1:{server.server_port}"
        yield Place(address, desk, ref, contact, title_id, person_id.hex, claim_id, import_id)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def place(real_db, tmp_path, vault):
    with running_office(real_db, tmp_path, vault) as running:
        yield running


@pytest.fixture(scope="module")
def browser():
    with chromium() as opened:
        yield opened


class Keys:
    """Use a page by keyboard only."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def go_to(self, wanted: str) -> None:
        """Press Tab until the element whose id or text is `wanted` has the focus."""
        script = "() => { const it = document.activeElement; return [it.id, it.textContent.trim().split(/\\s{2,}/)[0]] }"
        for _ in range(150):
            self.page.keyboard.press("Tab")
            if wanted in self.page.evaluate(script):
                return
        raise AssertionError(f"{wanted!r} cannot be reached by Tab on {self.page.url}")

    def type_into(self, field: str, text: str) -> None:
        self.go_to(field)
        self.page.keyboard.type(text)

    def press(self, key: str, ends_at: str) -> None:
        self.page.keyboard.press(key)
        self.page.wait_for_url(ends_at)

    def sign_in(self, address: str, login: str = "boris") -> None:
        self.page.goto(f"{address}/staff/sign-in")
        self.type_into("login", login)
        self.type_into("password", PASSWORD)
        self.press("Enter", "**/staff/")


def test_a_morning_by_keyboard_only(browser, place):
    with watched_page(browser, **WIDE) as page:
        # Whoever reaches for the mouse fails here.
        page.add_init_script(
            "addEventListener('pointerdown', () => { throw new Error('the mouse was used') }, true)"
        )
        keys = Keys(page)
        keys.sign_in(place.address)
        keys.go_to("Mein Bereich")
        keys.press("Enter", "**/staff/range")
        page.keyboard.press("j")
        assert page.evaluate("document.activeElement.textContent") == "Çelik, Özlem"
        keys.press("Enter", f"**/staff/cases/{place.ref}")
        keys.press("a", "**/application")
        keys.type_into("note", "Persönlich vorgesprochen, Ausweis gesehen.")
        keys.go_to("Antrag erfassen")
        keys.press("Enter", f"**/staff/cases/{place.ref}#antraege")
        expect(page.locator("main")).to_contain_text("rechtzeitig")
        keys.go_to("Einladungen")
        keys.press("Enter", "**/staff/invitations")
        page.keyboard.press("j")
        keys.press("h", "**/hold")
        keys.type_into("reason", "Spricht morgen selbst vor.")
        keys.go_to("Einladung zurückhalten")
        keys.press("Enter", "**/staff/invitations#zurueckgehalten")
        expect(page.locator("main")).to_contain_text("Spricht morgen selbst vor.")
        page.keyboard.press("/")
        page.keyboard.type("ahmadi")
        keys.press("Enter", "**/staff/search?q=ahmadi")
        page.keyboard.press("j")
        keys.press("Enter", "**/staff/cases/*")
        page.keyboard.press("?")
        assert page.evaluate("document.querySelector('[data-keys-help]').open")
    with place.desk.db.reading() as session:
        applied = session.scalars(select(Application).join(Case).where(Case.ref == place.ref)).one()
        held = session.scalars(select(InvitationHold)).one()
    assert (applied.channel, applied.received_at) == ("counter", NOW)
    assert held.title_id.hex == place.title_id


def test_keys_can_be_switched_off(browser, place):
    with watched_page(browser, **WIDE) as page:
        keys = Keys(page)
        keys.sign_in(place.address)
        page.goto(f"{place.address}/staff/cases/{place.ref}")
        page.keyboard.press("?")
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        page.goto(f"{place.address}/staff/cases/{place.ref}")
        page.keyboard.press("a")
        page.wait_for_timeout(300)
        assert page.url.endswith(place.ref)


NOT_FOR_THE_FRONT_DESK = (
    "/staff/invitations",
    "/staff/letters",
    "/staff/open",
    "/staff/risk/",
    "/staff/changed-lists",
    "/staff/unknown-bases",
    "/attempt",
    "/decide",
    "/close",
)


def pages_of(place, login):
    if login == "frida":
        return [
            "/staff/",
            "/staff/ranges",
            "/staff/imports",
            f"/staff/imports/{place.import_id}",
            "/staff/unknown-bases",
        ]
    return [
        one
        for one in list_pages(place)
        if login != "dmitri"
        or (not one.startswith(NOT_FOR_THE_FRONT_DESK) and not one.endswith(NOT_FOR_THE_FRONT_DESK))
    ]


def list_pages(place):
    case = f"/staff/cases/{place.ref}"
    return [
        "/staff/",
        "/staff/range",
        "/staff/range?show=all",
        "/staff/range?show=appointment",
        "/staff/invitations",
        f"/staff/invitations/{place.title_id}/hold",
        "/staff/risk",
        f"/staff/risk/{place.title_id}/attempt",
        "/staff/claims",
        f"/staff/claims/{place.claim_id}",
        f"/staff/claims/{place.claim_id}/refuse",
        "/staff/contact",
        f"/staff/contact/{place.contact}",
        f"/staff/contact/{place.contact}/reject",
        "/staff/letters",
        "/staff/letters?day=all",
        "/staff/ranges",
        "/staff/search?q=celik",
        "/staff/search?q=nobody",
        "/staff/open",
        f"/staff/open/{place.person_id}",
        case,
        *(
            f"{case}/{part}"
            for part in (
                "application",
                "appointment",
                "appointment/cancel",
                "attempt",
                "code",
                "decide",
                "close",
            )
        ),
        f"{case}/papers/passport",
        f"{case}/papers/health_insurance",
        f"{case}/facts",
        "/staff/changed-lists",
        "/staff/unknown-bases",
    ]


@pytest.fixture(scope="module")
def still_place(engines, tmp_path_factory, vault):
    """Give one office for all pages that are only looked at, on a database of its own."""
    folder = tmp_path_factory.mktemp("staff")
    database = open_database(f"sqlite:///{folder}/look.db")
    load_models().create_all(database.engine)
    with running_office(database, folder, vault) as running:
        yield running
    database.close()


@pytest.mark.parametrize(
    ("login", "language", "width"),
    [("boris", "de", 1280), ("eva", "en", 1280), ("dmitri", "de", 640), ("frida", "de", 640)],
)
def test_axe_finds_nothing_on_any_page(browser, still_place, login, language, width):
    """Also that no page is wider than its window; refused scripts and styles fail in `watched_page`."""
    found = []
    with watched_page(browser, viewport={"width": width, "height": 800}) as page:
        keys = Keys(page)
        keys.sign_in(still_place.address, login)
        if language == "en":
            page.locator(".sd-user summary").click()
            page.get_by_role("button", name="English").click()
            page.wait_for_load_state()
        for address in pages_of(still_place, login):
            answer = page.goto(still_place.address + address)
            assert answer is not None
            assert answer.status == 200, address
            found += [f"{address}: {fault}" for fault in find_faults(page)]
            if overflow(page) > 0:
                found.append(f"{address} is {overflow(page)} pixels too wide")
            if page.locator("h1").count() != 1:
                found.append(f"{address} has no single h1")
    assert found == []


def test_a_table_that_only_scrolls_is_scrolled_by_keyboard(browser, still_place):
    with watched_page(browser, viewport={"width": 400, "height": 800}) as page:
        keys = Keys(page)
        keys.sign_in(still_place.address)
        page.goto(f"{still_place.address}/staff/ranges")
        region = page.locator(".sd-table-scroll").first
        assert region.evaluate("node => node.scrollWidth > node.clientWidth")
        assert find_faults(page) == []
        for _ in range(60):
            page.keyboard.press("Tab")
            if region.evaluate("node => node === document.activeElement"):
                break
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(300)
        assert region.evaluate("node => node.scrollLeft") > 0


def test_a_form_sent_back_names_its_fault_first(browser, still_place):
    with watched_page(browser, **WIDE) as page:
        keys = Keys(page)
        keys.sign_in(still_place.address)
        page.goto(f"{still_place.address}/staff/cases/{still_place.ref}/application")
        page.get_by_role("button", name="Antrag erfassen").last.click()
        page.wait_for_load_state()
        assert page.evaluate("document.activeElement.hasAttribute('data-error-summary')")
        assert page.title().startswith("Fehler:")
        assert find_faults(page) == []
        page.get_by_role("link", name="Fügen Sie einen Scan").click()
        assert page.evaluate("document.activeElement.id") == "note"


def test_the_table_prints_without_menus(browser, still_place):
    with watched_page(browser, **WIDE) as page:
        keys = Keys(page)
        keys.sign_in(still_place.address)
        page.goto(f"{still_place.address}/staff/range?show=all")
        page.emulate_media(media="print")
        assert page.locator(".sd-filters").first.is_hidden()
        assert page.locator(".sd-nav").is_hidden()
        assert page.get_by_role("link", name="Çelik, Özlem").first.is_visible()
