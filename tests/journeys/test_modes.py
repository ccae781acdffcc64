"""Two ways to an appointment in Chromium: asking for a time in Ukrainian on a phone, answering a proposal in Arabic without JavaScript."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from servicedesk.booking.jobs import run_proposals
from servicedesk.booking.models import Appointment
from servicedesk.booking.service import offer_times
from servicedesk.kernel.ids import new_id
from servicedesk.kernel.permissions import Actor, ActorKind
from servicedesk.offices.models import OfficeConcern
from tests.conftest import NOW
from tests.support.live import (
    CHROMIUM,
    chromium,
    find_faults,
    overflow,
    running_site,
    small_targets,
    watched_page,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed"),
]
SMALL = {"viewport": {"width": 320, "height": 640}}
MAIN_BUTTON = "#page-form .kern-btn--primary"


@pytest.fixture
def site(tmp_path, vault):
    with running_site(tmp_path, vault) as running:
        yield running


@pytest.fixture(scope="module")
def browser():
    with chromium() as opened:
        yield opened


def set_mode(site, mode: str) -> None:
    with site.database.unit_of_work() as session:
        session.execute(update(OfficeConcern).values(mode=mode))


def apply(page: Page, site, tag: str) -> None:
    page.goto(f"{site.address}/{tag}/code")
    page.fill("#code", site.letter.code)
    page.click(MAIN_BUTTON)
    for part, value in (("day", "17"), ("month", "5"), ("year", "1990")):
        page.fill(f"#birth_date-{part}", value)
    page.click(MAIN_BUTTON)
    page.wait_for_url("**/case/apply")
    page.click(MAIN_BUTTON)
    page.wait_for_url("**/case/receipt")


def rows(site, state: str):
    with site.database.reading() as session:
        return session.scalars(select(Appointment).where(Appointment.state == state)).all()


def assert_sound(page: Page) -> None:
    """The page fits, its targets are large enough, and axe finds nothing."""
    assert overflow(page) <= 0
    assert small_targets(page) == []
    assert find_faults(page) == []


def answer(site, vault) -> None:
    """The case worker proposes two other times."""
    [asked] = rows(site, "requested")
    clerk = Actor(kind=ActorKind.staff, office_id=site.letter.cast.office.id, account_id=new_id())
    with site.database.unit_of_work() as session:
        offer_times(
            session,
            case_id=site.letter.case_id,
            slots=[(asked.desk_id, asked.starts_local.replace(hour=hour, minute=0)) for hour in (10, 11)],
            now=NOW,
            actor=clerk,
            vault=vault,
        )


def test_a_request_in_ukrainian_on_a_phone(browser, site, vault):
    set_mode(site, "request")
    with watched_page(browser, locale="uk", **SMALL) as page:
        apply(page, site, "uk")
        page.goto(f"{site.address}/uk/case/times/")
        page.locator(".sd-time").first.click()
        page.wait_for_url("**/uk/case/times/check")
        assert_sound(page)
        page.click(MAIN_BUTTON)
        page.wait_for_url("**/uk/case/offer/")
        assert_sound(page)
        answer(site, vault)
        page.goto(f"{site.address}/uk/case/")
        page.locator(".sd-todo a.kern-btn").click()
        page.wait_for_url("**/uk/case/offer/")
        assert_sound(page)
        page.locator("main .kern-btn--primary").click()
        page.wait_for_url("**/uk/case/appointment/")
    [booked] = rows(site, "booked")
    assert booked.starts_local.hour == 10
    assert len(rows(site, "offered")) == 0


def test_a_proposal_in_arabic_without_javascript(browser, site, vault):
    set_mode(site, "proposed")
    assert run_proposals(site.database, vault, now=NOW)["proposed"] == 1
    [offered] = rows(site, "offered")
    with watched_page(browser, java_script_enabled=False, locale="ar", **SMALL) as page:
        apply(page, site, "ar")
        page.goto(f"{site.address}/ar/case/")
        expect(page.locator("html")).to_have_attribute("dir", "rtl")
        page.locator(".sd-todo a.kern-btn").click()
        page.wait_for_url("**/ar/case/offer/")
        page.locator("main .kern-btn--primary").click()
        page.wait_for_url("**/ar/case/appointment/")
        expect(page.locator("main")).to_contain_text(offered.ref)
    assert [row.ref for row in rows(site, "booked")] == [offered.ref]
