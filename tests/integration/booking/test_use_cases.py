from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import delete, func, select, update

from servicedesk.booking.errors import (
    AlreadyBooked,
    AppointmentChanged,
    AppointmentPast,
    NotBookable,
    NotBooked,
    OutsideHours,
    SlotTaken,
    TooLate,
    TooSoon,
)
from servicedesk.booking.models import Appointment, AppointmentCell
from servicedesk.booking.queries import (
    find_appointment,
    find_appointment_by_ref,
    find_earliest_free,
    find_hold,
    find_offer,
    find_wish,
    get_appointment,
    list_appointments_of_case,
    list_candidate_desks,
    list_day,
    list_guard_faults,
    list_times,
    list_wishes,
    suggest_times,
)
from servicedesk.booking.queries.facts import lock_case
from servicedesk.booking.service import (
    book_appointment,
    cancel_appointment,
    hold_slot,
    move_appointment,
    release_hold,
    settle_wish_of,
    wish_for_slot,
)
from servicedesk.cases.models import Case
from servicedesk.db.audit import AuditEvent
from servicedesk.kernel.errors import NotFound
from servicedesk.kernel.permissions import Actor, ActorKind
from servicedesk.notices.models import Outbox
from servicedesk.notices.service import open_context
from servicedesk.offices.models import DeskMember, OfficeConcern
from tests.conftest import NOW
from tests.support.booking import add_cases, confirm_email, make_world

TUESDAY = datetime(2026, 12, 1, 8, 0)
QUARTER = timedelta(minutes=15)


class Case0:
    """Speak for the first case, so that a test reads like the sentence it proves."""

    def __init__(self, session, vault, world, number=0, actor=None):
        self.session, self.vault, self.world, self.number = session, vault, world, number
        self.actor = actor or world.resident(number)

    def _asked(self, starts_local, now, **more):
        return {
            "case_id": self.world.cases[self.number],
            "desk_id": more.pop("desk_id", self.world.desks[0]),
            "starts_local": starts_local,
            "now": now,
            "actor": self.actor,
        } | more

    def holds(self, starts_local=TUESDAY, now=NOW, **more):
        return hold_slot(self.session, **self._asked(starts_local, now, **more))

    def books(self, starts_local=TUESDAY, now=NOW, **more):
        return book_appointment(self.session, **self._asked(starts_local, now, vault=self.vault, **more))

    def moves(self, ref, starts_local, now=NOW, **more):
        return move_appointment(
            self.session, ref=ref, **self._asked(starts_local, now, vault=self.vault, **more)
        )

    def cancels(self, ref, now=NOW, **more):
        return cancel_appointment(
            self.session,
            case_id=self.world.cases[self.number],
            ref=ref,
            now=now,
            actor=self.actor,
            vault=self.vault,
            **more,
        )


@pytest.fixture
def world(session):
    return make_world(session, now=NOW, cases=3)


@pytest.fixture
def amina(session, vault, world):
    return Case0(session, vault, world)


@pytest.fixture
def neighbour(session, vault, world):
    return Case0(session, vault, world, 1)


def count(session, model=Appointment):
    return session.scalar(select(func.count()).select_from(model))


# ---------------------------------------------------------------- holds


def test_choosing_again_gives_up_the_first_time_but_not_the_clock(amina, neighbour, session, world):
    amina.holds()
    second = amina.holds(TUESDAY + QUARTER, NOW + timedelta(minutes=6))
    assert second.expires_at == NOW + timedelta(minutes=10)
    assert neighbour.holds().is_reserved
    assert (
        find_hold(session, world.cases[0], now=NOW + timedelta(minutes=9)).starts_local == TUESDAY + QUARTER
    )
    assert find_hold(session, world.cases[0], now=NOW + timedelta(minutes=10)) is None


def test_an_expired_hold_is_offered_again_and_taken_over(amina, neighbour, session, world):
    amina.holds()
    later = NOW + timedelta(minutes=10)
    offered = [t.starts_local for t in list_times(session, world.cases[1], TUESDAY.date(), now=NOW)]
    assert TUESDAY not in offered
    offered = [t.starts_local for t in list_times(session, world.cases[1], TUESDAY.date(), now=later)]
    assert TUESDAY in offered
    neighbour.books(now=later)
    with pytest.raises(SlotTaken):
        amina.books(now=later)
    assert list(list_guard_faults(session, world.office_id)) == []


def test_a_late_confirmation_still_works_while_the_time_is_free(amina):
    amina.holds()
    assert amina.books(now=NOW + timedelta(minutes=30)).is_new


