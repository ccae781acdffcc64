"""The office's forms as data: each requirement has its form, each item can be reached, nothing is asked twice."""

from dataclasses import replace
from itertools import product

import pytest

from servicedesk.checklists.catalogue import build_catalogue, builtin_content, load_catalogue
from servicedesk.checklists.catalogue.content import digest_of, overlay
from servicedesk.checklists.errors import ContradictoryFacts
from servicedesk.checklists.form_printing import blank_filling, figures
from servicedesk.checklists.rules import BASIC_FACTS, Fact, FactSheet, PersonFacts, read_sheet, settle
from servicedesk.checklists.rules.forms import (
    Filling,
    Prefill,
    Signing,
    Standing,
    list_forms,
    read_day,
    stand,
)

CATALOGUE = load_catalogue()
FORMS = list(CATALOGUE.forms.values())
OF_OTHERS = {"employment_declaration", "loyalty_declaration"}
"""Forms of federal authorities, or words that a law fixes: never imitated."""
FORM_DOCUMENTS = {"application_form", "landlord_form", "guest_data_form", "cohabitation_declaration", "proxy"}
ADULT = PersonFacts(is_renewal=True, age=30)


def filling(form_id="title_application", person=ADULT, known=None, **values):
    form = CATALOGUE.forms[form_id]
    return Filling(form, CATALOGUE.facts, read_sheet(person), values, known or {})


def asked(found):
    return [one.id for one in found.list_asked()]


@pytest.mark.parametrize("concern", CATALOGUE.list_concerns(), ids=lambda one: one.id)
def test_every_concern_that_names_a_form_finds_one(concern):
    named = {document.id for rule in concern.papers for document in rule.documents} & FORM_DOCUMENTS
    assert named <= {form.document_id for form in list_forms(CATALOGUE.forms, concern)}


def test_no_form_of_a_federal_authority_is_imitated():
    assert set(CATALOGUE.documents) >= OF_OTHERS
    assert not OF_OTHERS & {form.document_id for form in FORMS}
    assert {form.document_id for form in FORMS} == FORM_DOCUMENTS


@pytest.mark.parametrize("form", FORMS, ids=lambda one: one.id)
def test_every_item_is_somebodys(form):
    facts = sorted({fact for one in form.fields for fact in one.when | one.denied} - BASIC_FACTS)
    missed = {one.id for one in form.fields}
    for is_renewal, age, values in product(
        (True, False), (10, 30), product((True, False), repeat=len(facts))
    ):
        basic = read_sheet(PersonFacts(is_renewal=is_renewal, age=age))
        try:
            sheet = settle(CATALOGUE.facts, basic.join(FactSheet.read(dict(zip(facts, values, strict=True)))))
        except ContradictoryFacts:
            continue
        missed -= {one.id for one in form.fields if stand(one, sheet) is Standing.applies}
    assert missed == set()


@pytest.mark.parametrize("form", FORMS, ids=lambda one: one.id)
def test_numbers_and_names_of_items_are_one_each(form):
    assert len({one.number for one in form.fields}) == len(form.fields)
    assert len({one.id for one in form.fields}) == len(form.fields)
    assert form.signatures
    assert form.signing in Signing


def test_every_source_of_prefilling_is_used_and_a_register_fact_is_never_optional_data():
    used = {one.prefill for form in FORMS for one in form.fields if one.prefill}
    assert used == set(Prefill)


def test_what_the_office_knows_is_not_asked():
    assert "family_name" in asked(filling())
    assert "family_name" not in asked(filling(known={"family_name": "Haddad"}))
    assert (
        filling(known={"family_name": "Haddad"}).value_of(
            CATALOGUE.forms["title_application"].find_field("family_name")
        )
        == "Haddad"
    )


def test_a_known_fact_is_not_asked_and_decides():
    person = replace(ADULT, sheet=FactSheet(frozenset({Fact.has_passport})))
    assert "has_passport" not in asked(filling(person=person))
    assert "passport_number" in asked(filling(person=person))
    assert "passport_efforts" not in asked(filling(person=person))


def test_an_unknown_fact_asks_nothing_that_hangs_on_it():
    assert not {"passport_number", "passport_efforts"} & set(asked(filling()))
    unknown = filling(has_passport="unknown")
    assert not {"passport_number", "passport_efforts"} & set(asked(unknown))
    assert "passport_efforts" in asked(filling(has_passport="no"))


