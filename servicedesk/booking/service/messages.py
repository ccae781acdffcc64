"""Queue the e-mails about appointments in the booking's own transaction.

Only people with a confirmed address get one; the delivery looks the address up once more when it sends. The mails
name no person: whoever reads along learns least.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from servicedesk.booking.queries.facts import CaseFacts
from servicedesk.booking.queries.statements import FIND_PLACE
from servicedesk.booking.rules.life import AppointmentRow
from servicedesk.db.prepared import run
from servicedesk.kernel.catalogues import list_reviewed
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.locales import get_language
from servicedesk.notices.contexts import (
    AppointmentCancelled,
    AppointmentConfirmation,
    AppointmentFacts,
    AppointmentMoved,
    MailContext,
    MailFrame,
    OfficeBlock,
)
from servicedesk.notices.service import cancel_pending, enqueue

_OVERTAKEN = (AppointmentConfirmation.KIND, AppointmentMoved.KIND)


def tell_booked(
    session: Session,
    vault: Vault,
    facts: CaseFacts,
    row: AppointmentRow,
    *,
    now: datetime,
    public_url: str | None,
) -> None:
    """Queue the confirmation with its calendar file."""
    if not facts.has_email:
        return
    frame, appointment = _frame(session, facts, row, public_url)
    _enqueue(session, vault, facts, row, AppointmentConfirmation(frame, appointment), now)


def tell_moved(
    session: Session,
    vault: Vault,
    facts: CaseFacts,
    row: AppointmentRow,
    old: AppointmentRow,
    *,
    now: datetime,
    public_url: str | None,
) -> None:
    """Take back what has not left yet about the old time, and queue the new one."""
    _take_back(session, facts, now)
    if not facts.has_email:
        return
    frame, appointment = _frame(session, facts, row, public_url)
    _enqueue(session, vault, facts, row, AppointmentMoved(frame, appointment, old.starts_at), now)


def tell_cancelled(
    session: Session,
    vault: Vault,
    facts: CaseFacts,
    row: AppointmentRow,
    *,
    now: datetime,
    public_url: str | None,
    is_by_office: bool,
) -> None:
    """Take back what has not left yet about the appointment, and queue that it does not take place."""
    _take_back(session, facts, now)
    if not facts.has_email:
        return
    frame, appointment = _frame(session, facts, row, public_url)
    _enqueue(session, vault, facts, row, AppointmentCancelled(frame, appointment, is_by_office), now)


def _take_back(session: Session, facts: CaseFacts, now: datetime) -> None:
    cancel_pending(
        session, now=now, subject_id=facts.terms.case_id, kinds=_OVERTAKEN, reason="appointment changed"
    )


def _enqueue(
    session: Session, vault: Vault, facts: CaseFacts, row: AppointmentRow, context: MailContext, now: datetime
) -> None:
    enqueue(
        session,
        vault,
        now=now,
        office_id=facts.terms.office_id,
        kind=context.KIND,
        channel=context.MEDIUM.value,
        person_id=facts.person_id,
        subject=("case", facts.terms.case_id),
        locale=context.frame.locale,
        context=context,
        dedupe_key=f"{context.KIND}:{row.id.hex}:{row.sequence}",
        team_id=facts.team_id,
        scope_member_id=facts.owner_id,
        not_after=row.starts_at,
    )


def _frame(
    session: Session, facts: CaseFacts, row: AppointmentRow, public_url: str | None
) -> tuple[MailFrame, AppointmentFacts]:
    place = run(
        session,
        FIND_PLACE,
        office_id=facts.terms.office_id,
        desk_id=row.desk_id,
        person_id=facts.person_id,
    ).rows[0]
    base_url = public_url or f"https://{place.host}"
    language = get_language(place.language)
    details = place.settings
    office = OfficeBlock(
        name=place.name,
        street=place.street,
        postcode=place.postcode,
        town=place.town,
        base_url=base_url,
        time_zone=facts.terms.zone.key,
        phone=details.get("phone", ""),
        email=details.get("email", ""),
        reviewed_languages=list_reviewed(place.reviewed_texts),
    )
    where = (
        place.name,
        place.street,
        f"{place.postcode} {place.town}",
        place.desk,
        place.room,
    )
    appointment = AppointmentFacts(
        uid=row.uid,
        sequence=row.sequence,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        place=", ".join(dict.fromkeys(part for part in where if part)),
        manage_url=f"{base_url}/{language.tag}/code",
    )
    frame = MailFrame(
        locale=language.tag,
        office=office,
        is_machine_translated=office.is_machine_translated(language.tag),
    )
    return frame, appointment