def test_a_hold_is_honoured_when_the_notice_ends_meanwhile(amina, neighbour):
    # 24 hours before Tuesday 8:00 plus two minutes.
    now = datetime(2026, 11, 30, 6, 58, tzinfo=UTC)
    amina.holds(now=now)
    with pytest.raises(TooSoon):
        neighbour.books(TUESDAY, now + timedelta(minutes=5))
    assert amina.books(now=now + timedelta(minutes=5)).is_new


def test_when_the_budget_is_used_up_nothing_is_reserved_but_booking_works(amina, neighbour, session, world):
    now = NOW
    for number in range(6):
        assert amina.holds(TUESDAY + number * QUARTER, now).is_reserved
        now += timedelta(minutes=10)
    rows = count(session)
    hold = amina.holds(TUESDAY, now)
    assert not hold.is_reserved
    assert count(session) == rows
    with pytest.raises(OutsideHours):
        amina.holds(TUESDAY - QUARTER, now)
    neighbour.holds(TUESDAY + QUARTER, now)
    with pytest.raises(SlotTaken):
        amina.holds(TUESDAY + QUARTER, now)
    assert amina.books(TUESDAY, now).is_new
    assert list(list_guard_faults(session, world.office_id)) == []


def test_leaving_the_journey_frees_the_time(amina, neighbour, session, world):
    amina.holds()
    assert release_hold(session, case_id=world.cases[0], now=NOW, actor=amina.actor)
    assert not release_hold(session, case_id=world.cases[0], now=NOW, actor=amina.actor)
    assert neighbour.holds().is_reserved


# ---------------------------------------------------------------- refusals


def test_every_border_has_its_own_refusal(amina, session, world):
    for refusal, starts_local in (
        (TooSoon, datetime(2026, 11, 24, 8, 45)),
        (TooSoon, datetime(2026, 11, 20, 8, 0)),
        (TooLate, datetime(2027, 2, 22, 8, 0)),
        (OutsideHours, datetime(2026, 11, 28, 8, 0)),
        (OutsideHours, datetime(2026, 12, 1, 11, 50)),
        (OutsideHours, datetime(2026, 12, 1, 8, 3)),
        (OutsideHours, datetime(2026, 12, 25, 8, 0)),
    ):
        for ask in (amina.holds, amina.books):
            with pytest.raises(refusal):
                ask(starts_local)
    assert count(session) == 0
    assert amina.books(datetime(2026, 11, 24, 9, 0)).is_new


def test_no_appointment_runs_past_midnight(session, vault):
    world = make_world(session, now=NOW, opening=(time(22), time(0)))
    night = Case0(session, vault, world)
    for ask in (night.holds, night.books):
        with pytest.raises(OutsideHours):
            ask(datetime(2026, 12, 1, 23, 50))
    assert night.books(datetime(2026, 12, 1, 23, 45)).is_new


def test_a_closed_case_and_another_mode_are_not_bookable(amina, neighbour, session, world):
    session.execute(update(Case).where(Case.id == world.cases[0]).values(closed_at=NOW))
    with pytest.raises(NotBookable):
        amina.books()
    session.execute(update(OfficeConcern).values(mode="request"))
    with pytest.raises(NotBookable):
        neighbour.books()


def test_nobody_books_for_somebody_else(session, vault, world):
    stranger = Case0(session, vault, world, 0, world.resident(1))
    visitor = Case0(session, vault, world, 0, Actor(kind=ActorKind.visitor, office_id=world.office_id))
    other = make_world(session, now=NOW, ref="nachbarstadt")
    clerk = Case0(session, vault, world, 0, other.clerk())
    for actor in (stranger, visitor, clerk):
        with pytest.raises(NotFound):
            actor.books()
    with pytest.raises(NotFound):
        Case0(session, vault, world).books(desk_id=other.desks[0])


# ---------------------------------------------------------------- desks


def test_residents_get_the_responsible_desks_only(session, vault):
    world = make_world(session, now=NOW, cases=1, desks=1, pool_desks=2)
    assert list_candidate_desks(session, world.cases[0]) == (world.desks[0],)
    with pytest.raises(NotFound):
        Case0(session, vault, world).books(desk_id=world.desks[1])
    by_clerk = Case0(session, vault, world, 0, world.clerk()).books(desk_id=world.desks[1])
    assert by_clerk.desk_id == world.desks[1]


