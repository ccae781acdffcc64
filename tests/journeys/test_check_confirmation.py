"""An employer checks a confirmation in Chromium: from a photo with the network cut, from the camera, by its code."""

import io
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from servicedesk.interim.keys import FOLDER, load_keyring, new_key, retire_key, revoke_key
from servicedesk.interim.models import InterimConfirmation
from servicedesk.interim.seal import build_token
from servicedesk.notices.letters.qr import build_qr, build_seal_qr
from tests.conftest import NOW
from tests.support import photos, seals
from tests.support.confirmations import add_confirmation
from tests.support.live import (
    CHROMIUM,
    FLAGS,
    chromium,
    find_faults,
    overflow,
    running_site,
    small_targets,
    watched_page,
)
from tests.support.seals import FACTS

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed"),
]
# Where nothing is saved for later, no download is under way when the page closes.
PHONE = {"viewport": {"width": 320, "height": 640}, "service_workers": "block"}
DESK = {"viewport": {"width": 1280, "height": 900}, "service_workers": "block"}
SAVING = {"viewport": {"width": 320, "height": 640}}
SHOWN = "[data-result]:not([hidden])"
PATIENCE_MS = 40_000


@dataclass
class Office:
    """Be a running site with a key, and one confirmation in force."""

    address: str
    folder: object
    database: object
    clock: object
    code: str

    @property
    def facts(self):
        """Return what the confirmation prints."""
        return replace(FACTS, status_code=self.code)

    def seal(self, **changes):
        """Return a seal of the office's newest key."""
        return build_token(replace(self.facts, **changes), load_keyring(self.folder, NOW).signing)


@pytest.fixture
def office(tmp_path, vault):
    with running_site(tmp_path, vault) as site:
        new_key(tmp_path / FOLDER, NOW)
        with site.database.unit_of_work() as session:
            code = add_confirmation(session, site.letter.case_id, now=NOW)
        yield Office(site.address, tmp_path / FOLDER, site.database, site.clock, code)


@pytest.fixture(scope="module")
def browser():
    with chromium() as opened:
        yield opened


def as_file(image, name="foto.jpg"):
    """Return a picture as a browser takes it from the disk."""
    content = io.BytesIO()
    image.save(content, "JPEG", quality=75)
    return {"name": name, "mimeType": "image/jpeg", "buffer": content.getvalue()}


def square(token):
    """Return the mere square of a seal, or of any other text, as a screenshot would show it."""
    if token.startswith("SD"):
        code = photos.draw_square(build_seal_qr(token))
    else:
        code = photos.draw_square(build_qr(token))
    framed = photos.Image.new("L", (code.width + 8, code.height + 8), 255)
    framed.paste(code, (4, 4))
    return framed.resize((framed.width * 6, framed.height * 6), photos.Image.Resampling.NEAREST)


def open_page(page: Page, office, tag="de", now=NOW) -> None:
    page.clock.set_fixed_time(now)
    page.goto(f"{office.address}/{tag}/pruefen")
    expect(page.locator("[data-tools]")).to_be_visible()


def save_for_later(page: Page) -> None:
    """Wait until the service worker has everything and answers for the page."""
    page.evaluate(
        """() => new Promise((resolve, reject) => {
            const workers = navigator.serviceWorker
            workers.addEventListener('controllerchange', () => resolve())
            if (workers.controller) resolve()
            setTimeout(() => reject(new Error('no service worker took over')), 30000)
        })"""
    )


def choose(page: Page, image) -> str:
    """Choose a picture and return which outcome is shown."""
    page.set_input_files("#picture", as_file(image))
    page.wait_for_selector(SHOWN, timeout=PATIENCE_MS)
    expect(page.locator("[data-busy]")).to_be_hidden()
    assert page.locator(SHOWN).count() == 1
    return page.locator(SHOWN).get_attribute("data-result")


def fact(page: Page, name: str) -> str:
    return page.locator(f"[data-fact='{name}']").inner_text()


