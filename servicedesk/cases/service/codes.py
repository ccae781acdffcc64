"""Give a person a new way in after an identity check."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from servicedesk.accounts.codes import revoke_codes
from servicedesk.cases.errors import CaseClosed, ReasonMissing
from servicedesk.cases.frames import LetterDesk, learn_sender, open_letter_desk
from servicedesk.cases.models import Case
from servicedesk.cases.queries.facts import addressee_of
from servicedesk.cases.queries.scope import get_case_for
from servicedesk.db import audit
from servicedesk.kernel.clock import local_day
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.ids import new_id
from servicedesk.kernel.permissions import Actor, Permission
from servicedesk.notices.contexts import NewCodeLetter
from servicedesk.notices.service import cancel_pending, enqueue
from servicedesk.offices.queries import get_office_by_id
from servicedesk.register.models import Person


def reissue_code(
    session: Session,
    vault: Vault,
    *,
    case_id: UUID,
    identity_check: str,
    actor: Actor,
    now: datetime,
    public_url: str | None = None,
) -> UUID:
    """Queue a letter with a new access code and return its outbox id; the old code dies at once.

    `identity_check` says how identity was checked ("Pass gesehen"). Raises CaseNotFound, NotAllowed, CaseClosed,
    ReasonMissing.
    """
    case = get_case_for(session, actor, case_id, Permission.reissue_code)
    if case.closed_at is not None:
        raise CaseClosed
    if not identity_check.strip():
        raise ReasonMissing
    revoked = revoke_codes(session, subject=("case", case_id), now=now)
    cancel_pending(
        session,
        now=now,
        subject_id=case_id,
        kinds={NewCodeLetter.KIND},
        reason="a newer code was ordered",
        actor=actor,
    )
    outbox_id = send_new_code(session, vault, case, now=now, public_url=public_url)
    audit.record(
        session,
        now=now,
        actor=actor,
        action="reissue_code",
        subject=("case", case_id),
        office_id=case.office_id,
        details={"identity_check": identity_check.strip()[:120], "revoked": revoked, "outbox": outbox_id.hex},
    )
    return outbox_id


def send_new_code(
    session: Session,
    vault: Vault,
    case: Case,
    *,
    now: datetime,
    public_url: str | None,
    desk: LetterDesk | None = None,
    today: date | None = None,
) -> UUID:
    """Queue a letter with a new code for a case; the code is drawn when the letter is rendered."""
    office = desk.office if desk else get_office_by_id(session, case.office_id)
    desk = desk or open_letter_desk(session, office, public_url)
    learn_sender(session, desk, case.team_id, case.owner_id)
    person = addressee_of(session.get_one(Person, case.person_id))
    frame = desk.frame(person, case.team_id, case.owner_id, today or local_day(now, office.zone))
    return enqueue(
        session,
        vault,
        now=now,
        office_id=case.office_id,
        kind=NewCodeLetter.KIND,
        channel=NewCodeLetter.MEDIUM.value,
        person_id=case.person_id,
        subject=("case", case.id),
        locale=frame.locale,
        context=NewCodeLetter(frame=frame),
        dedupe_key=f"new-code:{case.id.hex}:{new_id().hex}",
        team_id=case.team_id,
        scope_member_id=case.owner_id,
    )
