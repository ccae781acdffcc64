"""Whatever is typed into any form: an answer in words, never a fault of ours."""

import html5lib
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from servicedesk.db.all_models import load_models
from servicedesk.db.session import open_database
from servicedesk.kernel.clock import FixedClock
from tests.conftest import NOW
from tests.support.client import Browser, make_app
from tests.support.portal import enter, send_letter

HOSTILE = {
    "line_break": "Ali\r\nBcc: x@example.org",
    "nul": "A\x00li",
    "long": "a" * 200,
    "very_long": "ß" * 5000,
    "dotted_i": "İbrahim Işık",
    "apostrophe": "O'Brien D’Souza",
    "arabic_digits": "٠١٢٣٤٥٦٧٨٩",
    "superscript": "²",
    "lone_surrogate": "\ud800",
    "right_to_left": "محمد 12 (B)\u202e",
    "markup": "<script>alert(1)</script>",
    "template": "{{ 7*7 }}%(x)s%s",
    "combining": "e\u0301" * 90,
    "emoji": "👩‍👩‍👧",
    "spaces": " \u00a0\u2003\t ",
    "percent": "%",
    "nothing": "",
}

FORMS = [
    ("/de/code", ("code",)),
    ("/de/code/birth-date", ("birth_date-day", "birth_date-month", "birth_date-year")),
    ("/de/contact/name", ("family_name", "given_names")),
    ("/de/contact/birth-date", ("birth_date-day", "birth_date-month", "birth_date-year")),
    ("/de/contact/ends", ("ends_on-day", "ends_on-month", "ends_on-year", "unknown")),
    ("/de/contact/concern", ("concern",)),
    ("/de/contact/reach", ("email", "phone", "address", "comes")),
    ("/de/contact/check", ()),
    ("/de/case/times/", ("slot",)),
    ("/de/case/times/check", ("slot",)),
    ("/de/case/move/check", ("slot", "ref")),
    ("/de/case/times/none", ("way", "note")),
    ("/de/case/papers", ("document", "at_hand")),
    ("/de/case/appointment/cancel", ("reason", "ref")),
    ("/de/case/details/address", ("street", "house_number", "postcode", "town")),
    ("/de/case/details/language", ("language",)),
    ("/de/case/details/email", ("email",)),
    ("/de/case/details/phone", ("phone",)),
    ("/de/email/some-token", ()),
]


def send(browser, path, fields, values, key):
    """Send a form whatever its page thinks of it; returns the status after redirects."""
    token = browser.get("/de/code").page.hidden()["csrf_token"]
    data = {"csrf_token": token, "_idempotency_key": key}
    data |= {name: value.encode("utf-8", "surrogatepass") for name, value in zip(fields, values, strict=True)}
    browser.post(path, data)
    return browser.status


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_in_every_form_is_never_a_500(app, letter, kind):
    browser = Browser(app)
    enter(browser, letter)
    browser.press("Antrag stellen")
    typing = Browser(app)
    typing.get("/de/code")
    typing.submit(code=letter.code)
    for path, fields in FORMS:
        who = typing if path.startswith("/de/code/") else browser
        status = send(who, path, fields, [HOSTILE[kind]] * len(fields), kind)
        assert status in {200, 404, 409, 413, 429}, (path, status)


@pytest.mark.parametrize(
    "query",
    [
        "responsible?surname=%00",
        "responsible?surname=%ff%fe",
        "responsible?surname=" + "a" * 3000,
        "responsible?surname=%C4%B0",
        "papers/%00",
        "papers/permit_study?first=%00&child=9",
        "email/%00%ff",
        "case/times/?since=9999-99-99",
        "case/times/?since=0001-01-01",
        "case/times/?since=9999-12-31",
        "case/times/on/0001-01-01",
        "case/times/on/9999-12-31",
        "case/times/on/%D9%A2%D9%A0%D9%A2%D9%A6-12-01",
        "case/nowhere/check",
    ],
)
def test_odd_addresses_are_never_a_500(applied, query):
    assert applied.get(f"/de/{query}").status in {200, 404}


@pytest.mark.parametrize("name", ["Mehmet", "İ", "Nguyễn Thị", "O'Brien", "李", "م"])
def test_one_name_is_enough_and_stays_as_typed(browser, name):
    browser.get("/de/contact/name")
    browser.submit(family_name="", given_names=name)
    assert browser.page.h1 == "Wann sind Sie geboren?"
    assert browser.get("/de/contact/name").page.form()[1]["given_names"] == name


def test_a_name_of_200_characters_passes_and_201_are_told_so(browser):
    browser.get("/de/contact/name")
    browser.submit(family_name="ä" * 201)
    assert browser.page.errors == ["Kürzen Sie den Text auf höchstens 200 Zeichen."]
    browser.submit(family_name="ä" * 200)
    assert browser.page.h1 == "Wann sind Sie geboren?"


def test_what_was_typed_is_shown_as_text(browser):
    browser.get("/de/contact/name")
    browser.submit(family_name="<b>x</b>" * 30)
    tree = html5lib.parse(browser.answer.text, namespaceHTMLElements=False)
    assert not list(tree.iter("b"))


@pytest.fixture(scope="module")
def house(tmp_path_factory, vault):
    """An office on SQLite for many tries; one engine is enough for what forms do before the database."""
    folder = tmp_path_factory.mktemp("house")
    database = open_database(f"sqlite:///{folder}/house.db")
    load_models().create_all(database.engine)
    with database.unit_of_work() as session:
        letter = send_letter(session, vault, NOW)
    app = make_app(database, FixedClock(NOW), folder, vault)
    browser = Browser(app)
    enter(browser, letter)
    browser.press("Antrag stellen")
    yield browser
    database.close()


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    form=st.sampled_from([form for form in FORMS if not form[0].startswith("/de/code/")]),
    texts=st.lists(st.text(max_size=220), min_size=4, max_size=4),
    key=st.text(max_size=80),
)
def test_any_text_in_any_form(house, form, texts, key):
    path, fields = form
    status = send(
        house, path, fields, texts[: len(fields)], key.encode("utf-8", "ignore").decode("utf-8", "ignore")
    )
    assert status in {200, 404, 409, 413, 429}
