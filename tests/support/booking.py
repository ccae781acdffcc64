"""Invent a small office with desks, people and cases; rows are written set-wise so that benches can use it, too."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from servicedesk.booking.service import compile_calendar
from servicedesk.cases.models import Case
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.ids import new_id, new_ref
from servicedesk.kernel.permissions import Actor, ActorKind, Role
from servicedesk.offices.models import (
    Closure,
    Desk,
    DeskMember,
    Office,
    OfficeConcern,
    Opening,
    StaffMember,
    Team,
)
from servicedesk.register.models import ContactClaim, Person

BERLIN = ZoneInfo("Europe/Berlin")


@dataclass
class World:
    """Be one office: a team, a case worker with one desk (or more), cases owned by that case worker."""

    office_id: UUID
    team_id: UUID
    member_id: UUID
    desks: list[UUID]
    cases: list[UUID] = field(default_factory=list)
    zone: ZoneInfo = BERLIN

    def resident(self, number: int = 0) -> Actor:
        """Return the resident of a case."""
        return Actor(kind=ActorKind.resident, office_id=self.office_id, case_id=self.cases[number])

    def clerk(self) -> Actor:
        """Return a member of staff."""
        return Actor(
            kind=ActorKind.staff,
            office_id=self.office_id,
            account_id=new_id(),
            member_id=self.member_id,
            roles=frozenset({Role.case_worker}),
        )


def add_office(
    session: Session,
    *,
    now: datetime,
    ref: str = "musterstadt",
    desks: int = 1,
    pool_desks: int = 0,
    minutes: int = 15,
    notice_hours: int = 24,
    horizon_days: int = 90,
    opening: tuple[time, time] = (time(8), time(12)),
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4),
    federal_state: str = "NW",
    settings: dict[str, object] | None = None,
) -> World:
    """Write an office with its desks open on weekdays; the first desks belong to the one case worker."""
    office_id, team_id, member_id = new_id(), new_id(), new_id()
    session.execute(
        insert(Office).values(
            id=office_id,
            ref=ref,
            host=f"{ref}.example",
            name="Ausländerbehörde Musterstadt",
            street="Rathausplatz 1",
            postcode="12345",
            town="Musterstadt",
            federal_state=federal_state,
            time_zone="Europe/Berlin",
            languages=["de", "en", "ar", "tr", "uk"],
            umlauts="din-5007-2",
            settings=settings or {},
            loaded_at=now,
        )
    )
    session.execute(insert(Team).values(id=team_id, office_id=office_id, ref="aufenthalt", name="Aufenthalt"))
    session.execute(
        insert(StaffMember).values(
            id=member_id, office_id=office_id, team_id=team_id, ref="kw1", name="Beispiel, B.", is_active=True
        )
    )
    ids = [new_id() for _ in range(desks + pool_desks)]
    session.execute(
        insert(Desk),
        [
            {
                "id": desk_id,
                "office_id": office_id,
                "ref": f"zi-{number:03}",
                "name": f"Zimmer {number}",
                "room": "",
                "pool": None if number < desks else "service",
                "is_active": True,
            }
            for number, desk_id in enumerate(ids)
        ],
    )
    session.execute(
        insert(DeskMember), [{"desk_id": desk_id, "member_id": member_id} for desk_id in ids[:desks]]
    ) if desks else None
    session.execute(
        insert(Opening),
        [
            {
                "id": new_id(),
                "office_id": office_id,
                "desk_id": desk_id,
                "weekday": weekday,
                "starts_local": opening[0],
                "ends_local": opening[1],
                "valid_from": None,
                "valid_until": None,
            }
            for desk_id in ids
            for weekday in weekdays
        ],
    )
    session.execute(
        insert(OfficeConcern).values(
            office_id=office_id,
            concern_id="permit_study",
            team_id=team_id,
            mode="direct",
            minutes=minutes,
            lead="P3M",
            notice_hours=notice_hours,
            horizon_days=horizon_days,
        )
    )
    return World(office_id, team_id, member_id, ids)


def add_cases(
    session: Session, world: World, count: int, *, now: datetime, owned: bool = True, **changes: object
) -> None:
    """Write invented people with one case each and append the cases to `world.cases`."""
    people, cases = [], []
    for number in range(len(world.cases), len(world.cases) + count):
        person_id = new_id()
        people.append(
            {
                "id": person_id,
                "office_id": world.office_id,
                "file_number": f"A-{number:06}",
                "family_name": f"Erfunden{number}",
                "given_names": "Amina",
                "surname_key": "ERFUNDEN",
                "birth_year": 1990,
                "birth_month": 5,
                "birth_day": 17,
                "sex": "X",
                "nationalities": "SYR",
                "street": "Musterweg",
                "house_number": str(number),
                "postcode": "12345",
                "town": "Musterstadt",
                "language": "ar",
                "digest": bytes(16),
                "first_seen_on": now.date(),
                "last_import_id": new_id(),
            }
        )
        cases.append(
            {
                "id": new_id(),
                "office_id": world.office_id,
                "ref": new_ref("V"),
                "person_id": person_id,
                "title_id": None,
                "first_ends_on": None,
                "ends_on": date(2027, 2, 28),
                "concern_id": "permit_study",
                "catalogue_version": "test",
                "team_id": world.team_id,
                "owner_id": world.member_id if owned else None,
                "opened_at": now - timedelta(days=1),
                "opened_by": "system",
                "origin": "due",
            }
            | changes
        )
    session.execute(insert(Person), people)
    session.execute(insert(Case), cases)
    world.cases.extend(case["id"] for case in cases)


def add_closure(session: Session, world: World, first: date, last: date, desk_id: UUID | None = None) -> None:
    """Close the office, or one desk."""
    session.execute(
        insert(Closure).values(
            id=new_id(),
            office_id=world.office_id,
            desk_id=desk_id,
            first_on=first,
            last_on=last,
            reason="Betriebsausflug",
        )
    )


def make_world(session: Session, *, now: datetime, cases: int = 1, **office: object) -> World:
    """Write an office with cases and compile its calendar."""
    world = add_office(session, now=now, **office)
    if cases:
        add_cases(session, world, cases, now=now)
    compile_calendar(session, office_id=world.office_id, now=now)
    return world


def confirm_email(session: Session, world: World, number: int, vault: Vault, *, now: datetime) -> None:
    """Give the person of a case a confirmed e-mail address."""
    person_id = session.scalars(select(Case.person_id).where(Case.id == world.cases[number])).one()
    claim_id = new_id()
    session.execute(
        insert(ContactClaim).values(
            id=claim_id,
            office_id=world.office_id,
            person_id=person_id,
            kind="email",
            value_sealed=vault.seal(b"amina@example.org", "contact_claim", claim_id, "value_sealed"),
            state="confirmed",
            claimed_at=now,
            decided_at=now,
        )
    )
