"""Enter, change and end absences: who is away, and who sees their files meanwhile."""

from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from servicedesk.db import audit
from servicedesk.kernel.clock import local_day
from servicedesk.kernel.errors import NotAllowed
from servicedesk.kernel.ids import new_id
from servicedesk.kernel.permissions import Actor, ActorKind, Permission
from servicedesk.offices.errors import AbsenceBegun, AbsenceNotFound, AbsenceOver, AbsenceOverlaps
from servicedesk.offices.models import Office, StaffAbsence, StaffAbsenceDay, StaffMember
from servicedesk.offices.queries.absences import list_active_ids, list_standing
from servicedesk.offices.rules.absences import Absence, check_absence

_A_DAY = timedelta(days=1)


def enter_absence(
    session: Session,
    *,
    member_id: UUID,
    deputy_id: UUID,
    first_on: date,
    last_on: date,
    actor: Actor,
    now: datetime,
) -> UUID:
    """Note that somebody is away and who stands in, and return the absence.

    A team lead does this for the own team, a case worker for themselves. Raises AbsenceNotFound for somebody
    else, and the refusals of `check_absence`.
    """
    member = _member_for(session, actor, member_id)
    wanted = Absence(member_id, deputy_id, first_on, last_on)
    _check(session, member.office_id, wanted, today=_today(session, member.office_id, now))
    absence_id = insert_absence(session, member.office_id, wanted, actor=actor, now=now)
    _record(session, "enter_absence", member, wanted, absence_id, actor=actor, now=now)
    return absence_id


def change_absence(
    session: Session,
    *,
    absence_id: UUID,
    deputy_id: UUID,
    first_on: date,
    last_on: date,
    actor: Actor,
    now: datetime,
) -> None:
    """Give an absence that is not over other days or another deputy.

    What has passed stands, since it says who could see whose files: the first day of one that has begun stays,
    and with another deputy its rest becomes an absence of its own. Raises AbsenceNotFound, AbsenceOver,
    AbsenceBegun and the refusals of `check_absence`.
    """
    row, member = _row_for(session, actor, absence_id)
    today = _today(session, row.office_id, now)
    if row.last_on < today:
        raise AbsenceOver
    if row.first_on < today and first_on != row.first_on:
        raise AbsenceBegun
    wanted = Absence(row.member_id, deputy_id, first_on, last_on)
    if row.first_on < today and deputy_id != row.deputy_id:
        wanted = Absence(row.member_id, deputy_id, today, last_on)
        _check(session, row.office_id, wanted, today=today, without=row.id)
        _cut(session, row, today - _A_DAY)
        absence_id = insert_absence(session, row.office_id, wanted, actor=actor, now=now)
    else:
        _check(session, row.office_id, wanted, today=today, without=row.id)
        session.execute(delete(StaffAbsenceDay).where(StaffAbsenceDay.absence_id == row.id))
        row.deputy_id, row.first_on, row.last_on = deputy_id, first_on, last_on
        session.flush()
        _take_days(session, row.id, wanted)
    _record(session, "change_absence", member, wanted, absence_id, actor=actor, now=now)


def end_absence(session: Session, *, absence_id: UUID, actor: Actor, now: datetime) -> None:
    """Let somebody be back from today on; one that has not begun is cancelled.

    Raises AbsenceNotFound and AbsenceOver.
    """
    row, member = _row_for(session, actor, absence_id)
    today = _today(session, row.office_id, now)
    if row.last_on < today:
        raise AbsenceOver
    close_absence(session, row, today=today, now=now)
    was = Absence(row.member_id, row.deputy_id, row.first_on, row.last_on)
    _record(session, "end_absence", member, was, row.id, actor=actor, now=now)


