"""Confirm or refuse new contact data after asking the person, and tell the old channel of a change."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from servicedesk.cases.errors import ClaimSettled, ReasonMissing
from servicedesk.cases.frames import Addressee, build_recipient, learn_sender, open_letter_desk
from servicedesk.cases.models import Case
from servicedesk.cases.queries.facts import addressee_of
from servicedesk.cases.queries.scope import build_scope, require
from servicedesk.kernel.clock import local_day
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.errors import NotFound
from servicedesk.kernel.permissions import Actor, Permission
from servicedesk.notices.contexts import ChangedContact, ChannelChanged, ContactChangedLetter, MailFrame
from servicedesk.notices.readdressing import readdress_letters
from servicedesk.notices.service import enqueue
from servicedesk.offices.queries import (
    OfficeView,
    find_responsible,
    get_office_by_id,
    get_team_for_concern,
)
from servicedesk.register.models import Person
from servicedesk.register.queries.contacts import (
    WaitingClaim,
    find_waiting_claim,
    has_claim,
    list_confirmed_kinds,
)
from servicedesk.register.rules.contacts import ClaimKind
from servicedesk.register.service import Confirmed, confirm_claim_by_staff, reject_claim


@dataclass(frozen=True, slots=True)
class _Move:
    """Carry what a change of contact needs besides the claim; `before` is where letters went until now."""

    office: OfficeView
    person: Person
    before: Addressee
    had_phone: bool
    has_email: bool
    public_url: str | None


def confirm_contact(
    session: Session,
    vault: Vault,
    *,
    claim_id: UUID,
    identity_check: str,
    actor: Actor,
    now: datetime,
    tell_old_address: bool = True,
    public_url: str | None = None,
) -> None:
    """Let new contact data count, and tell the old channel.

    A new address takes along every letter that has not left. `tell_old_address` may be denied where the news itself
    would endanger the person. Raises NotFound outside the actor's scope, NotAllowed, ClaimSettled, ReasonMissing.
    """
    claim = get_waiting_claim(session, claim_id, actor=actor, now=now)
    if not identity_check.strip():
        raise ReasonMissing
    move = _look(session, claim, public_url)
    confirmed = confirm_claim_by_staff(
        session,
        vault,
        office_id=move.office.id,
        claim_id=claim_id,
        identity_check=identity_check.strip()[:120],
        now=now,
        actor=actor,
    )
    match confirmed.kind:
        case ClaimKind.ADDRESS:
            _take_letters_along(session, vault, move, now=now, actor=actor)
            if tell_old_address and move.before.has_address:
                _tell_by_letter(session, vault, move, confirmed, ChangedContact.ADDRESS, now=now)
        case ClaimKind.PHONE if move.had_phone and move.has_email:
            _tell_by_mail(session, vault, move, confirmed, ("person", confirmed.person_id), now=now)
        case ClaimKind.PHONE if move.had_phone and move.before.has_address:
            _tell_by_letter(session, vault, move, confirmed, ChangedContact.PHONE, now=now)
        case ClaimKind.EMAIL if confirmed.replaced_id is not None:
            _tell_by_mail(session, vault, move, confirmed, ("contact_claim", confirmed.replaced_id), now=now)


def refuse_contact(session: Session, *, claim_id: UUID, reason: str, actor: Actor, now: datetime) -> None:
    """Put new contact data aside; nothing else changes.

    Raises NotFound outside the actor's scope, NotAllowed, ClaimSettled, ReasonMissing.
    """
    get_waiting_claim(session, claim_id, actor=actor, now=now)
    if not reason.strip():
        raise ReasonMissing
    office_id = build_scope(session, actor).office_id
    reject_claim(
        session, office_id=office_id, claim_id=claim_id, reason=reason.strip()[:300], now=now, actor=actor
    )


def get_waiting_claim(session: Session, claim_id: UUID, *, actor: Actor, now: datetime) -> WaitingClaim:
    """Return new contact data the actor may decide on.

    Raises NotFound outside the actor's scope, NotAllowed, ClaimSettled.
    """
    require(actor, Permission.confirm_contact)
    scope = build_scope(session, actor)
    claim = find_waiting_claim(session, scope.office_id, claim_id, scope.people(), now=now)
    if claim is not None:
        return claim
    raise ClaimSettled if has_claim(session, scope.office_id, claim_id, scope.people()) else NotFound


def _look(session: Session, claim: WaitingClaim, public_url: str | None) -> _Move:
    person = session.get_one(Person, claim.person_id, populate_existing=True)
    kinds = list_confirmed_kinds(session, [person.id]).get(person.id, frozenset())
    return _Move(
        office=get_office_by_id(session, person.office_id),
        person=person,
        before=addressee_of(person),
        had_phone=person.phone_sealed is not None or ClaimKind.PHONE in kinds,
        has_email=ClaimKind.EMAIL in kinds,
        public_url=public_url,
    )


def _take_letters_along(session: Session, vault: Vault, move: _Move, *, now: datetime, actor: Actor) -> None:
    person = session.get_one(Person, move.person.id, populate_existing=True)
    recipient = build_recipient(addressee_of(person), local_day(now, move.office.zone))
    readdress_letters(
        session,
        vault,
        person_id=person.id,
        street=recipient.street,
        postcode=recipient.postcode,
        town=recipient.town,
        now=now,
        actor=actor,
    )


def _tell_by_letter(
    session: Session,
    vault: Vault,
    move: _Move,
    confirmed: Confirmed,
    changed: ChangedContact,
    *,
    now: datetime,
) -> None:
    desk = open_letter_desk(session, move.office, move.public_url)
    team_id, owner_id = _responsible(session, move)
    learn_sender(session, desk, team_id, owner_id)
    frame = desk.frame(move.before, team_id, owner_id, local_day(now, move.office.zone))
    enqueue(
        session,
        vault,
        now=now,
        office_id=move.office.id,
        kind=ContactChangedLetter.KIND,
        channel=ContactChangedLetter.MEDIUM.value,
        person_id=confirmed.person_id,
        subject=("contact_claim", confirmed.claim_id),
        locale=frame.locale,
        context=ContactChangedLetter(frame=frame, changed=changed, changed_at=now),
        dedupe_key=f"contact-changed:{confirmed.claim_id.hex}",
        team_id=team_id,
        scope_member_id=owner_id,
    )


def _tell_by_mail(
    session: Session,
    vault: Vault,
    move: _Move,
    confirmed: Confirmed,
    subject: tuple[str, UUID],
    *,
    now: datetime,
) -> None:
    desk = open_letter_desk(session, move.office, move.public_url)
    locale = desk.locale_for(move.before.language)
    frame = MailFrame(
        locale=locale, office=desk.block, is_machine_translated=desk.block.is_machine_translated(locale)
    )
    enqueue(
        session,
        vault,
        now=now,
        office_id=move.office.id,
        kind=ChannelChanged.KIND,
        channel=ChannelChanged.MEDIUM.value,
        person_id=confirmed.person_id,
        subject=subject,
        locale=locale,
        context=ChannelChanged(frame=frame, changed_at=now),
        dedupe_key=f"channel-changed:{confirmed.claim_id.hex}",
    )


def _responsible(session: Session, move: _Move) -> tuple[UUID, UUID | None]:
    """Return who signs: the owner of an open case, else the owner of the surname in the default team."""
    query = (
        select(Case.team_id, Case.owner_id)
        .where(Case.person_id == move.person.id, Case.closed_at.is_(None))
        .order_by(Case.opened_at)
    )
    row = session.execute(query).first()
    if row is not None:
        return row.team_id, row.owner_id
    team = get_team_for_concern(session, move.office, None)
    owner = find_responsible(session, move.office.id, team.id, move.person.surname_key).member_id
    return team.id, owner
