"""Which papers one person needs, and how old somebody with an incomplete birth date is."""

from datetime import date

import pytest

from servicedesk.checklists.catalogue import load_catalogue
from servicedesk.checklists.rules import (
    Concern,
    Document,
    DocumentForm,
    Fact,
    PaperRule,
    PersonFacts,
    Presence,
    Source,
    TitleForm,
    earliest_birth_date,
    known_facts,
    list_requirements,
    person_age,
)
from servicedesk.kernel.intervals import Lead

CATALOGUE = load_catalogue()
SOURCE = Source(date(2020, 1, 1), "https://example.org", date(2026, 1, 1))


def ids(concern, **facts):
    return [
        line.document.id for line in list_requirements(CATALOGUE.get_concern(concern), PersonFacts(**facts))
    ]


def test_renewal_asks_for_the_old_permit_and_first_issue_for_the_form():
    renewal, first = (
        ids("permit_study", is_renewal=True, age=22),
        ids("permit_study", is_renewal=False, age=22),
    )
    assert "current_title" in renewal
    assert "application_form" not in renewal
    assert "application_form" in first
    assert "current_title" not in first


def test_marriage_certificates_are_for_adults_at_first_issue_only():
    assert "marriage_certificate" in ids("permit_family_german", is_renewal=False, age=30)
    assert "marriage_certificate" not in ids("permit_family_german", is_renewal=True, age=30)
    assert "marriage_certificate" not in ids("permit_family_german", is_renewal=False, age=8)
    assert "birth_certificate" in ids("permit_family_german", is_renewal=False, age=8)


@pytest.mark.parametrize(("age", "asked"), [(5, False), (6, True), (17, True), (18, False)])
def test_school_certificates_are_for_children_of_school_age(age, asked):
    assert ("school_certificate" in ids("permit_family_foreigner", is_renewal=True, age=age)) is asked


def test_new_card_for_an_unlimited_title_needs_passport_card_and_photo():
    assert ids("card_reissue", is_renewal=True, age=50) == ["passport", "old_card", "photo_digital"]


def test_one_of_several_papers_share_a_group():
    lines = list_requirements(CATALOGUE.get_concern("permit_study"), PersonFacts(is_renewal=True, age=22))
    means = [line for line in lines if line.group]
    assert len(means) == 6
    assert len({line.group for line in means}) == 1
    assert not any(line.is_mandatory for line in means)
    assert next(line for line in lines if line.document.id == "passport").is_mandatory


def test_a_document_asked_for_twice_stands_once_and_strictly():
    paper = Document("a", "A", "A", DocumentForm.copy, None, "hier", SOURCE)
    rules = (PaperRule((paper,), frozenset(), "wenn es regnet"), PaperRule((paper,), frozenset(), ""))
    concern = Concern(
        "c",
        "C",
        "C",
        "§ 1",
        TitleForm.residence_title,
        Lead(3),
        15,
        Presence.person,
        True,
        True,
        rules,
        SOURCE,
    )
    (line,) = list_requirements(concern, PersonFacts(is_renewal=True))
    assert line.is_mandatory


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (None, {Fact.renewal, Fact.adult, Fact.from_16}),
        (0, {Fact.renewal, Fact.minor}),
        (15, {Fact.renewal, Fact.minor, Fact.school_age}),
        (16, {Fact.renewal, Fact.minor, Fact.school_age, Fact.from_16}),
        (18, {Fact.renewal, Fact.adult, Fact.from_16}),
    ],
)
def test_facts_follow_the_age(age, expected):
    assert known_facts(PersonFacts(is_renewal=True, age=age)) == expected


@pytest.mark.parametrize(
    ("birth", "today", "age"),
    [
        ((2008, 11, 22), date(2026, 11, 22), 18),
        ((2008, 11, 23), date(2026, 11, 22), 17),
        ((2008, 0, 0), date(2025, 12, 31), 17),
        ((2008, 0, 0), date(2026, 1, 1), 18),
        ((2008, 11, 0), date(2026, 10, 31), 17),
        ((2008, 11, 0), date(2026, 11, 1), 18),
        ((2008, 2, 29), date(2026, 2, 28), 17),
        ((2008, 2, 29), date(2026, 3, 1), 18),
        ((0, 0, 0), date(2026, 3, 1), None),
    ],
)
def test_of_an_unknown_birth_day_the_earliest_counts(birth, today, age):
    assert person_age(*birth, today) == age


def test_earliest_birth_date_fills_in_what_is_unknown():
    assert earliest_birth_date(2024, 2, 0) == date(2024, 2, 1)
    assert earliest_birth_date(2024, 0, 0) == date(2024, 1, 1)
    assert earliest_birth_date(2024, 0, 17) == date(2024, 1, 1)