@pytest.mark.parametrize("tag", ["de", "en"])
def test_a_photo_is_checked_with_the_network_cut(browser, office, tag):
    with watched_page(browser, **SAVING) as page:
        open_page(page, office, tag)
        save_for_later(page)
        page.context.set_offline(True)
        page.reload()
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        assert choose(page, photos.take(office.seal())) == "genuine"
        assert fact(page, "name") == "Amina Çelik"
        assert fact(page, "status_code") == f"{office.code[:5]}-{office.code[5:]}"
        assert fact(page, "title_ends_on") == "06.12.2026"
        assert fact(page, "employment_condition") == FACTS.employment_condition
        expect(page.locator("[data-saved]")).to_be_visible()
        expect(page.locator("[data-when='past']")).to_be_hidden()
        assert {url.removeprefix(office.address) for url in asked} <= {
            "/pruefen/keys.json",
            f"/{tag}/pruefen/reader.js",
            "/static/zxing/zxing_reader.js",
            "/static/zxing/zxing_reader.wasm",
            "/static/icon.svg",
        }
        page.context.set_offline(False)


def test_a_page_that_was_opened_before_the_cut_checks_too(browser, office):
    """Also where a browser allows no service worker."""
    context = browser.new_context(**PHONE)
    page = context.new_page()
    open_page(page, office)
    assert choose(page, square("https://example.org/")) == "broken"  # the reader is loaded now
    context.set_offline(True)
    assert choose(page, photos.take(office.seal())) == "genuine"
    assert fact(page, "name") == "Amina Çelik"
    page.click("[data-ask]")
    expect(page.locator("[data-answer='offline']")).to_be_visible()
    context.close()


PHOTOS = {
    "half in shadow": {"shadow": 0.22, "angle": 12, "tilt": 0.15},
    "half in deep shadow, grainy": {"shadow": 0.15, "angle": -9, "grain": 9},
    "upside down": {"angle": 172},
    "across": {"angle": 45},
    "small": {"share": 0.16, "angle": 160, "blur": 0.4},
    "out of focus": {"blur": 3},
    "dark": {"light": 0.18},
    "tilted": {"tilt": 0.3, "angle": 8},
    "stained": {"stains": 0.1},
    "large": {"size": (4800, 3600), "share": 0.2, "blur": 2},
    "with few pixels": {"size": (640, 480), "share": 0.55, "blur": 0.4},
}


def test_photos_as_people_take_them(browser, office):
    token = office.seal()
    with watched_page(browser, **PHONE) as page:
        open_page(page, office)
        seen = {name: choose(page, photos.take(token, **kinds)) for name, kinds in PHOTOS.items()}
    assert seen == dict.fromkeys(PHOTOS, "genuine")


@pytest.mark.parametrize("name", seals.NAMES.values(), ids=seals.NAMES)
def test_names_come_back_in_their_own_script(browser, office, name):
    with watched_page(browser, **PHONE) as page:
        open_page(page, office)
        assert choose(page, square(office.seal(name=name))) == "genuine"
        assert page.locator("[data-fact='name']").text_content() == name
        assert overflow(page) == 0


def test_the_longest_seal_is_read_from_a_photo(browser, office):
    room = seals.longest_facts()
    with watched_page(browser, **PHONE) as page:
        open_page(page, office)
        assert (
            choose(page, photos.take(office.seal(employment_condition=room.employment_condition)))
            == "genuine"
        )
        assert overflow(page) == 0


def test_anothers_seal_on_an_edited_paper_shows_the_others_name_large(browser, office):
    stolen = office.seal(name="Tsehay Bekele", birth_date="02.02.1985")
    with watched_page(browser, **PHONE) as page:
        open_page(page, office)
        # The paper says "Name: Amina Çelik"; its square is another person's, and genuine.
        assert choose(page, photos.take(stolen)) == "genuine"
        name = page.locator("[data-fact='name']")
        expect(name).to_have_text("Tsehay Bekele")
        size = name.evaluate("node => parseFloat(getComputedStyle(node).fontSize)")
        body = page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
        assert size >= 1.75 * body
        expect(page.locator(SHOWN)).to_contain_text("Steht genau dieser Name auf dem Blatt")
        expect(page.locator(SHOWN)).to_contain_text("dann hat jemand das Blatt verändert")


