"""Open a case by hand or because somebody without a letter wrote."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from servicedesk.cases.errors import CaseAlreadyOpen, UnknownConcern
from servicedesk.cases.models import Case
from servicedesk.cases.queries.scope import build_scope, get_person_in_scope, require
from servicedesk.cases.rules import Origin
from servicedesk.checklists.catalogue import Catalogue, load_catalogue
from servicedesk.checklists.errors import ConcernWithdrawn
from servicedesk.checklists.queries import office_catalogue
from servicedesk.checklists.rules import Concern
from servicedesk.checklists.service import keep_builtin
from servicedesk.db import audit
from servicedesk.kernel.clock import local_day
from servicedesk.kernel.ids import new_id, new_ref
from servicedesk.kernel.intervals import Lead
from servicedesk.kernel.permissions import Actor, Permission
from servicedesk.offices.queries import (
    OfficeView,
    find_concern,
    find_responsible,
    get_office_by_id,
    get_team_for_concern,
)
from servicedesk.register.models import Person, Title

CASE_REF = "V"


@dataclass(frozen=True, slots=True)
class OpenedCase:
    """Name a case: its id for the program, its reference for people. `is_new` False: it was open before."""

    id: UUID
    ref: str
    is_new: bool


def open_case_by_hand(
    session: Session, *, person_id: UUID, concern_id: str, actor: Actor, now: datetime
) -> OpenedCase:
    """Open a case of any concern for a person in the actor's scope.

    It is tied to the title that leads to this concern, if the person has one. Raises PersonNotFound,
    UnknownConcern, ConcernWithdrawn, NotAllowed, and CaseAlreadyOpen naming the open case.
    """
    require(actor, Permission.work_case)
    person = get_person_in_scope(session, build_scope(session, actor), person_id)
    office = get_office_by_id(session, person.office_id)
    today = local_day(now, office.zone)
    concern = office_catalogue(session, office.id, today).find_concern(concern_id)
    if concern is not None and not concern.is_offered(today):
        raise ConcernWithdrawn
    opened = open_case(
        session, person=person, concern_id=concern_id, origin=Origin.hand, actor=actor, now=now
    )
    if not opened.is_new:
        raise CaseAlreadyOpen(ref=opened.ref)
    return opened


def open_case(
    session: Session, *, person: Person, concern_id: str, origin: Origin, actor: Actor, now: datetime
) -> OpenedCase:
    """Open a case of a concern, or find the one that is open; the caller has decided that the actor may.

    Raises UnknownConcern.
    """
    catalogue = load_catalogue()
    concern = catalogue.find_concern(concern_id)
    if concern is None:
        raise UnknownConcern
    title = find_title_for(session, person.id, concern_id, catalogue)
    existing = _find_open(session, person.id, concern_id, title)
    if existing is not None:
        return OpenedCase(existing.id, existing.ref, is_new=False)
    office = get_office_by_id(session, person.office_id)
    team = get_team_for_concern(session, office, concern_id)
    owner_id = find_responsible(session, office.id, team.id, person.surname_key).member_id
    ends_on = title.effective_ends_on if title else None
    row = {
        "id": new_id(),
        "office_id": office.id,
        "ref": new_ref(CASE_REF),
        "person_id": person.id,
        "title_id": title.id if title and not _was_settled(session, title) else None,
        "first_ends_on": ends_on,
        "ends_on": ends_on,
        "concern_id": concern_id,
        "catalogue_version": freeze_catalogue(session, office, now),
        "team_id": team.id,
        "owner_id": owner_id,
        "opened_at": now,
        "opened_by": actor.ref,
        "origin": origin.value,
        "due_on": lead_of(session, office, concern).before(ends_on) if ends_on else None,
        "ready_by": "",
    }
    return _insert(session, row, actor=actor, now=now)


def freeze_catalogue(session: Session, office: OfficeView, now: datetime) -> str:
    """Return the version that new cases of an office keep, and see to it that it is stored."""
    catalogue = office_catalogue(session, office.id, local_day(now, office.zone))
    return (
        keep_builtin(session, now=now) if catalogue.version == load_catalogue().version else catalogue.version
    )


def lead_of(session: Session, office: OfficeView, concern: Concern) -> Lead:
    """Return how long before the end an office invites for a concern."""
    offered = find_concern(session, office.id, concern.id)
    return Lead.parse(offered.lead) if offered and offered.lead else concern.lead


def find_title_for(session: Session, person_id: UUID, concern_id: str, catalogue: Catalogue) -> Title | None:
    """Return the person's current title that leads to a concern, the one that ends last."""
    query = (
        select(Title)
        .where(
            Title.person_id == person_id, Title.is_superseded.is_(False), Title.effective_ends_on.is_not(None)
        )
        .order_by(Title.effective_ends_on.desc(), Title.id)
    )
    for title in session.scalars(query):
        if catalogue.concern_of_title(title.legal_basis, is_unlimited=title.is_unlimited).id == concern_id:
            return title
    return None


def _find_open(session: Session, person_id: UUID, concern_id: str, title: Title | None) -> Case | None:
    query = select(Case).where(Case.person_id == person_id, Case.closed_at.is_(None)).order_by(Case.opened_at)
    for case in session.scalars(query):
        if case.concern_id == concern_id or (title is not None and case.title_id == title.id):
            return case
    return None


def _was_settled(session: Session, title: Title) -> bool:
    """Tell whether this title and end had a case before, now closed: the new case then stands beside it."""
    query = select(Case.id).where(Case.title_id == title.id, Case.first_ends_on == title.effective_ends_on)
    return session.scalar(query) is not None


def _insert(session: Session, row: dict[str, Any], *, actor: Actor, now: datetime) -> OpenedCase:
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    inserting: Any = postgresql.insert(Case) if is_postgresql else sqlite.insert(Case)
    new = session.execute(inserting.values(row).on_conflict_do_nothing().returning(Case.id)).scalar()
    if new is None:
        # The nightly job opened it between our look and our insert.
        query = select(Case).where(
            Case.title_id == row["title_id"], Case.first_ends_on == row["first_ends_on"]
        )
        other = session.scalars(query).one()
        return OpenedCase(other.id, other.ref, is_new=False)
    audit.record(
        session,
        now=now,
        actor=actor,
        action="open_case",
        subject=("case", row["id"]),
        office_id=row["office_id"],
        details={"origin": row["origin"], "concern": row["concern_id"], "ends_on": _iso(row["ends_on"])},
    )
    return OpenedCase(row["id"], row["ref"], is_new=True)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
