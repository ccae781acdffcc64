"""Absences in the database: who may enter them, who stands in, and what is kept."""

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, func, select, update

from servicedesk.db.audit import AuditEvent
from servicedesk.kernel.errors import NotAllowed
from servicedesk.kernel.permissions import OPERATOR
from servicedesk.offices.errors import (
    AbsenceBegun,
    AbsenceNotFound,
    AbsenceOver,
    AbsenceOverlaps,
    DeputyAway,
    DeputyNotHere,
)
from servicedesk.offices.models import StaffAbsence, StaffAbsenceDay, StaffMember
from servicedesk.offices.queries import find_deputy, list_absences, list_deputies, list_deputised
from servicedesk.offices.rules.setup import parse_setup
from servicedesk.offices.service import change_absence, end_absence, enter_absence, load_office
from tests.conftest import NOW
from tests.support.acting import staff
from tests.support.office import SETUP, load_cast

TODAY = date(2026, 11, 23)


def days(first, last=None):
    return {
        "first_on": TODAY + timedelta(days=first),
        "last_on": TODAY + timedelta(days=first if last is None else last),
    }


@pytest.fixture
def cast(session):
    load_cast(session, NOW, ref="nachbarort", host="nachbar.example", town="Nachbarort")
    return load_cast(session, NOW)


@pytest.fixture
def enter(session, cast):
    def enter(login, deputy, first, last, *, by=OPERATOR, now=NOW):
        return enter_absence(
            session,
            member_id=cast.members[login],
            deputy_id=cast.members[deputy],
            actor=by,
            now=now,
            **days(first, last),
        )

    return enter


def deputy_of(session, cast, login, number):
    found = find_deputy(session, cast.members[login], TODAY + timedelta(days=number))
    names = {member_id: name for name, member_id in cast.members.items()}
    return None if found is None else names[found]


def taken_days(session):
    return session.scalar(select(func.count()).select_from(StaffAbsenceDay))


def test_the_deputy_is_there_from_the_first_to_the_last_day(session, cast, enter):
    enter("boris", "clara", 2, 4)
    assert [deputy_of(session, cast, "boris", n) for n in range(1, 6)] == [
        None,
        "clara",
        "clara",
        "clara",
        None,
    ]
    assert deputy_of(session, cast, "clara", 3) is None
    on = TODAY + timedelta(days=3)
    assert list_deputies(session, cast.office.id, on) == {cast.members["boris"]: cast.members["clara"]}
    assert list_deputised(session, cast.office.id, cast.members["clara"], on) == {cast.members["boris"]}
    assert taken_days(session) == 3


def test_a_deputy_who_left_hands_over_to_nobody(session, cast, enter):
    enter("boris", "clara", 0, 4)
    session.execute(
        update(StaffMember).where(StaffMember.id == cast.members["clara"]).values(is_active=False)
    )
    assert deputy_of(session, cast, "boris", 1) is None
    assert list_deputies(session, cast.office.id, TODAY) == {cast.members["boris"]: None}
    (line,) = list_absences(session, cast.office.id, since=TODAY, today=TODAY)
    assert (line.deputy_id, line.present_id) == (cast.members["clara"], None)


def test_two_people_do_not_stand_in_for_each_other_on_one_day(session, cast, enter):
    enter("boris", "clara", 0, 4)
    with pytest.raises(DeputyAway):
        enter("clara", "boris", 4, 9)
    enter("clara", "boris", 5, 9)
    assert [deputy_of(session, cast, "clara", n) for n in (4, 5)] == [None, "boris"]


def test_one_day_is_taken_once(session, cast, enter):
    enter("boris", "clara", 0, 4)
    with pytest.raises(AbsenceOverlaps, match=r"Vom 23\.11\.2026 bis 27\.11\.2026"):
        enter("boris", "clara", 4, 9)


def test_the_constraint_holds_where_the_check_did_not_see(session, cast, enter):
    first = enter("boris", "clara", 0, 4)
    # As if another process had written its days between our look and our entry.
    session.execute(delete(StaffAbsenceDay).where(StaffAbsenceDay.day != TODAY + timedelta(days=4)))
    session.execute(update(StaffAbsence).where(StaffAbsence.id == first).values(cancelled_at=NOW))
    with pytest.raises(AbsenceOverlaps, match=r"Vom 27\.11\.2026 bis 27\.11\.2026"):
        enter("boris", "clara", 3, 9)


