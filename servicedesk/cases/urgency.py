"""Put the cases whose papers are to be checked into their order: what runs out first; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

N_ = str
"""Mark a German text for the catalogues of translations."""


class Pressure(StrEnum):
    """Name what runs out first."""

    appointment = "appointment"
    title_ends = "title_ends"
    wait = "wait"


PRESSURE_LABELS: dict[Pressure, str] = {
    Pressure.appointment: N_("Termin"),
    Pressure.title_ends: N_("Titel endet"),
    Pressure.wait: N_("längste Wartezeit"),
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """Hold what decides about the place of a case; `max_wait_days` is that of its concern."""

    case_id: UUID
    applied_on: date
    ends_on: date | None
    appointment_on: date | None
    max_wait_days: int


@dataclass(frozen=True, slots=True)
class Place:
    """Say when the first thing runs out for a case, and which."""

    case_id: UUID
    runs_out_on: date
    pressure: Pressure
    applied_on: date

    @property
    def order(self) -> tuple[date, date, UUID]:
        """Return the place among others: what runs out first, then who applied first."""
        return self.runs_out_on, self.applied_on, self.case_id


def place(waiting: Waiting) -> Place:
    """Return what runs out first for a case: an appointment, its title, or the longest wait, which makes every case age.

    So a settlement permit, which nothing ends, and an application made long before the end both come up in time.
    """
    days = [(waiting.applied_on + timedelta(days=waiting.max_wait_days), Pressure.wait)]
    if waiting.ends_on is not None:
        days.append((waiting.ends_on, Pressure.title_ends))
    if waiting.appointment_on is not None:
        days.append((waiting.appointment_on, Pressure.appointment))
    runs_out_on, pressure = min(days, key=lambda one: one[0])
    return Place(waiting.case_id, runs_out_on, pressure, waiting.applied_on)


def put_in_order(waiting: Iterable[Waiting]) -> tuple[Place, ...]:
    """Return the places of many cases, the most urgent first."""
    return tuple(sorted((place(one) for one in waiting), key=lambda found: found.order))


def next_after(places: Iterable[Place], current: Place | None) -> Place | None:
    """Return the first case behind the one just looked at; None at the end of the round."""
    return next((one for one in places if current is None or one.order > current.order), None)
