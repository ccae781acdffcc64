"""Compare booking with a model that knows nothing of bits, guards or databases."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from servicedesk.booking.models import Appointment
from servicedesk.booking.queries import find_free_days, list_guard_faults
from servicedesk.booking.service import (
    book_appointment,
    cancel_appointment,
    hold_slot,
    move_appointment,
    release_hold,
    sweep_holds,
)
from servicedesk.db.session import Database
from servicedesk.kernel.errors import Refusal
from tests.conftest import ENGINES, NOW
from tests.races.acts import VAULT
from tests.support.booking import make_world

DAYS = (date(2026, 12, 1), date(2026, 12, 2))
OPENS, CLOSES = time(8), time(9)
FIVE = timedelta(minutes=5)
LENGTH = 3
CASES = 3

people = st.integers(0, CASES - 1)
slots = st.builds(
    lambda desk, day, step: (desk, datetime.combine(DAYS[day], time(7, 55)) + step * FIVE),
    st.sampled_from([0, 0, 0, 1]),
    st.sampled_from([0, 0, 0, 1]),
    st.one_of(st.sampled_from([1, 2, 4, 5, 7, 10]), st.integers(0, 12)),
)


@dataclass
class ModelHold:
    slot: tuple
    began: datetime
    ends: datetime


@dataclass
class ModelBooking:
    slot: tuple
    ref: str
    uid: str
    sequence: int


@dataclass
class Model:
    """Say in plain words what booking promises."""

    now: datetime = NOW
    holds: dict = field(default_factory=dict)
    bookings: dict = field(default_factory=dict)
    spans: dict = field(default_factory=lambda: {who: [] for who in range(CASES)})

    @staticmethod
    def cells(slot):
        desk, start = slot
        return {(desk, start + n * FIVE) for n in range(LENGTH)}

    def live(self, who):
        hold = self.holds.get(who)
        return hold if hold and hold.ends > self.now else None

    def taken_by_others(self, who):
        cells = set()
        for other in range(CASES):
            if other != who:
                if other in self.bookings:
                    cells |= self.cells(self.bookings[other].slot)
                if self.live(other):
                    cells |= self.cells(self.live(other).slot)
        return cells

    def refusal(self, who, slot):
        _, start = slot
        if start.time() < OPENS or start + LENGTH * FIVE > datetime.combine(start.date(), CLOSES):
            return "OutsideHours"
        return "SlotTaken" if self.cells(slot) & self.taken_by_others(who) else None

    def end_hold(self, who):
        hold = self.holds.pop(who, None)
        if hold:
            self.spans[who].append((hold.began, min(hold.ends, self.now)))

    def hold_end(self, who):
        if self.live(who):
            return self.live(who).ends
        spans = list(self.spans[who])
        if who in self.holds:
            spans.append((self.holds[who].began, self.holds[who].ends))
        used = sum(
            (end - begin for begin, end in spans if end > self.now - timedelta(hours=24)), timedelta(0)
        )
        left = min(timedelta(minutes=10), timedelta(minutes=60) - used)
        return self.now + left if left > timedelta(0) else None

    def offered(self, who):
        taken, offered = self.taken_by_others(who), set()
        for desk in (0, 1):
            for day in DAYS:
                grid = [datetime.combine(day, OPENS) + n * FIVE for n in range(12)]
                free = [(desk, start) not in taken for start in grid]
                fits = [all(free[n : n + LENGTH]) and n + LENGTH <= len(grid) for n in range(len(grid))]
                offered |= {grid[n] for n in range(0, len(grid), LENGTH) if fits[n]}
                n = 0
                while n < len(grid):
                    end = n
                    while end < len(grid) and free[end]:
                        end += 1
                    whole = [m for m in range(n, end) if m % LENGTH == 0 and fits[m]]
                    if end - n >= LENGTH and not whole:
                        offered.add(grid[n])
                    n = max(end, n + 1)
        return offered


class Booking(RuleBasedStateMachine):
    engine = None

    @initialize()
    def open_office(self):
        self.model = Model()
        self.connection = self.engine.execution_options(servicedesk_write=True).connect()
        self.outer = self.connection.begin()
        self.database = Database(self.engine, self.connection)
        with self.database.unit_of_work() as session:
            self.world = make_world(
                session, now=NOW, cases=CASES, desks=2, opening=(OPENS, CLOSES), horizon_days=10
            )

    def teardown(self):
        if hasattr(self, "outer"):
            self.outer.rollback()
            self.connection.close()

    def act(self, use_case, who, slot=None, **more):
        arguments = {
            "case_id": self.world.cases[who],
            "now": self.model.now,
            "actor": self.world.resident(who),
        }
        if slot is not None:
            arguments |= {"desk_id": self.world.desks[slot[0]], "starts_local": slot[1]}
        try:
            with self.database.unit_of_work() as session:
                return use_case(session, **arguments, **more), None
        except Refusal as refusal:
            return None, type(refusal).__name__

    @rule(minutes=st.sampled_from([1, 5, 9, 10, 11]))
    def wait(self, minutes):
        self.model.now += timedelta(minutes=minutes)

    @rule(who=people, slot=slots, is_move=st.booleans())
    def hold(self, who, slot, is_move):
        model = self.model
        got, refused = self.act(hold_slot, who, slot, is_move=is_move)
        if who in model.bookings and not is_move:
            assert refused == "AlreadyBooked"
            return
        live = model.live(who)
        if live and live.slot == slot:
            assert got.expires_at == live.ends
            return
        assert refused == model.refusal(who, slot)
        if refused is None:
            ends = model.hold_end(who)
            assert got.expires_at == ends
            if ends is not None:
                model.end_hold(who)
                model.holds[who] = ModelHold(slot, model.now, ends)

    @rule(who=people)
    def release(self, who):
        self.act(release_hold, who)
        self.model.end_hold(who)

    @rule(who=people, slot=slots)
    def book(self, who, slot):
        model = self.model
        got, refused = self.act(book_appointment, who, slot, vault=VAULT)
        if who in model.bookings:
            mine = model.bookings[who]
            assert (got.ref if got else refused) == (mine.ref if mine.slot == slot else "AlreadyBooked")
            return
        assert refused == model.refusal(who, slot)
        if refused is None:
            assert (got.sequence, got.is_new) == (0, True)
            if who in model.holds and model.holds[who].slot == slot:
                model.holds.pop(who)
            model.end_hold(who)
            model.bookings[who] = ModelBooking(slot, got.ref, got.uid, 0)

    @precondition(lambda self: self.model.holds)
    @rule(number=people, minutes=st.sampled_from([0, 0, 9, 11]))
    def confirm_what_is_held(self, number, minutes):
        held = sorted(self.model.holds)
        who = held[number % len(held)]
        self.model.now += timedelta(minutes=minutes)
        if who not in self.model.bookings:
            self.book(who, self.model.holds[who].slot)
        elif number != who:
            self.move(who, self.model.holds[who].slot)

    @precondition(lambda self: self.model.bookings)
    @rule(slot=slots, number=people, holds_first=st.booleans())
    def move_what_is_booked(self, slot, number, holds_first):
        booked = sorted(self.model.bookings)
        who = booked[number % len(booked)]
        if holds_first:
            self.hold(who, slot, is_move=True)
        self.move(who, slot)

    @rule(who=people, slot=slots)
    def move(self, who, slot):
        model = self.model
        mine = model.bookings.get(who)
        got, refused = self.act(move_appointment, who, slot, ref=mine.ref if mine else "T-0", vault=VAULT)
        if mine is None:
            assert refused == "NotBooked"
            return
        if mine.slot == slot:
            assert (got.ref, got.is_new) == (mine.ref, False)
            return
        assert refused == model.refusal(who, slot)
        if refused is None:
            assert (got.uid, got.sequence) == (mine.uid, mine.sequence + 1)
            if who in model.holds and model.holds[who].slot == slot:
                model.holds.pop(who)
            model.end_hold(who)
            model.bookings[who] = ModelBooking(slot, got.ref, got.uid, got.sequence)

    @rule(who=people)
    def cancel(self, who):
        mine = self.model.bookings.pop(who, None)
        got, refused = self.act(cancel_appointment, who, ref=mine.ref if mine else "T-0", vault=VAULT)
        if mine is None:
            assert refused == "NotBooked"
            return
        assert (got.state, got.sequence) == ("cancelled", mine.sequence + 1)
        self.model.end_hold(who)

    @rule()
    def sweep(self):
        with self.database.unit_of_work() as session:
            sweep_holds(session, now=self.model.now)
        for who in range(CASES):
            if not self.model.live(who):
                self.model.end_hold(who)

    @invariant()
    def books_agree(self):
        with self.database.reading() as session:
            assert list(list_guard_faults(session, self.world.office_id)) == []
            rows = session.execute(
                select(
                    Appointment.case_id, Appointment.desk_id, Appointment.starts_local, Appointment.ref
                ).where(Appointment.state == "booked")
            ).all()
        expected = {
            (self.world.cases[who], self.world.desks[b.slot[0]], b.slot[1], b.ref)
            for who, b in self.model.bookings.items()
        }
        assert set(map(tuple, rows)) == expected

    @rule(who=people)
    def look(self, who):
        with self.database.reading() as session:
            days = find_free_days(
                session, self.world.cases[who], now=self.model.now, first_on=DAYS[0], last_on=DAYS[1]
            )
        assert {free.starts_local for day in days for free in day.times} == self.model.offered(who)


def check(engines, engine, examples, steps):
    machine = type("Bound", (Booking,), {"engine": engines[engine].engine})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            # Shrinking against a database outlasts every time limit; forty steps can be read.
            phases=(Phase.explicit, Phase.reuse, Phase.generate),
        ),
    )


@pytest.mark.parametrize("engine", ENGINES)
def test_booking_follows_the_model(engines, engine):
    check(engines, engine, examples=60, steps=40)


@pytest.mark.prove
@pytest.mark.parametrize("engine", ENGINES)
def test_booking_follows_the_model_at_length(engines, engine):
    check(engines, engine, examples=300, steps=60)
