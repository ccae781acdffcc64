"""Queue the news about times that office and resident arrange: an e-mail where one is confirmed, else a letter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from servicedesk.booking.queries.facts import CaseFacts
from servicedesk.booking.rules.arrangements import OFFER_LASTS, REFUSED_LABELS, Refused
from servicedesk.booking.rules.life import AppointmentRow
from servicedesk.cases.frames import Addressee, LetterDesk, learn_sender, open_letter_desk
from servicedesk.cases.queries.facts import addressee_of
from servicedesk.kernel.clock import local_day
from servicedesk.kernel.crypto import Vault
from servicedesk.notices.contexts import MailFrame, NewsTime, SlotNews, SlotNewsLetter, SlotNewsMail
from servicedesk.notices.service import cancel_pending, enqueue
from servicedesk.offices.queries import get_office_by_id, list_desks
from servicedesk.register.models import Person

NEWS_KINDS = (SlotNewsLetter.KIND, SlotNewsMail.KIND)
_WITH_ANSWER = frozenset({SlotNews.OFFERED, SlotNews.PROPOSED, SlotNews.INSTEAD})


def tell_news(
    session: Session,
    vault: Vault,
    facts: CaseFacts,
    news: SlotNews,
    rows: Sequence[AppointmentRow],
    *,
    now: datetime,
    public_url: str | None,
    refused: Refused | None = None,
    key: str = "",
) -> None:
    """Take back what has not left yet about times of this case, and queue the news.

    `key` makes a message without times unique. Somebody without a complete address and mailbox gets nothing; the
    case worker's list shows the matter all the same.
    """
    office = get_office_by_id(session, facts.terms.office_id)
    desk = open_letter_desk(session, office, public_url)
    person = addressee_of(session.get_one(Person, facts.person_id))
    cancel_pending(
        session, now=now, subject_id=facts.terms.case_id, kinds=NEWS_KINDS, reason="another word about times"
    )
    if not facts.has_email and not person.has_address:
        return
    names = _desk_names(session, office.id)
    times = tuple(NewsTime(row.starts_at, names.get(row.desk_id, "")) for row in rows)
    answer_by = min(now + OFFER_LASTS, max(row.starts_at for row in rows)) if news in _WITH_ANSWER else None
    reason = REFUSED_LABELS[refused] if refused is not None else ""
    context = _context(session, desk, facts, person, SlotFacts(news, times, answer_by, reason), now)
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
        dedupe_key=f"slot-news:{news.value}:{rows[0].id.hex if rows else facts.terms.case_id.hex}{key}",
        team_id=facts.team_id,
        scope_member_id=facts.owner_id,
        not_after=answer_by or (rows[0].starts_at if news is SlotNews.ACCEPTED else None),
    )


@dataclass(frozen=True, slots=True)
class SlotFacts:
    """Carry what letter and e-mail say alike."""

    news: SlotNews
    times: tuple[NewsTime, ...]
    answer_by: datetime | None
    reason: str


def _context(
    session: Session,
    desk: LetterDesk,
    facts: CaseFacts,
    person: Addressee,
    said: SlotFacts,
    now: datetime,
) -> SlotNewsMail | SlotNewsLetter:
    if not facts.has_email:
        learn_sender(session, desk, facts.team_id, facts.owner_id)
        today = local_day(now, desk.office.zone)
        frame = desk.frame(person, facts.team_id, facts.owner_id, today)
        return SlotNewsLetter(frame, said.news, said.times, said.answer_by, said.reason)
    locale = desk.locale_for(person.language)
    return SlotNewsMail(
        frame=MailFrame(
            locale=locale, office=desk.block, is_machine_translated=desk.block.is_machine_translated(locale)
        ),
        news=said.news,
        manage_url=f"{desk.block.base_url}/{locale}/code",
        times=said.times,
        answer_by=said.answer_by,
        reason=said.reason,
    )


def _desk_names(session: Session, office_id: UUID) -> dict[UUID, str]:
    return {desk.id: desk.name for desk in list_desks(session, office_id)}