def test_an_answer_that_follows_is_not_asked_and_two_that_exclude_each_other_are_refused():
    assert "owns_home" not in asked(filling(rents_home="yes"))
    assert "owns_home" in asked(filling(rents_home="no"))
    both = filling(rents_home="yes", owns_home="yes")
    assert both.is_contradictory
    with pytest.raises(ContradictoryFacts):
        _ = both.facts
    assert both.settled == both.sheet


def test_the_next_question_follows_the_one_just_answered_then_those_passed_over():
    everything = asked(filling())
    assert filling().find_next().id == everything[0]
    assert filling().find_next(everything[3]).id == everything[4]
    assert filling().find_next(everything[-1]).id == everything[0]


def test_a_date_before_the_one_it_follows_is_found():
    form = filling(known={"birth_date": "1990-05-17"}, married="yes")
    married_on = form.form.find_field("married_on")
    assert form.find_early(married_on, read_day("1989-01-01")).id == "birth_date"
    assert form.find_early(married_on, read_day("2010-01-01")) is None
    unknown = filling(known={"birth_date": "1990-00-00"}, married="yes")
    assert unknown.find_early(married_on, read_day("1980-01-01")) is None


def test_what_no_longer_applies_is_left_out_of_what_is_sent():
    kept = filling(rents_home="no", warm_rent="900", insurer="AOK").keep_theirs()
    assert kept == {"rents_home": "no", "insurer": "AOK"}


def test_forms_are_part_of_the_content_its_digest_and_an_offices_overlay():
    content = builtin_content()
    assert digest_of(content) != digest_of({**content, "form": []})
    problems: list[str] = []
    own = {"form": [{"id": "pickup_proxy", "name": "Vollmacht unserer Stadt"}]}
    forms = build_catalogue(overlay(content, own, problems), version="own-1").forms
    assert (problems, forms["pickup_proxy"].name) == ([], "Vollmacht unserer Stadt")
    assert forms["guest_data"] == CATALOGUE.forms["guest_data"]


def test_a_content_older_than_the_forms_can_still_be_read():
    old = {key: value for key, value in builtin_content().items() if key not in {"form", "form_part"}}
    assert build_catalogue(old, version="old").forms == {}


@pytest.mark.parametrize(
    ("form", "part", "said"),
    [
        ({"document": "nothing"}, {}, "no document 'nothing'"),
        ({"concerns": ["nothing"]}, {}, "no concern 'nothing'"),
        ({"parts": ["nothing"]}, {}, "no part nothing"),
        ({"signing": "fax"}, {}, "fax"),
        ({}, {"prefill": "shoe_size"}, "shoe_size"),
        ({}, {"when": ["benefits"]}, "benefits is not asked before it"),
        ({}, {"kind": "choice"}, "choices belong to the kind choice"),
        ({}, {"kind": "table"}, "columns belong to the kind table"),
        ({}, {"kind": "fact"}, "a fact belongs to the kind fact"),
        ({}, {"after": "later"}, "later does not come before it"),
        ({}, {"colour": "red"}, "unknown keys: colour"),
    ],
)
def test_a_faulty_form_is_refused_with_its_place(form, part, said):
    field = {"id": "one", "kind": "text", "name": "Eins", **part}
    own = {
        "form": [{"id": "pickup_proxy", "parts": ["own"], **form}],
        "form_part": [{"id": "own", "name": "Teil", "fields": [field]}],
    }
    problems: list[str] = []
    build_catalogue(overlay(builtin_content(), own, problems), version="own-1", problems=problems)
    assert any(said in problem for problem in problems), problems


def test_a_blank_form_keeps_what_only_some_fill_in():
    blank = blank_filling(CATALOGUE.forms["title_application"], CATALOGUE)
    states = {one.id: stand(one, blank.settled) for one in blank.form.fields}
    assert states["passport_number"] is Standing.open
    assert states["entered_on"] is Standing.open
    assert states["parents"] is Standing.not_theirs


@pytest.mark.parametrize(
    ("kept", "shown"), [("2026-01-02", "02.01.2026"), ("1990-00-00", "00.00.1990"), ("gestern", "gestern")]
)
def test_days_are_shown_as_a_card_shows_them(kept, shown):
    assert figures(kept) == shown
