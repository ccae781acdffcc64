"""Read one person with titles and cases, how they can be reached, and names for lists; within scope."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from servicedesk.cases.models import Case
from servicedesk.cases.queries.case_page import list_household, person_view
from servicedesk.cases.queries.scope import Scope, get_person_in_scope
from servicedesk.cases.queries.values import PersonView, Relative
from servicedesk.checklists.catalogue import load_catalogue
from servicedesk.kernel.crypto import Vault
from servicedesk.register.models import ContactClaim, Person, Title
from servicedesk.register.rules.contacts import ClaimKind, ClaimState


@dataclass(frozen=True, slots=True)
class HeldTitle:
    """Show one current title of a person, and the concern it leads to (a German message id)."""

    id: UUID
    legal_basis: str
    ends_on: date | None
    is_unlimited: bool
    concern_id: str
    concern_name: str


@dataclass(frozen=True, slots=True)
class HeldCase:
    """Name one case of a person."""

    ref: str
    concern_name: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class PersonPage:
    """Hold what the page of a person shows; only cases in the reader's scope."""

    person: PersonView
    household: tuple[Relative, ...]
    titles: tuple[HeldTitle, ...]
    cases: tuple[HeldCase, ...]


@dataclass(frozen=True, slots=True)
class Reachable:
    """Hold how a person can be called or written to; empty where nobody has said so."""

    phone: str
    email: str


@dataclass(frozen=True, slots=True)
class ListedName:
    """Hold what a list shows of a person."""

    family_name: str
    given_names: str
    file_number: str


def get_person_page(session: Session, scope: Scope, person_id: UUID) -> PersonPage:
    """Return a person in scope; raises PersonNotFound."""
    person = get_person_in_scope(session, scope, person_id)
    catalogue = load_catalogue()
    titles = session.scalars(
        select(Title)
        .where(Title.person_id == person.id, Title.is_superseded.is_(False))
        .order_by(Title.effective_ends_on.is_(None), Title.effective_ends_on, Title.id)
    )
    held = []
    for title in titles:
        concern = catalogue.concern_of_title(title.legal_basis, is_unlimited=title.is_unlimited)
        held.append(
            HeldTitle(
                title.id,
                title.legal_basis,
                title.effective_ends_on,
                title.is_unlimited,
                concern.id,
                concern.name,
            )
        )
    cases = session.scalars(
        select(Case).where(Case.person_id == person.id, scope.cases()).order_by(Case.opened_at.desc())
    )
    return PersonPage(
        person=person_view(person),
        household=list_household(session, scope, person),
        titles=tuple(held),
        cases=tuple(
            HeldCase(case.ref, _concern_name(case.concern_id), case.closed_at is None) for case in cases
        ),
    )


def read_reachable(session: Session, vault: Vault, person_id: UUID) -> Reachable:
    """Return a person's telephone and e-mail: what is confirmed, else what the register has; the caller checked scope."""
    row = session.execute(
        select(Person.phone_sealed, Person.email_sealed).where(Person.id == person_id)
    ).one()
    confirmed = {
        claim.kind: vault.open_text(claim.value_sealed, "contact_claim", claim.id, "value_sealed")
        for claim in session.scalars(
            select(ContactClaim).where(
                ContactClaim.person_id == person_id,
                ContactClaim.state == ClaimState.CONFIRMED,
                ContactClaim.kind.in_((ClaimKind.PHONE, ClaimKind.EMAIL)),
            )
        )
    }

    def opened(sealed: bytes | None, column: str) -> str:
        return vault.open_text(bytes(sealed), "person", person_id, column) if sealed else ""

    return Reachable(
        confirmed.get(ClaimKind.PHONE) or opened(row[0], "phone_sealed"),
        confirmed.get(ClaimKind.EMAIL) or opened(row[1], "email_sealed"),
    )


def list_names(session: Session, office_id: UUID, person_ids: Collection[UUID]) -> dict[UUID, ListedName]:
    """Return the names of people whose letters or messages the caller may see."""
    if not person_ids:
        return {}
    query = select(Person.id, Person.family_name, Person.given_names, Person.file_number).where(
        Person.office_id == office_id, Person.id.in_(person_ids)
    )
    return {row[0]: ListedName(row[1], row[2], row[3]) for row in session.execute(query)}


def _concern_name(concern_id: str) -> str:
    concern = load_catalogue().find_concern(concern_id)
    return concern.name if concern else concern_id
