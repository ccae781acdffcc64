"""Read what the holder of a code may see: no more than the letter in their hand shows, and what came of it."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from servicedesk.cases.errors import CaseNotFound
from servicedesk.cases.frames import Addressee, build_sender
from servicedesk.cases.models import Application, Case, CaseRequirement
from servicedesk.cases.queries.facts import (
    addressee_of,
    count_missing,
    list_receipts,
    requirements_of,
)
from servicedesk.cases.rules import Channel, PaperState, Timeliness, decide_timeliness
from servicedesk.checklists.catalogue import load_catalogue
from servicedesk.checklists.rules import ADULT_AGE, Concern, Requirement
from servicedesk.kernel.clock import local_day
from servicedesk.kernel.permissions import Actor, ActorKind
from servicedesk.notices.contexts import Sender
from servicedesk.offices.queries import OfficeView, get_staff, get_team
from servicedesk.register.models import Person, Title


@dataclass(frozen=True, slots=True)
class ResidentPaper:
    """Be one paper on a person's own list; `reason` says what is wrong with one that was turned down."""

    requirement: Requirement
    state: PaperState
    reason: str = ""

    @property
    def is_waiting(self) -> bool:
        """Tell whether the person still has to find it."""
        return self.state in {PaperState.missing, PaperState.rejected, PaperState.stale}

    @property
    def is_to_bring(self) -> bool:
        """Tell whether it is to be brought or sent: missing, or lying at home."""
        return self.is_waiting or self.state is PaperState.announced


@dataclass(frozen=True, slots=True)
class ResidentReceipt:
    """Be the application in force that came first."""

    ref: str
    received_at: datetime
    channel: Channel
    timeliness: Timeliness


@dataclass(frozen=True, slots=True)
class ResidentView:
    """Carry a case as its own person sees it.

    `addressee` stands on the letter's envelope. `papers_missing` counts what everybody has to bring and has not
    brought. `has_ended`: the title's last day is over. `has_continuation_effect`: § 81 Abs. 4 Satz 1 AufenthG holds
    for an application in time.
    """

    case_id: UUID
    case_ref: str
    team_id: UUID
    owner_id: UUID | None
    addressee: Addressee
    is_minor: bool
    concern: Concern
    ends_on: date | None
    has_ended: bool
    has_continuation_effect: bool
    receipt: ResidentReceipt | None
    papers: tuple[ResidentPaper, ...]
    papers_missing: int
    papers_waiting: int
    sender: Sender
    ready_at: datetime | None
    decision: str | None
    is_closed: bool

    @property
    def is_continued(self) -> bool:
        """Tell whether the title goes on until the decision because the application came in time."""
        return (
            self.receipt is not None
            and self.receipt.timeliness is Timeliness.in_time
            and self.has_continuation_effect
        )


def get_resident_view(session: Session, actor: Actor, office: OfficeView, *, now: datetime) -> ResidentView:
    """Return the case of the code that `actor` holds, open or closed; raises CaseNotFound."""
    case = session.get(Case, actor.case_id) if actor.kind is ActorKind.resident and actor.case_id else None
    if case is None or case.office_id != office.id:
        raise CaseNotFound
    person = session.get_one(Person, case.person_id)
    today = local_day(now, office.zone)
    states = _states(session, case.id)
    requirements = requirements_of(case, person, today)
    papers = tuple(
        ResidentPaper(line, *states.get(line.document.id, (PaperState.missing, ""))) for line in requirements
    )
    known = {document: state for document, (state, _) in states.items()}
    promised = {
        document: PaperState.received if state is PaperState.announced else state
        for document, state in known.items()
    }
    addressee = addressee_of(person)
    age = addressee.age(today)
    catalogue = load_catalogue()
    concern = catalogue.find_concern(case.concern_id) or catalogue.get_concern(catalogue.fallback_id)
    return ResidentView(
        case_id=case.id,
        case_ref=case.ref,
        team_id=case.team_id,
        owner_id=case.owner_id,
        addressee=addressee,
        is_minor=age is not None and age < ADULT_AGE,
        concern=concern,
        ends_on=case.ends_on,
        has_ended=case.ends_on is not None and case.ends_on < today,
        has_continuation_effect=_has_effect(session, case, concern),
        receipt=_receipt(session, case, office),
        papers=papers,
        papers_missing=count_missing(requirements, known),
        papers_waiting=count_missing(requirements, promised),
        sender=_sender(session, case),
        ready_at=case.ready_at,
        decision=case.decision,
        is_closed=case.closed_at is not None,
    )


def _states(session: Session, case_id: UUID) -> dict[str, tuple[PaperState, str]]:
    query = select(CaseRequirement.document_id, CaseRequirement.state, CaseRequirement.reason).where(
        CaseRequirement.case_id == case_id
    )
    return {document: (PaperState(state), reason) for document, state, reason in session.execute(query)}


def _has_effect(session: Session, case: Case, concern: Concern) -> bool:
    title = session.get(Title, case.title_id) if case.title_id else None
    if title is None:
        return concern.has_continuation_effect
    return load_catalogue().has_continuation_effect(title.legal_basis, is_unlimited=title.is_unlimited)


def _receipt(session: Session, case: Case, office: OfficeView) -> ResidentReceipt | None:
    in_force = list_receipts(session, [case.id]).get(case.id, ())
    if not in_force:
        return None
    first = session.get_one(Application, in_force[0].id)
    return ResidentReceipt(
        ref=first.ref,
        received_at=first.received_at,
        channel=Channel(first.channel),
        timeliness=decide_timeliness(first.received_at, case.ends_on, office.zone),
    )


def _sender(session: Session, case: Case) -> Sender:
    team = get_team(session, case.office_id, case.team_id)
    member = get_staff(session, case.office_id, case.owner_id) if case.owner_id else None
    return build_sender(team, member)
