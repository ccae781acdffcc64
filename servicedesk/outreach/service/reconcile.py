"""Follow a changed register: correct, close, move back, propose; one change after the other, each once."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from servicedesk.accounts.codes import revoke_codes
from servicedesk.cases.frames import LetterDesk, build_recipient, open_letter_desk
from servicedesk.cases.models import Case, Task
from servicedesk.cases.queries.facts import addressee_of, list_receipts
from servicedesk.cases.rules import CloseReason, Origin
from servicedesk.cases.service import end_case, open_case_task, send_new_code
from servicedesk.checklists.rules import ADULT_AGE, earliest_birth_date, person_age
from servicedesk.db import audit
from servicedesk.kernel.clock import local_day
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.permissions import SYSTEM
from servicedesk.notices.contexts import ExpiredLetter, InvitationLetter
from servicedesk.notices.readdressing import readdress_letters
from servicedesk.notices.service import cancel_pending
from servicedesk.offices.queries import OfficeView
from servicedesk.outreach.models import DueOutcome, InvitationHold
from servicedesk.outreach.queries.terms import OfficeTerms, load_terms
from servicedesk.outreach.rules import CONSUMER, Outcome, Reason
from servicedesk.outreach.service.invitations import lock_office
from servicedesk.register.models import ChangeCursor, Person, RegisterChange, Title
from servicedesk.register.service import forget_confirmed_address

PART = 500
_LONGEST_CASE_YEARS = 3


@dataclass(frozen=True, slots=True)
class ReconcileRun:
    """Carry what one run of one office needs."""

    office: OfficeView
    terms: OfficeTerms
    today: date
    vault: Vault


def open_reconcile_run(session: Session, vault: Vault, office: OfficeView, *, now: datetime) -> ReconcileRun:
    """Gather an office's terms."""
    return ReconcileRun(office, load_terms(session, office), local_day(now, office.zone), vault)


def reconcile_part(session: Session, run: ReconcileRun, *, now: datetime, size: int = PART) -> Counter[str]:
    """Work through the next changes behind this consumer's place and move the place; empty when none is left."""
    lock_office(session, run.office.id)
    place = session.get(ChangeCursor, (run.office.id, CONSUMER))
    query = (
        select(RegisterChange)
        .where(RegisterChange.office_id == run.office.id, RegisterChange.seq > (place.seq if place else 0))
        .order_by(RegisterChange.seq)
        .limit(size)
    )
    changes = list(session.scalars(query))
    done: Counter[str] = Counter()
    for change in changes:
        session.expire_all()
        if _follow(session, run, change, now):
            done[change.kind] += 1
        else:
            done["without_effect"] += 1
    if changes:
        _move_place(session, run.office.id, changes[-1].seq)
    return done


def note_birthdays(
    session: Session, vault: Vault, run: ReconcileRun, *, now: datetime, public_url: str | None
) -> int:
    """Give people who came of age a code of their own: the parents' one is dead, a new letter goes to the person."""
    years = range(run.today.year - ADULT_AGE - _LONGEST_CASE_YEARS, run.today.year - ADULT_AGE + 1)
    noted = select(Task.case_id).where(Task.kind == "came_of_age", Task.case_id.is_not(None))
    query = (
        select(Case, Person)
        .join(Person, Person.id == Case.person_id)
        .where(
            Case.office_id == run.office.id,
            Case.closed_at.is_(None),
            Person.birth_year.in_(list(years)),
            Case.id.not_in(noted),
        )
    )
    desk: LetterDesk | None = None
    count = 0
    for case, person in session.execute(query).all():
        birth = (person.birth_year, person.birth_month, person.birth_day)
        opened_on = local_day(case.opened_at, run.office.zone)
        if not _came_of_age(birth, opened_on, run.today):
            continue
        desk = desk or open_letter_desk(session, run.office, public_url)
        revoke_codes(session, subject=("case", case.id), now=now)
        outbox_id = send_new_code(
            session, vault, case, now=now, public_url=public_url, desk=desk, today=run.today
        )
        open_case_task(session, case, "came_of_age", now=now)
        _note(session, case, "came_of_age", now, {"outbox": outbox_id.hex})
        count += 1
    return count


