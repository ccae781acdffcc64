"""What the database tells about a title is what the rules say about it, on both engines."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from servicedesk.checklists.rules import (
    ADULT_AGE,
    PersonFacts,
    RegisterFacts,
    known_facts,
    person_age,
    read_register,
)
from servicedesk.outreach.queries.traits import (
    AGE_UNKNOWN,
    Trait,
    age_of,
    age_steps,
    passport_of,
    register_facts,
    traits_of,
)
from servicedesk.register.models import Person, Title
from tests.conftest import NOW
from tests.support.office import add_person, add_title, load_cast

DAYS = [date(2026, 11, 23), date(2028, 2, 28), date(2028, 2, 29), date(2027, 3, 1), date(2027, 1, 1)]
BIRTHS = [
    (0, 0, 0),
    (0, 5, 17),
    (1990, 0, 0),
    (1990, 0, 17),
    (1990, 5, 0),
    (1990, 13, 1),
    (1990, -1, 1),
    (1990, 2, 30),
    (1990, 2, 29),
    (1992, 2, 29),
    (1900, 2, 29),
    (2000, 2, 29),
    (1990, 4, 31),
    (1990, 4, 30),
    (1990, 12, 32),
    (1990, 12, -1),
    (10_000, 1, 1),
    (2030, 1, 1),
    *(
        (year, month, day)
        for year in (2008, 2009, 2010, 2012, 2020, 2022)
        for month, day in ((11, 22), (11, 23), (11, 24), (2, 28), (2, 29), (3, 1), (1, 1), (1, 0), (11, 0))
        if (month, day) != (2, 29) or year % 4 == 0
    ),
]


@pytest.fixture
def people(session):
    """Add somebody of every birth date, each with one title; return the ids by birth date."""
    cast = load_cast(session, NOW)
    found = {}
    for birth in BIRTHS:
        found[birth] = add_person(session, cast.office, "Wer", born=birth)
        add_title(session, cast.office, found[birth], date(2027, 2, 1))
    session.flush()
    return found


def told(session, column):
    """Return what the database tells, per person."""
    query = select(Person.id, column).join(Title, Title.person_id == Person.id)
    return dict(session.execute(query).all())


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_ages_are_told_as_the_rules_count_them(session, people, today):
    ages = told(session, age_of(today))
    traits = told(session, traits_of(today))
    for birth, person_id in people.items():
        try:
            age = person_age(*birth, today)
        except ValueError:
            assert Trait.undated in Trait(traits[person_id]), birth
            continue
        assert Trait.undated not in Trait(traits[person_id]), birth
        expected = AGE_UNKNOWN if age is None else max((s for s in age_steps() if s <= age), default=0)
        assert ages[person_id] == expected, birth


def test_between_two_steps_of_age_nothing_changes():
    assert ADULT_AGE in age_steps()
    for age in range(120):
        step = max(s for s in age_steps() if s <= age)
        assert known_facts(PersonFacts(is_renewal=True, age=step)) == known_facts(
            PersonFacts(is_renewal=True, age=age)
        )


@pytest.mark.parametrize(
    ("changes", "traits"),
    [
        ({"moved_away_on": None}, Trait(0)),
        ({"family_name": " ", "given_names": "\u00a0\t"}, Trait.nameless),
        ({"family_name": ""}, Trait(0)),
        ({"street": ""}, Trait.unaddressed),
        ({"postcode": "\u2009\n "}, Trait.unaddressed),
        ({"town": "\u3000"}, Trait.unaddressed),
        ({"house_number": ""}, Trait(0)),
        ({"moved_away_on": DAYS[0]}, Trait.moved_away),
        ({"moved_away_on": DAYS[0] + timedelta(days=1)}, Trait(0)),
    ],
)
def test_traits_of_people(session, changes, traits):
    cast = load_cast(session, NOW)
    person_id = add_person(session, cast.office)
    add_title(session, cast.office, person_id, date(2027, 2, 1))
    session.flush()
    session.execute(Person.__table__.update().where(Person.id == person_id).values(changes))
    assert Trait(told(session, traits_of(DAYS[0]))[person_id]) == traits


@pytest.mark.parametrize(
    ("changes", "traits"),
    [
        ({"is_superseded": True}, Trait.superseded),
        ({"vanished_on": date(2026, 11, 1)}, Trait.vanished),
        ({"effective_ends_on": DAYS[0]}, Trait(0)),
        ({"effective_ends_on": DAYS[0] - timedelta(days=1)}, Trait.ended),
        ({"is_superseded": True, "vanished_on": DAYS[0]}, Trait.superseded | Trait.vanished),
    ],
)
def test_traits_of_titles(session, changes, traits):
    cast = load_cast(session, NOW)
    person_id = add_person(session, cast.office)
    add_title(session, cast.office, person_id, date(2027, 2, 1))
    session.flush()
    session.execute(Title.__table__.update().values(changes))
    assert Trait(told(session, traits_of(DAYS[0]))[person_id]) == traits


def test_a_number_for_the_passport_stands_for_what_the_register_knows(session):
    today, ends_on = DAYS[0], date(2027, 2, 1)
    cast = load_cast(session, NOW)
    passports = {}
    for days in (None, -400, -1, 0, 1, 69, 70, 71, 4000):
        passport_ends_on = None if days is None else today + timedelta(days=days)
        person_id = add_person(session, cast.office)
        title_id = add_title(session, cast.office, person_id, ends_on)
        changes = {"passport_ends_on": passport_ends_on}
        session.execute(Title.__table__.update().where(Title.id == title_id).values(changes))
        passports[person_id] = passport_ends_on
    numbers = told(session, passport_of(today))
    for person_id, passport_ends_on in passports.items():
        exact = RegisterFacts(
            today=today, nationalities="163,158", passport_ends_on=passport_ends_on, title_ends_on=ends_on
        )
        assert read_register(register_facts("163,158", numbers[person_id], today)) == read_register(exact)
    assert len(set(numbers.values())) == 4
