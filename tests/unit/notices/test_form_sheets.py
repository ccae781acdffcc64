"""Printed forms: both languages with common numbers, one place to write, PDF/UA-1, answers in their own direction."""

from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO

import html5lib
import page
import pikepdf
import pytest

from servicedesk.checklists.catalogue import load_catalogue
from servicedesk.checklists.form_printing import FormOrder, blank_filling, build_form
from servicedesk.checklists.rules import PersonFacts
from servicedesk.notices.contexts.blocks import OfficeBlock, Phrase
from servicedesk.notices.contexts.forms import FormArrival
from servicedesk.notices.letters.forms import build_form_html, render_form

CATALOGUE = load_catalogue()
OFFICE = OfficeBlock(
    "Ausländerbehörde Musterstadt", "Rathausplatz 1", "12345", "Musterstadt", "https://amt.example"
)
DAY = date(2026, 11, 23)
TYPED = {
    "has_passport": "yes",
    "passport_state": "المغرب",
    "married": "yes",
    "spouse_name": "محمد 12 (B)",
    "spouse_birth": "1990-00-00",
    "children": ({"name": "Lina", "born_on": "2018-03-04", "lives": "bei mir"},),
    "lives_together": "yes",
    "employed": "unknown",
}
KNOWN = {"family_name": "Çelik", "birth_date": "1990-05-17", "home_address": "Lindenweg 7 b"}
ARRIVAL = FormArrival(
    "F-7K3M-Q2XA", datetime(2026, 11, 23, 8, 0, tzinfo=UTC), "Arabisch", 2, is_withdrawn=True
)


def sheet(locale="de", form_id="title_application", *, is_filled=False, **order):
    filling = blank_filling(CATALOGUE.forms[form_id], CATALOGUE, PersonFacts(is_renewal=True, age=30))
    if is_filled:
        filling = replace(filling, values=TYPED, known=KNOWN)
        order.setdefault("subject", "V-1 · 33.26.1")
    return build_form(FormOrder(filling, locale, DAY, **order), CATALOGUE, OFFICE)


def items(made):
    tree = html5lib.parse(build_form_html(made)[0], namespaceHTMLElements=False)
    return [one for one in tree.iter("li") if one.get("class") == "item"]


def text(node):
    return " ".join("".join(node.itertext()).split())


def item(made, number):
    (found,) = [one for one in items(made) if number in [text(box) for box in one.iter("div")]]
    return found


def faults(pdf):
    return sorted({failure.rule_id for failure in page.validate_pdf_bytes(pdf, profile="ua1").failures})


@pytest.mark.parametrize("form_id", CATALOGUE.forms)
@pytest.mark.parametrize("locale", ["de", "ar", "uk"])
def test_every_blank_form_is_valid_on_a4(form_id, locale):
    pdf = render_form(sheet(locale, form_id)).pdf
    assert faults(pdf) == []
    with pikepdf.open(BytesIO(pdf)) as opened:
        assert {tuple(round(float(x)) for x in one.mediabox) for one in opened.pages} == {(0, 0, 595, 842)}


@pytest.mark.parametrize("locale", ["de", "ar", "uk"])
@pytest.mark.parametrize("order", [{"arrival": ARRIVAL}, {"conceals": True}, {"is_large": True}])
def test_a_filled_form_is_valid(locale, order):
    assert faults(render_form(sheet(locale, is_filled=True, **order)).pdf) == []


def test_both_sides_have_one_number_and_one_place_to_write():
    german = item(sheet("ar"), "1.1")
    sides = [one for one in german.iter("div") if one.get("class") == "side"]
    assert [(one.get("lang"), one.get("dir")) for one in sides] == [("de", "ltr"), ("ar", "rtl")]
    assert [text(one) for one in german.iter("div") if one.get("class") == "box"] == ["1.1"]
    assert len([one for one in german.iter("p") if "answer" in one.get("class", "")]) == 1


def test_numbers_are_the_same_for_everybody():
    filled = {text(one).split()[0] for one in items(sheet(is_filled=True, arrival=ARRIVAL))}
    blank = {text(one).split()[0] for one in items(sheet())}
    assert filled < blank


def test_a_typed_name_keeps_the_direction_of_its_script():
    name = item(sheet(is_filled=True, arrival=ARRIVAL), "5.2")
    directions = {one.get("dir") for one in name.iter("span") if text(one) == "محمد 12 (B)"}
    assert directions - {None} == {"rtl"}


def test_what_was_chosen_is_crossed_and_days_read_as_on_a_card():
    made = sheet(is_filled=True, arrival=ARRIVAL)
    chosen = [one for one in item(made, "5.5").iter("p") if one.get("class") == "chosen"]
    assert [text(one) for one in chosen] == ["Ja"]
    unknown = [one for one in item(made, "6.1").iter("p") if one.get("class") == "chosen"]
    assert [text(one) for one in unknown] == ["Weiß ich nicht"]
    assert "00.00.1990" in text(item(made, "5.3"))
    assert "04.03.2018" in text(item(made, "5.6"))


def test_a_fact_nobody_knows_leaves_the_item_with_its_condition():
    assert "wenn Sie verheiratet sind" in text(item(sheet(), "5.2"))
    assert "wenn Sie verheiratet sind" not in text(item(sheet(is_filled=True), "5.2"))


def test_the_own_copy_hides_what_only_the_register_knows():
    office, own = sheet(is_filled=True), sheet(is_filled=True, conceals=True)
    assert "Lindenweg 7 b" in text(item(office, "1.5"))
    assert "Lindenweg" not in build_form_html(own)[0]
    assert "17.05.1990" not in build_form_html(own)[0]
    assert "liegt der Ausländerbehörde vor" in text(item(own, "1.3"))
    assert "Çelik" in text(item(own, "1.1"))


def test_a_text_nobody_has_translated_is_german_and_says_so():
    made = replace(sheet("ar"), name=Phrase("Antrag"))
    tree = html5lib.parse(build_form_html(made)[0], namespaceHTMLElements=False)
    other = list(tree.iter("h1"))[1]
    assert [(one.get("lang"), text(one)) for one in other.iter("span")] == [("de", "Antrag")]


def test_the_arrival_stands_at_the_top_and_empty_items_say_so():
    html = build_form_html(sheet(is_filled=True, arrival=ARRIVAL))[0]
    assert "F-7K3M-Q2XA" in html
    assert "Berichtigung Nummer 1" in html
    assert "wird nicht mehr angeboten" in html
    assert "nicht angegeben" in html
    assert "Ort, Datum, Unterschrift" not in html


def test_a_form_signed_by_hand_keeps_its_lines_after_sending():
    html = build_form_html(sheet(form_id="cohabitation", subject="V-1", arrival=ARRIVAL))[0]
    assert html.count("Ort, Datum, Unterschrift") == 2
