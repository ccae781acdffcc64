"""A household's letters of one night lie side by side in the print file, each with a code of its own."""

from datetime import date

import pytest
from sqlalchemy import select, update

from servicedesk.accounts.models import AccessCode
from servicedesk.kernel.ids import new_id
from servicedesk.kernel.permissions import Actor, ActorKind
from servicedesk.notices.batches import build_print_file
from servicedesk.notices.delivery import deliver
from servicedesk.notices.envelopes import put_into_envelopes
from servicedesk.notices.models import Letter
from servicedesk.notices.queries import LetterScope, list_unprinted_letters
from servicedesk.register.models import Person
from tests.conftest import NOW
from tests.support.outbox import Printer, letter, make_office, make_person, make_tools, markers, queue

ALL = LetterScope(is_whole_office=True)
TODAY = date(2026, 11, 23)
CHILD, GROWN = (2015, 3, 1), (1986, 3, 1)


class Street:
    """Send letters to people and put them into envelopes."""

    def __init__(self, database, vault, clock, tmp_path):
        self.database, self.vault, self.clock = database, vault, clock
        self.tools = make_tools(database, vault, clock, tmp_path, render=Printer(pages=1))
        with database.unit_of_work() as session:
            self.office_id = make_office(session)

    def person(self, born=GROWN, **values):
        with self.database.unit_of_work() as session:
            person_id = make_person(session, self.office_id, born)
            if values:
                session.execute(update(Person).where(Person.id == person_id).values(**values))
        return person_id

    def send(self, person_id):
        notice = letter(self.office_id, person_id=person_id)
        with self.database.unit_of_work() as session:
            outbox_id = queue(session, self.vault, self.office_id, notice, NOW)
        deliver(self.tools, outbox_id)

    def envelopes(self, today=TODAY):
        with self.database.reading() as session:
            lines = list_unprinted_letters(session, office_id=self.office_id, scope=ALL)
            return put_into_envelopes(session, lines, today=today)

    def people(self, **more):
        return [[line.person_id for line in envelope] for envelope in self.envelopes(**more)]


@pytest.fixture
def street(db, vault, clock, tmp_path):
    return Street(db, vault, clock, tmp_path)


def test_a_family_lies_together_and_a_neighbour_between_moves_aside(street):
    mother = street.person(household_key="H-1", file_number="33.1")
    neighbour = street.person()
    child = street.person(CHILD, household_key="H-1", representative_file_number="33.1")
    for one in (child, neighbour, mother):
        street.send(one)
    assert street.people() == [[mother, child], [neighbour]]


def test_the_file_is_printed_in_that_order_and_every_letter_has_its_own_code(street):
    mother = street.person(household_key="H-1", file_number="33.1")
    neighbour = street.person()
    child = street.person(CHILD, household_key="H-1")
    for one in (child, neighbour, mother):
        street.send(one)
    order = [line.id for envelope in street.envelopes() for line in envelope]
    with street.database.reading() as session:
        codes = dict(session.execute(select(Letter.id, AccessCode.locator).join(AccessCode)).all())
    with street.database.unit_of_work() as session:
        file = build_print_file(
            session,
            street.vault,
            now=NOW,
            actor=Actor(kind=ActorKind.staff, account_id=new_id()),
            office_id=street.office_id,
            scope=ALL,
            letter_ids=order,
        )
    printed = [marker.split("-")[0] for marker in markers(file.pdf)]
    assert len(set(printed)) == 3
    for letter_id, start in zip(order, printed, strict=True):
        assert codes[letter_id].startswith(start)


@pytest.mark.parametrize(
    "apart",
    [
        {"street": "Andere Straße"},
        {"house_number": "7 a"},
        {"household_key": "H-2"},
        {"household_key": None},
        {
            "post_address": {
                "street": "Neue Gasse",
                "house_number": "3",
                "postcode": "1",
                "town": "X",
            }
        },
    ],
)
def test_who_lives_apart_or_belongs_elsewhere_has_an_envelope_of_their_own(street, apart):
    mother = street.person(household_key="H-1")
    child = street.person(CHILD, **{"household_key": "H-1", **apart})
    for one in (mother, child):
        street.send(one)
    assert street.people() == [[mother], [child]]


def test_spelling_of_an_address_does_not_part_a_family(street):
    mother = street.person(household_key="H-1", town="Musterstadt ")
    child = street.person(CHILD, household_key="H-1", town="MUSTERSTADT")
    for one in (mother, child):
        street.send(one)
    assert street.people() == [[mother, child]]


def test_on_the_eighteenth_birthday_a_letter_is_the_persons_own(street):
    mother = street.person(household_key="H-1")
    child = street.person((2008, 11, 23), household_key="H-1")
    unknown = street.person((0, 0, 0), household_key="H-1")
    odd = street.person((2015, 2, 30), household_key="H-1")
    for one in (mother, child, unknown, odd):
        street.send(one)
    assert street.people(today=date(2026, 11, 22)) == [[mother, child, odd], [unknown]]
    assert street.people(today=date(2026, 11, 23)) == [[mother, odd], [child], [unknown]]
