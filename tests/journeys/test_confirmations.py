"""A confirmation's way in Chromium: released by keyboard, taken over by the deputy, printed at the counter, read in Arabic."""

import logging
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from servicedesk.accounts.codes import issue_code
from servicedesk.cases.models import Case
from servicedesk.db.all_models import load_models
from servicedesk.db.session import open_database
from servicedesk.kernel.clock import FixedClock
from servicedesk.kernel.permissions import OPERATOR
from servicedesk.offices.service import enter_absence
from tests.conftest import NOW
from tests.support.applicants import apply_for, confirmation_of, run_night
from tests.support.client import make_app
from tests.support.desk import TODAY, Desk
from tests.support.live import CHROMIUM, chromium, find_faults, follow, overflow, small_targets, watched_page
from tests.support.office import PASSWORD, load_cast

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed"),
]
WIDE = {"viewport": {"width": 1280, "height": 800}}
HALF = {"viewport": {"width": 640, "height": 800}}
SMALL = {"viewport": {"width": 320, "height": 640}}
PEOPLE = {
    "Çelik": ("Özlem", 9),
    "Ahmadi": ("Parwana", 12),
    "Bondarenko": ("Iryna", 13),
    "Farah": ("Hodan", 1),
}


@dataclass
class Place:
    """Hold a running office, its cases by surname, and its folder."""

    address: str
    desk: Desk
    refs: dict[str, str]
    folder: Path

    def night(self, days: int = 0) -> None:
        """Let days pass and the job run."""
        self.desk.clock.advance(timedelta(days=days))
        run_night(self.desk, self.folder)

    def state(self, name: str) -> str:
        """Return where somebody's confirmation stands."""
        return confirmation_of(self.desk, self.refs[name]).state

    def code(self, name: str) -> str:
        """Return a code that opens somebody's case."""
        with self.desk.db.unit_of_work() as session:
            case = session.query(Case).filter_by(ref=self.refs[name]).one()
            return issue_code(
                session,
                self.desk.vault,
                office_id=case.office_id,
                subject=("case", case.id),
                now=self.desk.clock.now(),
                expires_at=self.desk.clock.now() + timedelta(days=300),
            ).code


