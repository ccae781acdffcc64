"""Bring an office's tables in line with its file."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from servicedesk.accounts.staff import disable_accounts_of
from servicedesk.db import audit
from servicedesk.db.base import Base
from servicedesk.kernel.clock import local_day
from servicedesk.kernel.ids import new_id
from servicedesk.kernel.permissions import Actor
from servicedesk.offices.errors import HostTaken
from servicedesk.offices.models import (
    Closure,
    Desk,
    DeskMember,
    LetterInterval,
    LetterRange,
    Office,
    OfficeConcern,
    Opening,
    StaffMember,
    Team,
)
from servicedesk.offices.rules.ranges import Holder, build_intervals
from servicedesk.offices.rules.setup import OfficeSetup
from servicedesk.offices.service.file_absences import load_absences

R = TypeVar("R", bound=Base)
Named = TypeVar("Named", Team, StaffMember, Desk)
Refs = Mapping[str, UUID]

NO_LETTER = ""
"""The key of a name without any letter A–Z: before every interval, always the team's inbox."""


@dataclass(slots=True)
class LoadReport:
    """Say what a load changed, by kind and reference; all empty where the office already was as its file says.

    `left_out` names absences of the file that meet one which staff entered. `is_folding_changed` asks the register to fold its stored surname keys again.
    """

    office_id: UUID
    office_ref: str
    created: dict[str, list[str]] = field(default_factory=dict)
    changed: dict[str, list[str]] = field(default_factory=dict)
    deactivated: dict[str, list[str]] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    is_folding_changed: bool = False

    @property
    def has_changes(self) -> bool:
        """Tell whether any row was written."""
        return bool(self.created or self.changed or self.deactivated)


def load_office(session: Session, setup: OfficeSetup, *, now: datetime, actor: Actor) -> LoadReport:
    """Create or update an office as its file says; a second load of the same file writes nothing.

    Teams, people and desks that the file no longer names are deactivated, never deleted; the accounts of such people
    are disabled and signed out. Open cases keep their case worker whatever the ranges say. Raises HostTaken when
    another office answers at the same host name.
    """
    report = _load_office_row(session, setup, now)
    teams = _load_teams(session, setup, report)
    staff = _load_staff(session, setup, report, teams)
    _disable_accounts(session, report, now=now, actor=actor)
    desks = _load_desks(session, setup, report, staff)
    _load_openings(session, setup, report, desks)
    _load_closures(session, setup, report, desks)
    _load_absences(session, setup, report, staff, now=now, actor=actor)
    _load_ranges(session, setup, report, teams, staff)
    _load_intervals(session, setup, report, teams, staff)
    _load_concerns(session, setup, report, teams)
    if report.has_changes:
        session.get_one(Office, report.office_id).loaded_at = now
        audit.record(
            session,
            now=now,
            actor=actor,
            action="load_office",
            subject=("office", report.office_id),
            office_id=report.office_id,
            details={"created": report.created, "changed": report.changed, "deactivated": report.deactivated},
        )
    session.flush()
    return report


def _load_office_row(session: Session, setup: OfficeSetup, now: datetime) -> LoadReport:
    rival = session.scalar(select(Office.ref).where(Office.host == setup.host, Office.ref != setup.ref))
    if rival is not None:
        raise HostTaken(host=setup.host, office=rival)
    values = {
        "host": setup.host,
        "name": setup.name,
        "street": setup.street,
        "postcode": setup.postcode,
        "town": setup.town,
        "federal_state": setup.federal_state,
        "time_zone": setup.time_zone,
        "languages": list(setup.languages),
        "umlauts": setup.umlauts.value,
        "settings": setup.details.to_json(),
    }
    office = session.scalar(select(Office).where(Office.ref == setup.ref))
    if office is None:
        office = Office(id=new_id(), ref=setup.ref, loaded_at=now, **values)
        session.add(office)
        session.flush()
        return LoadReport(office.id, setup.ref, created={"office": [setup.ref]})
    particles = tuple(office.settings.get("dropped_particles", ()))
    is_folding_changed = (office.umlauts, particles) != (setup.umlauts.value, setup.details.dropped_particles)
    report = LoadReport(office.id, setup.ref, is_folding_changed=is_folding_changed)
    if _assign(office, values):
        report.changed["office"] = [setup.ref]
    return report


def _load_teams(session: Session, setup: OfficeSetup, report: LoadReport) -> Refs:
    wanted = {
        team.ref: {"name": team.name, "phone": team.phone, "email": team.email, "room": team.room}
        for team in setup.teams
    }
    return _sync_named(session, Team, "team", wanted, report)


