"""Say whom the reader stands in for today, and who stands in for the reader."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from servicedesk.kernel.permissions import Actor
from servicedesk.offices.queries import list_absences, list_staff


@dataclass(frozen=True, slots=True)
class StandIn:
    """Name a colleague and the last day; for the own absence the name may be missing: then it is the team's."""

    name: str | None
    last_on: date


@dataclass(frozen=True, slots=True)
class Standing:
    """Hold both sides of today's deputies for one reader."""

    for_others: tuple[StandIn, ...] = ()
    for_me: StandIn | None = None


def read_standing(session: Session, who: Actor, today: date) -> Standing:
    """Return whom somebody stands in for today, and who does for them."""
    if who.office_id is None or who.member_id is None:
        return Standing()
    lines = [
        line
        for line in list_absences(session, who.office_id, since=today, today=today)
        if line.first_on <= today
    ]
    if not lines:
        return Standing()
    names = {one.id: one.name for one in list_staff(session, who.office_id, with_inactive=True)}
    mine = next((line for line in lines if line.member_id == who.member_id), None)
    return Standing(
        for_others=tuple(
            StandIn(names[line.member_id], line.last_on)
            for line in lines
            if line.member_id in who.deputised_ids
        ),
        for_me=StandIn(names.get(mine.present_id) if mine.present_id else None, mine.last_on)
        if mine
        else None,
    )
