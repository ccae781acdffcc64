"""People are found within the caller's scope only."""

from datetime import date

import pytest

from servicedesk.kernel.errors import NotFound
from servicedesk.register.models import Person
from servicedesk.register.queries import (
    find_person_by_file_number,
    find_representative,
    get_person,
    list_household,
    list_titles,
    list_vanished,
    search_people,
)
from tests.conftest import NOW
from tests.support.office import add_person, add_title, load_cast


@pytest.fixture
def office(session):
    neighbour = load_cast(session, NOW, ref="nachbarstadt", host="nachbar.example").office
    add_title(session, neighbour, add_person(session, neighbour, file_number="33.1"), vanished_on=NOW.date())
    return load_cast(session, NOW).office


def test_by_file_number_and_id(session, office):
    person_id = add_person(session, office, file_number="33.1", born=(1990, 0, 0))
    found = find_person_by_file_number(session, office.id, " 33.1 ")
    assert (found.id, found.birth_text, found.full_name) == (person_id, "00.00.1990", "Amina Çelik")
    assert get_person(session, office.id, person_id) == found
    assert find_person_by_file_number(session, office.id, "33.2") is None
    nobody = Person.surname_key >= "D"
    assert find_person_by_file_number(session, office.id, "33.1", nobody) is None
    with pytest.raises(NotFound):
        get_person(session, office.id, person_id, nobody)


def test_search_by_beginning_of_name_or_file_number(session, office):
    for number, name in enumerate(("Özdemir", "Öztürk", "Al-Hassan", "Al Hassan", "Oezal", "Zola"), 1):
        add_person(session, office, name, file_number=f"A{number}")

    def found(query, **options):
        return [p.family_name for p in search_people(session, office.id, query, office.folding, **options)]

    assert found("öz") == ["Oezal", "Özdemir", "Öztürk"]
    assert sorted(found("al hassan")) == ["Al Hassan", "Al-Hassan"]
    assert found("A6") == ["Zola"]
    assert found("öz", scope=Person.surname_key < "OEZD") == ["Oezal"]
    assert found("öz", limit=1) == ["Oezal"]
    assert found("  ") == found("%") == found("?") == []


def test_household_and_representative(session, office):
    parent = add_person(session, office, "Çelik", "Amina", file_number="1", household_key="H")
    child = add_person(
        session,
        office,
        "Çelik",
        "Ali",
        file_number="2",
        household_key="H",
        born=(2020, 1, 1),
        representative="1",
    )
    single = add_person(session, office, file_number="3")
    views = {person: get_person(session, office.id, person) for person in (parent, child, single)}
    assert [p.id for p in list_household(session, views[parent])] == [child]
    assert list_household(session, views[single]) == []
    assert find_representative(session, views[child]).id == parent
    assert find_representative(session, views[parent]) is None


def test_titles_newest_first_and_vanished_ones_without_those_who_moved(session, office):
    person = add_person(session, office, file_number="1")
    add_title(
        session, office, person, issued_on=date(2023, 2, 15), is_superseded=True, vanished_on=date(2026, 1, 1)
    )
    add_title(session, office, person, vanished_on=date(2026, 11, 1))
    gone = add_person(session, office, file_number="2", moved_away_on=date(2026, 10, 1))
    add_title(session, office, gone, vanished_on=date(2026, 11, 1))
    assert [title.issued_on for title in list_titles(session, person)] == [
        date(2025, 2, 15),
        date(2023, 2, 15),
    ]
    [vanished] = list_vanished(session, office.id)
    assert (vanished.person.id, vanished.title.vanished_on) == (person, date(2026, 11, 1))
    assert list_vanished(session, office.id, Person.surname_key >= "D") == []
