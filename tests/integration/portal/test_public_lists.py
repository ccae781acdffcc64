"""The public checklist: a concern, a few questions in the address, the list, a link to share."""

from datetime import date

import pytest

from servicedesk.checklists.catalogue import load_catalogue
from tests.conftest import NOW
from tests.support.catalogues import OWN_STUDY, release
from tests.support.client import Browser, make_app
from tests.support.office import load_cast

CATALOGUE = load_catalogue()


def papers_on(page):
    return [page.words(node) for node in page.tree.iter() if node.get("class") == "sd-strong"]


def answer(browser, value):
    """Choose and press the button, as a browser does with a form that is only read."""
    form = next(node for node in browser.page.all("form") if node.get("method") == "get")
    values = [
        (node.get("name"), node.get("value")) for node in form.iter("input") if node.get("type") == "hidden"
    ]
    name = next(node.get("name") for node in form.iter("input") if node.get("type") == "radio")
    query = "&".join(f"{key}={one}" for key, one in [*values, *([(name, value)] if value else [])])
    return browser.get(f"{form.get('action')}?{query}")


def test_from_concern_to_list_without_a_script(browser):
    browser.get("/de/papers")
    browser.follow("Aufenthaltserlaubnis zum Studium")
    assert browser.page.h1 == "Geht es um eine Verlängerung?"
    answer(browser, "0")
    assert browser.page.h1 == "Für wen ist die Liste?"
    answer(browser, "adult")
    asked = []
    while "/questions" in browser.path:
        asked.append(browser.page.h1)
        answer(browser, "no")
        assert len(asked) < 9
    assert len(asked) == 4
    assert browser.path == "/de/papers/permit_study"
    words = browser.page.words()
    assert "Verlängerung Ändern" in words
    assert "wenn Sie privat versichert sind" not in words
    assert "93 €" in words
    link = next(address for text, address in browser.page.links().items() if text.startswith("http"))
    assert link.endswith(
        "/de/papers/permit_study?first=0&for=adult&passport_ends_before_title=no&benefits=no"
        "&private_insurance=no&rents_home=no"
    )
    shared = browser.get(link.split("localhost", 1)[1]).page.words()
    assert shared == words, "the same address is the same list"


def test_every_question_may_be_left_open(browser):
    browser.get("/de/papers/permit_study/questions?first=0&for=adult")
    answer(browser, "skip")
    assert browser.page.hidden()["passport_ends_before_title"] == "skip"
    browser.follow("Liste sofort zeigen")
    assert "wenn Ihr Pass früher endet als Ihr Aufenthaltstitel" in browser.page.words()


def test_back_leads_one_question_back_and_loses_no_answer(browser):
    browser.get("/de/papers/permit_study/questions")
    answer(browser, "0")
    answer(browser, "adult")
    third = browser.page.h1
    browser.follow("← Zurück")
    assert browser.page.h1 == "Für wen ist die Liste?"
    assert [
        node.get("value") for node in browser.page.all("input", type="radio") if "checked" in node.attrib
    ] == ["adult"]
    answer(browser, "adult")
    assert browser.page.h1 == third
    browser.follow("← Zurück")
    browser.follow("← Zurück")
    assert browser.page.h1 == "Geht es um eine Verlängerung?"
    browser.follow("← Zurück")
    assert browser.page.h1 == "Welche Unterlagen brauche ich?"


def test_back_from_the_last_answer_that_is_changed_leads_to_the_list(browser):
    browser.get("/de/papers/card_reissue?first=0&for=adult")
    while "Fragen beantworten" in browser.page.links():
        browser.follow("Fragen beantworten")
        while "/questions" in browser.path:
            answer(browser, "skip")
    browser.follow("Ändern : Für wen ist die Liste?")
    browser.follow("← Zurück")
    assert browser.path == "/de/papers/card_reissue"


def test_no_choice_is_told_and_the_first_visit_is_not(browser):
    browser.get("/de/papers/permit_study/questions")
    assert browser.page.errors == []
    answer(browser, None)
    assert browser.page.errors == ["Wählen Sie eine Antwort."]
    answer(browser, "1")
    assert browser.page.errors == []


