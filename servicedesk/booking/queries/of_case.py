"""Read what booking knows of one case, for the pages of its person, in one turn."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from servicedesk.booking.queries.appointments import LIST_OF_CASE, AppointmentView
from servicedesk.booking.queries.facts import read_terms
from servicedesk.booking.queries.statements import FIND_TERMS
from servicedesk.booking.queries.wishes import FIND_WISH, WishView
from servicedesk.booking.rules.life import State
from servicedesk.booking.rules.offers import BookingTerms
from servicedesk.db.prepared import run_together


@dataclass(frozen=True, slots=True)
class CaseBookings:
    """Carry a case's terms, its appointments with their history, newest first, and its open wish."""

    terms: BookingTerms
    appointments: tuple[AppointmentView, ...]
    wish: WishView | None

    @property
    def booked(self) -> AppointmentView | None:
        """Return the appointment that stands; the database admits one."""
        return next((one for one in self.appointments if one.state == State.booked), None)


def get_bookings_of_case(session: Session, case_id: UUID) -> CaseBookings:
    """Return what booking knows of a case; raises NotFound."""
    about = {"case_id": case_id}
    terms, appointments, wish = run_together(
        session, (FIND_TERMS, about), (LIST_OF_CASE, about), (FIND_WISH, about)
    )
    return CaseBookings(
        terms=read_terms(terms.first),
        appointments=tuple(AppointmentView(*row) for row in appointments.rows),
        wish=WishView(*wish.first) if wish.first is not None else None,
    )