@pytest.fixture
def pictures(office):
    """Pictures that prove nothing, by the outcome that each has to have."""
    good, january = office.seal(), datetime(2026, 1, 1, tzinfo=UTC)
    new_key(office.folder, january, valid_from=january, life=timedelta(days=30))
    ended = load_keyring(office.folder, january + timedelta(days=1)).signing
    taken = new_key(office.folder, NOW, valid_from=NOW)
    taken_back = office.seal()
    revoke_key(office.folder, taken.id, NOW)
    other = office.seal(name="Tsehay Bekele")
    return {
        "forged": square(seals.change(good, 40)),
        "unknown_key": square(build_token(office.facts, seals.STRANGER)),
        "unknown_version": square("SD2" + good[3:]),
        "odd_content": square(seals.sign(b'["Amina"]', load_keyring(office.folder, NOW).signing)),
        "revoked_key": square(taken_back),
        "expired_key": square(seals.sign(seals.payload_of(good), ended)),
        "broken": square("https://pruefen.example/?siegel=1"),
        "several": photos.take(good, other, share=0.14, size=(2400, 1800), blur=0.4),
        "nothing": photos.Image.new("L", (800, 600), 240),
    }


def test_each_fault_has_words_of_its_own_and_says_what_to_do(browser, office, pictures):
    with watched_page(browser, **PHONE) as page:
        open_page(page, office)
        said = {}
        for outcome, image in pictures.items():
            assert choose(page, image) == outcome
            assert page.evaluate("document.activeElement.closest('[data-result]').dataset.result") == outcome
            said[outcome] = page.locator(f"{SHOWN} p, {SHOWN} li").all_inner_texts()
            assert find_faults(page) == []
            assert overflow(page) == 0
    assert len({tuple(one) for one in said.values()}) == len(pictures)
    for outcome in ("forged", "unknown_key", "expired_key", "odd_content"):
        assert any("Verlassen Sie sich nicht auf das Blatt." in line for line in said[outcome])


def test_a_file_that_is_no_picture_is_told(browser, office):
    with watched_page(browser, **PHONE) as page:
        open_page(page, office)
        page.set_input_files("#picture", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"%PDF-1.7"})
        expect(page.locator("[data-result='unreadable']")).to_be_visible()


def test_a_key_made_after_the_page_was_saved_is_fetched_or_asked_for(browser, office):
    with watched_page(browser, **SAVING) as page:
        open_page(page, office)
        save_for_later(page)
        page.context.set_offline(True)
        page.reload()
        retire_key(office.folder, load_keyring(office.folder, NOW).signing.public.id, NOW)
        new_key(office.folder, NOW)
        young = square(office.seal())
        assert choose(page, young) == "unknown_key_saved"
        page.context.set_offline(False)
        assert choose(page, young) == "genuine"


def test_without_any_keys_the_page_says_what_is_missing(browser, office):
    context = browser.new_context(**PHONE)
    context.route("**/keys.json", lambda route: route.abort())
    page = context.new_page()
    open_page(page, office)
    assert choose(page, square(office.seal())) == "no_keys"
    context.close()


def test_a_browser_that_refuses_the_reader_is_sent_to_the_code(browser, office):
    context = browser.new_context(**PHONE)
    context.route("**/*.wasm", lambda route: route.abort())
    page = context.new_page()
    open_page(page, office)
    assert choose(page, square(office.seal())) == "no_reader"
    expect(page.locator(SHOWN)).to_contain_text("Der Statuscode geht immer.")
    context.close()


@pytest.mark.parametrize("year", [2019, 2040])
def test_a_wrong_clock_makes_no_genuine_letter_look_forged(browser, office, year):
    with watched_page(browser, **SAVING) as page:
        open_page(page, office, now=datetime(year, 5, 1, tzinfo=UTC))
        assert choose(page, square(office.seal())) == "genuine"
        expect(page.locator("[data-clock]")).to_be_visible()
        expect(page.locator("[data-when='past']")).to_be_hidden()
        save_for_later(page)
        page.context.set_offline(True)
        page.reload()
        assert choose(page, square(office.seal())) == "genuine"
        expect(page.locator("[data-device]")).to_contain_text(f"01.05.{year}")
        # Without the office's clock a date before the letter's is recognised; a late one only shows as what it is.
        expect(page.locator("[data-when='unsure']")).to_be_visible(visible=year == 2019)
        expect(page.locator("[data-when='past']")).to_be_visible(visible=year == 2040)
        page.context.set_offline(False)


