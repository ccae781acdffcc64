"""Compare requests and proposals with a model that knows nothing of bits, guards or databases."""

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
from sqlalchemy import select, update

from servicedesk.booking.models import Appointment, Arrangement
from servicedesk.booking.queries import list_guard_faults
from servicedesk.booking.rules.arrangements import Refused
from servicedesk.booking.service import (
    accept_time,
    ask_for_time,
    book_appointment,
    cancel_appointment,
    decline_times,
    lapse_arrangement,
    list_lapsed,
    offer_times,
    refuse_request,
)
from servicedesk.db.session import Database
from servicedesk.kernel.errors import Refusal
from servicedesk.offices.models import OfficeConcern
from tests.conftest import ENGINES, NOW
from tests.races.acts import VAULT
from tests.support.booking import make_world

DAY = date(2026, 12, 7)
FIVE = timedelta(minutes=5)
LENGTH = 3
CASES = 3

people = st.integers(0, CASES - 1)
starts = st.integers(0, 9).map(lambda step: datetime.combine(DAY, time(8)) + step * FIVE)


@dataclass
class Talk:
    state: str
    times: list
    lapses: datetime


@dataclass
class Model:
    """Say in plain words what arranging promises: a time is somebody's, or nobody's."""

    now: datetime = NOW
    talks: dict = field(default_factory=dict)
    booked: dict = field(default_factory=dict)

    @staticmethod
    def cells(start):
        return {start + n * FIVE for n in range(LENGTH)}

    def taken(self, *, without=None):
        times = [time for who, time in self.booked.items()]
        times += [time for who, talk in self.talks.items() for time in talk.times if who != without]
        return set().union(*map(self.cells, times)) if times else set()

    def is_free(self, who, start, *, among=()):
        mine = self.cells(self.booked[who]) if who in self.booked else set()
        others = self.taken(without=who) - mine
        others |= set().union(*map(self.cells, among)) if among else set()
        return not self.cells(start) & others


