"""A deputy sees what the person away sees, from the first to the last day, and nothing else."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from servicedesk.cases.errors import CaseNotFound, PersonNotFound
from servicedesk.cases.models import Case
from servicedesk.cases.queries import RangeFilter, build_scope, find_people, letter_scope, list_range_rows
from servicedesk.cases.queries.scope import find_case_id, get_case_for, get_person_in_scope
from servicedesk.cases.queries.tasks import list_tasks
from servicedesk.cases.service.tasks import open_case_task
from servicedesk.kernel.ids import new_id
from servicedesk.kernel.permissions import OPERATOR, Permission
from servicedesk.offices.models import LetterInterval, StaffMember, Team
from servicedesk.offices.service import end_absence, enter_absence
from servicedesk.register.models import Person
from tests.conftest import NOW
from tests.support.office import add_person, add_title

TODAY = date(2026, 11, 23)
FIRST, LAST = date(2026, 11, 25), date(2026, 11, 27)
AFTER = LAST + timedelta(days=1)


@pytest.fixture
def people(night):
    """Two people with a case and two without, one of each in Boris's range; Boris goes away on the 25th."""
    night.add(date(2027, 1, 10), family_name="Çelik", file_number="33.1")
    night.add(date(2027, 2, 15), family_name="Özdemir", file_number="33.2")
    night.add(date(2027, 8, 1), family_name="Demir", file_number="33.3")
    night.add(date(2027, 9, 1), family_name="Zeqiri", file_number="33.4")
    night.run()
    with night.db.unit_of_work() as session:
        night.absence_id = enter_absence(
            session,
            member_id=night.cast.members["boris"],
            deputy_id=night.cast.members["clara"],
            first_on=FIRST,
            last_on=LAST,
            actor=OPERATOR,
            now=NOW,
        )
    return night


def names(night, login, on):
    with night.db.reading() as session:
        scope = build_scope(session, night.actor(login, on))
        return [row.family_name for row in list_range_rows(session, scope, RangeFilter(), now=NOW).rows]


def case_of(night, name):
    return night.one(select(Case).join(Person, Person.id == Case.person_id).where(Person.family_name == name))


def opens(night, login, ref, on):
    with night.db.reading() as session:
        try:
            return find_case_id(session, build_scope(session, night.actor(login, on)), ref) is not None
        except CaseNotFound:
            return False


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (FIRST - timedelta(days=1), ["Özdemir", "Zeqiri"]),
        (FIRST, ["Çelik", "Özdemir", "Demir", "Zeqiri"]),
        (LAST, ["Çelik", "Özdemir", "Demir", "Zeqiri"]),
        (AFTER, ["Özdemir", "Zeqiri"]),
    ],
)
def test_the_deputy_sees_both_ranges_while_the_absence_lasts(people, on, expected):
    assert names(people, "clara", on) == expected
    assert names(people, "boris", on) == ["Çelik", "Demir"]
    assert names(people, "eva", on) == names(people, "dmitri", on) == ["Çelik", "Özdemir", "Demir", "Zeqiri"]
    assert names(people, "frida", on) == []


def test_the_deputy_opens_and_works_on_the_case_and_loses_it_again(people):
    case = case_of(people, "Çelik")
    for on, expected in ((TODAY, False), (FIRST, True), (AFTER, False)):
        assert opens(people, "clara", case.ref, on) is expected
        assert opens(people, "boris", case_of(people, "Özdemir").ref, on) is False
    with people.db.reading() as session:
        found = get_case_for(session, people.actor("clara", FIRST), case.id, Permission.work_case)
        assert found.id == case.id
        with pytest.raises(CaseNotFound):
            get_case_for(session, people.actor("clara", AFTER), case.id, Permission.work_case)


def test_ending_the_absence_ends_the_right_at_once(people):
    case = case_of(people, "Çelik")
    with people.db.unit_of_work() as session:
        end_absence(session, absence_id=people.absence_id, actor=OPERATOR, now=NOW + timedelta(days=3))
    assert opens(people, "clara", case.ref, FIRST)
    assert not opens(people, "clara", case.ref, FIRST + timedelta(days=1))


def test_search_people_letters_and_tasks_follow(people):
    case = case_of(people, "Çelik")
    demir = people.one(select(Person).where(Person.family_name == "Demir"))
    with people.db.unit_of_work() as session:
        open_case_task(session, session.get_one(Case, case.id), "vanished", now=NOW)
    for on, expected in ((TODAY, False), (FIRST, True), (AFTER, False)):
        with people.db.reading() as session:
            scope = build_scope(session, people.actor("clara", on))
            assert bool(find_people(session, scope, "Çelik")) is expected
            assert bool(list_tasks(session, scope)) is expected
            assert (people.cast.members["boris"] in letter_scope(scope).member_ids) is expected
            if expected:
                assert get_person_in_scope(session, scope, demir.id).id == demir.id
            else:
                with pytest.raises(PersonNotFound):
                    get_person_in_scope(session, scope, demir.id)


def test_somebody_from_another_team_gets_the_files_but_not_the_inbox(people):
    with people.db.unit_of_work() as session:
        other = Team(id=new_id(), office_id=people.office.id, ref="asyl", name="Asyl")
        session.add(other)
        session.flush()
        session.execute(
            update(StaffMember).where(StaffMember.id == people.cast.members["clara"]).values(team_id=other.id)
        )
        session.execute(
            update(LetterInterval)
            .where(LetterInterval.member_id == people.cast.members["clara"])
            .values(member_id=None, kind="vacant")
        )
        unowned = add_person(session, people.office, "李", file_number="33.5")
        session.execute(update(Person).where(Person.id == unowned).values(surname_key=""))
        add_title(session, people.office, unowned, date(2027, 1, 1))
    people.run()
    inbox = case_of(people, "李")
    with people.db.unit_of_work() as session:
        open_case_task(session, session.get_one(Case, inbox.id), "vanished", now=NOW)
    # Clara's letters are vacant now: her case stays hers, Zeqiri belongs to the other team's inbox.
    assert names(people, "clara", TODAY) == ["Özdemir"]
    assert names(people, "clara", FIRST) == ["Çelik", "Özdemir", "Demir"]
    assert names(people, "clara", AFTER) == ["Özdemir"]
    assert not opens(people, "clara", inbox.ref, FIRST)
    with people.db.reading() as session:
        scope = build_scope(session, people.actor("clara", FIRST))
        assert inbox.team_id not in letter_scope(scope).inbox_team_ids
        assert list_tasks(session, scope) == ()


def test_a_deputy_who_is_away_passes_on(people):
    with people.db.unit_of_work() as session:
        jonas = StaffMember(
            id=new_id(),
            office_id=people.office.id,
            team_id=session.get_one(StaffMember, people.cast.members["boris"]).team_id,
            ref="jonas",
            name="Jonas, J.",
        )
        session.add(jonas)
        session.flush()
        enter_absence(
            session,
            member_id=people.cast.members["clara"],
            deputy_id=jonas.id,
            first_on=LAST,
            last_on=LAST,
            actor=OPERATOR,
            now=NOW,
        )
        people.cast.members["jonas"] = jonas.id
        people.cast.accounts["jonas"] = people.cast.accounts["clara"]
    assert names(people, "clara", FIRST) == ["Çelik", "Özdemir", "Demir", "Zeqiri"]
    assert names(people, "clara", LAST) == ["Özdemir", "Zeqiri"]
    assert names(people, "jonas", FIRST) == []
    assert names(people, "jonas", LAST) == ["Çelik", "Özdemir", "Demir", "Zeqiri"]