def _came_of_age(birth: tuple[int, int, int], opened_on: date, today: date) -> bool:
    try:
        earliest_birth_date(*birth)
    except ValueError:
        return False
    before, after = person_age(*birth, opened_on), person_age(*birth, today)
    return before is not None and after is not None and before < ADULT_AGE <= after


def _follow(session: Session, run: ReconcileRun, change: RegisterChange, now: datetime) -> bool:
    """Do what one change asks for; False when nothing here depends on it."""
    match change.kind:
        case "end_corrected":
            return _correct_end(session, run, change, now)
        case "renewed":
            return _close_renewed(session, change, now)
        case "moved_away":
            return _close_moved(session, change, now)
        case "moved_back":
            return _take_back(session, change, Reason.moved_away, now)
        case "vanished":
            return _ask_about(session, change, "vanished", now)
        case "reappeared":
            return _reopen_outcomes(session, change, Reason.vanished)
        case "name_changed":
            return _propose_move(session, run, change, now)
        case "address_changed":
            return _follow_address(session, run, change, now)
        case _:
            return False


def _correct_end(session: Session, run: ReconcileRun, change: RegisterChange, now: datetime) -> bool:
    """Recalculate the same case; an invitation that has not left is taken back and written anew when due."""
    title = session.get(Title, change.title_id) if change.title_id else None
    if title is None:
        return False
    found = False
    for case in _open_cases(session, Case.title_id == title.id):
        if case.ends_on == title.effective_ends_on:
            continue
        found = True
        handled = run.terms.concerns.get(case.concern_id)
        ends_on = title.effective_ends_on
        due_on = handled.lead.before(ends_on) if handled and ends_on else None
        was = case.ends_on
        values: dict[str, Any] = {"ends_on": ends_on, "due_on": due_on}
        taken_back = cancel_pending(
            session,
            now=now,
            subject_id=case.id,
            kinds={InvitationLetter.KIND},
            reason="the end was corrected",
        )
        if taken_back and case.origin == Origin.due.value:
            values["invited_at"] = None
        session.execute(update(Case).where(Case.id == case.id).values(values))
        if not taken_back and case.invited_at is not None:
            open_case_task(session, case, "end_corrected", key=str(change.seq), now=now)
        details = {"was": _iso(was), "is": _iso(ends_on), "taken_back": taken_back, "change": change.seq}
        _note(session, case, "correct_case_end", now, details)
    return found


def _close_renewed(session: Session, change: RegisterChange, now: datetime) -> bool:
    _forget_hold(session, change.title_id)
    return _close(session, _open_cases(session, Case.title_id == change.title_id), CloseReason.renewed, now)


def _close_moved(session: Session, change: RegisterChange, now: datetime) -> bool:
    closed = _close(
        session, _open_cases(session, Case.person_id == change.person_id), CloseReason.moved_away, now
    )
    for title_id in session.scalars(select(Title.id).where(Title.person_id == change.person_id)):
        cancel_pending(
            session, now=now, subject_id=title_id, kinds={ExpiredLetter.KIND}, reason="the person moved away"
        )
    return closed


def _close(session: Session, cases: list[Case], reason: CloseReason, now: datetime) -> bool:
    """Close cases; where the person had applied, somebody looks at what is still open."""
    applied = list_receipts(session, [case.id for case in cases])
    for case in cases:
        end_case(session, case, reason=reason, actor=SYSTEM, now=now)
        if case.id in applied:
            open_case_task(session, case, reason.value, now=now)
    return bool(cases)