def test_the_day_to_check_again_is_told_when_it_has_passed(browser, office):
    token = office.seal()
    office.clock.start += timedelta(days=100)
    with watched_page(browser, **PHONE) as page:
        open_page(page, office)  # the phone's clock has stopped at the day of issue
        assert choose(page, square(token)) == "genuine"
        expect(page.locator("[data-when='past']")).to_be_visible()
        expect(page.locator("[data-clock]")).to_be_visible()


def end_confirmation(office, state="withdrawn"):
    with office.database.unit_of_work() as session:
        session.query(InterimConfirmation).filter_by(status_code=office.code).one().state = state


def test_a_withdrawn_one_says_so_when_asked_and_only_the_code_is_sent(browser, office):
    with watched_page(browser, **PHONE) as page:
        open_page(page, office)
        sent = []
        page.on(
            "request", lambda one: sent.append((one.url, one.post_data)) if one.method == "POST" else None
        )
        page.on("request", lambda one: sent.append((one.url, None)) if "?" in one.url else None)
        assert choose(page, square(office.seal())) == "genuine"
        assert sent == []
        page.click("[data-ask]")
        expect(page.locator("[data-answer='valid']")).to_be_visible()
        assert sent == [(f"{office.address}/de/pruefen/status", f"code={office.code}&waited=")]
        end_confirmation(office)
        page.click("[data-ask]")
        expect(page.locator("[data-answer='withdrawn']")).to_be_visible()
        expect(page.locator("[data-answer='valid']")).to_be_hidden()
        # The next paper begins without the answer of the one before.
        assert choose(page, square(office.seal(name="Tsehay Bekele"))) == "genuine"
        expect(page.locator("[data-answer='withdrawn']")).to_be_hidden()


def test_status_by_code_without_javascript(browser, office):
    with watched_page(browser, java_script_enabled=False, locale="de", **PHONE) as page:
        page.goto(f"{office.address}/pruefen")
        expect(page.locator("[data-tools]")).to_be_hidden()
        expect(page.locator("[data-without-script]")).to_be_visible()
        page.click("text=Statuscode eingeben")
        page.fill("#code", f"{office.code[:5]} {office.code[5:]}".lower())
        page.click("#page-form .kern-btn--primary")
        expect(page.locator(".check-word")).to_have_text("✓ gilt")
        end_confirmation(office)
        page.click("text=Noch einen Statuscode prüfen")
        page.fill("#code", office.code)
        page.click("#page-form .kern-btn--primary")
        expect(page.locator(".check-word")).to_have_text("✕ gilt nicht mehr")
        assert overflow(page) == 0


