"""Gather for many cases what the steps of their confirmations act on: what the rules say, and what is printed."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from servicedesk.cases.frames import Addressee
from servicedesk.cases.models import Case
from servicedesk.cases.queries.facts import addressee_of
from servicedesk.checklists.catalogue import load_catalogue
from servicedesk.interim.models import InterimConfirmation
from servicedesk.interim.queries.facts import InterimCase, list_interim_cases
from servicedesk.interim.rules.printing import condition_text, spell_basis, title_text
from servicedesk.interim.rules.values import Outcome
from servicedesk.offices.queries import OfficeView
from servicedesk.register.models import ContactClaim, Person, Title
from servicedesk.register.rules.contacts import ClaimKind, ClaimState

ON_ITS_WAY = ("proposed", "released")
LIVE = (*ON_ITS_WAY, "issued")
# Read after the lock: what the session remembers may be older than that.
_FRESH = {"populate_existing": True}


@dataclass(frozen=True, slots=True)
class ConfirmationFacts:
    """Hold what the steps need of one confirmation of a case."""

    id: UUID
    ref: str
    sequence: int
    state: str
    status_code: str
    outcome_kind: str
    outcome_code: str
    is_machine_checked: bool
    title_id: UUID
    title_ends_on: date
    received_at: datetime
    line_digest: bytes
    proposed_at: datetime
    assigned_to: UUID | None
    escalated_at: datetime | None
    alarmed_at: datetime | None
    first_released_by: str
    issued_at: datetime | None
    check_again_on: date
    handed_out_at: datetime | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "ConfirmationFacts":
        """Return the facts of a row that is about to be written."""
        return cls(**{one.name: row[one.name] for one in fields(cls)})


@dataclass(frozen=True, slots=True)
class PrintedTitle:
    """Hold what the letter prints of the title, and the row it comes from."""

    id: UUID
    name: str
    legal_basis: str
    employment_condition: str
    line_digest: bytes


@dataclass(frozen=True, slots=True)
class CaseInput:
    """Gather one case: what the rules say, who it is, what is printed, what is there.

    `title` is None where the register has none to print. `confirmations` are all of the case, the oldest first.
    """

    case: InterimCase
    addressee: Addressee
    has_email: bool
    title: PrintedTitle | None
    confirmations: tuple[ConfirmationFacts, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """Return what the rules say."""
        return self.case.outcome

    @property
    def on_its_way(self) -> ConfirmationFacts | None:
        """Return the confirmation that is proposed or released."""
        return next((row for row in self.confirmations if row.state in ON_ITS_WAY), None)

    @property
    def issued(self) -> ConfirmationFacts | None:
        """Return the confirmation that holds."""
        return next((row for row in self.confirmations if row.state == "issued"), None)

    @property
    def next_sequence(self) -> int:
        """Return the number of the next confirmation of the case."""
        return 1 + max((row.sequence for row in self.confirmations), default=0)


@dataclass(frozen=True, slots=True)
class _Found:
    """Hold what the statements returned, by case, person or title."""

    people: Mapping[UUID, Person]
    titles: Mapping[UUID, Title]
    confirmations: Mapping[UUID, tuple[ConfirmationFacts, ...]]
    emails: frozenset[UUID]


def gather_cases(
    session: Session, office: OfficeView, case_ids: Collection[UUID], *, now: datetime
) -> dict[UUID, CaseInput]:
    """Return what there is about each of these cases of one office; a case of another office is missing."""
    if not case_ids:
        return {}
    cases = list_interim_cases(session, office, only=Case.id.in_(case_ids), now=now)
    found = _find(session, cases)
    return {case.case_id: _build(case, found) for case in cases}


def _find(session: Session, cases: Iterable[InterimCase]) -> _Found:
    case_ids, person_ids, title_ids = (
        {getattr(case, name) for case in cases} for name in ("case_id", "person_id", "title_id")
    )
    people = select(Person).where(Person.id.in_(person_ids)).execution_options(**_FRESH)
    titles = select(Title).where(Title.id.in_(title_ids - {None})).execution_options(**_FRESH)
    claims = select(ContactClaim.person_id).where(
        ContactClaim.person_id.in_(person_ids),
        ContactClaim.kind == ClaimKind.EMAIL,
        ContactClaim.state == ClaimState.CONFIRMED,
    )
    return _Found(
        people={person.id: person for person in session.scalars(people)},
        titles={title.id: title for title in session.scalars(titles)},
        confirmations=_list_confirmations(session, case_ids),
        emails=frozenset(session.scalars(claims)),
    )


def _list_confirmations(
    session: Session, case_ids: Collection[UUID]
) -> dict[UUID, tuple[ConfirmationFacts, ...]]:
    columns = [getattr(InterimConfirmation, one.name) for one in fields(ConfirmationFacts)]
    query = (
        select(InterimConfirmation.case_id, *columns)
        .where(InterimConfirmation.case_id.in_(case_ids))
        .order_by(InterimConfirmation.sequence)
    )
    found: dict[UUID, tuple[ConfirmationFacts, ...]] = {}
    for case_id, *values in session.execute(query):
        found[case_id] = (*found.get(case_id, ()), ConfirmationFacts(*values))
    return found


def _build(case: InterimCase, found: _Found) -> CaseInput:
    person = found.people[case.person_id]
    title = found.titles.get(case.title_id) if case.title_id is not None else None
    return CaseInput(
        case=case,
        addressee=addressee_of(person),
        has_email=person.id in found.emails,
        title=_printed(title, case) if title is not None else None,
        confirmations=found.confirmations.get(case.case_id, ()),
    )


def _printed(title: Title, case: InterimCase) -> PrintedTitle:
    catalogue = load_catalogue()
    rule = catalogue.basis_of(title.legal_basis)
    concern = catalogue.find_concern(rule.concern_id) if rule is not None else None
    return PrintedTitle(
        id=title.id,
        name=title_text(
            case.facts.title,
            concern.name if concern else None,
            case.facts.printed_ends_on if case.outcome.is_extended else None,
        ),
        legal_basis=spell_basis(title.legal_basis),
        employment_condition=condition_text(title.employment_condition),
        line_digest=title.digest,
    )
