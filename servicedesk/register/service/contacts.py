"""Take what residents say about e-mail, phone, address and language, and confirm it.

A claim changes nothing until it is confirmed: an e-mail address by the link sent to it, a phone number and an
address by staff. A language harms nobody and counts at once. Post goes to the register's address until staff have
confirmed another one, and again as soon as the register itself brings a new one.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from servicedesk.db.audit import record
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.ids import new_id, new_token
from servicedesk.kernel.permissions import Actor
from servicedesk.register.errors import UnknownClaim, UnknownPerson
from servicedesk.register.models import ADDRESS_PARTS, ContactClaim, Person
from servicedesk.register.queries.contacts import find_claim_of_link
from servicedesk.register.rules.contacts import (
    EMAIL_LINK_LIFE,
    Address,
    ClaimKind,
    ClaimState,
    hash_token,
    read_address,
    read_email,
    read_language_tag,
    read_phone,
)


@dataclass(frozen=True, slots=True)
class EmailClaim:
    """Be a claimed address: `token` goes into the link and is stored nowhere."""

    claim_id: UUID
    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Be a claim that now counts; `replaced_id` is the claim it took over from, whose channel is to be told."""

    claim_id: UUID
    person_id: UUID
    kind: ClaimKind
    replaced_id: UUID | None


def claim_email(
    session: Session, vault: Vault, *, person_id: UUID, address: str, now: datetime, actor: Actor
) -> EmailClaim:
    """Note an e-mail address that still has to be confirmed; an earlier unconfirmed one dies.

    Raises BadContact, UnknownPerson.
    """
    value, token = read_email(address), new_token()
    claim_id = _claim(session, vault, person_id, ClaimKind.EMAIL, value, now=now, actor=actor, token=token)
    return EmailClaim(claim_id, token, now + EMAIL_LINK_LIFE)


def claim_phone(
    session: Session, vault: Vault, *, person_id: UUID, number: str, now: datetime, actor: Actor
) -> UUID:
    """Note a phone number for staff to confirm; returns the claim. Raises BadContact, UnknownPerson."""
    return _claim(session, vault, person_id, ClaimKind.PHONE, read_phone(number), now=now, actor=actor)


def claim_address(
    session: Session, vault: Vault, *, person_id: UUID, address: Address, now: datetime, actor: Actor
) -> UUID:
    """Note an address for staff to confirm; returns the claim. Raises BadContact, UnknownPerson."""
    value = json.dumps(asdict(read_address(address)), ensure_ascii=False)
    return _claim(session, vault, person_id, ClaimKind.ADDRESS, value, now=now, actor=actor)


def claim_language(
    session: Session, vault: Vault, *, person_id: UUID, tag: str, now: datetime, actor: Actor
) -> Confirmed:
    """Note the language a person wants; it counts at once. Raises BadContact, UnknownPerson."""
    language = read_language_tag(tag)
    claim_id = _claim(session, vault, person_id, ClaimKind.LANGUAGE, language, now=now, actor=actor)
    # Letters and nightly jobs read the person's row; an import leaves this column alone.
    session.execute(update(Person).where(Person.id == person_id).values(chosen_language=language))
    return _confirm(session, vault, claim_id, now=now, actor=actor)


def confirm_claim(session: Session, vault: Vault, *, token: str, now: datetime, actor: Actor) -> Confirmed:
    """Confirm the e-mail address whose link was opened; a link works once. Raises UnknownClaim."""
    claim_id = find_claim_of_link(session, vault, token=token, now=now)
    if claim_id is None:
        raise UnknownClaim
    return _confirm(session, vault, claim_id, now=now, actor=actor)


def confirm_claim_by_staff(
    session: Session,
    vault: Vault,
    *,
    office_id: UUID,
    claim_id: UUID,
    identity_check: str,
    now: datetime,
    actor: Actor,
) -> Confirmed:
    """Confirm a claim after asking the person; `identity_check` says how staff know who that is.

    Letters go to a confirmed address from now on. Raises UnknownClaim.
    """
    _require(session, office_id, claim_id)
    return _confirm(session, vault, claim_id, now=now, actor=actor, identity_check=identity_check)


def reject_claim(
    session: Session, *, office_id: UUID, claim_id: UUID, reason: str, now: datetime, actor: Actor
) -> None:
    """Put a claim aside, with a reason. Raises UnknownClaim."""
    person_id = _require(session, office_id, claim_id)
    decided = update(ContactClaim).where(
        ContactClaim.id == claim_id, ContactClaim.state == ClaimState.CLAIMED
    )
    session.execute(
        decided.values(state=ClaimState.REJECTED, decided_at=now, decided_by=actor.ref, token_hash=None)
    )
    _record(session, "reject_contact", person_id, office_id, claim_id, now=now, actor=actor, reason=reason)