@contextmanager
def running_office(folder, vault):
    """Run the application in a thread; three proposals wait for Boris, one confirmation is issued."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    database = open_database(f"sqlite:///{folder}/site.db")
    load_models().create_all(database.engine)
    clock = FixedClock(NOW)
    with database.unit_of_work() as session:
        cast = load_cast(session, NOW)
    app = make_app(database, clock, folder, vault)
    desk = Desk(database, app, cast, vault, clock)
    refs = {name: apply_for(desk, name, given, ends_in=ends) for name, (given, ends) in PEOPLE.items()}
    refs["Haddad"] = apply_for(desk, "Haddad", "Nour", ends_in=11, legal_basis="104c.1")
    refs["Keita"] = apply_for(desk, "Keita", "Awa", ends_in=40)
    desk.case("Zorn", "Clara", TODAY + timedelta(days=20))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    place = Place(f"http://127.0.0.1:{server.server_port}", desk, refs, folder)
    place.night()
    try:
        yield place
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        database.close()


@pytest.fixture
def place(tmp_path, vault):
    with running_office(tmp_path, vault) as running:
        yield running


@pytest.fixture(scope="module")
def browser():
    with chromium() as opened:
        yield opened


def sign_in(page: Page, place: Place, login: str = "boris") -> None:
    page.goto(f"{place.address}/staff/sign-in")
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/staff/")


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.textContent.trim().split(/\\s{2,}|\\n/)[0]")


def test_a_case_worker_releases_a_batch_by_keyboard(browser, place):
    with watched_page(browser, **WIDE) as page:
        page.add_init_script(
            "addEventListener('pointerdown', () => { throw new Error('the mouse was used') }, true)"
        )
        sign_in(page, place)
        page.goto(f"{place.address}/staff/interim")
        page.keyboard.press("j")
        assert focused(page) == "Çelik, Özlem"
        page.keyboard.press("j")
        assert focused(page) == "Ahmadi, Parwana"
        page.keyboard.press("k")
        # One alone, from the list, without a window in between.
        page.keyboard.press("a")
        page.wait_for_url("**/staff/interim?*released=1*")
        expect(page.get_by_role("status")).to_contain_text("Eine Zwischenbestätigung ist freigegeben")
        assert place.state("Çelik") == "issued"
        # All others: one look, one of them unticked, one key.
        page.keyboard.press("g")
        page.wait_for_url("**/staff/interim/release")
        expect(page.locator("h1")).to_have_text("2 Zwischenbestätigungen prüfen und freigeben")
        page.keyboard.press("j")
        assert focused(page) == "Ahmadi, Parwana"
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Space")
        page.keyboard.press("g")
        page.wait_for_url("**/staff/interim?released=1")
        assert (place.state("Ahmadi"), place.state("Bondarenko")) == ("proposed", "issued")
        page.keyboard.press("?")
        expect(page.locator("[data-keys-help]")).to_contain_text("alle gezeigten prüfen und freigeben")


def test_the_deputy_sees_it_a_week_before_the_end_and_no_longer_than_the_absence(browser, place):
    with place.desk.db.unit_of_work() as session:
        enter_absence(
            session,
            member_id=place.desk.cast.members["boris"],
            deputy_id=place.desk.cast.members["clara"],
            first_on=TODAY + timedelta(days=2),
            last_on=TODAY + timedelta(days=3),
            actor=OPERATOR,
            now=NOW,
        )
    with watched_page(browser, **WIDE) as page:
        sign_in(page, place, "clara")
        page.goto(f"{place.address}/staff/interim")
        expect(page.locator("main")).to_contain_text("nichts wartet auf Sie")
    place.night(days=2)
    with watched_page(browser, **WIDE) as page:
        sign_in(page, place, "clara")
        expect(page.locator("main")).to_contain_text("Sie vertreten")
        page.get_by_role("link", name="freizugeben").click()
        expect(page.locator("main")).to_contain_text("übergeben an Muster, C.")
        follow(page, "Çelik, Özlem")
        page.keyboard.press("a")
        expect(page.locator("main")).to_contain_text("Was darauf steht")
        assert place.state("Çelik") == "issued"
        page.goto(f"{place.address}/staff/cases/{place.refs['Çelik']}")
        expect(page.locator("h1")).to_contain_text("Çelik, Özlem")
    place.night(days=2)
    with watched_page(browser, **WIDE) as page:
        sign_in(page, place, "clara")
        assert page.request.get(f"{place.address}/staff/cases/{place.refs['Çelik']}").status == 404


def test_the_front_desk_prints_and_asks(browser, place):
    with watched_page(browser, **WIDE) as page:
        sign_in(page, place, "dmitri")
        page.goto(f"{place.address}/staff/interim")
        page.fill("#finden", "farah")
        page.keyboard.press("Enter")
        page.wait_for_url("**/register?show=valid&q=farah")
        follow(page, "Farah, Hodan")
        with page.expect_download() as download:
            page.keyboard.press("p")
        assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
        page.goto(f"{place.address}/staff/cases/{place.refs['Keita']}")
        page.keyboard.press("z")
        page.wait_for_url("**/interim/request")
        page.fill("#note", "Die Bank sperrt sonst das Konto.")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/staff/cases/{place.refs['Keita']}#bestaetigung")
        expect(page.locator("main")).to_contain_text("wartet auf Antwort")
    with watched_page(browser, **WIDE) as page:
        sign_in(page, place)
        follow(page, "Anfragen der Servicestelle (1)")
        page.keyboard.press("j")
        page.keyboard.press("a")
        expect(page.locator("main")).to_contain_text("Die Bank sperrt sonst das Konto.")
        page.get_by_label("Etwas anderes hilft").check()
        page.fill("#note", "Die Karte gilt bis Januar, bitte der Bank zeigen.")
        page.keyboard.press("Enter")
        page.wait_for_url("**/staff/interim")
    with watched_page(browser, **WIDE) as page:
        sign_in(page, place, "dmitri")
        page.get_by_role("link", name="beantwortet (1)").click()
        expect(page.locator("main")).to_contain_text("Die Karte gilt bis Januar")


def test_everything_works_without_javascript(browser, place):
    with watched_page(browser, java_script_enabled=False, **WIDE) as page:
        sign_in(page, place)
        page.goto(f"{place.address}/staff/interim")
        page.get_by_role("link", name="Alle 3 prüfen und freigeben").click()
        page.get_by_label("Ahmadi, Parwana").uncheck()
        page.get_by_role("button", name="Angekreuzte freigeben").click()
        expect(page.get_by_role("status")).to_contain_text("2 Zwischenbestätigungen sind freigegeben")
        page.goto(f"{place.address}/staff/absences/new")
        page.select_option("#deputy", label="Muster, C. · Aufenthalt")
        for part, value in (("day", "30"), ("month", "11"), ("year", "2026")):
            page.fill(f"#last_on-{part}", value)
        page.get_by_role("button", name="Eintragen").click()
        expect(page.locator("main")).to_contain_text("heute nicht da")


def staff_pages(place: Place) -> list[str]:
    proposal, issued = (confirmation_of(place.desk, place.refs[name]).ref for name in ("Çelik", "Farah"))
    look = confirmation_of(place.desk, place.refs["Haddad"]).ref
    return [
        "/staff/",
        "/staff/interim",
        "/staff/interim/release",
        "/staff/interim/register",
        "/staff/interim/register?q=niemand",
        f"/staff/interim/{proposal}",
        f"/staff/interim/{proposal}/decline",
        f"/staff/interim/{issued}",
        f"/staff/interim/{issued}/withdraw",
        f"/staff/interim/{look}",
        f"/staff/cases/{place.refs['Çelik']}",
        f"/staff/cases/{place.refs['Keita']}/interim/request",
        f"/staff/cases/{place.refs['Çelik']}/interim/notes",
        "/staff/guarantee",
        "/staff/absences",
        "/staff/absences/new",
    ]


@pytest.mark.parametrize("size", [WIDE, HALF], ids=["1280", "640"])
def test_no_page_of_staff_has_findings_or_runs_over(browser, place, size):
    with watched_page(browser, **size) as page:
        sign_in(page, place, "eva")
        for path in staff_pages(place):
            assert page.goto(place.address + path).status == 200, path
            assert find_faults(page) == [], path
            assert overflow(page) <= 0, path


@pytest.mark.parametrize("tag", ["ar", "de"])
def test_a_resident_reads_it_on_a_small_phone(browser, place, tag):
    with watched_page(browser, java_script_enabled=tag == "de", locale=tag, **SMALL) as page:
        page.goto(f"{place.address}/{tag}/code")
        page.fill("#code", place.code("Farah"))
        page.click("#page-form .kern-btn--primary")
        for part, value in (("day", "17"), ("month", "5"), ("year", "1990")):
            page.fill(f"#birth_date-{part}", value)
        page.click("#page-form .kern-btn--primary")
        page.goto(f"{place.address}/{tag}/case/")
        states = page.locator(".sd-states").first
        expect(states).to_contain_text("23.11.2026")
        page.locator(f'a[href="/{tag}/case/confirmation"]').click()
        expect(page.locator("html")).to_have_attribute("dir", "rtl" if tag == "ar" else "ltr")
        main = page.locator("main")
        expect(main).to_contain_text("§ 81 Abs. 4 Satz 1 AufenthG")
        expect(main).to_contain_text("„Ich bitte um eine Fiktionsbescheinigung nach § 81 Abs. 5 AufenthG.“")
        expect(main).not_to_contain_text(confirmation_of(place.desk, place.refs["Farah"]).status_code[:5])
        assert overflow(page) <= 0
        if tag == "de":
            assert find_faults(page) == []
            assert small_targets(page) == []
