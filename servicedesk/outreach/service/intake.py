"""Write what was decided about a part of a night: one INSERT … SELECT per table."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    LargeBinary,
    Row,
    Select,
    String,
    Subquery,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    insert,
    literal,
    select,
    type_coerce,
    update,
)
from sqlalchemy.orm import Session

from servicedesk.cases.models import Case
from servicedesk.cases.rules import Origin
from servicedesk.cases.service.opening import CASE_REF
from servicedesk.db.audit import AuditEvent
from servicedesk.db.types import Json, UtcDateTime
from servicedesk.kernel.ids import new_id_series, new_marks
from servicedesk.notices.contexts import ExpiredLetter, InvitationLetter
from servicedesk.notices.models import Outbox
from servicedesk.notices.sets import queue_set
from servicedesk.offices.models import LetterInterval
from servicedesk.outreach.models import DueOutcome, Invitation
from servicedesk.outreach.rules import Outcome
from servicedesk.outreach.service.gathering import RunFacts
from servicedesk.outreach.service.staging import (
    DAY,
    FACT,
    INTAKE,
    KIND,
    NOBODY,
    SENDER,
    TEXT,
)
from servicedesk.outreach.service.statements import (
    JOIN_SETS,
    count_rows,
    is_of_kind,
    is_postgresql,
    steered,
    upsert,
)

_INVITED = Outcome.invited.value
_INVITATION = InvitationLetter.KIND


def stage_intake(session: Session, size: int) -> None:
    """Put together what will be written about each of the `size` titles, with ids and references of its own."""
    decided = _decided()
    is_new = and_(decided.c.outcome == _INVITED, decided.c.case_id.is_(None))
    case_id, audit_id, outbox_id = (_numbered(session, decided.c.n) for _ in range(3))
    source = (
        select(
            decided.c.title_id,
            decided.c.ends_on,
            DAY.c.due_on,
            decided.c.outcome,
            decided.c.reason,
            decided.c.failed_reason,
            case((is_new, case_id), else_=decided.c.case_id),
            case((is_new, 1), else_=0),
            _reference(session, decided.c.n, new_marks(size)),
            decided.c.person_id,
            decided.c.concern_id,
            decided.c.team_id,
            decided.c.owner_id,
            decided.c.letter,
            TEXT.c.locale,
            TEXT.c.part + SENDER.c.part + DAY.c.part,
            audit_id,
            outbox_id,
        )
        .select_from(decided)
        .join(
            DAY,
            and_(
                DAY.c.concern_id == decided.c.concern_id,
                DAY.c.letter == decided.c.letter,
                DAY.c.ends_on == decided.c.ends_on,
            ),
        )
        .outerjoin(
            TEXT,
            and_(
                TEXT.c.legal_basis == decided.c.legal_basis,
                TEXT.c.is_unlimited == decided.c.is_unlimited,
                TEXT.c.letter == decided.c.letter,
                TEXT.c.language == decided.c.language,
                TEXT.c.age == decided.c.age,
                TEXT.c.nationalities == decided.c.nationalities,
                TEXT.c.passport == decided.c.passport,
            ),
        )
        .outerjoin(
            SENDER,
            and_(
                SENDER.c.team_id == decided.c.team_id,
                SENDER.c.owner_id == func.coalesce(decided.c.owner_id, literal(NOBODY, Uuid)),
            ),
        )
    )
    with steered(session, JOIN_SETS):
        session.execute(insert(INTAKE).from_select([column.name for column in INTAKE.columns], source))


def insert_cases(session: Session, run: RunFacts, staged: int) -> int:
    """Open the `staged` new cases and return how many were lost to somebody quicker: the next run finds theirs."""
    is_new = INTAKE.c.is_new_case == 1
    source = select(
        INTAKE.c.case_id,
        literal(run.office_id, Uuid),
        INTAKE.c.ref,
        INTAKE.c.person_id,
        INTAKE.c.title_id,
        INTAKE.c.ends_on,
        INTAKE.c.ends_on,
        INTAKE.c.concern_id,
        literal(run.catalogue_version),
        INTAKE.c.team_id,
        INTAKE.c.owner_id,
        literal(run.now, UtcDateTime),
        literal(run.opened_by),
        literal(Origin.due.value),
        INTAKE.c.due_on,
        literal(run.now, UtcDateTime),
        literal(""),
    ).where(is_new)
    names = (
        "id office_id ref person_id title_id first_ends_on ends_on concern_id catalogue_version team_id owner_id "
        "opened_at opened_by origin due_on invited_at ready_by"
    ).split()
    opened = count_rows(session, upsert(session, Case).from_select(names, source).on_conflict_do_nothing())
    if opened != staged:
        session.execute(INTAKE.delete().where(is_new, ~exists().where(Case.id == INTAKE.c.case_id)))
    return staged - opened


def count_outcomes(session: Session) -> Sequence[Row[str, str, int]]:
    """Return outcome, reason and how many; what failed before for the same reason is no news."""
    is_known = and_(INTAKE.c.outcome == Outcome.failed.value, INTAKE.c.failed_reason == INTAKE.c.reason)
    news = func.sum(case((is_known, 0), else_=1))
    return session.execute(
        select(INTAKE.c.outcome, INTAKE.c.reason, news).group_by(INTAKE.c.outcome, INTAKE.c.reason)
    ).all()


def insert_outcomes(session: Session, run: RunFacts) -> None:
    """Settle the staged titles; what failed before is settled anew."""
    source = select(
        INTAKE.c.title_id,
        INTAKE.c.ends_on,
        literal(run.office_id, Uuid),
        INTAKE.c.due_on,
        INTAKE.c.outcome,
        INTAKE.c.reason,
        INTAKE.c.case_id,
        literal(run.run_id, Uuid),
        literal(run.now, UtcDateTime),
    ).where(literal(1) == 1)
    names = "title_id ends_on office_id due_on outcome reason case_id run_id at".split()
    inserting = upsert(session, DueOutcome).from_select(names, source)
    changed = {name: inserting.excluded[name] for name in ("outcome", "reason", "case_id", "run_id", "at")}
    session.execute(
        inserting.on_conflict_do_update(
            index_elements=["title_id", "ends_on"],
            set_=changed,
            where=DueOutcome.outcome == Outcome.failed.value,
        )
    )


def queue_letters(session: Session, run: RunFacts, staged: int) -> None:
    """Queue the `staged` letters; an invitation that was queued before under the same key stands for this one."""
    key = _dedupe_key(session)
    is_invitation = INTAKE.c.letter == _INVITATION
    letters = select(
        INTAKE.c.outbox_id,
        INTAKE.c.letter,
        INTAKE.c.person_id,
        case((is_invitation, "case"), else_="title"),
        case((is_invitation, INTAKE.c.case_id), else_=INTAKE.c.title_id),
        INTAKE.c.team_id,
        INTAKE.c.owner_id,
        INTAKE.c.locale,
        INTAKE.c.context_parts,
        key,
    ).where(INTAKE.c.letter != "")
    queued = queue_set(session, now=run.now, office_id=run.office_id, letters=letters)
    if queued != staged:
        earlier = select(Outbox.id).where(Outbox.dedupe_key == key).scalar_subquery()
        session.execute(
            update(INTAKE)
            .where(is_invitation, ~exists().where(Outbox.id == INTAKE.c.outbox_id))
            .values(outbox_id=earlier)
        )


def insert_invitations(session: Session, run: RunFacts) -> None:
    """Note the first step of writing to each invited person; a case invited again points to the newer letter."""
    source = select(
        INTAKE.c.case_id,
        literal(1),
        literal(run.office_id, Uuid),
        INTAKE.c.outbox_id,
        literal(run.now, UtcDateTime),
    ).where(INTAKE.c.outcome == _INVITED)
    names = "case_id step office_id outbox_id created_at".split()
    inserting = upsert(session, Invitation).from_select(names, source)
    session.execute(
        inserting.on_conflict_do_update(
            index_elements=["case_id", "step"],
            set_={"outbox_id": inserting.excluded.outbox_id, "created_at": inserting.excluded.created_at},
        )
    )


def note_again(session: Session, run: RunFacts) -> None:
    """Note that a case whose invitation had been taken back is invited now."""
    again = select(INTAKE.c.case_id).where(INTAKE.c.outcome == _INVITED, INTAKE.c.is_new_case == 0)
    session.execute(update(Case).where(Case.id.in_(again)).values(invited_at=run.now))


def insert_audit(session: Session, run: RunFacts) -> None:
    """Write one audit row per invited case."""
    source = select(
        INTAKE.c.audit_id,
        literal(run.office_id, Uuid),
        literal(run.now, UtcDateTime),
        literal(run.opened_by),
        literal("invite"),
        literal("case"),
        INTAKE.c.case_id,
        literal(run.run_id, Uuid),
        bindparam("details", {}, Json),
    ).where(INTAKE.c.outcome == _INVITED)
    names = "id office_id at actor action subject_kind subject_id run_id details".split()
    session.execute(insert(AuditEvent).from_select(names, source))


def list_staged(session: Session, reason: str) -> Sequence[Row[UUID, date, UUID, UUID, UUID | None]]:
    """Return title, end, person, team and owner of what was decided for this reason."""
    columns = (INTAKE.c.title_id, INTAKE.c.ends_on, INTAKE.c.person_id, INTAKE.c.team_id, INTAKE.c.owner_id)
    return session.execute(select(*columns).where(INTAKE.c.reason == reason).order_by(*columns[:2])).all()


def _decided() -> Subquery:
    """Return every title of the part with what was decided, whose it is, and a number of its own."""
    owner: Select[Any] = (
        select(LetterInterval.member_id)
        .where(
            LetterInterval.team_id == KIND.c.team_id,
            LetterInterval.lo <= FACT.c.surname_key,
            FACT.c.surname_key != "",
        )
        .order_by(LetterInterval.lo.desc())
        .limit(1)
    )
    return (
        select(
            *FACT.columns,
            KIND.c.concern_id,
            KIND.c.team_id,
            KIND.c.outcome,
            KIND.c.reason,
            KIND.c.letter,
            owner.scalar_subquery().label("owner_id"),
            func.row_number().over(order_by=(FACT.c.ends_on, FACT.c.title_id)).label("n"),
        )
        .join_from(FACT, KIND, is_of_kind())
        .subquery("decided")
    )


def _numbered(session: Session, number: ColumnElement[int]) -> ColumnElement[UUID]:
    """Return ids of one series, counted up."""
    tail = func.lpad(func.to_hex(number), 8, "0") if is_postgresql(session) else func.printf("%08x", number)
    return cast(literal(new_id_series()).concat(tail), Uuid)


def _reference(session: Session, number: ColumnElement[int], marks: bytes) -> ColumnElement[str]:
    """Return the public reference of the case with this number, cut out of `marks`."""
    drawn = bindparam("marks", marks, LargeBinary)
    place = cast(number, Integer) * 8
    halves: list[ColumnElement[str]] = []
    for start in (7, 3):
        cut = func.substr(drawn, place - start, 4)
        halves.append(func.convert_from(cut, "UTF8") if is_postgresql(session) else cast(cut, String))
    return literal(f"{CASE_REF}-").concat(halves[0]).concat("-").concat(halves[1])


def _dedupe_key(session: Session) -> ColumnElement[str]:
    title = _hex(session, INTAKE.c.title_id)
    day = (
        func.to_char(INTAKE.c.ends_on, "YYYY-MM-DD")
        if is_postgresql(session)
        else type_coerce(INTAKE.c.ends_on, String)
    )
    about = title.concat(":").concat(day)
    again = literal(":").concat(_hex(session, INTAKE.c.outbox_id))
    return case(
        (INTAKE.c.letter == ExpiredLetter.KIND, literal("expired:").concat(about)),
        (INTAKE.c.is_new_case == 1, literal("invite:").concat(about)),
        else_=literal("invite:").concat(about).concat(again),
    )


def _hex(session: Session, column: ColumnElement[Any]) -> ColumnElement[str]:
    if is_postgresql(session):
        return func.replace(cast(column, String), "-", "")
    return type_coerce(column, String)
