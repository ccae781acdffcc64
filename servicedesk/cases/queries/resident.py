"""Read what the holder of a code may see: no more than the letter in their hand shows, and what came of it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from servicedesk.cases.choices import RejectionReason, find_reason, load_authorities
from servicedesk.cases.errors import CaseNotFound
from servicedesk.cases.frames import Addressee, build_sender
from servicedesk.cases.models import Application, Case
from servicedesk.cases.queries.case_facts import list_open
from servicedesk.cases.queries.checklist import Checklist, load_checklist
from servicedesk.cases.queries.facts import addressee_of, count_missing, list_receipts
from servicedesk.cases.queries.papers import MISSING, Standing, judge_papers, list_paper_rows, states_of
from servicedesk.cases.rules import Channel, PaperState, Timeliness, decide_timeliness
from servicedesk.cases.steps import CardState
from servicedesk.checklists.catalogue import load_catalogue
from servicedesk.checklists.rules import ADULT_AGE, FRESH_FOREVER, Concern, Freshness, Requirement
from servicedesk.kernel.clock import local_day
from servicedesk.kernel.permissions import Actor, ActorKind
from servicedesk.notices.contexts import Sender
from servicedesk.offices.queries import OfficeView, get_staff, get_team
from servicedesk.register.models import Person, Title


@dataclass(frozen=True, slots=True)
class ResidentPaper:
    """Be one paper on a person's own list; `reason` says what is wrong with one that was turned down.

    `freshness` says whether a paper that was handed in will be too old on the day of the appointment.
    """

    requirement: Requirement
    state: PaperState
    reason: str = ""
    freshness: Freshness = FRESH_FOREVER
    reason_id: str | None = None

    @property
    def why(self) -> RejectionReason | None:
        """Return the listed reason why it was turned down, and what to do; None where there is none."""
        return find_reason(self.reason_id) if self.state is PaperState.rejected else None

    @property
    def is_waiting(self) -> bool:
        """Tell whether the person still has to find it."""
        return self.state in {PaperState.missing, PaperState.rejected, PaperState.stale}

    @property
    def is_to_bring(self) -> bool:
        """Tell whether it is to be brought or sent: missing, lying at home, or too old on the day of the appointment."""
        return self.is_waiting or self.state is PaperState.announced or self.freshness.is_stale_at_appointment


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
    for an application in time. `checklist` is what the papers rest on. `waiting_for` names in German the authority
    we wait for, `bring_by_on` the day by which papers were asked for; `is_to_talk`: the office offers a conversation.
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
    checklist: Checklist | None = None
    waiting_for: str = ""
    follow_up_on: date | None = None
    bring_by_on: date | None = None
    is_to_talk: bool = False
    card: CardState | None = None

    @property
    def questions(self) -> int:
        """Return how many answers would make the list more exact."""
        return len(self.checklist.questions) if self.checklist else 0

    @property
    def is_continued(self) -> bool:
        """Tell whether the title goes on until the decision because the application came in time."""
        return (
            self.receipt is not None
            and self.receipt.timeliness is Timeliness.in_time
            and self.has_continuation_effect
        )


def get_resident_view(
    session: Session,
    actor: Actor,
    office: OfficeView,
    *,
    now: datetime,
    appointment_on: date | None = None,
) -> ResidentView:
    """Return the case of the code that `actor` holds, open or closed; raises CaseNotFound.

    `appointment_on` comes from the booking room: papers are held against that day, too.
    """
    case, person = _own_case(session, actor, office)
    today = local_day(now, office.zone)
    checklist = load_checklist(session, case, person, today=today)
    standings = judge_papers(
        checklist.catalogue.documents,
        list_paper_rows(session, [case.id]).get(case.id, {}),
        today=today,
        zone=office.zone,
        appointment_on=appointment_on,
        is_settled=case.decision is not None,
    )
    requirements = checklist.requirements
    known = states_of(standings)
    promised = {document: _promised(standing) for document, standing in standings.items()}
    addressee = addressee_of(person)
    age = addressee.age(today)
    concern = checklist.concern or checklist.catalogue.get_concern(checklist.catalogue.fallback_id)
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
        papers=tuple(_paper(line, standings.get(line.document.id, MISSING)) for line in requirements),
        papers_missing=count_missing(requirements, known),
        papers_waiting=count_missing(requirements, promised),
        sender=_sender(session, case),
        ready_at=case.ready_at,
        decision=case.decision,
        is_closed=case.closed_at is not None,
        checklist=checklist,
        **_steps_of(case, is_open=bool(list_open(requirements, known))),
    )


def _steps_of(case: Case, *, is_open: bool) -> dict[str, Any]:
    """Return what else holds of a case; what only mattered before the decision is left out after it."""
    card = CardState(case.card_state) if case.card_state else None
    if case.decision is not None or case.closed_at is not None:
        return {"card": card}
    authority = load_authorities().get(case.waiting_for or "", "")
    return {
        "waiting_for": authority,
        "follow_up_on": case.follow_up_on if authority else None,
        "bring_by_on": case.bring_by_on if is_open else None,
        "is_to_talk": case.clarify_at is not None,
    }


def get_resident_checklist(session: Session, actor: Actor, office: OfficeView, *, now: datetime) -> Checklist:
    """Return what the list of one's own case rests on, and what is still to be asked; raises CaseNotFound."""
    case, person = _own_case(session, actor, office)
    return load_checklist(session, case, person, today=local_day(now, office.zone))


def _own_case(session: Session, actor: Actor, office: OfficeView) -> tuple[Case, Person]:
    case = session.get(Case, actor.case_id) if actor.kind is ActorKind.resident and actor.case_id else None
    if case is None or case.office_id != office.id:
        raise CaseNotFound
    return case, session.get_one(Person, case.person_id)


def _promised(standing: Standing) -> PaperState:
    """Return the state that counts for the day of the appointment: what lies ready will come, what is too old will not do."""
    if standing.freshness.is_stale_at_appointment:
        return PaperState.stale
    return PaperState.received if standing.state is PaperState.announced else standing.state


def _paper(line: Requirement, standing: Standing) -> ResidentPaper:
    return ResidentPaper(line, standing.state, standing.reason, standing.freshness, standing.reason_id)


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
