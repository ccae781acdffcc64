"""End confirmations: by decision, departure, renewal, withdrawal; each recorded, the holder told."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from servicedesk.interim.queries.gathering import CaseInput, ConfirmationFacts
from servicedesk.interim.rules.values import Code
from servicedesk.interim.service.desk import InterimDesk
from servicedesk.interim.service.printing import frame_of, mail_frame, notice
from servicedesk.interim.service.writes import Writes
from servicedesk.kernel.clock import local_day
from servicedesk.kernel.permissions import Actor
from servicedesk.notices.contexts import (
    EndCause,
    InterimConfirmationLetter,
    InterimEndedLetter,
    InterimEndedMail,
    InterimIssuedMail,
)
from servicedesk.notices.models import Letter, Outbox
from servicedesk.notices.service import cancel_pending

_CAUSES: Mapping[Code, EndCause] = {
    Code.granted: EndCause.DECIDED,
    Code.refused: EndCause.DECIDED,
    Code.withdrawn: EndCause.DECIDED,
    Code.card_ordered: EndCause.DECIDED,
    Code.renewed: EndCause.RENEWED,
    Code.moved_away: EndCause.MOVED_AWAY,
    Code.case_closed: EndCause.CLOSED,
}
_PAPER = (InterimConfirmationLetter.KIND, InterimIssuedMail.KIND)


def lapse(desk: InterimDesk, writes: Writes, case: CaseInput, row: ConfirmationFacts) -> None:
    """Let a proposal go that is not needed any more; nobody has it in hand."""
    code = case.outcome.code.value
    writes.end(row.id, state="lapsed", ended_at=desk.now, end_reason=code, ended_by=writes.actor.ref)
    writes.settle(case.case.case_id)
    writes.note("lapse_interim", case.case.case_id, row.ref, reason=code)


def supersede(
    session: Session,
    desk: InterimDesk,
    writes: Writes,
    case: CaseInput,
    row: ConfirmationFacts,
    *,
    by: str,
) -> None:
    """End an issued confirmation because the next one takes its place; the new letter tells the holder."""
    take_back(session, desk, writes.actor, row)
    writes.end(
        row.id, state="superseded", ended_at=desk.now, end_reason="superseded", ended_by=writes.actor.ref
    )
    writes.note("supersede_interim", case.case.case_id, row.ref, by=by)


def end_issued(
    session: Session,
    desk: InterimDesk,
    writes: Writes,
    case: CaseInput,
    row: ConfirmationFacts,
    cause: EndCause | None = None,
    *,
    state: str = "ended",
    note: str = "",
) -> None:
    """End an issued confirmation and tell its holder, if it has left the house; `cause` None: what the rules say."""
    reason = cause.value if cause is not None else case.outcome.code.value
    told = cause or _CAUSES.get(case.outcome.code, EndCause.CLOSED)
    has_left = take_back(session, desk, writes.actor, row)
    writes.end(
        row.id,
        state=state,
        ended_at=desk.now,
        end_reason=reason,
        end_note=note,
        ended_by=writes.actor.ref,
    )
    writes.settle(case.case.case_id)
    action = "withdraw_interim" if state == "withdrawn" else "end_interim"
    writes.note(action, case.case.case_id, row.ref, reason=reason, told=has_left)
    if has_left:
        _tell(session, desk, writes, case, row, told)


def take_back(session: Session, desk: InterimDesk, actor: Actor, row: ConfirmationFacts) -> bool:
    """Stop what has not left the house yet; tell whether somebody holds the paper, or was told of it."""
    cancel_pending(
        session,
        now=desk.now,
        subject_id=row.id,
        kinds=_PAPER,
        reason="the confirmation ended",
        actor=actor,
    )
    if row.handed_out_at is not None:
        return True
    out = exists().where(Letter.outbox_id == Outbox.id, Letter.printed_at.is_not(None))
    is_sent = (Outbox.channel == "email") & (Outbox.state == "done")
    query = select(Outbox.id).where(Outbox.subject_id == row.id, Outbox.kind.in_(_PAPER), out | is_sent)
    return session.execute(query.limit(1)).first() is not None


def _tell(
    session: Session,
    desk: InterimDesk,
    writes: Writes,
    case: CaseInput,
    row: ConfirmationFacts,
    cause: EndCause,
) -> None:
    letter = InterimEndedLetter(
        frame=frame_of(session, desk, case),
        cause=cause,
        was_issued_on=local_day(row.issued_at, desk.office.zone) if row.issued_at else date.min,
        ended_on=desk.today,
    )
    writes.send([notice(case, row.id, letter, "1")])
    if case.has_email:
        writes.send([notice(case, row.id, InterimEndedMail(mail_frame(desk, case)), "1")])
