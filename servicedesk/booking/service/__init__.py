"""Hold times, book, move and cancel appointments, keep wishes; compile calendars and clear what ran out."""

from servicedesk.booking.service.appointments import book_appointment, cancel_appointment, move_appointment
from servicedesk.booking.service.arrangements import (
    accept_time,
    ask_for_time,
    decline_times,
    lapse_arrangement,
    list_lapsed,
    offer_times,
    refuse_request,
)
from servicedesk.booking.service.calendar import CalendarReport, compile_calendar
from servicedesk.booking.service.holds import hold_slot, release_hold
from servicedesk.booking.service.proposals import list_untold_ready, offer_instead, propose_time, tell_ready
from servicedesk.booking.service.upkeep import pass_appointments, sweep_holds
from servicedesk.booking.service.values import Booked, Hold
from servicedesk.booking.service.wishes import settle_wish_of, wish_for_slot

__all__ = [
    "Booked",
    "CalendarReport",
    "Hold",
    "accept_time",
    "ask_for_time",
    "book_appointment",
    "cancel_appointment",
    "compile_calendar",
    "decline_times",
    "hold_slot",
    "lapse_arrangement",
    "list_lapsed",
    "list_untold_ready",
    "move_appointment",
    "offer_instead",
    "offer_times",
    "pass_appointments",
    "propose_time",
    "refuse_request",
    "release_hold",
    "settle_wish_of",
    "sweep_holds",
    "tell_ready",
    "wish_for_slot",
]