@pytest.mark.parametrize("tag", ["de", "en", "ar"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_pages_are_accessible_and_fit(browser, office, tag, size):
    with watched_page(browser, **size) as page:
        for path in ("/pruefen", "/pruefen/status", "/pruefen/employers"):
            page.goto(f"{office.address}/{tag}{path}")
            assert (path, find_faults(page), overflow(page), small_targets(page)) == (path, [], 0, [])
        open_page(page, office, tag)
        assert choose(page, square(office.seal())) == "genuine"
        page.click("[data-ask]")
        expect(page.locator("[data-answer='valid']")).to_be_visible()
        assert (find_faults(page), overflow(page), small_targets(page)) == ([], 0, [])


def test_by_keyboard_only(browser, office):
    with watched_page(browser, **DESK) as page:
        open_page(page, office)

        def go_to(selector):
            for _ in range(60):
                page.keyboard.press("Tab")
                if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
                    assert page.evaluate("document.activeElement.matches(':focus-visible')")
                    return
            raise AssertionError(f"{selector} cannot be reached by Tab")

        go_to("[data-open-camera]")
        go_to("#picture")
        assert choose(page, square(office.seal())) == "genuine"
        go_to("[data-ask]")
        page.keyboard.press("Enter")
        expect(page.locator("[data-answer='valid']")).to_be_visible()
        go_to("a.kern-btn--secondary")
        page.keyboard.press("Enter")
        page.wait_for_url("**/status")
        go_to("#code")
        page.keyboard.type(office.code)
        page.keyboard.press("Enter")
        expect(page.locator(".check-word")).to_have_text("✓ gilt")


def test_python_and_the_browser_agree_on_every_vector(browser, office):
    document = json.loads(seals.FILE.read_text(encoding="utf-8"))
    with watched_page(browser, **DESK) as page:
        open_page(page, office)
        found = page.evaluate(
            """async ({ keys, seals }) => {
                const { readSeal } = await import('/static/check/seal.js')
                return Promise.all(seals.map(async ({ token }) => (await readSeal(token, keys)).outcome))
            }""",
            document,
        )
    expected = [(one["what"], one["outcome"]) for one in document["seals"]]
    assert [(what, outcome) for (what, _), outcome in zip(expected, found, strict=True)] == expected


def test_only_the_worker_may_compile_webassembly(browser, office):
    context = browser.new_context(**DESK)
    page = context.new_page()
    open_page(page, office)
    compiled = page.evaluate(
        "WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])).then(() => 'yes', fault => fault.name)"
    )
    assert compiled == "CompileError"
    context.close()


@pytest.fixture
def camera(browser, tmp_path):
    """Open a Chromium whose camera shows the frames of a test."""
    opened = []

    def open_with(frames):
        film = tmp_path / "film.y4m"
        with film.open("wb") as written:
            written.write(b"YUV4MPEG2 W1280 H720 F5:1 Ip A1:1 C420jpeg\n")
            for frame in frames:
                written.write(b"FRAME\n" + frame.tobytes() + bytes([128]) * (1280 * 720 // 2))
        flags = ["--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}"]
        other = browser.browser_type.launch(executable_path=CHROMIUM, args=[*FLAGS, *flags], headless=True)
        opened.append(other)
        return other

    yield open_with
    for other in opened:
        other.close()


def test_the_camera_finds_the_seal_after_the_tap(office, camera):
    scene = {"size": (1280, 720), "share": 0.42, "blur": 0.5}
    desk = photos.Image.new("L", (1280, 720), 90)
    opened = camera([desk, desk, *[photos.take(office.seal(), shadow=0.5, **scene)] * 8])
    with watched_page(opened, permissions=["camera"], **PHONE) as page:
        open_page(page, office)
        assert page.evaluate("document.querySelector('video').srcObject") is None
        page.click("[data-open-camera]")
        page.wait_for_selector(SHOWN, timeout=PATIENCE_MS)
        assert fact(page, "name") == "Amina Çelik"
        expect(page.locator("[data-viewer]")).to_be_hidden()
        assert page.evaluate("document.querySelector('video').srcObject") is None


def test_the_camera_passes_over_other_codes_and_closes_again(office, camera):
    other = photos.Image.new("L", (1280, 720), 200)
    other.paste(square("https://example.org/").resize((400, 400)), (400, 150))
    opened = camera([other] * 3)
    with watched_page(opened, permissions=["camera"], **PHONE) as page:
        open_page(page, office)
        page.click("[data-open-camera]")
        expect(page.locator("[data-other]")).to_be_visible(timeout=PATIENCE_MS)
        assert page.locator(SHOWN).count() == 0
        assert find_faults(page) == []
        assert overflow(page) == 0
        page.click("[data-close-camera]")
        expect(page.locator("[data-viewer]")).to_be_hidden()
        assert page.evaluate("document.activeElement.matches('[data-open-camera]')")


def test_a_camera_that_is_refused_or_missing_is_told(browser, office, camera):
    with watched_page(browser, **PHONE) as page:
        open_page(page, office)
        page.click("[data-open-camera]")
        expect(page.locator("[data-result='camera_missing']")).to_be_visible(timeout=PATIENCE_MS)
    opened = camera([photos.Image.new("L", (1280, 720), 90)])
    with watched_page(opened, permissions=[], **PHONE) as page:
        open_page(page, office)
        page.click("[data-open-camera]")
        expect(page.locator("[data-result='camera_denied']")).to_be_visible(timeout=PATIENCE_MS)
