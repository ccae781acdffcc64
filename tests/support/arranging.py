"""Speak for one case and for the clerk who answers it, about times that both arrange."""

from datetime import datetime

from sqlalchemy import func, select

from servicedesk.booking.models import AppointmentCell
from servicedesk.booking.queries import find_arrangement
from servicedesk.booking.rules.arrangements import Refused
from servicedesk.booking.service import (
    accept_time,
    ask_for_time,
    book_appointment,
    decline_times,
    offer_times,
    refuse_request,
)
from servicedesk.notices.models import Outbox
from servicedesk.notices.service import open_context
from tests.conftest import NOW

EIGHT, NINE, TEN = (datetime(2026, 12, 1, hour, 0) for hour in (8, 9, 10))


class Asker:
    """Be one case."""

    def __init__(self, session, vault, world, number=0):
        self.session, self.vault, self.world, self.number = session, vault, world, number
        self.case_id = world.cases[number]
        self.me, self.clerk = world.resident(number), world.clerk()
        self.sends = {"vault": vault}

    def asks(self, starts=EIGHT, now=NOW):
        return ask_for_time(
            self.session,
            case_id=self.case_id,
            desk_id=self.world.desks[0],
            starts_local=starts,
            now=now,
            actor=self.me,
        )

    def is_offered(self, *starts, now=NOW):
        slots = [(self.world.desks[0], one) for one in starts]
        return offer_times(
            self.session, case_id=self.case_id, slots=slots, now=now, actor=self.clerk, **self.sends
        )

    def accepts(self, ref, actor=None, now=NOW):
        return accept_time(
            self.session, case_id=self.case_id, ref=ref, now=now, actor=actor or self.me, **self.sends
        )

    def declines(self, now=NOW):
        return decline_times(self.session, case_id=self.case_id, now=now, actor=self.me)

    def is_refused(self, reason=Refused.by_post):
        refuse_request(
            self.session, case_id=self.case_id, reason=reason, now=NOW, actor=self.clerk, **self.sends
        )

    def books(self, starts=EIGHT, actor=None):
        return book_appointment(
            self.session,
            case_id=self.case_id,
            desk_id=self.world.desks[0],
            starts_local=starts,
            now=NOW,
            actor=actor or self.me,
            **self.sends,
        )

    @property
    def state(self):
        found = find_arrangement(self.session, self.case_id)
        return found.state if found else None


def cells(session):
    return session.scalar(select(func.count()).select_from(AppointmentCell))


def notices(session, vault):
    rows = session.scalars(select(Outbox).where(Outbox.state == "pending").order_by(Outbox.id)).all()
    return [open_context(session, vault, row.id, row.context_sealed) for row in rows]
