"""Who sees whom: own cases, people of the own range, the team, the office; nothing else exists."""

from datetime import date

import pytest
from sqlalchemy import select, update

from servicedesk.cases.errors import CaseAlreadyOpen, CaseNotFound, PersonNotFound, UnknownConcern
from servicedesk.cases.models import Case
from servicedesk.cases.queries import (
    Cursor,
    RangeFilter,
    RangeView,
    build_scope,
    count_range_rows,
    find_people,
    get_case_page,
    get_person_in_scope,
    letter_scope,
    list_range_rows,
    with_appointments,
)
from servicedesk.cases.queries.scope import get_case_for
from servicedesk.cases.rules import Channel, CloseReason, NextStep, StateWord
from servicedesk.cases.service import (
    STATEMENT,
    Evidence,
    change_owner,
    close_case,
    open_case_by_hand,
    record_application,
)
from servicedesk.kernel.errors import NotAllowed
from servicedesk.kernel.ids import new_id
from servicedesk.kernel.permissions import Actor, ActorKind, Permission
from servicedesk.offices.models import OfficeConcern, Team
from servicedesk.register.models import Person
from tests.conftest import NOW
from tests.support.acting import resident, staff
from tests.support.night import Night
from tests.support.office import add_person, add_title

EVERYBODY = ("boris", "clara", "dmitri", "eva")


def seen(night, login, wanted=None, **more):
    with night.db.reading() as session:
        scope = build_scope(session, night.actor(login))
        return list_range_rows(session, scope, wanted or RangeFilter(), now=NOW, **more)


def names(page):
    return [row.family_name for row in page.rows]


def found(night, login, text):
    with night.db.reading() as session:
        return [
            person.family_name
            for person in find_people(session, build_scope(session, night.actor(login)), text)
        ]


def opens(night, login, ref):
    with night.db.reading() as session:
        return get_case_page(session, build_scope(session, night.actor(login)), ref, now=NOW)


@pytest.fixture
def people(night):
    night.add(date(2027, 1, 10), family_name="Çelik", file_number="33.1")
    night.add(date(2027, 2, 15), family_name="Özdemir", file_number="33.2")
    night.add(date(2027, 8, 1), family_name="Demir", file_number="33.3")
    night.add(date(2027, 9, 1), family_name="Zeqiri", file_number="33.4")
    night.run()
    return night


def test_a_range_shows_own_cases_and_people_without_one(people):
    assert names(seen(people, "boris")) == ["Çelik", "Demir"]
    assert names(seen(people, "clara")) == ["Özdemir", "Zeqiri"]
    assert names(seen(people, "eva")) == ["Çelik", "Özdemir", "Demir", "Zeqiri"]
    assert names(seen(people, "dmitri")) == ["Çelik", "Özdemir", "Demir", "Zeqiri"]
    with pytest.raises(NotAllowed), people.db.reading() as session:
        build_scope(session, Actor(kind=ActorKind.visitor))


def test_the_administrator_sees_no_files(people):
    assert names(seen(people, "frida")) == []
    assert found(people, "frida", "Çelik") == []


def test_rows_say_where_each_matter_stands(people):
    celik, demir = seen(people, "boris").rows
    assert (celik.state, celik.next_step, celik.days_left) == (
        StateWord.invited,
        NextStep.wait_for_person,
        48,
    )
    assert (celik.last_step, celik.last_step_at) == ("eingeladen", NOW)
    assert celik.concern_name == "Aufenthaltserlaubnis zum Studium"
    assert (demir.case_ref, demir.state, demir.next_step) == (
        None,
        StateWord.not_due,
        NextStep.wait_until_due,
    )


def test_foreign_and_missing_cases_look_the_same(people):
    case = people.one(
        select(Case).join(Person, Person.id == Case.person_id).where(Person.family_name == "Çelik")
    )
    assert opens(people, "boris", case.ref.lower()).id == case.id
    for login, ref in (("clara", case.ref), ("frida", case.ref), ("boris", "V-0000-0000")):
        with pytest.raises(CaseNotFound):
            opens(people, login, ref)


