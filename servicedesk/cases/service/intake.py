"""Record papers that came on paper: over the counter or by post; the record is what the receipt prints."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from servicedesk.cases.errors import CaseClosed, ReceivedInFuture
from servicedesk.cases.models import Case
from servicedesk.cases.queries.papers import list_paper_rows
from servicedesk.cases.queries.scope import get_case_for
from servicedesk.cases.rules import Channel, PaperState
from servicedesk.cases.service.papers import change_paper
from servicedesk.cases.upload_errors import NoPaperChosen, PaperSettled
from servicedesk.cases.upload_models import PaperIntake
from servicedesk.db import audit
from servicedesk.kernel.ids import new_id, new_ref
from servicedesk.kernel.permissions import Actor, Permission

INTAKE_REF = "U"

_SETTLED = frozenset({PaperState.accepted, PaperState.waived})


def take_in_papers(
    session: Session,
    *,
    case_id: UUID,
    document_ids: Sequence[str],
    channel: Channel,
    received_at: datetime,
    actor: Actor,
    now: datetime,
) -> str:
    """Note that papers of a case came on paper, each as received at that instant; return the record's reference.

    Raises CaseNotFound, NotAllowed, CaseClosed, NoPaperChosen, ReceivedInFuture, UnknownDocument, PaperSettled.
    """
    case = get_case_for(session, actor, case_id, Permission.record_application)
    if received_at > now:
        raise ReceivedInFuture
    named = list(dict.fromkeys(document_ids))
    _check(session, case, named)
    for document_id in named:
        change_paper(
            session,
            case_id=case.id,
            document_id=document_id,
            state=PaperState.received,
            actor=actor,
            now=now,
            received_at=received_at,
        )
    intake = PaperIntake(
        id=new_id(),
        office_id=case.office_id,
        case_id=case.id,
        ref=new_ref(INTAKE_REF),
        channel=channel.value,
        document_ids=named,
        received_at=received_at,
        recorded_at=now,
        recorded_by=actor.ref,
    )
    session.add(intake)
    audit.record(
        session,
        now=now,
        actor=actor,
        action="take_in_papers",
        subject=("case", case.id),
        office_id=case.office_id,
        details={
            "ref": intake.ref,
            "documents": named,
            "channel": channel.value,
            "received_at": received_at.isoformat(),
        },
    )
    return intake.ref


def _check(session: Session, case: Case, named: Sequence[str]) -> None:
    if case.closed_at is not None:
        raise CaseClosed
    if not named:
        raise NoPaperChosen
    rows = list_paper_rows(session, [case.id]).get(case.id, {})
    if any(document_id in rows and rows[document_id].state in _SETTLED for document_id in named):
        raise PaperSettled