def _load_staff(session: Session, setup: OfficeSetup, report: LoadReport, teams: Refs) -> Refs:
    wanted = {
        member.ref: {
            "name": member.name,
            "team_id": teams[member.team],
            "phone": member.phone,
            "email": member.email,
            "room": member.room,
        }
        for member in setup.staff
    }
    return _sync_named(session, StaffMember, "case_worker", wanted, report)


def _disable_accounts(session: Session, report: LoadReport, *, now: datetime, actor: Actor) -> None:
    """Shut out who has just left: they would see their old cases until somebody thinks of the account."""
    left = StaffMember.ref.in_(report.deactivated.get("case_worker", ()))
    query = select(StaffMember.id).where(StaffMember.office_id == report.office_id, left)
    logins = disable_accounts_of(
        session, office_id=report.office_id, member_ids=session.scalars(query).all(), now=now, actor=actor
    )
    if logins:
        report.deactivated["account"] = logins


def _load_desks(session: Session, setup: OfficeSetup, report: LoadReport, staff: Refs) -> Refs:
    wanted = {desk.ref: {"name": desk.name, "room": desk.room, "pool": desk.pool} for desk in setup.desks}
    desks = _sync_named(session, Desk, "desk", wanted, report)
    members = {(desks[desk.ref], staff[ref]) for desk in setup.desks for ref in desk.case_workers}
    of_office = DeskMember.desk_id.in_(select(Desk.id).where(Desk.office_id == report.office_id))
    is_changed = _sync_set(
        session,
        DeskMember,
        of_office,
        lambda row: (row.desk_id, row.member_id),
        {key: {"desk_id": key[0], "member_id": key[1]} for key in members},
    )
    if is_changed:
        report.changed["desk_members"] = sorted(desk.ref for desk in setup.desks if desk.case_workers)
    return desks


def _load_openings(session: Session, setup: OfficeSetup, report: LoadReport, desks: Refs) -> None:
    columns = (
        "desk_id",
        "weekday",
        "starts_local",
        "ends_local",
        "valid_from",
        "valid_until",
        "parity",
        "every_weeks",
    )
    keys = [
        (
            desks[desk.ref],
            o.weekday,
            o.starts_local,
            o.ends_local,
            o.valid_from,
            o.valid_until,
            o.parity.value if o.parity else None,
            o.every_weeks,
        )
        for desk in setup.desks
        for o in desk.openings
    ]
    _sync_rows(session, Opening, columns, keys, report)


def _load_closures(session: Session, setup: OfficeSetup, report: LoadReport, desks: Refs) -> None:
    columns = ("desk_id", "first_on", "last_on", "reason")
    keys = [(desks[c.desk] if c.desk else None, c.first_on, c.last_on, c.reason) for c in setup.closures]
    _sync_rows(session, Closure, columns, keys, report)


def _load_absences(
    session: Session, setup: OfficeSetup, report: LoadReport, staff: Refs, *, now: datetime, actor: Actor
) -> None:
    today = local_day(now, ZoneInfo(setup.time_zone))
    entered, ended, report.left_out = load_absences(
        session, report.office_id, setup.absences, staff, today=today, actor=actor, now=now
    )
    if entered:
        report.created["absence"] = entered
    if ended:
        report.deactivated["absence"] = ended


def _load_ranges(session: Session, setup: OfficeSetup, report: LoadReport, teams: Refs, staff: Refs) -> None:
    wanted = {
        (teams[r.team], staff[r.owner] if r.owner else None, r.published, position): {
            "id": new_id(),
            "office_id": report.office_id,
            "team_id": teams[r.team],
            "member_id": staff[r.owner] if r.owner else None,
            "pieces": list(r.published),
            "position": position,
        }
        for position, r in enumerate(setup.ranges)
    }
    is_changed = _sync_set(
        session,
        LetterRange,
        LetterRange.office_id == report.office_id,
        lambda row: (row.team_id, row.member_id, tuple(row.pieces), row.position),
        wanted,
    )
    if is_changed:
        report.changed["letter_ranges"] = sorted({r.team for r in setup.ranges}) or ["none"]