def test_a_case_given_to_a_colleague_leaves_the_own_range(people):
    case = people.one(
        select(Case).join(Person, Person.id == Case.person_id).where(Person.family_name == "Çelik")
    )
    with people.db.unit_of_work() as session:
        change_owner(
            session,
            case_id=case.id,
            owner_id=people.cast.members["clara"],
            actor=people.actor("boris"),
            now=NOW,
        )
    assert names(seen(people, "boris")) == ["Demir"]
    assert found(people, "boris", "Çelik") == []
    assert found(people, "clara", "Çelik") == ["Çelik"]
    assert names(seen(people, "clara")) == ["Çelik", "Özdemir", "Zeqiri"]


def untitled(night, family_name):
    with night.db.unit_of_work() as session:
        return add_person(session, night.office, family_name)


def test_who_has_neither_title_nor_case_is_found_by_the_owner_of_the_surname(people):
    person_id = untitled(people, "Haddad")
    for login in EVERYBODY:
        expected = [] if login == "clara" else ["Haddad"]
        assert found(people, login, "Haddad") == expected, login
    assert found(people, "frida", "Haddad") == []
    with people.db.reading() as session:
        scope = build_scope(session, people.actor("boris"))
        assert get_person_in_scope(session, scope, person_id).family_name == "Haddad"
        with pytest.raises(PersonNotFound):
            get_person_in_scope(session, build_scope(session, people.actor("clara")), person_id)
    with people.db.unit_of_work() as session:
        opened = open_case_by_hand(
            session, person_id=person_id, concern_id="permit_study", actor=people.actor("boris"), now=NOW
        )
    assert opened.is_new
    assert found(people, "boris", "Haddad") == ["Haddad"]
    assert found(people, "clara", "Haddad") == []


def test_who_has_no_title_but_an_open_case_elsewhere_stays_hidden(people):
    person_id = untitled(people, "Haddad")
    with people.db.unit_of_work() as session:
        case_id = open_case_by_hand(
            session, person_id=person_id, concern_id="permit_study", actor=people.actor("boris"), now=NOW
        ).id
        change_owner(
            session,
            case_id=case_id,
            owner_id=people.cast.members["clara"],
            actor=people.actor("boris"),
            now=NOW,
        )
    assert found(people, "boris", "Haddad") == []
    assert found(people, "clara", "Haddad") == ["Haddad"]


def test_a_title_that_leads_to_another_team_keeps_a_person_out_of_reach(people):
    asylum = new_id()
    with people.db.unit_of_work() as session:
        session.add(Team(id=asylum, office_id=people.office.id, ref="asyl", name="Asyl"))
        session.flush()
        session.execute(update(OfficeConcern).values(team_id=asylum))
        person_id = add_person(session, people.office, "Haddad")
        add_title(session, people.office, person_id, date(2027, 9, 1))
    assert found(people, "boris", "Haddad") == []


def test_the_inbox_belongs_to_everybody_of_the_team(people):
    with people.db.unit_of_work() as session:
        person_id = add_person(session, people.office, "李", file_number="33.5")
        session.execute(update(Person).where(Person.id == person_id).values(surname_key=""))
        add_title(session, people.office, person_id, date(2027, 1, 1))
    for login in EVERYBODY:
        assert "李" in names(seen(people, login))
    people.run()
    for login in EVERYBODY:
        assert "李" in names(seen(people, login))


def test_the_neighbour_office_is_never_seen(people):
    stranger = people.one(select(Person).where(Person.office_id == people.noise.office.id))
    for login in EVERYBODY:
        assert stranger.id not in {row.person_id for row in seen(people, login).rows}
        with people.db.reading() as session, pytest.raises(PersonNotFound):
            get_person_in_scope(session, build_scope(session, people.actor(login)), stranger.id)
    with people.db.reading() as session:
        other = build_scope(session, staff(session, people.noise, "eva"))
        assert [row.person_id for row in list_range_rows(session, other, RangeFilter(), now=NOW).rows] == [
            stranger.id
        ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("çel", ["Çelik"]),
        ("CELIK", ["Çelik"]),
        ("33.1", ["Çelik"]),
        ("33.", ["Çelik", "Demir"]),
        ("Özd", []),
        ("", []),
        ("  ", []),
        ("%", []),
        ("V-", []),
    ],
)
def test_search_finds_by_name_and_number_within_scope(people, text, expected):
    assert found(people, "boris", text) == expected


