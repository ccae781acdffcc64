"""Read offices, teams, people, desks, hours and concerns."""

from datetime import time
from uuid import UUID

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from servicedesk.db.prepared import Prepared, run
from servicedesk.kernel.names import UmlautRule
from servicedesk.offices.errors import OfficeNotFound
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
from servicedesk.offices.queries.values import (
    ClosureView,
    ConcernView,
    DeskView,
    OfficeView,
    OpeningView,
    StaffView,
    TeamView,
)
from servicedesk.offices.rules.details import Hours, OfficeDetails

# Every page of a case names its team and its case worker.
_TEAM = Prepared(
    select(Team.id, Team.ref, Team.name, Team.phone, Team.email, Team.room).where(
        Team.office_id == bindparam("office_id"), Team.id == bindparam("team_id")
    )
)
_MEMBER = Prepared(
    select(
        StaffMember.id,
        StaffMember.ref,
        StaffMember.name,
        StaffMember.team_id,
        Team.ref.label("team_ref"),
        Team.name.label("team_name"),
        func.coalesce(func.nullif(StaffMember.phone, ""), Team.phone).label("phone"),
        func.coalesce(func.nullif(StaffMember.email, ""), Team.email).label("email"),
        func.coalesce(func.nullif(StaffMember.room, ""), Team.room).label("room"),
        StaffMember.is_active,
    )
    .join(Team, Team.id == StaffMember.team_id)
    .where(StaffMember.office_id == bindparam("office_id"), StaffMember.id == bindparam("member_id"))
)


def list_offices(session: Session) -> list[Office]:
    """Return every office by reference."""
    return list(session.scalars(select(Office).order_by(Office.ref)))


def find_office_by_host(session: Session, host: str) -> OfficeView | None:
    """Return the office of a request's host name; a port and the letters' case do not count."""
    name = host.rsplit(":", 1)[0] if host.count(":") == 1 else host
    office = session.scalar(select(Office).where(Office.host == name.strip().rstrip(".").lower()))
    return office_view(office) if office else None


def find_office(session: Session, ref: str) -> OfficeView | None:
    """Return the office with this reference."""
    office = session.scalar(select(Office).where(Office.ref == ref))
    return office_view(office) if office else None


def get_office(session: Session, ref: str) -> OfficeView:
    """Return the office with this reference; raises OfficeNotFound."""
    office = find_office(session, ref)
    if office is None:
        raise OfficeNotFound
    return office


def get_office_by_id(session: Session, office_id: UUID) -> OfficeView:
    """Return an office; raises OfficeNotFound."""
    office = session.get(Office, office_id)
    if office is None:
        raise OfficeNotFound
    return office_view(office)


def office_view(office: Office) -> OfficeView:
    """Return the plain value of an office row."""
    return OfficeView(
        id=office.id,
        ref=office.ref,
        host=office.host,
        name=office.name,
        street=office.street,
        postcode=office.postcode,
        town=office.town,
        federal_state=office.federal_state,
        time_zone=office.time_zone,
        languages=tuple(office.languages),
        umlauts=UmlautRule(office.umlauts),
        details=OfficeDetails.from_json(office.settings),
        reviewed_texts=tuple(sorted(office.reviewed_texts.items())),
    )


def list_teams(session: Session, office_id: UUID) -> tuple[TeamView, ...]:
    """Return the active teams by reference."""
    rows = session.scalars(select(Team).where(Team.office_id == office_id, Team.is_active).order_by(Team.ref))
    return tuple(TeamView(t.id, t.ref, t.name, t.phone, t.email, t.room) for t in rows)


def get_team(session: Session, office_id: UUID, team_id: UUID) -> TeamView:
    """Return a team, active or not; raises OfficeNotFound."""
    team = run(session, _TEAM, office_id=office_id, team_id=team_id).first
    if team is None:
        raise OfficeNotFound
    return TeamView(*team)


def get_team_for_concern(session: Session, office: OfficeView, concern_id: str | None) -> TeamView:
    """Return the team that handles a concern; what the office file gives no team is the default team's.

    Raises OfficeNotFound in an office without a team.
    """
    teams = list_teams(session, office.id)
    concern = find_concern(session, office.id, concern_id) if concern_id else None
    wanted = concern.team_id if concern else None
    by_preference = (
        *(team for team in teams if team.id == wanted),
        *(team for team in teams if team.ref == office.details.default_team),
        *teams,
    )
    if not by_preference:
        raise OfficeNotFound
    return by_preference[0]


def list_staff(session: Session, office_id: UUID, *, with_inactive: bool = False) -> tuple[StaffView, ...]:
    """Return the office's case workers by reference."""
    query = _staff(office_id).order_by(StaffMember.ref)
    if not with_inactive:
        query = query.where(StaffMember.is_active)
    return tuple(_staff_view(member, team) for member, team in session.execute(query))


