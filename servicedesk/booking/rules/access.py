"""Decide what a resident may do about a time now, and why not: the one place that knows what a mode means."""

from dataclasses import dataclass
from enum import StrEnum

from servicedesk.offices.rules.setup import AppointmentMode


class Pick(StrEnum):
    """Say what picking a free time does."""

    book = "book"
    """It is the appointment at once."""
    ask = "ask"
    """The case worker answers first; the time is kept meanwhile."""


class Why(StrEnum):
    """Say why no time can be picked now."""

    closed = "closed"
    not_ready = "not_ready"
    """Papers first: the office has not found the case decidable yet."""
    asked = "asked"
    """A request waits for the office's answer."""
    office_proposes = "office_proposes"
    """The office sends a time by itself."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Carry the facts of one case.

    `is_asked`: a request of the person waits. `is_offered`: times of the office wait for the person's answer.
    `was_offered`: the office has proposed a time before. `has_appointment`: one is booked.
    """

    is_closed: bool = False
    is_ready: bool = False
    is_asked: bool = False
    is_offered: bool = False
    was_offered: bool = False
    has_appointment: bool = False


@dataclass(frozen=True, slots=True)
class Access:
    """Say what picking a time does, or why nothing can be picked; `has_offer` asks for an answer first of all."""

    pick: Pick | None
    why: Why | None = None
    has_offer: bool = False


def decide_access(mode: AppointmentMode, standing: Standing) -> Access:
    """Return what the resident of a case may do about a time.

    Nobody is kept from calling an appointment off or from asking for a call, whatever the mode.
    """
    if standing.is_closed:
        return Access(None, Why.closed)
    if mode is AppointmentMode.decision_ready and not standing.is_ready:
        return Access(None, Why.not_ready, standing.is_offered)
    if mode is AppointmentMode.request:
        if standing.is_asked:
            return Access(None, Why.asked)
        return Access(Pick.ask, has_offer=standing.is_offered)
    if mode is AppointmentMode.proposed:
        is_own_turn = standing.is_offered or standing.was_offered or standing.has_appointment
        if not is_own_turn:
            return Access(None, Why.office_proposes)
    return Access(Pick.book, has_offer=standing.is_offered)
