"""Read free times, appointments, conflicts; everything comes back as frozen values."""

from servicedesk.booking.queries.appointments import (
    AppointmentView,
    DayEntry,
    find_appointment,
    find_appointment_by_ref,
    find_hold,
    get_appointment,
    list_appointments_of_case,
    list_day,
)
from servicedesk.booking.queries.arrangements import (
    ArrangedTime,
    ArrangementView,
    RequestLine,
    find_arrangement,
    list_requests,
)
from servicedesk.booking.queries.backlog import Backlog, list_backlog, list_waiting_for_proposal
from servicedesk.booking.queries.conflicts import Conflict, count_conflicts, list_conflicts, list_guard_faults
from servicedesk.booking.queries.facts import get_terms, list_candidate_desks
from servicedesk.booking.queries.free import (
    SlotOffer,
    count_free_seats,
    find_earliest_free,
    find_free_days,
    find_offer,
    list_times,
    suggest_times,
)
from servicedesk.booking.queries.of_case import CaseBookings, get_bookings_of_case
from servicedesk.booking.queries.wishes import WishView, find_wish, list_wishes

__all__ = [
    "AppointmentView",
    "ArrangedTime",
    "ArrangementView",
    "Backlog",
    "CaseBookings",
    "Conflict",
    "DayEntry",
    "RequestLine",
    "SlotOffer",
    "WishView",
    "count_conflicts",
    "count_free_seats",
    "find_appointment",
    "find_appointment_by_ref",
    "find_arrangement",
    "find_earliest_free",
    "find_free_days",
    "find_hold",
    "find_offer",
    "find_wish",
    "get_appointment",
    "get_bookings_of_case",
    "get_terms",
    "list_appointments_of_case",
    "list_backlog",
    "list_candidate_desks",
    "list_conflicts",
    "list_day",
    "list_guard_faults",
    "list_requests",
    "list_times",
    "list_waiting_for_proposal",
    "list_wishes",
    "suggest_times",
]