def get_staff(session: Session, office_id: UUID, member_id: UUID) -> StaffView:
    """Return one case worker, active or not; raises OfficeNotFound."""
    row = run(session, _MEMBER, office_id=office_id, member_id=member_id).first
    if row is None:
        raise OfficeNotFound
    return StaffView(*row)


def find_staff_by_ref(session: Session, office_id: UUID, ref: str) -> StaffView | None:
    """Return the case worker with this reference, active or not."""
    row = session.execute(_staff(office_id).where(StaffMember.ref == ref)).first()
    return _staff_view(row[0], row[1]) if row else None


def list_desks(session: Session, office_id: UUID, *, member_id: UUID | None = None) -> tuple[DeskView, ...]:
    """Return the active desks by reference; with `member_id` only that case worker's."""
    query = select(Desk).where(Desk.office_id == office_id, Desk.is_active).order_by(Desk.ref)
    if member_id is not None:
        query = query.join(DeskMember, DeskMember.desk_id == Desk.id).where(DeskMember.member_id == member_id)
    desks = list(session.scalars(query))
    members: dict[UUID, list[UUID]] = {desk.id: [] for desk in desks}
    pairs = (
        select(DeskMember.desk_id, DeskMember.member_id)
        .join(StaffMember, StaffMember.id == DeskMember.member_id)
        .where(DeskMember.desk_id.in_(members), StaffMember.is_active)
        .order_by(StaffMember.ref)
    )
    for desk_id, member in session.execute(pairs):
        members[desk_id].append(member)
    return tuple(DeskView(d.id, d.ref, d.name, d.room, d.pool, tuple(members[d.id])) for d in desks)


def list_openings(session: Session, office_id: UUID) -> tuple[OpeningView, ...]:
    """Return the weekly openings of active desks, by desk, weekday and time."""
    query = (
        select(Opening)
        .join(Desk, Desk.id == Opening.desk_id)
        .where(Opening.office_id == office_id, Desk.is_active)
        .order_by(Desk.ref, Opening.weekday, Opening.starts_local)
    )
    return tuple(
        OpeningView(o.desk_id, o.weekday, o.starts_local, o.ends_local, o.valid_from, o.valid_until)
        for o in session.scalars(query)
    )


def list_closures(session: Session, office_id: UUID) -> tuple[ClosureView, ...]:
    """Return the closures by first day."""
    query = select(Closure).where(Closure.office_id == office_id).order_by(Closure.first_on, Closure.id)
    return tuple(ClosureView(c.desk_id, c.first_on, c.last_on, c.reason) for c in session.scalars(query))


def list_concerns(session: Session, office_id: UUID) -> tuple[ConcernView, ...]:
    """Return the concerns the office file speaks of, by identity."""
    query = (
        select(OfficeConcern).where(OfficeConcern.office_id == office_id).order_by(OfficeConcern.concern_id)
    )
    return tuple(_concern_view(row) for row in session.scalars(query))


def find_concern(session: Session, office_id: UUID, concern_id: str) -> ConcernView | None:
    """Return how the office offers a concern, None where the catalogue's defaults hold."""
    row = session.get(OfficeConcern, (office_id, concern_id))
    return _concern_view(row) if row else None


def list_public_hours(session: Session, office: OfficeView) -> tuple[Hours, ...]:
    """Return the hours that letters and pages print: the office file's, else those of all desks together."""
    if office.details.hours:
        return office.details.hours
    spans: dict[tuple[time, time], set[int]] = {}
    for opening in list_openings(session, office.id):
        spans.setdefault((opening.starts_local, opening.ends_local), set()).add(opening.weekday)
    return tuple(Hours(tuple(sorted(days)), *span) for span, days in sorted(spans.items()))


def _staff(office_id: UUID) -> Select[StaffMember, Team]:
    return (
        select(StaffMember, Team)
        .join(Team, Team.id == StaffMember.team_id)
        .where(StaffMember.office_id == office_id)
    )


def _staff_view(member: StaffMember, team: Team) -> StaffView:
    return StaffView(
        id=member.id,
        ref=member.ref,
        name=member.name,
        team_id=team.id,
        team_ref=team.ref,
        team_name=team.name,
        phone=member.phone or team.phone,
        email=member.email or team.email,
        room=member.room or team.room,
        is_active=member.is_active,
    )


def _concern_view(row: OfficeConcern) -> ConcernView:
    return ConcernView(
        row.concern_id, row.team_id, row.mode, row.minutes, row.lead, row.notice_hours, row.horizon_days
    )
