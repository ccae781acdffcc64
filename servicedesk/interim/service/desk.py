"""Carry what the use cases of interim confirmations need, gathered once per run or request."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from servicedesk.cases.frames import LetterDesk, open_letter_desk
from servicedesk.cases.models import Case
from servicedesk.interim.keys import Keyring
from servicedesk.interim.law import settings_of
from servicedesk.interim.law_texts import LawText, continuation
from servicedesk.interim.queries.gathering import CaseInput, gather_cases
from servicedesk.interim.rules.values import InterimSettings
from servicedesk.kernel.clock import local_day
from servicedesk.kernel.crypto import Vault
from servicedesk.offices.queries import OfficeView, get_office_by_id, list_deputies


@dataclass(frozen=True, slots=True)
class InterimDesk:
    """Hold one office at one instant: its choices, its letters, who stands in for whom, the keys of the seal."""

    office: OfficeView
    settings: InterimSettings
    letters: LetterDesk
    standing_in: Mapping[UUID, UUID | None]
    law: LawText
    keyring: Keyring
    vault: Vault
    now: datetime
    today: date


def open_desk(
    session: Session,
    vault: Vault,
    keyring: Keyring,
    *,
    office_id: UUID,
    now: datetime,
    public_url: str | None = None,
) -> InterimDesk:
    """Gather what holds for an office now; `public_url` stands in for its host name in letters."""
    office = get_office_by_id(session, office_id)
    today = local_day(now, office.zone)
    return InterimDesk(
        office=office,
        settings=settings_of(office.details),
        letters=open_letter_desk(session, office, public_url),
        standing_in=list_deputies(session, office.id, today),
        law=continuation(today),
        keyring=keyring,
        vault=vault,
        now=now,
        today=today,
    )


def lock_and_gather(
    session: Session, desk: InterimDesk, case_ids: Collection[UUID]
) -> Mapping[UUID, CaseInput]:
    """Let nobody else change these cases until the transaction ends, and return what there is about them.

    A decision, another worker and a click all wait here for each other (FOR NO KEY UPDATE; SQLite has one writer).
    """
    session.execute(
        select(Case.id).where(Case.id.in_(case_ids)).order_by(Case.id).with_for_update(key_share=True)
    )
    return gather_cases(session, desk.office, case_ids, now=desk.now)
