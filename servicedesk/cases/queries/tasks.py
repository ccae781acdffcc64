"""Read what people are asked to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import Session

from servicedesk.cases.models import Case, Task
from servicedesk.cases.queries.scope import Scope
from servicedesk.cases.rules import N_
from servicedesk.register.models import Person

TASK_LABELS: Mapping[str, str] = {
    "expired_title": N_("Titel war beim ersten Import schon abgelaufen: Kontakt aufnehmen"),
    "late_application": N_("Antrag kam nach dem Ende des Titels: entscheiden"),
    "end_corrected": N_("Enddatum im Register berichtigt, das Schreiben nennt noch das alte: prüfen"),
    "propose_move": N_("Name geändert, ein anderer Bereich wäre zuständig: Übergabe prüfen"),
    "renewed": N_("Titel wurde verlängert: Termin und offene Punkte prüfen"),
    "moved_away": N_("Person ist verzogen: Termin und offene Punkte prüfen"),
    "vanished": N_("Zeile fehlt in der letzten Liste: nachfragen"),
    "address_differs": N_("Neue Adresse im Register, bestätigt war eine andere: nachfragen"),
    "unknown_basis": N_("Unbekannte Rechtsgrundlage: Anliegen prüfen"),
    "came_of_age": N_("Person ist volljährig geworden: neues Schreiben ist unterwegs"),
    "contact_matched": N_("Antrag über das Kontaktformular: Unterlagen prüfen"),
    "question_overdue": N_("Eine Frage wartet zu lange auf Antwort"),
    "ready_withdrawn": N_("Nicht mehr entscheidungsreif: Unterlagen klären, einen Termin prüfen"),
    "follow_up": N_("Wartet auf eine andere Behörde: nachfragen"),
    "papers_overdue": N_("Angeforderte Unterlagen sind nicht gekommen: nachfragen oder entscheiden"),
    "paper_rejected_untold": N_("Unterlage nicht verwendbar, die Person ist nicht zu erreichen: anrufen"),
    "case_stuck": N_("Es geht nicht weiter: Klärungstermin anbieten"),
    "interim_decide": N_("Zwischenbestätigung: hier muss ein Mensch entscheiden"),
    "interim_overdue": N_("Zwischenbestätigung nicht freigegeben, der Titel endet: sofort entscheiden"),
    "interim_unissued": N_("Zwischenbestätigung freigegeben, aber nicht ausgestellt: Angaben prüfen"),
    "interim_review": N_("Zwischenbestätigung ausgestellt, die Angaben sind jetzt andere: prüfen"),
    "interim_request": N_("Servicestelle braucht heute eine Zwischenbestätigung"),
    "interim_request_overdue": N_("Servicestelle wartet zu lange auf eine Zwischenbestätigung"),
    "files_waiting": N_("Dateien warten auf den Virenscanner: Technik verständigen"),
    "interim_no_key": N_("Schlüssel für das Prüfsiegel fehlt oder läuft ab: Technik verständigen"),
}
"""What each kind of task asks for; other rooms may use kinds of their own."""


@dataclass(frozen=True, slots=True)
class TaskRow:
    """Show one open task."""

    id: UUID
    kind: str
    label: str
    person_id: UUID | None
    family_name: str
    given_names: str
    case_id: UUID | None
    case_ref: str | None
    due_on: date | None
    created_at: datetime
    is_mine: bool


def task_condition(scope: Scope) -> ColumnElement[bool]:
    """Return the condition on `Task`: mine, or of the inbox of my teams; by permission of the team or office."""
    in_office = Task.office_id == scope.office_id
    if scope.is_whole_office:
        return and_(in_office, true())
    return and_(
        in_office,
        or_(
            Task.owner_id.in_(scope.member_ids),
            Task.team_id.in_(scope.whole_team_ids),
            and_(Task.owner_id.is_(None), Task.team_id.in_(scope.inbox_team_ids)),
        ),
    )


def list_tasks(session: Session, scope: Scope, limit: int = 100) -> tuple[TaskRow, ...]:
    """Return open tasks in scope, the most urgent first, then the oldest."""
    query = (
        select(Task, Person.family_name, Person.given_names, Case.ref)
        .outerjoin(Person, Person.id == Task.person_id)
        .outerjoin(Case, Case.id == Task.case_id)
        .where(task_condition(scope), Task.done_at.is_(None))
        .order_by(Task.due_on.is_(None), Task.due_on, Task.created_at, Task.id)
        .limit(limit)
    )
    return tuple(
        TaskRow(
            id=task.id,
            kind=task.kind,
            label=TASK_LABELS.get(task.kind, task.kind),
            person_id=task.person_id,
            family_name=family_name or "",
            given_names=given_names or "",
            case_id=task.case_id,
            case_ref=ref,
            due_on=task.due_on,
            created_at=task.created_at,
            is_mine=task.owner_id in scope.member_ids,
        )
        for task, family_name, given_names, ref in session.execute(query)
    )