def test_nobody_of_another_office_stands_in(session, cast):
    stranger = session.scalar(select(StaffMember.id).where(StaffMember.office_id != cast.office.id).limit(1))
    with pytest.raises(DeputyNotHere):
        enter_absence(
            session,
            member_id=cast.members["boris"],
            deputy_id=stranger,
            actor=OPERATOR,
            now=NOW,
            **days(0, 4),
        )


@pytest.mark.parametrize(
    ("login", "member", "refusal"),
    [
        ("boris", "boris", None),
        ("boris", "clara", AbsenceNotFound),
        ("clara", "clara", None),
        ("clara", "boris", AbsenceNotFound),
        ("eva", "boris", None),
        ("eva", "clara", None),
        ("dmitri", "boris", NotAllowed),
        ("frida", "boris", NotAllowed),
    ],
)
def test_people_enter_their_own_and_leads_their_teams(session, cast, enter, login, member, refusal):
    deputy = "clara" if member == "boris" else "boris"
    who = staff(session, cast, login)
    if refusal is not None:
        with pytest.raises(refusal):
            enter(member, deputy, 0, 4, by=who)
        absence_id = enter(member, deputy, 0, 4)
        with pytest.raises(refusal):
            end_absence(session, absence_id=absence_id, actor=who, now=NOW)
        return
    absence_id = enter(member, deputy, 0, 4, by=who)
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "enter_absence")).one()
    assert (event.actor, event.subject_id) == (who.ref, cast.members[member])
    assert event.details == {
        "absence": str(absence_id),
        "deputy": str(cast.members[deputy]),
        "first_on": "2026-11-23",
        "last_on": "2026-11-27",
    }


def test_a_lead_of_another_office_reaches_nobody(session, cast, enter):
    other = load_cast(session, NOW, ref="dritte", host="dritte.example", town="Dritte")
    absence_id = enter("boris", "clara", 0, 4)
    lead = staff(session, other, "eva")
    with pytest.raises(AbsenceNotFound):
        enter("clara", "boris", 8, 9, by=lead)
    with pytest.raises(AbsenceNotFound):
        end_absence(session, absence_id=absence_id, actor=lead, now=NOW)


def test_ending_ends_today_and_keeps_what_was(session, cast, enter):
    absence_id = enter("boris", "clara", 0, 4)
    back = NOW + timedelta(days=2)
    end_absence(session, absence_id=absence_id, actor=OPERATOR, now=back)
    assert [deputy_of(session, cast, "boris", n) for n in range(4)] == ["clara", "clara", None, None]
    assert taken_days(session) == 2
    with pytest.raises(AbsenceOver):
        end_absence(session, absence_id=absence_id, actor=OPERATOR, now=back)
    enter("boris", "clara", 2, 2, now=back)


def test_an_absence_that_never_began_is_cancelled(session, cast, enter):
    absence_id = enter("boris", "clara", 1, 4)
    end_absence(session, absence_id=absence_id, actor=OPERATOR, now=NOW)
    assert deputy_of(session, cast, "boris", 1) is None
    assert list_absences(session, cast.office.id, since=TODAY, today=TODAY) == ()
    assert taken_days(session) == 0
    with pytest.raises(AbsenceNotFound):
        end_absence(session, absence_id=absence_id, actor=OPERATOR, now=NOW)


def change(session, absence_id, deputy_id, first, last, now=NOW):
    change_absence(
        session, absence_id=absence_id, deputy_id=deputy_id, actor=OPERATOR, now=now, **days(first, last)
    )


def test_what_has_not_begun_is_changed_freely(session, cast, enter):
    absence_id = enter("boris", "clara", 3, 4)
    change(session, absence_id, cast.members["clara"], 2, 3)
    assert [deputy_of(session, cast, "boris", n) for n in range(1, 5)] == [None, "clara", "clara", None]
    assert taken_days(session) == 2