def test_without_an_owner_the_teams_desks_then_the_pools(session, vault):
    world = make_world(session, now=NOW, cases=0, desks=1, pool_desks=2)
    add_cases(session, world, 2, now=NOW, owned=False)
    assert list_candidate_desks(session, world.cases[0]) == (world.desks[0],)
    assert Case0(session, vault, world, 0).books().desk_id == world.desks[0]
    session.execute(delete(DeskMember))
    assert list_candidate_desks(session, world.cases[1]) == tuple(world.desks[1:])
    assert Case0(session, vault, world, 1).books(desk_id=world.desks[2]).desk_id == world.desks[2]


def test_staff_need_no_notice_and_may_take_more_time(session, vault, world):
    clerk = Case0(session, vault, world, 0, world.clerk())
    booked = clerk.books(datetime(2026, 11, 23, 9, 5), minutes=45)
    assert booked.minutes == 45
    assert count(session, AppointmentCell) == 9
    with pytest.raises(TooSoon):
        Case0(session, vault, world, 1, world.clerk()).books(datetime(2026, 11, 23, 9, 0))
    # What a resident sends as a length counts for nothing.
    assert Case0(session, vault, world, 1).books(minutes=5).minutes == 15


# ---------------------------------------------------------------- move, cancel


def test_moving_keeps_the_calendar_identity_and_frees_the_old_time(amina, neighbour, session, world):
    booked = amina.books()
    moved = amina.moves(booked.ref, TUESDAY + timedelta(days=1))
    assert (moved.uid, moved.sequence) == (booked.uid, 1)
    assert moved.ref != booked.ref
    assert neighbour.books().is_new
    again = amina.moves(booked.ref, TUESDAY + timedelta(days=1))
    assert (again.ref, again.is_new) == (moved.ref, False)
    with pytest.raises(AppointmentChanged):
        amina.moves(booked.ref, TUESDAY + timedelta(days=2))
    with pytest.raises(AppointmentChanged):
        amina.cancels(booked.ref)
    assert [view.state for view in list_appointments_of_case(session, world.cases[0])] == ["booked", "moved"]


def test_a_move_to_a_taken_time_leaves_everything_as_it_was(amina, neighbour, session, world):
    booked = amina.books()
    neighbour.books(TUESDAY + QUARTER)
    with session.begin_nested() as savepoint:
        with pytest.raises(SlotTaken):
            amina.moves(booked.ref, TUESDAY + QUARTER)
        savepoint.rollback()
    assert find_appointment(session, world.cases[0]).ref == booked.ref
    assert list(list_guard_faults(session, world.office_id)) == []


def test_moving_by_five_minutes_overlaps_only_oneself(amina, neighbour, session, world):
    booked = amina.books()
    five = timedelta(minutes=5)
    assert TUESDAY in [t.starts_local for t in list_times(session, world.cases[0], TUESDAY.date(), now=NOW)]
    held = amina.holds(TUESDAY + five, is_move=True)
    assert held.is_reserved
    with pytest.raises(SlotTaken):
        neighbour.books(TUESDAY + QUARTER)
    moved = amina.moves(booked.ref, TUESDAY + five)
    assert moved.starts_local == TUESDAY + five
    assert count(session, AppointmentCell) == 3
    assert neighbour.books(TUESDAY + 4 * five).is_new
    assert list(list_guard_faults(session, world.office_id)) == []


def test_who_has_an_appointment_holds_another_time_only_to_move(amina):
    booked = amina.books()
    with pytest.raises(AlreadyBooked) as refused:
        amina.holds(TUESDAY + QUARTER)
    assert refused.value.params["ref"] == booked.ref


def test_a_hold_for_a_move_that_is_never_confirmed_changes_nothing(amina, neighbour, session, world):
    booked = amina.books()
    amina.holds(TUESDAY + timedelta(minutes=5), is_move=True)
    later = NOW + timedelta(minutes=11)
    neighbour.books(TUESDAY + QUARTER, later)
    found = find_appointment(session, world.cases[0])
    assert (found.ref, found.starts_local) == (booked.ref, TUESDAY)
    assert list(list_guard_faults(session, world.office_id)) == []


def test_cancelling_frees_at_once_and_once(amina, neighbour, session, world):
    booked = amina.books()
    amina.holds(TUESDAY + QUARTER, is_move=True)
    cancelled = amina.cancels(booked.ref, reason="krank")
    assert (cancelled.state, cancelled.sequence, cancelled.is_new) == ("cancelled", 1, True)
    again = amina.cancels(booked.ref)
    assert (again.sequence, again.is_new) == (1, False)
    assert count(session, AppointmentCell) == 0
    assert neighbour.books().is_new
    with pytest.raises(NotBooked):
        amina.moves(booked.ref, TUESDAY + QUARTER)
    assert amina.books(TUESDAY + QUARTER).uid != booked.uid


