"""Load one case with what the rooms above know of it; the ground of every page about a case."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from servicedesk.booking.queries import (
    AppointmentView,
    WishView,
    find_appointment,
    find_wish,
    get_terms,
    list_appointments_of_case,
)
from servicedesk.booking.rules.offers import BookingTerms
from servicedesk.cases.models import Case
from servicedesk.cases.queries.case_page import get_case_page
from servicedesk.cases.queries.case_tasks import list_tasks_of_case
from servicedesk.cases.queries.forms import FormLine, list_case_forms
from servicedesk.cases.queries.people import Reachable, read_reachable
from servicedesk.cases.queries.scope import find_case_id
from servicedesk.cases.queries.values import ApplicationLine, CasePage, PaperLine
from servicedesk.kernel.errors import NotFound
from servicedesk.offices.rules.setup import AppointmentMode
from servicedesk.outreach.queries.attempts import Attempt, list_noted_attempts
from servicedesk.register.models import Person
from servicedesk.register.queries.contacts import WaitingClaim, list_waiting_claims
from servicedesk.staff.common import note_reading, own_scope, today
from servicedesk.web.runtime import now, reading, runtime


@dataclass(frozen=True, slots=True)
class CaseFile:
    """Hold everything the pages of one case show."""

    case: CasePage
    appointment: AppointmentView | None
    appointments: tuple[AppointmentView, ...]
    wish: WishView | None
    terms: BookingTerms
    reachable: Reachable
    tasks: tuple[tuple[UUID, str], ...]
    attempts: tuple[Attempt, ...]
    claims: tuple[WaitingClaim, ...]
    forms: tuple[FormLine, ...]

    @property
    def is_open(self) -> bool:
        """Tell whether anything may still change."""
        return self.case.facts.closed_at is None

    @property
    def is_past_papers(self) -> bool:
        """Tell whether a time would come before the papers that this office wants first."""
        return self.terms.mode is AppointmentMode.decision_ready and not self.terms.is_ready

    @property
    def can_change_appointment(self) -> bool:
        """Tell whether the appointment may still be moved or cancelled."""
        return self.appointment is not None and self.appointment.can_change(now())

    def application(self, ref: str) -> ApplicationLine:
        """Return one of the applications; raises NotFound."""
        for line in self.case.applications:
            if line.ref == ref.strip().upper():
                return line
        raise NotFound

    def paper(self, document_id: str) -> PaperLine:
        """Return one of the papers; raises NotFound."""
        for line in self.case.papers:
            if line.document_id == document_id:
                return line
        raise NotFound


def load_file(session: Session, ref: str) -> CaseFile:
    """Return a case in scope; raises CaseNotFound for every other one."""
    scope = own_scope(session)
    case_id = find_case_id(session, scope, ref)
    appointment = find_appointment(session, case_id)
    starts_at = appointment.starts_at if appointment else None
    appointments = list_appointments_of_case(session, case_id)
    case = get_case_page(
        session,
        scope,
        ref,
        now=now(),
        appointment_at=starts_at,
        also_about=[one.id for one in appointments],
    )
    return CaseFile(
        case=case,
        appointment=appointment,
        appointments=appointments,
        wish=find_wish(session, case_id),
        terms=get_terms(session, case_id),
        tasks=list_tasks_of_case(session, scope, case_id),
        attempts=list_noted_attempts(
            session, runtime().vault, case_id, case.title.id if case.title else None
        ),
        reachable=read_reachable(session, runtime().vault, case.person.id),
        claims=list_waiting_claims(session, case.office_id, Person.id == case.person.id, now=now()),
        forms=list_case_forms(session, session.get_one(Case, case_id), case.checklist, today=today()),
    )


def open_file(ref: str, page: str) -> CaseFile:
    """Return a case in scope and record that its person's file was opened on `page`."""
    with reading() as session:
        found = load_file(session, ref)
    note_reading(page, person_id=found.case.person.id, case_id=found.case.id)
    return found
