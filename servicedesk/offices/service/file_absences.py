"""Bring in the absences that an office file names, without undoing what staff made of them since."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from servicedesk.kernel.permissions import Actor
from servicedesk.offices.models import StaffAbsence
from servicedesk.offices.queries.absences import list_standing
from servicedesk.offices.rules.absences import Absence
from servicedesk.offices.rules.setup import AbsenceSetup
from servicedesk.offices.service.absences import close_absence, insert_absence


def load_absences(
    session: Session,
    office_id: UUID,
    entries: tuple[AbsenceSetup, ...],
    staff: Mapping[str, UUID],
    *,
    today: date,
    actor: Actor,
    now: datetime,
) -> tuple[list[str], list[str], list[str]]:
    """Enter what is new, end what the file dropped; return the names of what was entered, ended and left out.

    An entry that was loaded once is never loaded again: staff may have shortened or cancelled it. One that meets
    an absence entered by staff is left out, since theirs is the younger word.
    """
    known = {
        row.file_key: row
        for row in session.scalars(
            select(StaffAbsence).where(
                StaffAbsence.office_id == office_id, StaffAbsence.file_key.is_not(None)
            )
        )
    }
    wanted = {entry.key: entry for entry in entries}
    ended = []
    for key, row in known.items():
        if key not in wanted and row.cancelled_at is None and row.last_on >= today:
            close_absence(session, row, today=today, now=now)
            ended.append(str(key))
    entered, left_out = [], []
    for key, entry in wanted.items():
        if key in known:
            continue
        absence = Absence(staff[entry.case_worker], staff[entry.deputy], entry.first_on, entry.last_on)
        standing = list_standing(session, office_id, entry.first_on).values()
        if any(one.member == absence.member and one.meets(absence) for one in standing):
            left_out.append(key)
            continue
        insert_absence(session, office_id, absence, actor=actor, now=now, file_key=key)
        entered.append(key)
    return entered, sorted(ended), left_out