def test_changes_are_possible_up_to_the_start(amina, neighbour):
    booked, other = amina.books(), neighbour.books(TUESDAY + QUARTER)
    start = datetime(2026, 12, 1, 7, 0, tzinfo=UTC)
    with pytest.raises(AppointmentPast):
        amina.cancels(booked.ref, start)
    with pytest.raises(AppointmentPast):
        amina.moves(booked.ref, TUESDAY + timedelta(days=3), start)
    assert neighbour.cancels(other.ref, start).is_new


def test_after_an_appointment_that_went_by_a_new_one_can_be_booked(amina, session, world):
    booked = amina.books()
    with pytest.raises(AlreadyBooked):
        amina.books(TUESDAY + timedelta(days=2), datetime(2026, 12, 1, 7, 14, tzinfo=UTC))
    assert amina.books(TUESDAY + timedelta(days=2), datetime(2026, 12, 1, 7, 15, tzinfo=UTC)).is_new
    assert get_appointment(session, world.office_id, booked.ref).state == "passed"
    assert list(list_guard_faults(session, world.office_id)) == []


def test_the_database_referees_where_a_row_of_the_case_was_overlooked(real_db, vault, monkeypatch):
    with real_db.unit_of_work() as session:
        world = make_world(session, now=NOW, cases=1)
        Case0(session, vault, world).books()
    monkeypatch.setattr(
        "servicedesk.booking.service.ground.lock_case", lambda *asked: (lock_case(*asked)[0], [])
    )
    with pytest.raises(AlreadyBooked), real_db.unit_of_work() as session:
        Case0(session, vault, world).books(TUESDAY + QUARTER)
    with real_db.reading() as session:
        assert count(session, AppointmentCell) == 3
        assert list(list_guard_faults(session, world.office_id)) == []


# ---------------------------------------------------------------- messages, audit


def test_mails_go_only_to_confirmed_addresses_and_name_nobody(amina, neighbour, session, vault, world):
    neighbour.books(TUESDAY + QUARTER)
    assert count(session, Outbox) == 0
    confirm_email(session, world, 0, vault, now=NOW)
    booked = amina.books(public_url="https://termine.example")
    row = session.scalars(select(Outbox)).one()
    assert (row.kind, row.channel, row.locale, row.state) == (
        "appointment_confirmation",
        "email",
        "ar",
        "pending",
    )
    assert row.not_after == booked.starts_at
    context = open_context(session, vault, row.id, row.context_sealed)
    assert (context.appointment.uid, context.appointment.sequence) == (booked.uid, 0)
    assert (
        context.appointment.place
        == "Ausländerbehörde Musterstadt, Rathausplatz 1, 12345 Musterstadt, Zimmer 0"
    )
    assert context.appointment.manage_url == "https://termine.example/ar/code"
    assert context.appointment.ends_at - context.appointment.starts_at == QUARTER
    assert "Erfunden" not in repr(context)
    moved = amina.moves(booked.ref, TUESDAY + timedelta(days=1))
    amina.cancels(moved.ref)
    rows = {
        row.kind: row for row in session.scalars(select(Outbox).execution_options(populate_existing=True))
    }
    assert {kind: row.state for kind, row in rows.items()} == {
        "appointment_confirmation": "cancelled",
        "appointment_moved": "cancelled",
        "appointment_cancelled": "pending",
    }
    last = rows["appointment_cancelled"]
    context = open_context(session, vault, last.id, last.context_sealed)
    assert (context.appointment.sequence, context.is_by_office) == (2, False)
    assert context.appointment.manage_url.startswith("https://musterstadt.example/")


def test_each_act_leaves_one_audit_row_without_personal_data(amina, neighbour, session, world):
    amina.holds()
    amina.holds(TUESDAY + QUARTER, NOW + timedelta(minutes=1))
    booked = amina.books(TUESDAY + QUARTER, NOW + timedelta(minutes=2))
    amina.books(TUESDAY + QUARTER, NOW + timedelta(minutes=3))
    moved = amina.moves(booked.ref, TUESDAY, NOW + timedelta(minutes=4))
    amina.cancels(moved.ref, NOW + timedelta(minutes=5), reason="Kind krank")
    neighbour.holds()
    rows = session.scalars(
        select(AuditEvent)
        .where(AuditEvent.subject_kind == "appointment")
        .order_by(AuditEvent.at, AuditEvent.id)
    ).all()
    assert [row.action for row in rows] == [
        "hold_slot",
        "hold_slot",
        "expire_hold",
        "hold_slot",
        "book_appointment",
        "move_appointment",
        "cancel_appointment",
    ]
    assert all(row.office_id == world.office_id for row in rows)
    assert "krank" not in repr([row.details for row in rows])


