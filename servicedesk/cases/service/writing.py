"""Write to the person of a case: a letter, and an e-mail where they confirmed an address."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from servicedesk.cases.choices import find_reason
from servicedesk.cases.errors import Unreachable
from servicedesk.cases.frames import LetterDesk, learn_sender, open_letter_desk, phrase
from servicedesk.cases.models import Case
from servicedesk.cases.queries.facts import addressee_of
from servicedesk.cases.queries.papers import PaperRow
from servicedesk.cases.rules import N_, PaperState
from servicedesk.checklists.rules import Requirement
from servicedesk.kernel.clock import local_day
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.locales import GERMAN
from servicedesk.notices.contexts import (
    LetterContext,
    LetterFrame,
    MailContext,
    MailFrame,
    PaperForm,
    Phrase,
    WantedPaper,
)
from servicedesk.notices.service import enqueue
from servicedesk.offices.queries import get_office_by_id
from servicedesk.register.models import Person
from servicedesk.register.queries.contacts import list_confirmed_kinds
from servicedesk.register.rules.contacts import ClaimKind

_ONE_OF = N_("einer dieser Nachweise genügt")


@dataclass(frozen=True, slots=True)
class CaseMail:
    """Hold what messages about one case share; `texts` are the office's own translations of its catalogue."""

    case: Case
    desk: LetterDesk
    frame: LetterFrame
    mail: MailFrame
    texts: dict[str, str]
    today: date
    has_address: bool
    has_email: bool

    def say(self, text: str) -> Phrase:
        """Return a text of the catalogue or of the product with its translation."""
        if text in self.texts:
            return Phrase(text, self.texts[text])
        return phrase(text, self.frame.locale)


def prepare_mail(
    session: Session,
    case: Case,
    *,
    now: datetime,
    public_url: str | None,
    texts: dict[str, dict[str, str]] | None = None,
) -> CaseMail:
    """Gather what a message about a case needs; raises Unreachable where neither post nor e-mail finds the person."""
    office = get_office_by_id(session, case.office_id)
    today = local_day(now, office.zone)
    desk = open_letter_desk(session, office, public_url)
    learn_sender(session, desk, case.team_id, case.owner_id)
    addressee = addressee_of(session.get_one(Person, case.person_id))
    kinds = list_confirmed_kinds(session, [case.person_id]).get(case.person_id, frozenset())
    if not addressee.has_address and ClaimKind.EMAIL not in kinds:
        raise Unreachable
    frame = desk.frame(addressee, case.team_id, case.owner_id, today)
    return CaseMail(
        case=case,
        desk=desk,
        frame=frame,
        mail=MailFrame(
            locale=frame.locale, office=desk.block, is_machine_translated=frame.is_machine_translated
        ),
        texts=(texts or {}).get(frame.locale, {}) if frame.locale != GERMAN.tag else {},
        today=today,
        has_address=addressee.has_address,
        has_email=ClaimKind.EMAIL in kinds,
    )


def send_both(
    session: Session,
    vault: Vault,
    prepared: CaseMail,
    letter: LetterContext,
    mail: MailContext,
    *,
    now: datetime,
    key: str,
) -> None:
    """Queue the letter, and the e-mail where an address is confirmed; `key` makes sending twice one message."""
    contexts: list[LetterContext | MailContext] = [letter] if prepared.has_address else []
    if prepared.has_email:
        contexts.append(mail)
    for context in contexts:
        enqueue(
            session,
            vault,
            now=now,
            office_id=prepared.case.office_id,
            kind=context.KIND,
            channel=context.MEDIUM.value,
            person_id=prepared.case.person_id,
            subject=("case", prepared.case.id),
            locale=prepared.frame.locale,
            context=context,
            dedupe_key=f"{context.KIND}:{prepared.case.id.hex}:{key}",
            team_id=prepared.case.team_id,
            scope_member_id=prepared.case.owner_id,
        )


def build_wanted(
    prepared: CaseMail, line: Requirement, row: PaperRow | None, state: PaperState
) -> WantedPaper:
    """Return one paper as a letter asks for it; one that was turned down says why and what to do."""
    is_rejected = row is not None and state is PaperState.rejected
    reason = find_reason(row.reason_id) if row is not None and is_rejected else None
    too_old = find_reason("too_old") if state is PaperState.stale else None
    said = reason or too_old
    return WantedPaper(
        name=prepared.say(line.document.name),
        form=PaperForm(line.document.form.value),
        reason=prepared.say(said.text) if said else Phrase(""),
        advice=prepared.say(said.advice) if said else Phrase(""),
        note=row.reason if row is not None and is_rejected else "",
        condition=prepared.say(_ONE_OF) if line.group else Phrase(""),
    )
