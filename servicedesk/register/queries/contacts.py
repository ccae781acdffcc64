"""Read what is known about how to reach a person: what the register says, what was claimed, what is confirmed."""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from servicedesk.kernel.crypto import Vault
from servicedesk.register.models import ContactClaim, Person
from servicedesk.register.rules.contacts import Address, ClaimKind, ClaimState, hash_token


@dataclass(frozen=True, slots=True)
class ClaimView:
    """Be one claim; `value` is open."""

    id: UUID
    kind: ClaimKind
    value: str
    claimed_at: datetime
    is_confirmed: bool

    @property
    def address(self) -> Address:
        """Return the value of an address claim."""
        return Address(**json.loads(self.value))


@dataclass(frozen=True, slots=True)
class ContactView:
    """Be everything known about reaching a person; None where there is nothing.

    Mail goes to `email` only; `register_email` and `register_phone` are what the expiry list says, unconfirmed.
    """

    email: str | None
    claimed_email: str | None
    phone: str | None
    claimed_phone: str | None
    claimed_address: Address | None
    language: str | None
    register_email: str | None
    register_phone: str | None


def get_contact(session: Session, vault: Vault, person_id: UUID, now: datetime) -> ContactView:
    """Return how a person can be reached; raises NoResultFound for an unknown person."""
    person = session.scalars(select(Person).where(Person.id == person_id)).one()
    claims = {
        (claim.kind, claim.is_confirmed): claim for claim in list_claims(session, vault, person_id, now)
    }

    def value(kind: ClaimKind, *, is_confirmed: bool) -> str | None:
        found = claims.get((kind, is_confirmed))
        return found.value if found else None

    def opened(sealed: bytes | None, column: str) -> str | None:
        return vault.open_text(bytes(sealed), "person", person_id, column) if sealed else None

    address = claims.get((ClaimKind.ADDRESS, False)) or claims.get((ClaimKind.ADDRESS, True))
    return ContactView(
        email=value(ClaimKind.EMAIL, is_confirmed=True),
        claimed_email=value(ClaimKind.EMAIL, is_confirmed=False),
        phone=value(ClaimKind.PHONE, is_confirmed=True),
        claimed_phone=value(ClaimKind.PHONE, is_confirmed=False),
        claimed_address=address.address if address else None,
        language=person.letter_language,
        register_email=opened(person.email_sealed, "email_sealed"),
        register_phone=opened(person.phone_sealed, "phone_sealed"),
    )


def find_claim_of_link(session: Session, vault: Vault, *, token: str, now: datetime) -> UUID | None:
    """Return the claim that a confirmation link would confirm, None when the link is used, replaced or too old."""
    return session.scalar(
        select(ContactClaim.id).where(
            ContactClaim.token_hash == hash_token(vault, token),
            ContactClaim.state == ClaimState.CLAIMED,
            ContactClaim.expires_at > now,
        )
    )


def find_link(session: Session, vault: Vault, *, token: str, now: datetime) -> bool:
    """Tell whether a confirmation link still works, without using it up."""
    return find_claim_of_link(session, vault, token=token, now=now) is not None


def list_claims(session: Session, vault: Vault, person_id: UUID, now: datetime) -> list[ClaimView]:
    """Return the claims that still count, the oldest first: confirmed ones, and asked ones that have not expired."""
    rows = session.scalars(
        select(ContactClaim)
        .where(
            ContactClaim.person_id == person_id,
            ContactClaim.state.in_((ClaimState.CLAIMED, ClaimState.CONFIRMED)),
            or_(
                ContactClaim.state == ClaimState.CONFIRMED,
                ContactClaim.expires_at.is_(None),
                ContactClaim.expires_at > now,
            ),
        )
        .order_by(ContactClaim.claimed_at, ContactClaim.id)
    )
    return [
        ClaimView(
            id=row.id,
            kind=ClaimKind(row.kind),
            value=vault.open_text(row.value_sealed, "contact_claim", row.id, "value_sealed"),
            claimed_at=row.claimed_at,
            is_confirmed=row.state == ClaimState.CONFIRMED,
        )
        for row in rows
    ]
