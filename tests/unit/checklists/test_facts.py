"""What is known, what follows from it, and what cannot be true together."""

from datetime import date

import pytest

from servicedesk.checklists.catalogue import load_catalogue
from servicedesk.checklists.errors import ContradictoryFacts
from servicedesk.checklists.rules import (
    BASIC_FACTS,
    NOTHING_KNOWN,
    Fact,
    FactSheet,
    PersonFacts,
    RegisterFacts,
    gather_facts,
    list_questions,
    read_register,
    read_sheet,
    settle,
    settle_answers,
)

CATALOGUE = load_catalogue()
MODEL = CATALOGUE.facts
TODAY = date(2026, 11, 23)


def sheet(**values):
    return FactSheet.read({Fact(name): value for name, value in values.items()})


def test_every_fact_is_described_and_every_one_that_is_asked_has_its_words():
    assert set(MODEL) == set(Fact)
    for fact, info in MODEL.items():
        assert bool(info.question) or fact in BASIC_FACTS or not info.if_true
        assert info.question == "" or info.question.endswith("?")
    assert not any(MODEL[fact].is_askable for fact in BASIC_FACTS)


def test_what_follows_from_a_fact_is_known():
    settled = settle(MODEL, sheet(joins_spouse=True))
    assert settled.of(Fact.married) is True
    assert settle(MODEL, sheet(married=False)).of(Fact.joins_spouse) is False
    assert settle(MODEL, sheet(rents_home=True)).of(Fact.owns_home) is False
    assert settle(MODEL, sheet(employed=True)).of(Fact.married) is None


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"joins_spouse": True, "married": False}, {"joins_spouse", "married"}),
        ({"rents_home": True, "owns_home": True}, {"owns_home", "rents_home"}),
        ({"minor": True, "adult": True}, {"adult", "minor"}),
        ({"first_issue": True, "renewal": True}, {"first_issue", "renewal"}),
        ({"minor": True, "retired": True}, {"minor", "retired"}),
        ({"public_scholarship": True, "student": False}, {"public_scholarship", "student"}),
    ],
)
def test_facts_that_cannot_be_true_together_are_refused_by_name(values, named):
    with pytest.raises(ContradictoryFacts) as refusal:
        settle(MODEL, sheet(**values))
    assert set(refusal.value.facts) & named
    assert refusal.value.code == "contradictory_facts"


def test_of_stored_answers_those_that_no_longer_fit_give_way():
    register = sheet(german_national=True)
    settled = settle_answers(MODEL, register, sheet(protection=True, employed=True))
    assert settled.of(Fact.protection) is not True
    assert settled.of(Fact.employed) is True


def test_a_register_that_contradicts_itself_stops_nobody():
    torn = FactSheet(frozenset({Fact.protection, Fact.german_national}), frozenset())
    assert settle_answers(MODEL, torn, sheet(employed=True)).true >= torn.true


def test_the_register_outweighs_the_concern_and_both_outweigh_answers():
    concern = CATALOGUE.get_concern("permit_self_employed")
    facts = gather_facts(
        concern,
        MODEL,
        is_renewal=True,
        age=40,
        register=sheet(has_passport=True),
        answers=sheet(self_employed=False, has_passport=False, rents_home=True),
    )
    assert facts.sheet.of(Fact.self_employed) is True
    assert facts.sheet.of(Fact.has_passport) is True
    assert facts.sheet.of(Fact.rents_home) is True


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, {}),
        ({"nationalities": "163"}, {"turkish_national": True, "german_national": False}),
        ({"nationalities": "475, 000"}, {"german_national": True, "swiss_national": False}),
        (
            {"passport_ends_on": date(2027, 1, 1), "title_ends_on": date(2027, 2, 1)},
            {"has_passport": True, "passport_ends_before_title": True},
        ),
        (
            {"passport_ends_on": date(2027, 2, 1), "title_ends_on": date(2027, 2, 1)},
            {"has_passport": True, "passport_ends_before_title": False},
        ),
        (
            {"passport_ends_on": date(2026, 11, 22), "title_ends_on": date(2027, 2, 1)},
            {"has_passport": None, "passport_ends_before_title": True},
        ),
        ({"passport_ends_on": date(2027, 1, 1)}, {"has_passport": True, "passport_ends_before_title": None}),
        ({"has_household": True}, {"has_family_here": True}),
        ({"has_household": False}, {"has_family_here": None}),
    ],
)
def test_the_register_is_read_and_what_it_does_not_say_stays_unknown(facts, expected):
    known = read_register(RegisterFacts(today=TODAY, **facts))
    for name, value in expected.items():
        assert known.of(Fact(name)) is value, name
    if not facts:
        assert known == NOTHING_KNOWN


def test_questions_are_those_that_would_change_the_list_in_their_order_and_none_twice():
    concern = CATALOGUE.get_concern("permit_study")
    facts = gather_facts(concern, MODEL, is_renewal=True, age=22)
    asked = [info.fact for info in list_questions(concern, facts, MODEL)]
    assert asked == [
        Fact.passport_ends_before_title,
        Fact.benefits,
        Fact.private_insurance,
        Fact.rents_home,
    ]
    answered = gather_facts(concern, MODEL, is_renewal=True, age=22, answers=sheet(benefits=True))
    left = [info.fact for info in list_questions(concern, answered, MODEL, skipped=frozenset({asked[0]}))]
    assert left == [Fact.private_insurance, Fact.rents_home]


def test_what_cannot_matter_is_not_asked():
    concern = CATALOGUE.get_concern("permit_family_german")
    child = gather_facts(concern, MODEL, is_renewal=True, age=10)
    asked = {info.fact for info in list_questions(concern, child, MODEL)}
    assert Fact.joins_spouse not in asked
    assert Fact.one_parent_abroad in asked
    first = gather_facts(concern, MODEL, is_renewal=False, age=30)
    assert Fact.obliged_to_integration_course not in {
        info.fact for info in list_questions(concern, first, MODEL)
    }


def test_parents_are_asked_about_their_child():
    info = MODEL[Fact.private_insurance]
    assert info.question_for(is_child=True) == "Ist Ihr Kind privat krankenversichert?"
    assert info.question_for(is_child=False) == "Sind Sie privat krankenversichert?"
    assert MODEL[Fact.married].question_for(is_child=True) == MODEL[Fact.married].question


def test_a_sheet_learns_facts():
    known = NOTHING_KNOWN.learn(Fact.employed, value=True).learn(Fact.married, value=False)
    assert (known.of(Fact.employed), known.of(Fact.married), known.of(Fact.illness)) == (True, False, None)
    assert read_sheet(PersonFacts(is_renewal=True, age=5, sheet=known)).of(Fact.minor) is True
