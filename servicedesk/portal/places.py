"""Say where an appointment is, as pages, calendar files and printed sheets write it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from servicedesk.cases.queries.resident import ResidentView
from servicedesk.offices.queries import list_desks
from servicedesk.web.runtime import office


@dataclass(frozen=True, slots=True)
class Place:
    """Be a desk in its office; `desk` may repeat the room or be empty."""

    office: str
    street: str
    town: str
    desk: str
    room: str
    with_whom: str

    @property
    def lines(self) -> tuple[str, ...]:
        """Return what a person looks for, from the street to the door."""
        return tuple(dict.fromkeys(part for part in (self.office, self.street, self.town, self.desk) if part))

    @property
    def one_line(self) -> str:
        """Return the place in one line."""
        return ", ".join(self.lines)


def place_of(session: Session, view: ResidentView, desk_ids: Sequence[UUID]) -> Place:
    """Return where the first of some desks is; without one, only the office."""
    here = office()
    desks = {desk.id: desk for desk in list_desks(session, here.id)} if desk_ids else {}
    desk = next((desks[desk_id] for desk_id in desk_ids if desk_id in desks), None)
    return Place(
        office=here.name,
        street=here.street,
        town=f"{here.postcode} {here.town}",
        desk=desk.name if desk else "",
        room=desk.room if desk else "",
        with_whom=view.sender.name if desk and view.owner_id in desk.member_ids else "",
    )