class Arranging(RuleBasedStateMachine):
    engine = None

    @initialize()
    def open_office(self):
        self.model = Model()
        self.connection = self.engine.execution_options(servicedesk_write=True).connect()
        self.outer = self.connection.begin()
        self.database = Database(self.engine, self.connection)
        with self.database.unit_of_work() as session:
            self.world = make_world(
                session, now=NOW, cases=CASES, opening=(time(8), time(9)), horizon_days=20
            )
            session.execute(update(OfficeConcern).values(mode="request"))

    def teardown(self):
        if hasattr(self, "outer"):
            self.outer.rollback()
            self.connection.close()

    def act(self, use_case, who, *, is_staff=False, **more):
        actor = self.world.clerk() if is_staff else self.world.resident(who)
        try:
            with self.database.unit_of_work() as session:
                return (
                    use_case(session, case_id=self.world.cases[who], now=self.model.now, actor=actor, **more),
                    None,
                )
        except Refusal as refusal:
            return None, type(refusal).__name__

    def refs(self, who):
        with self.database.reading() as session:
            query = (
                select(Appointment.ref, Appointment.starts_local)
                .where(
                    Appointment.case_id == self.world.cases[who],
                    Appointment.state.in_(("requested", "offered")),
                )
                .order_by(Appointment.starts_local)
            )
            return [tuple(row) for row in session.execute(query)]

    @rule(days=st.sampled_from([1, 3, 4]))
    def wait(self, days):
        if self.model.now + timedelta(days=days) < datetime(2026, 12, 5, tzinfo=NOW.tzinfo):
            self.model.now += timedelta(days=days)

    @rule(who=people, start=starts)
    def ask(self, who, start):
        talk = self.model.talks.get(who)
        got, refused = self.act(ask_for_time, who, desk_id=self.world.desks[0], starts_local=start)
        if talk and talk.state == "asked":
            assert (got is not None and not got.is_new) if talk.times == [start] else refused == "NotBookable"
            return
        assert refused == (None if self.model.is_free(who, start) else "SlotTaken")
        if refused is None:
            self.model.talks[who] = Talk("asked", [start], datetime.max)

    @rule(who=people, times=st.lists(starts, min_size=1, max_size=3, unique=True))
    def offer(self, who, times):
        slots = [(self.world.desks[0], start) for start in times]
        _, refused = self.act(offer_times, who, is_staff=True, slots=slots, vault=VAULT)
        ordered = sorted(times)
        fits = all(self.model.is_free(who, start, among=ordered[:n]) for n, start in enumerate(ordered))
        assert refused == (None if fits else "SlotTaken")
        if fits:
            self.model.talks[who] = Talk("offered", ordered, self.model.now + timedelta(days=7))

    @precondition(lambda self: self.model.talks)
    @rule(number=people, which=st.integers(0, 2))
    def accept(self, number, which):
        who = sorted(self.model.talks)[number % len(self.model.talks)]
        talk = self.model.talks[who]
        ref, start = self.refs(who)[which % len(talk.times)]
        is_staff = talk.state == "asked"
        got, refused = self.act(accept_time, who, is_staff=is_staff, ref=ref, vault=VAULT)
        assert (refused, got.starts_local) == (None, start)
        self.model.booked[who] = start
        del self.model.talks[who]

    @rule(who=people)
    def decline(self, who):
        got, _ = self.act(decline_times, who)
        assert got is (self.model.talks.pop(who, None) is not None)

    @rule(who=people)
    def refuse(self, who):
        _, refused = self.act(refuse_request, who, is_staff=True, reason=Refused.by_post, vault=VAULT)
        is_asked = who in self.model.talks and self.model.talks[who].state == "asked"
        assert refused == (None if is_asked else "NoLongerOffered")
        if is_asked:
            del self.model.talks[who]

    @rule(who=people, start=starts)
    def staff_book(self, who, start):
        _, refused = self.act(
            book_appointment,
            who,
            is_staff=True,
            desk_id=self.world.desks[0],
            starts_local=start,
            vault=VAULT,
        )
        if who in self.model.booked:
            assert refused == (None if self.model.booked[who] == start else "AlreadyBooked")
            return
        assert refused == (None if self.model.is_free(who, start) else "SlotTaken")
        if refused is None:
            self.model.booked[who] = start
            self.model.talks.pop(who, None)

    @precondition(lambda self: self.model.booked)
    @rule(number=people)
    def cancel(self, number):
        who = sorted(self.model.booked)[number % len(self.model.booked)]
        with self.database.reading() as session:
            ref = session.scalars(
                select(Appointment.ref).where(
                    Appointment.case_id == self.world.cases[who], Appointment.state == "booked"
                )
            ).one()
        _, refused = self.act(cancel_appointment, who, ref=ref, vault=VAULT)
        assert refused is None
        del self.model.booked[who]
        self.model.talks.pop(who, None)

    @rule()
    def sweep(self):
        with self.database.reading() as session:
            lapsed = list_lapsed(session, now=self.model.now)
        for case_id in lapsed:
            with self.database.unit_of_work() as session:
                assert lapse_arrangement(session, case_id=case_id, now=self.model.now, vault=VAULT)
        naive = self.model.now
        gone = [
            who for who, talk in self.model.talks.items() if talk.state == "offered" and talk.lapses <= naive
        ]
        assert {self.world.cases[who] for who in gone} == set(lapsed)
        for who in gone:
            del self.model.talks[who]

    @invariant()
    def books_agree(self):
        with self.database.reading() as session:
            assert list(list_guard_faults(session, self.world.office_id)) == []
            rows = session.execute(
                select(Appointment.case_id, Appointment.state, Appointment.starts_local).where(
                    Appointment.state.in_(("requested", "offered", "booked"))
                )
            ).all()
            talks = session.execute(
                select(Arrangement.case_id, Arrangement.state).where(
                    Arrangement.state.in_(("asked", "offered"))
                )
            ).all()
        word = {"asked": "requested", "offered": "offered"}
        expected = {(self.world.cases[who], "booked", start) for who, start in self.model.booked.items()}
        expected |= {
            (self.world.cases[who], word[talk.state], start)
            for who, talk in self.model.talks.items()
            for start in talk.times
        }
        assert set(map(tuple, rows)) == expected
        assert dict(map(tuple, talks)) == {
            self.world.cases[who]: talk.state for who, talk in self.model.talks.items()
        }


def check(engines, engine, examples, steps):
    machine = type("Bound", (Arranging,), {"engine": engines[engine].engine})
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
def test_arranging_follows_the_model(engines, engine):
    check(engines, engine, examples=25, steps=30)


@pytest.mark.prove
@pytest.mark.parametrize("engine", ENGINES)
def test_arranging_follows_the_model_at_length(engines, engine):
    check(engines, engine, examples=200, steps=60)
