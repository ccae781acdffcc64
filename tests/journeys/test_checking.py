"""A round of checking in Chromium by keyboard only: several cases, a paper turned down that comes back, axe, narrow."""

from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from servicedesk.cases.jobs import run_checking
from servicedesk.cases.models import Case, CaseRequirement
from servicedesk.cases.rules import Channel, PaperState
from servicedesk.cases.service import STATEMENT, Evidence, change_paper, record_application
from servicedesk.cases.service.upload_rows import Incoming
from servicedesk.cases.service.uploads import receive_file
from servicedesk.kernel.permissions import SYSTEM, Actor, ActorKind
from servicedesk.notices.models import Outbox
from tests.conftest import NOW
from tests.journeys.test_staff import WIDE, Keys, running_office
from tests.support.desk import TODAY
from tests.support.live import CHROMIUM, chromium, find_faults, overflow, watched_page
from tests.support.papers import drawn, photograph

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed"),
]
PAPERS = ("passport", "enrolment")
TWO_PAGES = replace(drawn(), pages=(photograph(), photograph(quality=60)))


@pytest.fixture
def place(real_db, tmp_path, vault):
    with running_office(real_db, tmp_path, vault) as running:
        yield running


@pytest.fixture(scope="module")
def browser():
    with chromium() as opened:
        yield opened


def give(desk, case, document_id, content):
    """Send a file the way the person does."""
    amina = Actor(kind=ActorKind.resident, office_id=case.office_id, case_id=case.id)
    with desk.db.unit_of_work() as session:
        receive_file(
            session,
            desk.vault,
            case_id=case.id,
            document_id=document_id,
            incoming=Incoming(f"{document_id}.jpg", content, TWO_PAGES),
            max_case_bytes=10**8,
            channel="web",
            actor=amina,
            now=NOW,
        )


def prepare(desk, family_name, days, *, papers=PAPERS):
    """Let somebody apply and send two papers; everything else on the list is settled."""
    ref = desk.case(family_name, "Amina", TODAY + timedelta(days=days))
    case = desk.row(Case, ref=ref)
    with desk.db.unit_of_work() as session:
        record_application(
            session,
            desk.vault,
            case_id=case.id,
            channel=Channel.counter,
            received_at=NOW - timedelta(days=3),
            statement=STATEMENT,
            actor=SYSTEM,
            now=NOW,
            evidence=Evidence.note("Vermerk"),
        )
    browser = desk.sign_in("boris")
    browser.get(f"/staff/check/{ref}")
    links = [link.get("href") for link in browser.page.all("a") if link.get("data-open") is not None]
    for document_id in (link.partition("paper=")[2] for link in links):
        if document_id not in papers:
            with desk.db.unit_of_work() as session:
                change_paper(
                    session,
                    case_id=case.id,
                    document_id=document_id,
                    state=PaperState.waived,
                    reason="liegt vor",
                    actor=SYSTEM,
                    now=NOW,
                )
    for document_id in papers:
        give(desk, case, document_id, f"{ref} {document_id}".encode())
    return case


def test_a_round_over_two_cases_by_keyboard_and_a_paper_that_comes_back(browser, place):
    desk = place.desk
    first, second = prepare(desk, "Berisha", 9), prepare(desk, "Bauer", 30)
    with watched_page(browser, **WIDE) as page:
        page.add_init_script(
            "addEventListener('pointerdown', () => { throw new Error('the mouse was used') }, true)"
        )
        keys, main = Keys(page), page.locator("main")
        keys.sign_in(place.address)
        page.goto(f"{place.address}/staff/check")
        keys.press("g", f"**/staff/check/{first.ref}")
        expect(main).to_contain_text("Berisha")
        expect(main.locator("img")).to_have_count(2)
        page.wait_for_function("document.images.length && document.images[0].naturalWidth > 0")
        assert find_faults(page) == []
        # One paper is in order, the other cannot be read.
        page.keyboard.press("a")
        expect(main.locator("#unterlage")).to_contain_text("Immatrikulation")
        keys.press("r", "**/reject/*")
        assert find_faults(page) == []
        keys.press("1", f"**/staff/check/{first.ref}")
        expect(main).to_contain_text("Die Unterlage ist nicht gut zu lesen.")
        keys.press("n", f"**/staff/check/{second.ref}")
        # The second case is complete after two presses, and the round is over.
        page.keyboard.press("a")
        expect(main.locator("#unterlage")).to_contain_text("Immatrikulation")
        page.keyboard.press("a")
        expect(main).to_contain_text("Alles geprüft, was da ist.")
        page.keyboard.press("g")
        expect(page).not_to_have_url(f"{place.address}/staff/check/{second.ref}")
        assert run_checking(desk.db, desk.vault, now=NOW + timedelta(minutes=31))["told"] == 1
        # The paper comes back, and now it will do.
        give(desk, first, "enrolment", b"a better photo")
        page.goto(f"{place.address}/staff/check/{first.ref}")
        expect(main.locator("img")).to_have_count(4)
        page.keyboard.press("a")
        expect(main).to_contain_text("Alles geprüft, was da ist.")
        keys.press("g", "**/staff/check")
        expect(main).to_contain_text("Nichts zu prüfen.")
    assert [desk.row(Case, id=case.id).ready_at for case in (first, second)] == [NOW, NOW]
    assert desk.row(CaseRequirement, case_id=first.id, document_id="enrolment").state == "accepted"
    assert desk.row(Outbox, kind="paper_rejected_letter").subject_id == first.id


def test_the_pages_of_the_round_hold_at_320_pixels(browser, place):
    case = prepare(place.desk, "Berisha", 9, papers=("passport",))
    pages = (
        "check",
        f"check/{case.ref}",
        f"check/{case.ref}/reject/passport",
        f"check/{case.ref}/ask",
        f"cases/{case.ref}",
        f"cases/{case.ref}/waiting",
        f"cases/{case.ref}/doubt",
        "stuck",
    )
    with watched_page(browser, viewport={"width": 320, "height": 700}) as page:
        Keys(page).sign_in(place.address)
        for address in pages:
            page.goto(f"{place.address}/staff/{address}")
            assert overflow(page) == 0, address
            assert find_faults(page) == [], address