def forget_confirmed_address(session: Session, *, person_id: UUID, now: datetime, actor: Actor) -> bool:
    """Write to the register's address again, since it brought a new one.

    True where staff had confirmed an address that still differs: somebody has to ask which one holds.
    """
    person = session.get(Person, person_id, populate_existing=True)
    if person is None or person.post_address is None:
        return False
    differs = person.post_address != {name: getattr(person, name) for name in ADDRESS_PARTS}
    session.execute(update(Person).where(Person.id == person_id).values(post_address=None))
    forgotten = session.scalar(
        update(ContactClaim)
        .where(
            ContactClaim.person_id == person_id,
            ContactClaim.kind == ClaimKind.ADDRESS,
            ContactClaim.state == ClaimState.CONFIRMED,
        )
        .values(state=ClaimState.SUPERSEDED)
        .returning(ContactClaim.id)
    )
    if forgotten is not None:
        _record(session, "supersede_contact", person_id, person.office_id, forgotten, now=now, actor=actor)
    return differs


def _claim(
    session: Session,
    vault: Vault,
    person_id: UUID,
    kind: ClaimKind,
    value: str,
    *,
    now: datetime,
    actor: Actor,
    token: str | None = None,
) -> UUID:
    office_id = session.scalar(select(Person.office_id).where(Person.id == person_id))
    if office_id is None:
        raise UnknownPerson
    earlier = update(ContactClaim).where(
        ContactClaim.person_id == person_id,
        ContactClaim.kind == kind,
        ContactClaim.state == ClaimState.CLAIMED,
    )
    session.execute(earlier.values(state=ClaimState.SUPERSEDED, token_hash=None))
    claim_id = new_id()
    session.execute(
        insert(ContactClaim).values(
            id=claim_id,
            office_id=office_id,
            person_id=person_id,
            kind=kind,
            value_sealed=vault.seal_text(value, "contact_claim", claim_id, "value_sealed"),
            state=ClaimState.CLAIMED,
            token_hash=hash_token(vault, token) if token else None,
            claimed_at=now,
            expires_at=now + EMAIL_LINK_LIFE if token else None,
        )
    )
    _record(session, "claim_contact", person_id, office_id, claim_id, now=now, actor=actor)
    return claim_id


def _confirm(
    session: Session, vault: Vault, claim_id: UUID, *, now: datetime, actor: Actor, **more: str
) -> Confirmed:
    claim = session.execute(
        select(
            ContactClaim.person_id, ContactClaim.office_id, ContactClaim.kind, ContactClaim.value_sealed
        ).where(ContactClaim.id == claim_id)
    ).one()
    confirmed = (
        ContactClaim.person_id == claim.person_id,
        ContactClaim.kind == claim.kind,
        ContactClaim.state == ClaimState.CONFIRMED,
    )
    replaced = session.scalar(select(ContactClaim.id).where(*confirmed))
    # The old value gives way first: only one confirmed value of a kind may stand.
    session.execute(update(ContactClaim).where(*confirmed).values(state=ClaimState.SUPERSEDED))
    taken = session.scalar(
        update(ContactClaim)
        .where(ContactClaim.id == claim_id, ContactClaim.state == ClaimState.CLAIMED)
        .values(state=ClaimState.CONFIRMED, decided_at=now, decided_by=actor.ref, token_hash=None)
        .returning(ContactClaim.id)
    )
    if taken is None:
        raise UnknownClaim
    if claim.kind == ClaimKind.ADDRESS:
        address = json.loads(vault.open_text(claim.value_sealed, "contact_claim", claim_id, "value_sealed"))
        session.execute(update(Person).where(Person.id == claim.person_id).values(post_address=address))
    _record(
        session, "confirm_contact", claim.person_id, claim.office_id, claim_id, now=now, actor=actor, **more
    )
    return Confirmed(claim_id, claim.person_id, ClaimKind(claim.kind), replaced)


def _require(session: Session, office_id: UUID, claim_id: UUID) -> UUID:
    person_id = session.scalar(
        select(ContactClaim.person_id).where(
            ContactClaim.id == claim_id,
            ContactClaim.office_id == office_id,
            ContactClaim.state == ClaimState.CLAIMED,
        )
    )
    if person_id is None:
        raise UnknownClaim
    return person_id


def _record(
    session: Session,
    action: str,
    person_id: UUID,
    office_id: UUID,
    claim_id: UUID,
    *,
    now: datetime,
    actor: Actor,
    **more: str,
) -> None:
    record(
        session,
        now=now,
        actor=actor,
        action=action,
        subject=("person", person_id),
        office_id=office_id,
        details={"claim_id": str(claim_id), **more},
    )
