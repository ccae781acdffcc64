"""The lead's page: one number, one picture, whom to help and the one click that helps."""

from datetime import timedelta

import pytest
from sqlalchemy import delete

from servicedesk.interim.models import InterimConfirmation
from tests.support.applicants import apply_for, confirmation_of, run_night
from tests.support.desk import TODAY, table_names

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def eva(desk):
    return desk.sign_in("eva")


def test_an_empty_page_says_what_will_be_here(eva):
    words = eva.get("/staff/guarantee").page.words()
    assert "In den nächsten 28 Tagen endet kein Titel." in words
    assert "Niemand ist gefährdet." in words
    assert "Wer rechtzeitig beantragt hat, hatte an jedem Tag" in words
    assert eva.page.all(SVG + "svg", role="img") == []


def test_only_leads_see_it(desk, boris):
    assert boris.get("/staff/guarantee").status == 403
    assert "28 Tage" not in boris.get("/staff/").page.links()
    assert desk.sign_in("frida").get("/staff/guarantee").status == 403


def test_everybody_whose_title_ends_is_in_figures_picture_and_table(desk, eva, tmp_path):
    apply_for(desk, "Farah", "Hodan", ends_in=1)
    apply_for(desk, "Çelik", "Özlem", ends_in=9)
    haddad = apply_for(desk, "Haddad", "Nour", ends_in=11, legal_basis="104c.1")
    silent = desk.case("Zorn", "Clara", TODAY + timedelta(days=20))
    desk.case("Keita", "Awa", TODAY + timedelta(days=29))
    run_night(desk, tmp_path)
    words = eva.get("/staff/guarantee").page.words()
    assert "Titel, die enden (4)" in words
    assert (
        "1 bestätigt 1 rechtzeitig unterwegs 1 gefährdet 1 noch kein Antrag 0 nichts zu bestätigen" in words
    )
    (picture,) = eva.page.all(SVG + "svg", role="img")
    drawn = [node for node in picture.iter(SVG + "rect") if (node.get("class") or "").startswith("sd-bar-")]
    assert sorted(node.get("class") for node in drawn if node.get("x")) == [
        "sd-bar-confirmed",
        "sd-bar-planned",
        "sd-bar-risk-edge",
        "sd-bar-silent",
    ]
    assert table_names(eva) == ["Haddad, Nour", "Zorn, Clara"]
    assert "ein Mensch muss entscheiden" in words
    assert "Es liegt kein Antrag vor." in words
    links = eva.page.links()
    proposal = confirmation_of(desk, haddad).ref
    assert links["entscheiden : Haddad, Nour"] == f"/staff/interim/{proposal}"
    assert links["anrufen : Zorn, Clara"] == f"/staff/cases/{silent}"
    assert "Dienstag, 24. November 2026 1 1 1 0 0 0 0" in words
    assert "Tage ohne Nachweis : 0" in eva.get("/staff/").page.words()


def test_a_gap_is_red_counted_and_one_click_from_its_end(desk, eva, tmp_path):
    ref = apply_for(desk, "Çelik", "Özlem", ends_in=1)
    run_night(desk, tmp_path)
    with desk.db.unit_of_work() as session:
        session.execute(delete(InterimConfirmation))
    desk.clock.advance(timedelta(days=4))
    eva = desk.sign_in("eva")
    words = eva.get("/staff/").page.words()
    assert "Tage ohne Nachweis : 2 ✕ jemand stand ohne Zwischenbestätigung da" in words
    eva.follow("Tage ohne Nachweis")
    words = eva.page.words()
    assert "So viele Tage stand jemand" in words
    assert "✕ Lücke seit 3 Tagen" in words
    assert eva.page.links()["vorschlagen : Çelik, Özlem"] == f"/staff/cases/{ref}#bestaetigung"
    eva.follow("vorschlagen")
    eva.press("Zwischenbestätigung vorschlagen")
    eva.press("Freigeben")
    assert confirmation_of(desk, ref).state == "issued"
    assert table_names(eva.get("/staff/guarantee")) == []
