"""Read what is known about how to reach a person: what the register says, what was claimed, what is confirmed."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from servicedesk.db.prepared import Prepared, constant, run, run_together
from servicedesk.kernel.crypto import Vault
from servicedesk.register.models import ContactClaim, Person
from servicedesk.register.rules.contacts import Address, ClaimKind, ClaimState, hash_token

_PERSON = Prepared(
    select(
        Person.letter_language.label("language"),
        Person.email_sealed,
        Person.phone_sealed,
    ).where(Person.id == bindparam("person_id"))
)
_CLAIMS = Prepared(
    select(
        ContactClaim.id,
        ContactClaim.kind,
        ContactClaim.value_sealed,
        ContactClaim.claimed_at,
        ContactClaim.state,
    )
    .where(
        ContactClaim.person_id == bindparam("person_id"),
        or_(
            ContactClaim.state == constant(ClaimState.CONFIRMED),
            and_(
                ContactClaim.state == constant(ClaimState.CLAIMED),
                or_(ContactClaim.expires_at.is_(None), ContactClaim.expires_at > bindparam("now")),
            ),
        ),
    )
    .order_by(ContactClaim.claimed_at, ContactClaim.id)
)


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
    people, claimed = run_together(
        session, (_PERSON, {"person_id": person_id}), (_CLAIMS, {"person_id": person_id, "now": now})
    )
    if people.first is None:
        raise NoResultFound
    person = people.first
    claims = {(claim.kind, claim.is_confirmed): claim for claim in _opened(claimed.rows, vault)}

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
        language=person.language,
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
    return _opened(run(session, _CLAIMS, person_id=person_id, now=now).rows, vault)


def _opened(rows: Iterable[Any], vault: Vault) -> list[ClaimView]:
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


@dataclass(frozen=True, slots=True)
class WaitingClaim:
    """Be a claim that staff have to decide on, with the person it is about; its value stays sealed in lists."""

    id: UUID
    kind: ClaimKind
    person_id: UUID
    family_name: str
    given_names: str
    file_number: str
    claimed_at: datetime


def list_waiting_claims(
    session: Session, office_id: UUID, scope: ColumnElement[bool], *, now: datetime, limit: int = 200
) -> tuple[WaitingClaim, ...]:
    """Return the claims in scope that wait for staff, the oldest first; `scope` is a condition on `Person`."""
    waiting = _waiting(office_id, now)
    # Few wait, and the scope is dear: judged for everybody in the register it took seconds.
    people = session.scalars(waiting.with_only_columns(ContactClaim.person_id).distinct()).all()
    if not people:
        return ()
    query = (
        waiting.where(Person.id.in_(people), scope)
        .order_by(ContactClaim.claimed_at, ContactClaim.id)
        .limit(limit)
    )
    return tuple(_waiting_claim(claim, person) for claim, person in session.execute(query))


def find_waiting_claim(
    session: Session, office_id: UUID, claim_id: UUID, scope: ColumnElement[bool], *, now: datetime
) -> WaitingClaim | None:
    """Return a claim in scope that waits for staff, or None."""
    row = session.execute(_waiting(office_id, now).where(ContactClaim.id == claim_id, scope)).first()
    return _waiting_claim(row[0], row[1]) if row else None


def has_claim(session: Session, office_id: UUID, claim_id: UUID, scope: ColumnElement[bool]) -> bool:
    """Tell whether a claim in scope exists, decided or not."""
    query = (
        select(ContactClaim.id)
        .join(Person, Person.id == ContactClaim.person_id)
        .where(ContactClaim.office_id == office_id, ContactClaim.id == claim_id, scope)
    )
    return session.scalar(query) is not None


def list_confirmed_kinds(session: Session, person_ids: Collection[UUID]) -> dict[UUID, frozenset[ClaimKind]]:
    """Return which kinds of contact of some people are confirmed; people without any are missing."""
    query = select(ContactClaim.person_id, ContactClaim.kind).where(
        ContactClaim.person_id.in_(person_ids), ContactClaim.state == ClaimState.CONFIRMED
    )
    found: dict[UUID, set[ClaimKind]] = {}
    for person_id, kind in session.execute(query):
        found.setdefault(person_id, set()).add(ClaimKind(kind))
    return {person_id: frozenset(kinds) for person_id, kinds in found.items()}


def _waiting(office_id: UUID, now: datetime) -> Select[*tuple[ContactClaim, Person]]:
    return (
        select(ContactClaim, Person)
        .join(Person, Person.id == ContactClaim.person_id)
        .where(
            ContactClaim.office_id == office_id,
            ContactClaim.state == ClaimState.CLAIMED,
            ContactClaim.kind != ClaimKind.LANGUAGE,
            or_(ContactClaim.expires_at.is_(None), ContactClaim.expires_at > now),
        )
    )


def _waiting_claim(claim: ContactClaim, person: Person) -> WaitingClaim:
    return WaitingClaim(
        id=claim.id,
        kind=ClaimKind(claim.kind),
        person_id=person.id,
        family_name=person.family_name,
        given_names=person.given_names,
        file_number=person.file_number,
        claimed_at=claim.claimed_at,
    )