def test_an_answer_is_changed_from_the_list(browser):
    browser.get("/de/papers/permit_study?first=1&for=adult&rents_home=yes")
    assert "Wohnraumnachweis" in browser.page.words()
    browser.follow("Ändern : Wohnen Sie zur Miete?")
    assert browser.page.h1 == "Wohnen Sie zur Miete?"
    assert [
        node.get("value") for node in browser.page.all("input", type="radio") if "checked" in node.attrib
    ] == ["yes"]
    answer(browser, "no")
    browser.follow("Liste sofort zeigen")
    assert "Wohnraumnachweis" not in browser.page.words()


def test_answers_that_do_not_fit_show_too_much_rather_than_too_little(browser):
    browser.get("/de/papers/permit_family_foreigner?first=1&for=adult&rents_home=yes&owns_home=yes")
    assert "Zwei Antworten passen nicht zusammen" in browser.page.words()
    browser.get("/de/papers/permit_family_foreigner?first=1&for=adult&rents_home=yes")
    assert "Zwei Antworten" not in browser.page.words()


@pytest.mark.parametrize(
    "query",
    [
        "first=2&for=nobody&rents_home=maybe",
        "first=&for=&employed=yes&x=%00&for[]=1",
        "rents_home=YES&" + "a=1&" * 50,
        "child=1",
    ],
)
def test_an_address_somebody_typed_is_no_fault(browser, query):
    assert browser.get(f"/de/papers/permit_study?{query}").status == 200
    assert browser.get(f"/de/papers/permit_study/questions?{query}&ask=no_such").status == 200


def test_a_list_is_cached_by_anybody_and_sets_no_cookie(browser):
    browser.get("/de/papers/permit_study?first=0&for=adult")
    headers = browser.answer.headers
    assert headers["Cache-Control"] == "public, max-age=300"
    assert "Set-Cookie" not in headers
    assert "Cookie" not in headers.get("Vary", "")
    again = browser.client.get(
        "/de/papers/permit_study?first=0&for=adult", headers={"If-None-Match": headers["ETag"]}
    )
    assert again.status_code == 304


@pytest.mark.parametrize("concern_id", sorted(CATALOGUE.concerns))
def test_every_concern_has_a_page(browser, concern_id):
    for query in ("", "?first=1&for=small", "?first=0&for=youth"):
        browser.get(f"/de/papers/{concern_id}{query}")
        assert browser.status == 200
    concern = CATALOGUE.get_concern(concern_id)
    assert concern.legal_basis in browser.page.words()


def test_what_is_taken_and_charged_follows_the_age(browser):
    words = browser.get("/de/papers/permit_family_foreigner?first=1&for=small").page.words()
    assert "Fingerabdrücke" not in words
    assert "50 €" in words
    words = browser.get("/de/papers/permit_family_foreigner?first=1&for=child").page.words()
    assert "Wir nehmen zwei Fingerabdrücke." in words
    assert "kostenlos, weil" in browser.get("/de/papers/permit_refugee_renewal").page.words()


def test_the_short_address_of_printed_lists_leads_to_the_list(browser):
    letters = CATALOGUE.get_concern("permit_study").letters
    assert browser.get(f"/de/p/{letters.upper()}").path == "/de/papers/permit_study"
    assert browser.get("/de/p/zzzz").status == 404


@pytest.fixture
def own_app(db, clock, tmp_path, vault):
    """An office that has withdrawn one concern and changed another."""
    with db.unit_of_work() as session:
        cast = load_cast(session, NOW)
        gone = {
            "id": "permit_opportunity_card",
            "valid_until": "2026-11-22",
            "replaced_by": "permit_job_search",
        }
        own = {**OWN_STUDY, "concern": [*OWN_STUDY["concern"], gone]}
        release(session, cast, own, now=NOW, effective_from=date(2026, 11, 23))
    return make_app(db, clock, tmp_path, vault)


def test_public_lists_follow_the_office_s_own_catalogue(own_app):
    browser = Browser(own_app)
    browser.get("/tr/papers/permit_study")
    assert "Park kartı" in browser.page.words()
    assert "own-1" in browser.page.words()


def test_a_withdrawn_concern_says_so_kindly_and_names_the_next(own_app):
    browser = Browser(own_app)
    assert "Chancenkarte" not in browser.get("/de/papers").page.words()
    for page in ("", "/questions", "/questions?first=1&sent=first"):
        browser.get(f"/de/papers/permit_opportunity_card{page}")
        assert browser.status == 410
        assert browser.page.h1 == "Dieses Anliegen gibt es nicht mehr"
    assert browser.answer.headers["Cache-Control"] == "no-store"
    browser.follow("Aufenthaltserlaubnis zur Arbeitsplatzsuche")
    assert browser.status == 200