def _load_intervals(
    session: Session, setup: OfficeSetup, report: LoadReport, teams: Refs, staff: Refs
) -> None:
    wanted: dict[Hashable, dict[str, Any]] = {}
    for team, ranges in setup.published_ranges().items():
        rows: list[tuple[str, Holder, UUID | None, str]] = [(NO_LETTER, Holder.gap, None, "")]
        for interval in build_intervals(ranges):
            owner = staff[interval.owner] if interval.owner else None
            rows.append((interval.lo, interval.holder, owner, interval.text or ""))
        for lo, holder, owner, piece in rows:
            wanted[teams[team], lo, holder.value, owner, piece] = {
                "office_id": report.office_id,
                "team_id": teams[team],
                "lo": lo,
                "kind": holder.value,
                "member_id": owner,
                "piece": piece,
            }
    is_changed = _sync_set(
        session,
        LetterInterval,
        LetterInterval.office_id == report.office_id,
        lambda row: (row.team_id, row.lo, row.kind, row.member_id, row.piece),
        wanted,
    )
    if is_changed:
        report.changed["letter_intervals"] = sorted(teams)


def _load_concerns(session: Session, setup: OfficeSetup, report: LoadReport, teams: Refs) -> None:
    wanted: dict[Hashable, dict[str, Any]] = {}
    for concern in setup.concerns:
        values = {
            "concern_id": concern.id,
            "team_id": teams[concern.team] if concern.team else None,
            "mode": concern.mode.value,
            "minutes": concern.minutes,
            "lead": concern.lead,
            "notice_hours": concern.notice_hours,
            "horizon_days": concern.horizon_days,
        }
        wanted[tuple(values.values())] = {"office_id": report.office_id, **values}
    is_changed = _sync_set(
        session,
        OfficeConcern,
        OfficeConcern.office_id == report.office_id,
        lambda row: (
            row.concern_id,
            row.team_id,
            row.mode,
            row.minutes,
            row.lead,
            row.notice_hours,
            row.horizon_days,
        ),
        wanted,
    )
    if is_changed:
        report.changed["concerns"] = sorted(concern.id for concern in setup.concerns)


def _sync_named(
    session: Session,
    model: type[Named],
    kind: str,
    wanted: Mapping[str, Mapping[str, Any]],
    report: LoadReport,
) -> Refs:
    """Create, update and deactivate rows that carry a reference; return reference → id of the wanted ones."""
    rows = {row.ref: row for row in session.scalars(select(model).where(model.office_id == report.office_id))}
    for ref, values in wanted.items():
        row = rows.get(ref)
        if row is None:
            rows[ref] = model(id=new_id(), office_id=report.office_id, ref=ref, is_active=True, **values)
            session.add(rows[ref])
            report.created.setdefault(kind, []).append(ref)
        elif _assign(row, {**values, "is_active": True}):
            report.changed.setdefault(kind, []).append(ref)
    for ref, row in rows.items():
        if ref not in wanted and row.is_active:
            row.is_active = False
            report.deactivated.setdefault(kind, []).append(ref)
    session.flush()
    return {ref: rows[ref].id for ref in wanted}


def _sync_rows(
    session: Session,
    model: type[Opening] | type[Closure],
    columns: tuple[str, ...],
    keys: Iterable[tuple[Any, ...]],
    report: LoadReport,
) -> None:
    """Make the office's rows be exactly `keys`, whose parts stand for `columns`."""
    wanted: dict[Hashable, dict[str, Any]] = {
        key: {"id": new_id(), "office_id": report.office_id, **dict(zip(columns, key, strict=True))}
        for key in keys
    }
    is_changed = _sync_set(
        session,
        model,
        model.office_id == report.office_id,
        lambda row: tuple(getattr(row, column) for column in columns),
        wanted,
    )
    if is_changed:
        report.changed[model.__tablename__] = [report.office_ref]


def _sync_set(
    session: Session,
    model: type[R],
    scope: ColumnElement[bool],
    key_of: Callable[[R], Hashable],
    wanted: Mapping[Any, Mapping[str, Any]],
) -> bool:
    """Delete rows in `scope` that are not wanted, add those that are missing; tell whether anything changed."""
    present = {key_of(row): row for row in session.scalars(select(model).where(scope))}
    for key in present.keys() - wanted.keys():
        session.delete(present[key])
    # Deletions first: a replaced row may carry the same primary key.
    session.flush()
    missing = [values for key, values in wanted.items() if key not in present]
    session.add_all(model(**values) for values in missing)
    session.flush()
    return bool(missing) or bool(present.keys() - wanted.keys())


def _assign(row: Base, values: Mapping[str, Any]) -> bool:
    """Set the columns that differ and tell whether any did."""
    different = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in different.items():
        setattr(row, name, value)
    return bool(different)