def insert_absence(
    session: Session,
    office_id: UUID,
    wanted: Absence[UUID],
    *,
    actor: Actor,
    now: datetime,
    file_key: str | None = None,
) -> UUID:
    """Write an absence that was checked; raises AbsenceOverlaps when another took one of its days meanwhile."""
    row = StaffAbsence(
        id=new_id(),
        office_id=office_id,
        member_id=wanted.member,
        deputy_id=wanted.deputy,
        first_on=wanted.first_on,
        last_on=wanted.last_on,
        entered_at=now,
        entered_by=actor.ref,
        cancelled_at=None,
        file_key=file_key,
    )
    session.add(row)
    session.flush()
    _take_days(session, row.id, wanted)
    return row.id


def close_absence(session: Session, row: StaffAbsence, *, today: date, now: datetime) -> None:
    """Let an absence hold no longer than until yesterday."""
    if row.first_on < today:
        _cut(session, row, today - _A_DAY)
        return
    row.cancelled_at = now
    session.execute(delete(StaffAbsenceDay).where(StaffAbsenceDay.absence_id == row.id))
    session.flush()


def _cut(session: Session, row: StaffAbsence, last_on: date) -> None:
    row.last_on = last_on
    beyond = (StaffAbsenceDay.absence_id == row.id, StaffAbsenceDay.day > last_on)
    session.execute(delete(StaffAbsenceDay).where(*beyond))
    session.flush()


def _take_days(session: Session, absence_id: UUID, wanted: Absence[UUID]) -> None:
    rows = [{"member_id": wanted.member, "day": day, "absence_id": absence_id} for day in wanted.days()]
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    taken = session.execute(
        insert(StaffAbsenceDay).values(rows).on_conflict_do_nothing().returning(StaffAbsenceDay.day)
    ).all()
    if len(taken) < len(rows):
        free = {row.day for row in taken}
        lost = [day for day in wanted.days() if day not in free]
        raise AbsenceOverlaps(first=f"{lost[0]:%d.%m.%Y}", last=f"{lost[-1]:%d.%m.%Y}")


def _check(
    session: Session, office_id: UUID, wanted: Absence[UUID], *, today: date, without: UUID | None = None
) -> None:
    others = [
        one for key, one in list_standing(session, office_id, wanted.first_on).items() if key != without
    ]
    check_absence(wanted, others, list_active_ids(session, office_id), today=today)


def _row_for(session: Session, actor: Actor, absence_id: UUID) -> tuple[StaffAbsence, StaffMember]:
    row = session.get(StaffAbsence, absence_id)
    if row is None or row.cancelled_at is not None:
        raise AbsenceNotFound
    return row, _member_for(session, actor, row.member_id)


def _member_for(session: Session, actor: Actor, member_id: UUID) -> StaffMember:
    """Return whose absence the actor may enter; locked, so that two entries for one person follow each other."""
    member = session.scalar(select(StaffMember).where(StaffMember.id == member_id).with_for_update())
    if actor.kind in {ActorKind.system, ActorKind.operator} and member is not None:
        return member
    if not (actor.may(Permission.enter_own_absence) or actor.may(Permission.enter_team_absences)):
        raise NotAllowed
    if member is None or member.office_id != actor.office_id or not _is_theirs(actor, member):
        raise AbsenceNotFound
    return member


def _is_theirs(actor: Actor, member: StaffMember) -> bool:
    if actor.may(Permission.enter_team_absences) and member.team_id in actor.team_ids:
        return True
    return actor.may(Permission.enter_own_absence) and member.id == actor.member_id


def _today(session: Session, office_id: UUID, now: datetime) -> date:
    return local_day(now, ZoneInfo(session.get_one(Office, office_id).time_zone))


def _record(
    session: Session,
    action: str,
    member: StaffMember,
    absence: Absence[UUID],
    absence_id: UUID,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    audit.record(
        session,
        now=now,
        actor=actor,
        action=action,
        subject=("staff_member", member.id),
        office_id=member.office_id,
        details={
            "absence": str(absence_id),
            "deputy": str(absence.deputy),
            "first_on": absence.first_on.isoformat(),
            "last_on": absence.last_on.isoformat(),
        },
    )