# ---------------------------------------------------------------- reads


def test_the_offer_says_when_no_time_comes_before_the_title_ends(session, world):
    offer = find_offer(session, world.cases[0], now=NOW, days_shown=2)
    assert (offer.minutes, len(offer.days), offer.has_more, offer.is_before_end) == (15, 2, True, True)
    later = find_offer(session, world.cases[0], now=NOW, first_on=TUESDAY.date(), days_shown=2)
    assert later.days[0].day == TUESDAY.date()
    assert later.earliest == offer.earliest == find_earliest_free(session, world.cases[0], now=NOW)
    first = offer.earliest.starts_local.date()
    for ends_on, is_before in ((first, True), (first - timedelta(days=1), False)):
        session.execute(update(Case).values(ends_on=ends_on))
        assert find_offer(session, world.cases[0], now=NOW).is_before_end is is_before
    with pytest.raises(NotFound):
        find_offer(session, world.office_id, now=NOW)


def test_suggestions_follow_the_lost_time(amina, session, world):
    amina.books()
    near = suggest_times(session, world.cases[1], now=NOW, near=TUESDAY, limit=3)
    assert [t.starts_local for t in near] == [TUESDAY + n * QUARTER for n in (1, 2, 3)]
    last = datetime(2027, 2, 19, 11, 45)
    near = suggest_times(session, world.cases[1], now=NOW, near=last, limit=20)
    assert len(near) == 20
    assert near[-1].starts_local == last
    assert list(near) == sorted(near, key=lambda t: t.starts_local)


def test_the_day_sheet_shows_people_in_order_of_time(amina, neighbour, session, world):
    amina.books(TUESDAY + QUARTER)
    neighbour.books(TUESDAY)
    sheet = list_day(session, world.office_id, TUESDAY.date(), member_ids=[world.member_id])
    assert [(e.appointment.starts_local, e.family_name) for e in sheet] == [
        (TUESDAY, "Erfunden1"),
        (TUESDAY + QUARTER, "Erfunden0"),
    ]
    assert sheet[0].appointment.ends_local.time() == time(8, 15)
    assert list_day(session, world.office_id, TUESDAY.date(), desk_ids=[]) == ()
    assert list_day(session, world.office_id, TUESDAY.date(), member_ids=[world.office_id]) == ()
    assert len(list_day(session, world.office_id, NOW.date(), last_day=TUESDAY.date())) == 2
    assert list_day(session, world.team_id, TUESDAY.date()) == ()


def test_by_reference_only_within_the_office(amina, session, world):
    booked = amina.books()
    found = find_appointment_by_ref(session, world.office_id, booked.ref)
    assert found.can_change(NOW)
    assert not found.can_change(booked.starts_at)
    assert find_appointment_by_ref(session, world.team_id, booked.ref) is None
    with pytest.raises(NotFound):
        get_appointment(session, world.office_id, "T-0000-0000")


# ---------------------------------------------------------------- wishes


def test_a_wish_waits_until_a_time_is_booked(amina, session, world):
    wish_for_slot(
        session,
        case_id=world.cases[0],
        wants_call=True,
        note="ab 14 Uhr\x00" + "x" * 400,
        now=NOW,
        actor=amina.actor,
    )
    later = NOW + timedelta(days=1)
    wish_for_slot(session, case_id=world.cases[0], wants_call=False, now=later, actor=amina.actor)
    wish = find_wish(session, world.cases[0])
    assert (wish.wants_call, wish.note, wish.asked_at) == (False, "", NOW)
    assert [w.case_id for w in list_wishes(session, world.office_id, owner_id=world.member_id)] == [
        world.cases[0]
    ]
    assert list_wishes(session, world.office_id, team_id=world.office_id) == ()
    amina.books(now=later)
    assert find_wish(session, world.cases[0]) is None
    wish_for_slot(session, case_id=world.cases[0], wants_call=True, now=later, actor=amina.actor)
    assert find_wish(session, world.cases[0]).asked_at == later
    assert settle_wish_of(session, case_id=world.cases[0], now=later, actor=world.clerk())
    assert not settle_wish_of(session, case_id=world.cases[0], now=later, actor=world.clerk())
