"""Keep what people answer about their case, and let a case follow a newer catalogue when staff decide so."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from servicedesk.cases.errors import CaseClosed, ListUnchanged, QuestionUnknown
from servicedesk.cases.models import Case, CaseAnswers
from servicedesk.cases.queries.checklist import Checklist, find_pending_change, load_checklist, sheet_of
from servicedesk.cases.queries.facts import zone_of
from servicedesk.cases.queries.scope import get_case_for
from servicedesk.checklists.catalogue import load_catalogue
from servicedesk.checklists.rules import Fact, settle
from servicedesk.checklists.service import keep_builtin
from servicedesk.db import audit
from servicedesk.kernel.clock import local_day
from servicedesk.kernel.permissions import Actor, ActorKind, Permission
from servicedesk.register.models import Person


def answer_question(
    session: Session, *, case_id: UUID, fact: Fact, value: bool | None, actor: Actor, now: datetime
) -> None:
    """Keep an answer: yes, no, or None for a question that was skipped and is not to be asked again.

    Raises CaseNotFound, NotAllowed, CaseClosed, QuestionUnknown where nothing is to be asked (the register knows),
    ContradictoryFacts where the answer cannot be true beside what is known.
    """
    case, checklist = _open(session, case_id, actor, now)
    info = checklist.catalogue.facts.get(fact)
    asked = checklist.concern.facts if checklist.concern else frozenset()
    if info is None or not info.is_askable or fact not in asked or checklist.register.of(fact) is not None:
        raise QuestionUnknown
    if value is not None:
        others = sheet_of({known: one for known, one in checklist.answers.items() if known is not fact})
        settle(checklist.catalogue.facts, checklist.register.join(others).learn(fact, value=value))
    _store(session, case, {fact.value: {"value": value, "by": _side(actor), "at": now.isoformat()}}, now)
    _audit(session, case, "answer_question", {"fact": fact.value, "by": _side(actor)}, actor, now)


def forget_answer(session: Session, *, case_id: UUID, fact: Fact, actor: Actor, now: datetime) -> None:
    """Take an answer back, so that it is asked again; raises CaseNotFound, NotAllowed, CaseClosed."""
    case, checklist = _open(session, case_id, actor, now)
    if fact in checklist.answers:
        _store(session, case, {fact.value: None}, now)
        _audit(session, case, "forget_answer", {"fact": fact.value, "by": _side(actor)}, actor, now)


def adopt_catalogue(session: Session, *, case_id: UUID, version: str, actor: Actor, now: datetime) -> None:
    """Let a case follow the catalogue of today; `version` is the one whose difference the actor has seen.

    Raises CaseNotFound, NotAllowed, CaseClosed, ListUnchanged where there is no such difference any more.
    """
    case = get_case_for(session, actor, case_id, Permission.work_case)
    if case.closed_at is not None:
        raise CaseClosed
    today = local_day(now, zone_of(session, case.office_id))
    pending = find_pending_change(session, case, session.get_one(Person, case.person_id), today=today)
    if pending is None or pending.version != version:
        raise ListUnchanged
    if version == load_catalogue().version:
        keep_builtin(session, now=now)
    was = case.catalogue_version
    changed: Any = session.execute(
        update(Case)
        .where(Case.id == case_id, Case.catalogue_version == was)
        .values(catalogue_version=version)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:
        raise ListUnchanged
    session.expire(case)
    difference = pending.difference
    details = {
        "version": version,
        "was": was,
        "added": [line.document.id for line in difference.added],
        "removed": [line.document.id for line in difference.removed],
        "changed": [line.after.document.id for line in difference.changed],
    }
    _audit(session, case, "adopt_catalogue", details, actor, now)


def _open(session: Session, case_id: UUID, actor: Actor, now: datetime) -> tuple[Case, Checklist]:
    case = get_case_for(session, actor, case_id, Permission.record_application)
    if case.closed_at is not None:
        raise CaseClosed
    # Two answers at once must not lose one: whoever comes second waits here and reads what the first one wrote.
    inserting: Any = _insert(session)
    row = {"case_id": case.id, "office_id": case.office_id, "answers": {}, "changed_at": now}
    session.execute(inserting.values(row).on_conflict_do_nothing())
    session.execute(select(CaseAnswers.case_id).where(CaseAnswers.case_id == case.id).with_for_update())
    person = session.get_one(Person, case.person_id)
    today = local_day(now, zone_of(session, case.office_id))
    return case, load_checklist(session, case, person, today=today)


def _insert(session: Session) -> Any:
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(CaseAnswers) if is_postgresql else sqlite.insert(CaseAnswers)


def _store(session: Session, case: Case, changes: dict[str, Any], now: datetime) -> None:
    stored = session.scalars(select(CaseAnswers.answers).where(CaseAnswers.case_id == case.id)).one()
    kept = {name: value for name, value in {**stored, **changes}.items() if value is not None}
    session.execute(
        update(CaseAnswers).where(CaseAnswers.case_id == case.id).values(answers=kept, changed_at=now)
    )


def _side(actor: Actor) -> str:
    return "person" if actor.kind is ActorKind.resident else "office"


def _audit(
    session: Session, case: Case, action: str, details: dict[str, Any], actor: Actor, now: datetime
) -> None:
    audit.record(
        session,
        now=now,
        actor=actor,
        action=action,
        subject=("case", case.id),
        office_id=case.office_id,
        details=details,
    )