def test_search_finds_a_case_by_its_reference(people):
    case = people.one(
        select(Case).join(Person, Person.id == Case.person_id).where(Person.family_name == "Çelik")
    )
    assert found(people, "boris", case.ref.lower()) == ["Çelik"]
    assert found(people, "clara", case.ref) == []


def test_pages_follow_each_other_without_gap_or_repetition(night):
    for number in range(7):
        night.add(
            date(2027, 5, 1 + number // 3), family_name=f"Alt{'abcdefg'[number]}", file_number=f"N{number}"
        )
    after, collected = None, []
    while True:
        page = seen(night, "boris", after=after, limit=2)
        collected.extend(row.title_id for row in page.rows)
        if page.next_cursor is None:
            break
        after = Cursor.decode(page.next_cursor.encode())
    assert len(collected) == len(set(collected)) == 7
    assert Cursor.decode("nonsense") is None
    assert Cursor.decode(None) is None


def test_filters_narrow_the_table(people):
    def shown(**wanted):
        return names(seen(people, "eva", RangeFilter(**wanted)))

    assert shown(view=RangeView.invited) == ["Çelik", "Özdemir"]
    assert shown(view=RangeView.without_case) == ["Demir", "Zeqiri"]
    assert shown(view=RangeView.applied) == []
    assert shown(name="zeq") == ["Zeqiri"]
    assert shown(ends_until=date(2027, 2, 15)) == ["Çelik", "Özdemir"]
    assert shown(ends_from=date(2027, 2, 15), ends_until=date(2027, 8, 1)) == ["Özdemir", "Demir"]
    assert shown(concern_id="permit_study") == ["Çelik", "Özdemir", "Demir", "Zeqiri"]
    assert shown(concern_id="card_reissue") == []
    with people.db.reading() as session:
        scope = build_scope(session, people.actor("eva"))
        assert count_range_rows(session, scope, RangeFilter(), now=NOW) == 4
        assert count_range_rows(session, scope, RangeFilter(RangeView.invited), now=NOW) == 2


def test_an_appointment_of_the_booking_room_changes_the_word(people):
    rows = seen(people, "boris").rows
    booked = with_appointments(rows, {rows[0].case_id: NOW}, now=NOW, zone=people.office.zone)
    assert [row.state for row in booked] == [StateWord.appointment, StateWord.not_due]


def test_teams_see_the_titles_of_their_own_concerns(db, vault):
    night = Night(db, vault)
    night.add(date(2027, 5, 1), family_name="Demir", legal_basis="60a")
    night.add(date(2027, 5, 2), family_name="Celan", legal_basis="16b.1")
    with db.unit_of_work() as session:
        other = new_id()
        session.add(Team(id=other, office_id=night.office.id, ref="duldung", name="Duldung"))
        session.flush()
        session.add(
            OfficeConcern(
                office_id=night.office.id,
                concern_id="tolerated_stay",
                team_id=other,
                mode="direct",
                minutes=10,
                lead="P21D",
                notice_hours=24,
                horizon_days=90,
            )
        )
    assert names(seen(night, "boris")) == ["Celan"]
    assert names(seen(night, "dmitri")) == ["Demir", "Celan"]


def test_a_case_is_opened_by_hand_for_any_concern_within_scope(people):
    def by_hand(login, name, concern):
        with people.db.unit_of_work() as session:
            person = session.scalars(select(Person).where(Person.family_name == name)).one()
            return open_case_by_hand(
                session, person_id=person.id, concern_id=concern, actor=people.actor(login), now=NOW
            )

    opened = by_hand("boris", "Demir", "travel_doc_foreigner")
    case = people.one(select(Case).where(Case.id == opened.id))
    assert (case.origin, case.title_id, case.ends_on, case.invited_at) == ("hand", None, None, None)
    assert case.owner_id == people.cast.members["boris"]
    study = by_hand("boris", "Demir", "permit_study")
    assert people.one(select(Case).where(Case.id == study.id)).ends_on == date(2027, 8, 1)
    with pytest.raises(CaseAlreadyOpen) as refusal:
        by_hand("boris", "Demir", "permit_study")
    assert study.ref in str(refusal.value)
    with pytest.raises(PersonNotFound):
        by_hand("boris", "Zeqiri", "permit_study")
    with pytest.raises(NotAllowed):
        by_hand("dmitri", "Zeqiri", "permit_study")
    with pytest.raises(UnknownConcern):
        by_hand("boris", "Demir", "world_peace")


def test_a_closed_case_may_be_followed_by_another_for_the_same_title(people):
    person = people.one(
        select(Person).where(Person.family_name == "Çelik", Person.office_id == people.office.id)
    )
    first = people.one(select(Case).where(Case.person_id == person.id))
    with people.db.unit_of_work() as session:
        close_case(
            session,
            case_id=first.id,
            reason=CloseReason.opened_in_error,
            actor=people.actor("boris"),
            now=NOW,
        )
        second = open_case_by_hand(
            session, person_id=person.id, concern_id="permit_study", actor=people.actor("boris"), now=NOW
        )
    case = people.one(select(Case).where(Case.id == second.id))
    assert (case.ends_on, case.title_id) == (date(2027, 1, 10), None)
    assert people.run()[0]["due"] == 0


def test_residents_reach_their_own_case_only(people):
    mine, other = people.read(select(Case).where(Case.office_id == people.office.id).order_by(Case.ends_on))
    with people.db.reading() as session:
        assert get_case_for(session, resident(people.office.id, mine.id), mine.id).id == mine.id
        for actor in (
            resident(people.office.id, mine.id),
            resident(people.noise.office.id, other.id),
            Actor(kind=ActorKind.visitor, office_id=people.office.id),
        ):
            with pytest.raises(Exception, match="nicht gefunden"):
                get_case_for(session, actor, other.id)
        with pytest.raises(NotAllowed):
            get_case_for(session, people.actor("dmitri"), mine.id, Permission.work_case)


def test_the_case_page_shows_the_whole_matter(people):
    case = people.one(
        select(Case).join(Person, Person.id == Case.person_id).where(Person.family_name == "Çelik")
    )
    with people.db.unit_of_work() as session:
        session.execute(update(Person).where(Person.id == case.person_id).values(household_key="F1"))
        add_person(session, people.office, "Çelik", "Deniz", household_key="F1", born=(2015, 1, 1))
        record_application(
            session,
            people.vault,
            case_id=case.id,
            channel=Channel.post,
            received_at=NOW,
            statement=STATEMENT,
            actor=people.actor("boris"),
            now=NOW,
            evidence=Evidence.note("Brief vom 20.11."),
        )
    page = opens(people, "boris", case.ref)
    assert (page.person.family_name, page.owner.ref, page.title.legal_basis) == ("Çelik", "boris", "16b.1")
    assert [relative.given_names for relative in page.household] == ["Deniz"]
    assert [line.action for line in page.history] == ["record_application", "invite"]
    assert page.history[0].actor == "Boris"
    assert [notice.kind for notice in page.notices] == ["invitation_letter"]
    assert page.applications[0].recorded_by == "Boris"
    assert page.state is StateWord.applied
    assert page.papers[0].document_id == "passport"


def test_letters_are_seen_in_the_same_scope(people):
    with people.db.reading() as session:
        boris = letter_scope(build_scope(session, people.actor("boris")))
        eva = letter_scope(build_scope(session, people.actor("eva")))
        dmitri = letter_scope(build_scope(session, people.actor("dmitri")))
    assert boris.member_ids == {people.cast.members["boris"]}
    assert not boris.team_ids
    assert eva.team_ids
    assert dmitri.is_whole_office