def _take_back(session: Session, change: RegisterChange, reason: Reason, now: datetime) -> bool:
    """Open again what was closed because the person had moved away, and let the next night decide anew."""
    closed = select(Case).where(
        Case.person_id == change.person_id, Case.closed_reason == CloseReason.moved_away.value
    )
    cases = list(session.scalars(closed))
    for case in cases:
        session.execute(
            update(Case).where(Case.id == case.id).values(closed_at=None, closed_reason=None, invited_at=None)
        )
        _note(session, case, "reopen_case", now, {"change": change.seq})
    titles = list(session.scalars(select(Title.id).where(Title.person_id == change.person_id)))
    dropped = _drop_excluded(session, change.office_id, titles, reason)
    for case in cases:
        session.execute(
            delete(DueOutcome).where(
                DueOutcome.ends_on.in_({case.ends_on, case.first_ends_on}),
                DueOutcome.title_id == case.title_id,
            )
        )
    return bool(cases) or dropped


def _reopen_outcomes(session: Session, change: RegisterChange, reason: Reason) -> bool:
    return _drop_excluded(session, change.office_id, [change.title_id] if change.title_id else [], reason)


def _drop_excluded(session: Session, office_id: UUID, title_ids: list[UUID], reason: Reason) -> bool:
    """Let the next night decide anew about titles that were excluded for a reason that no longer holds."""
    dropped: Any = session.execute(
        delete(DueOutcome).where(
            DueOutcome.office_id == office_id,
            DueOutcome.outcome == Outcome.excluded.value,
            DueOutcome.title_id.in_(title_ids),
            DueOutcome.reason == reason.value,
        )
    )
    return bool(dropped.rowcount)


def _ask_about(session: Session, change: RegisterChange, kind: str, now: datetime) -> bool:
    cases = _open_cases(session, Case.title_id == change.title_id)
    for case in cases:
        open_case_task(session, case, kind, key=str(change.seq), now=now)
    return bool(cases)


def _propose_move(session: Session, run: ReconcileRun, change: RegisterChange, now: datetime) -> bool:
    """Ask the owner about handing over where the new surname lies in another range; nothing moves by itself."""
    person = session.get(Person, change.person_id)
    if person is None:
        return False
    proposed = False
    for case in _open_cases(session, Case.person_id == change.person_id):
        if run.terms.owner_of(case.team_id, person.surname_key) != case.owner_id:
            open_case_task(session, case, "propose_move", key=str(change.seq), now=now)
            proposed = True
    return proposed


def _follow_address(session: Session, run: ReconcileRun, change: RegisterChange, now: datetime) -> bool:
    """Send what has not left to the register's new address; ask where staff had confirmed a different one."""
    differs = forget_confirmed_address(session, person_id=change.person_id, now=now, actor=SYSTEM)
    person = session.get(Person, change.person_id)
    if person is None:
        return False
    if differs:
        for case in _open_cases(session, Case.person_id == person.id):
            open_case_task(session, case, "address_differs", key=str(change.seq), now=now)
    addressee = addressee_of(person)
    if not addressee.has_address:
        return differs
    recipient = build_recipient(addressee, run.today)
    readdressed = readdress_letters(
        session,
        run.vault,
        person_id=person.id,
        street=recipient.street,
        postcode=recipient.postcode,
        town=recipient.town,
        now=now,
        actor=SYSTEM,
    )
    return differs or bool(readdressed)


def _open_cases(session: Session, condition: Any) -> list[Case]:
    return list(session.scalars(select(Case).where(condition, Case.closed_at.is_(None)).order_by(Case.id)))


def _forget_hold(session: Session, title_id: UUID | None) -> None:
    session.execute(delete(InvitationHold).where(InvitationHold.title_id == title_id))


def _move_place(session: Session, office_id: UUID, seq: int) -> None:
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    inserting: Any = postgresql.insert(ChangeCursor) if is_postgresql else sqlite.insert(ChangeCursor)
    session.execute(
        inserting.values(office_id=office_id, consumer=CONSUMER, seq=seq).on_conflict_do_update(
            index_elements=["office_id", "consumer"], set_={"seq": seq}
        )
    )


def _note(session: Session, case: Case, action: str, now: datetime, details: dict[str, Any]) -> None:
    audit.record(
        session,
        now=now,
        actor=SYSTEM,
        action=action,
        subject=("case", case.id),
        office_id=case.office_id,
        details=details,
    )


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
