"""Keep what a confirmation prints sealed, and make its letters from exactly that."""

import json
from dataclasses import asdict, replace
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from servicedesk.cases.frames import learn_sender
from servicedesk.interim.models import InterimConfirmation
from servicedesk.interim.queries.gathering import CaseInput, ConfirmationFacts
from servicedesk.interim.queries.printed import build_facts, open_facts
from servicedesk.interim.seal import PrintedFacts
from servicedesk.interim.service.desk import InterimDesk
from servicedesk.notices.contexts import (
    ConfirmedFacts,
    InterimConfirmationLetter,
    LetterContext,
    LetterFrame,
    MailContext,
    MailFrame,
)
from servicedesk.notices.service import NewNotice

SUBJECT = "interim_confirmation"
"""What a confirmation's letters are about in the outbox."""


def seal_facts(desk: InterimDesk, row_id: UUID, facts: PrintedFacts) -> bytes:
    """Return the printed facts, sealed for their row."""
    plain = json.dumps(asdict(facts), default=date.isoformat, ensure_ascii=False).encode()
    return desk.vault.seal(plain, "interim_confirmation", row_id, "facts_sealed")


def has_other_facts(session: Session, desk: InterimDesk, case: CaseInput, issued: ConfirmationFacts) -> bool:
    """Tell whether an issued confirmation would print something else if it were issued now.

    A seal whose key was revoked proves nothing any more: it would be another one.
    """
    stored = session.execute(
        select(InterimConfirmation.facts_sealed, InterimConfirmation.key_id).where(
            InterimConfirmation.id == issued.id
        )
    ).one()
    key = desk.keyring.public.get(stored.key_id)
    if stored.facts_sealed is None or (key is not None and key.revoked_at is not None):
        return True
    printed = open_facts(desk.vault, issued.id, stored.facts_sealed)
    fresh = build_facts(
        desk.office,
        case,
        issued.status_code,
        issued_on=printed.issued_on,
        check_again_on=printed.check_again_on,
    )
    # The office's own name may change; that makes no letter wrong.
    return replace(fresh, office=printed.office) != printed


def frame_of(session: Session, desk: InterimDesk, case: CaseInput) -> LetterFrame:
    """Return the frame of a letter to the person of a case."""
    learn_sender(session, desk.letters, case.case.team_id, case.case.owner_id)
    return desk.letters.frame(case.addressee, case.case.team_id, case.case.owner_id, desk.today)


def confirmation_letter(
    frame: LetterFrame, desk: InterimDesk, facts: PrintedFacts, token: str, *, is_renewal: bool
) -> InterimConfirmationLetter:
    """Return the confirmation as a letter; it bears the day of issue, also when it is printed once more."""
    return InterimConfirmationLetter(
        frame=replace(frame, issued_on=facts.issued_on),
        facts=ConfirmedFacts(**asdict(facts)),
        token=token,
        law=desk.law.norm,
        law_text=desk.law.text,
        is_renewal=is_renewal,
    )


def mail_frame(desk: InterimDesk, case: CaseInput) -> MailFrame:
    """Return the frame of an e-mail to the person of a case; it names nobody."""
    locale = desk.letters.locale_for(case.addressee.language)
    block = desk.letters.block
    return MailFrame(locale=locale, office=block, is_machine_translated=block.is_machine_translated(locale))


def notice(case: CaseInput, row_id: UUID, context: LetterContext | MailContext, key: str) -> NewNotice:
    """Return a message about a confirmation; `key` tells it from others of the same kind."""
    return NewNotice(
        kind=context.KIND,
        channel=context.MEDIUM.value,
        person_id=case.case.person_id,
        subject=(SUBJECT, row_id),
        locale=context.frame.locale,
        context=context,
        dedupe_key=f"{context.KIND}:{row_id.hex}:{key}",
        team_id=case.case.team_id,
        scope_member_id=case.case.owner_id,
    )