def test_what_has_begun_keeps_its_first_day_and_its_first_deputy(session, cast, enter):
    with_third = StaffMember(
        id=cast.accounts["frida"],
        office_id=cast.office.id,
        team_id=session.get_one(StaffMember, cast.members["boris"]).team_id,
        ref="jonas",
        name="Jonas, J.",
    )
    session.add(with_third)
    session.flush()
    cast.members["jonas"] = with_third.id
    absence_id = enter("boris", "clara", 0, 9)
    later = NOW + timedelta(days=3)
    with pytest.raises(AbsenceBegun):
        change(session, absence_id, cast.members["clara"], 2, 9, later)
    change(session, absence_id, cast.members["clara"], 0, 7, later)
    change(session, absence_id, cast.members["jonas"], 0, 6, later)
    assert [deputy_of(session, cast, "boris", n) for n in range(8)] == [
        *["clara"] * 3,
        *["jonas"] * 4,
        None,
    ]
    assert taken_days(session) == 7
    with pytest.raises(AbsenceOver):
        change(session, absence_id, cast.members["jonas"], 0, 9, later)


def test_lists_show_who_is_there_in_the_end(session, cast, enter):
    enter("boris", "clara", -9, -7, now=NOW - timedelta(days=9))
    enter("boris", "clara", 2, 4)
    members = {cast.members["clara"]}
    everything = list_absences(session, cast.office.id, since=TODAY - timedelta(days=7), today=TODAY)
    assert [(one.first_on, one.present_id) for one in everything] == [
        (TODAY - timedelta(days=9), cast.members["clara"]),
        (TODAY + timedelta(days=2), cast.members["clara"]),
    ]
    assert list_absences(session, cast.office.id, since=TODAY, today=TODAY) == everything[1:]
    assert list_absences(session, cast.office.id, since=TODAY, today=TODAY, member_ids=members) == ()


def load(session, *absences, now=NOW):
    entries = "".join(
        f'[[absence]]\ncase_worker = "{member}"\ndeputy = "{deputy}"\n'
        f"from = {TODAY + timedelta(days=first)}\nuntil = {TODAY + timedelta(days=last)}\n"
        for member, deputy, first, last in absences
    )
    setup = SETUP.format(ref="musterstadt", host="localhost", town="Musterstadt") + entries
    return load_office(session, parse_setup(setup.encode()), now=now, actor=OPERATOR)


def test_the_office_file_brings_absences_once(session, cast):
    report = load(session, ("boris", "clara", 1, 4))
    assert report.created == {"absence": ["boris clara 2026-11-24 2026-11-27"]}
    assert deputy_of(session, cast, "boris", 1) == "clara"
    assert not load(session, ("boris", "clara", 1, 4)).has_changes


def test_what_staff_made_of_it_since_stands(session, cast):
    load(session, ("boris", "clara", 1, 4))
    (line,) = list_absences(session, cast.office.id, since=TODAY, today=TODAY)
    end_absence(session, absence_id=line.id, actor=OPERATOR, now=NOW)
    assert not load(session, ("boris", "clara", 1, 4)).has_changes
    assert deputy_of(session, cast, "boris", 1) is None


def test_what_the_file_drops_ends_today(session, cast):
    load(session, ("boris", "clara", 0, 4), ("clara", "boris", 6, 9))
    later = NOW + timedelta(days=2)
    report = load(session, now=later)
    assert report.deactivated == {
        "absence": ["boris clara 2026-11-23 2026-11-27", "clara boris 2026-11-29 2026-12-02"]
    }
    assert [deputy_of(session, cast, "boris", n) for n in (1, 2)] == ["clara", None]
    assert deputy_of(session, cast, "clara", 6) is None
    assert not load(session, now=later).has_changes


def test_an_entry_of_staff_wins_over_the_file(session, cast, enter):
    enter("boris", "clara", 3, 6)
    report = load(session, ("boris", "clara", 1, 4))
    assert (report.left_out, report.has_changes) == (["boris clara 2026-11-24 2026-11-27"], False)
    assert [deputy_of(session, cast, "boris", n) for n in (1, 3)] == [None, "clara"]
    load(session)
    assert deputy_of(session, cast, "boris", 3) == "clara"
