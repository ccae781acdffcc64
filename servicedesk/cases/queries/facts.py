"""Gather in few statements the facts that rules decide on."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from servicedesk.cases.frames import Addressee
from servicedesk.cases.models import Application, Case
from servicedesk.cases.rules import CaseFacts, CloseReason, Decision, PaperState, Receipt, list_in_force
from servicedesk.cases.steps import CardState
from servicedesk.checklists.rules import Requirement
from servicedesk.offices.models import Office
from servicedesk.register.models import Person


def zone_of(session: Session, office_id: UUID) -> ZoneInfo:
    """Return the zone of an office's wall clock."""
    return ZoneInfo(session.execute(select(Office.time_zone).where(Office.id == office_id)).scalar_one())


def list_receipts(session: Session, case_ids: Collection[UUID]) -> dict[UUID, tuple[Receipt, ...]]:
    """Return the applications in force per case, earliest first; cases without one are missing."""
    found: dict[UUID, list[Receipt]] = {}
    if case_ids:
        query = select(
            Application.case_id, Application.id, Application.received_at, Application.supersedes_id
        ).where(Application.case_id.in_(case_ids))
        for case_id, application_id, received_at, supersedes_id in session.execute(query):
            found.setdefault(case_id, []).append(Receipt(application_id, received_at, supersedes_id))
    in_force = {case_id: list_in_force(receipts) for case_id, receipts in found.items()}
    return {case_id: receipts for case_id, receipts in in_force.items() if receipts}


def count_missing(requirements: tuple[Requirement, ...], states: Mapping[str, PaperState]) -> int:
    """Count mandatory papers, and groups of which one is enough, that nobody has handed in or promised yet.

    What depends on a condition only the person can judge is not counted, alone or in a group: it may not apply.
    """
    waiting = {PaperState.missing, PaperState.rejected, PaperState.stale, PaperState.announced}
    open_groups: dict[str, bool] = {}
    missing = 0
    for line in requirements:
        if line.condition:
            continue
        is_open = states.get(line.document.id, PaperState.missing) in waiting
        if line.group:
            open_groups[line.group] = open_groups.get(line.group, True) and is_open
        elif is_open:
            missing += 1
    return missing + sum(open_groups.values())


def build_facts(
    case: Case,
    receipts: tuple[Receipt, ...],
    states: Mapping[str, PaperState],
    papers_missing: int = 0,
    appointment_at: datetime | None = None,
) -> CaseFacts:
    """Return the facts of one case."""
    return CaseFacts(
        is_case=True,
        ends_on=case.ends_on,
        due_on=case.due_on,
        opened_at=case.opened_at,
        invited_at=case.invited_at,
        applied_at=receipts[0].received_at if receipts else None,
        papers_to_check=sum(state is PaperState.received for state in states.values()),
        papers_missing=papers_missing,
        ready_at=case.ready_at,
        appointment_at=appointment_at,
        decision=Decision(case.decision) if case.decision else None,
        decided_at=case.decided_at,
        closed_at=case.closed_at,
        closed_reason=CloseReason(case.closed_reason) if case.closed_reason else None,
        unready_at=case.unready_at,
        waiting_for=case.waiting_for,
        follow_up_on=case.follow_up_on,
        card=CardState(case.card_state) if case.card_state else None,
    )


def addressee_of(person: Person) -> Addressee:
    """Return what letters need of a person."""
    return Addressee(
        person_id=person.id,
        file_number=person.file_number,
        family_name=person.family_name,
        given_names=person.given_names,
        birth=(person.birth_year, person.birth_month, person.birth_day),
        **person.letter_address,
        language=person.letter_language,
    )
