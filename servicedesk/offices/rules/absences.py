"""Decide whether an absence may stand, and who is there in somebody's place; pure."""

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Generic, TypeVar

from servicedesk.offices.errors import (
    AbsenceBackwards,
    AbsenceOver,
    AbsenceOverlaps,
    AbsenceTooLong,
    DeputyAway,
    DeputyIsSelf,
    DeputyNotHere,
)

K = TypeVar("K", bound=Hashable)

LONGEST_DAYS = 2 * 366
"""What lies beyond is a slip of the keyboard; a longer leave is entered again in time."""


@dataclass(frozen=True, slots=True)
class Absence(Generic[K]):
    """Say that somebody is away from the first to the last day, both included, and who stands in.

    People are named by any key: an identity in the database, a reference in the office file.
    """

    member: K
    deputy: K
    first_on: date
    last_on: date

    def covers(self, day: date) -> bool:
        """Tell whether it holds on a day."""
        return self.first_on <= day <= self.last_on

    def meets(self, other: "Absence[K]") -> bool:
        """Tell whether both hold on some same day."""
        return self.first_on <= other.last_on and other.first_on <= self.last_on

    def days(self) -> Iterable[date]:
        """Return every day of it."""
        return (self.first_on + timedelta(days=n) for n in range((self.last_on - self.first_on).days + 1))


def check_absence(
    wanted: Absence[K], others: Collection[Absence[K]], active: Collection[K], *, today: date | None = None
) -> None:
    """Raise the refusal that keeps `wanted` from standing beside `others`, the absences of the whole office.

    On every day of it somebody present must stand at the end of the chain of deputies. Without `today` an
    absence may lie in the past, as an old office file's does.
    """
    if wanted.member == wanted.deputy:
        raise DeputyIsSelf
    if wanted.last_on < wanted.first_on:
        raise AbsenceBackwards
    if (wanted.last_on - wanted.first_on).days >= LONGEST_DAYS:
        raise AbsenceTooLong
    if today is not None and wanted.last_on < today:
        raise AbsenceOver
    if wanted.deputy not in active:
        raise DeputyNotHere
    for other in others:
        if other.member == wanted.member and other.meets(wanted):
            raise AbsenceOverlaps(first=_written(other.first_on), last=_written(other.last_on))
    for day in list_uncovered(wanted, (*others, wanted), active):
        raise DeputyAway(day=_written(day))


def list_uncovered(wanted: Absence[K], together: Collection[Absence[K]], active: Collection[K]) -> list[date]:
    """Return the days of `wanted` from which on nobody is there at the end of the chain; `together` includes it."""
    found = []
    for day in _turning_days(wanted, together):
        deputies = {one.member: one.deputy for one in together if one.covers(day)}
        if resolve_deputy(wanted.member, deputies, active) is None:
            found.append(day)
    return found


def resolve_deputy(member: K, deputies: Mapping[K, K], active: Collection[K]) -> K | None:
    """Return who is present in the place of `member`; `deputies` are those of one day, by who is away.

    A deputy who is away passes on to their own. None for somebody who is not away, and where the chain ends with
    nobody: a circle, or a person who works here no more. Then it is the team's.
    """
    seen = {member}
    deputy = deputies.get(member)
    while deputy is not None and deputy in active:
        if deputy not in deputies:
            return deputy
        if deputy in seen:
            return None
        seen.add(deputy)
        deputy = deputies[deputy]
    return None


def _turning_days(wanted: Absence[K], others: Iterable[Absence[K]]) -> list[date]:
    """Return the days of `wanted` on which the set of people away may change: between two nothing does."""
    changes = {wanted.first_on}
    for other in others:
        changes.update(day for day in (other.first_on, _day_after(other.last_on)) if wanted.covers(day))
    return sorted(changes)


def _day_after(day: date) -> date:
    return day if day == date.max else day + timedelta(days=1)


def _written(day: date) -> str:
    """Return a day as refusals print it, the same in every language."""
    return f"{day:%d.%m.%Y}"
