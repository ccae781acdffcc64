"""Papers from a telephone, in Arabic without JavaScript and in Ukrainian with it; and staff who scan and look."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from servicedesk.cases.models import CaseRequirement
from servicedesk.cases.upload_models import StoredFile, Upload
from servicedesk.db.all_models import load_models
from servicedesk.db.session import open_database
from tests.journeys.test_staff import running_office
from tests.support.live import (
    CHROMIUM,
    chromium,
    cut_off,
    find_faults,
    overflow,
    running_site,
    small_targets,
    watched_page,
)
from tests.support.office import PASSWORD
from tests.support.papers import HEIC, archive, locked_sheets, photograph, photograph_with_place, sheets

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed"),
]
PHONE = {"viewport": {"width": 320, "height": 640}, "has_touch": True, "is_mobile": True}
MAIN_BUTTON = "#page-form .kern-btn--primary"


@pytest.fixture
def site(tmp_path, vault):
    with running_site(tmp_path, vault) as running:
        yield running


@pytest.fixture(scope="module")
def browser():
    with chromium() as opened:
        yield opened


@pytest.fixture
def album(tmp_path):
    """Return what lies on the telephone, by name."""
    folder = tmp_path / "album"
    folder.mkdir()
    found = {
        "IMG_0001.jpg": photograph_with_place(),
        "IMG_0002.HEIC": HEIC,
        "عقد الإيجار.pdf": sheets(3, text="Mietvertrag"),
        "gesperrt.pdf": locked_sheets(),
        "brief.docx": archive(),
        "leer.jpg": b"",
        "довідка.png": photograph(kind="PNG"),
    }
    for name, content in found.items():
        (folder / name).write_bytes(content)
    return lambda *names: [folder / name for name in names]


def come_to_papers(page: Page, site, tag: str) -> None:
    page.goto(f"{site.address}/{tag}/code")
    page.fill("#code", site.letter.code)
    page.click(MAIN_BUTTON)
    for part, value in (("day", "17"), ("month", "5"), ("year", "1990")):
        page.fill(f"#birth_date-{part}", value)
    page.click(MAIN_BUTTON)
    page.wait_for_url("**/case/apply")
    page.click(MAIN_BUTTON)
    page.wait_for_url("**/case/receipt")
    page.click("a.kern-btn--primary")
    page.wait_for_url(f"**/{tag}/case/papers")


def send(page: Page, files) -> None:
    page.set_input_files("input[type=file]", files)
    with page.expect_navigation():
        page.click(MAIN_BUTTON)


def held(site):
    with site.database.reading() as session:
        return {
            upload.name: (upload.document_id, file.state, file.reason, file.page_count)
            for upload, file in session.query(Upload, StoredFile).join(
                StoredFile, StoredFile.id == Upload.file_id
            )
        }


def state_of(site, document):
    with site.database.reading() as session:
        row = session.get(CaseRequirement, (site.letter.case_id, document))
        return row.state if row else "missing"


def look_at(page: Page) -> list[str]:
    return [*find_faults(page), *cut_off(page), *small_targets(page)] + (
        [f"{overflow(page)} pixels too wide"] if overflow(page) else []
    )


def test_arabic_on_a_small_phone_without_javascript(browser, site, album):
    with watched_page(browser, java_script_enabled=False, locale="ar", **PHONE) as page:
        come_to_papers(page, site, "ar")
        page.locator("#paper-passport a.kern-btn").click()
        page.wait_for_url("**/ar/case/papers/passport/files")
        expect(page.locator("html")).to_have_attribute("dir", "rtl")
        chooser = page.locator("input[type=file]")
        assert chooser.get_attribute("capture") is None, "nobody is forced to use the camera"
        assert chooser.get_attribute("multiple") is not None
        send(page, album("IMG_0001.jpg", "IMG_0002.HEIC", "gesperrt.pdf", "leer.jpg"))
        summary = page.locator("[data-error-summary]")
        expect(summary.locator("li")).to_have_count(2)
        expect(page.locator(".sd-file img")).to_have_count(2)
        assert state_of(site, "passport") == "received"
        send(page, album("عقد الإيجار.pdf"))
        expect(summary).to_have_count(0)
        expect(page.locator(".sd-file")).to_have_count(3)
        page.locator(".sd-file", has_text="IMG_0001").locator("button").click()
        page.wait_for_url("**/files#given")
        expect(page.locator(".sd-file")).to_have_count(2)
        page.goto(f"{site.address}/ar/case/papers/enrolment/files")
        page.locator("input[name=upload]").first.check()
        page.locator("form[action$='/reuse'] button").click()
        page.wait_for_url("**/enrolment/files#given")
    assert held(site)["عقد الإيجار.pdf"][1:] == ("readable", "", 3)
    assert state_of(site, "enrolment") == "received"


def test_ukrainian_on_a_phone(browser, site, album):
    with watched_page(browser, locale="uk", **PHONE) as page:
        come_to_papers(page, site, "uk")
        assert look_at(page) == []
        page.locator("#paper-passport a.kern-btn").click()
        page.wait_for_url("**/uk/case/papers/passport/files")
        assert look_at(page) == []
        with page.expect_navigation():
            page.click(MAIN_BUTTON)
        expect(page.locator("[data-error-summary]")).to_be_focused()
        send(page, album("довідка.png", "brief.docx"))
        expect(page.locator("[data-error-summary]")).to_contain_text("brief.docx")
        expect(page).to_have_title(re.compile("^Помилка"))
        assert look_at(page) == []
        picture = page.locator(".sd-file img").first
        assert picture.evaluate("node => node.complete && node.naturalWidth > 0")
        send(page, album("IMG_0001.jpg"))
        expect(page.locator("[data-error-summary]")).to_have_count(0)
        expect(page.locator(".sd-file")).to_have_count(2)
        page.reload()
        expect(page.locator(".sd-file")).to_have_count(2)
    assert {name: one[1] for name, one in held(site).items()} == {
        "довідка.png": "readable",
        "IMG_0001.jpg": "readable",
    }


@pytest.fixture
def place(tmp_path, vault):
    database = open_database(f"sqlite:///{tmp_path}/staff.db")
    load_models().create_all(database.engine)
    with running_office(database, tmp_path, vault) as running:
        yield running
    database.close()


def test_staff_scan_a_paper_and_see_its_pictures(browser, place, album):
    ref = place.desk.case("Haddad", "Amira")
    with watched_page(browser, viewport={"width": 1280, "height": 900}) as page:
        page.goto(f"{place.address}/staff/sign-in")
        page.fill("#login", "boris")
        page.fill("#password", PASSWORD)
        page.click(MAIN_BUTTON)
        page.wait_for_url("**/staff/")
        page.goto(f"{place.address}/staff/cases/{ref}/scans")
        page.check("input[name=paper][value=passport]")
        send(page, album("عقد الإيجار.pdf", "gesperrt.pdf"))
        expect(page.locator("[data-error-summary]")).to_contain_text("gesperrt.pdf: ")
        expect(page.locator(".sd-pages a")).to_have_count(3)
        assert [*find_faults(page), *cut_off(page)] == []
        picture = page.request.get(place.address + page.locator(".sd-pages a").nth(1).get_attribute("href"))
        assert max(Image.open(io.BytesIO(picture.body())).size) > 2000
