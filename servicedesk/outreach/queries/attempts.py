"""Read what was tried to reach people, by whom, and what came of it."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from servicedesk.cases.queries.case_page import actor_names
from servicedesk.cases.rules import N_
from servicedesk.db.audit import AuditEvent
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.permissions import SYSTEM
from servicedesk.notices.models import Letter, Outbox, PrintBatch
from servicedesk.outreach.models import Invitation, ReachAttempt
from servicedesk.outreach.rules import REACH_LABELS, ReachKind


@dataclass(frozen=True, slots=True)
class Attempt:
    """Say what was tried, as a German message id, when and by whom: a name, or a kind of actor."""

    label: str
    at: datetime
    by: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Line:
    """Carry one attempt with what it belongs to and the reference of who made it."""

    key: UUID
    label: str
    at: datetime
    actor: str
    note: str = ""


def list_attempts(
    session: Session, vault: Vault, matters: Mapping[UUID, UUID | None]
) -> dict[UUID, tuple[Attempt, ...]]:
    """Return per case what was tried, the earliest first: letters, and what case workers noted.

    `matters` are cases, each with the title it is about: what was noted before the case was opened counts, too.
    """
    of_title = {title_id: case_id for case_id, title_id in matters.items() if title_id is not None}
    noted = _noted(session, vault, {case_id: case_id for case_id in matters}, of_title)
    return _gather(session, (*_letters(session, matters), *noted))


def list_attempts_before_case(
    session: Session, vault: Vault, title_ids: Collection[UUID]
) -> dict[UUID, tuple[Attempt, ...]]:
    """Return per title without a case what case workers noted, the earliest first."""
    return _gather(session, _noted(session, vault, {}, {title_id: title_id for title_id in title_ids}))


def list_noted_attempts(
    session: Session, vault: Vault, case_id: UUID, title_id: UUID | None
) -> tuple[Attempt, ...]:
    """Return what case workers noted about one case, before it was opened too, the earliest first."""
    of_title = {title_id: case_id} if title_id is not None else {}
    return _gather(session, _noted(session, vault, {case_id: case_id}, of_title)).get(case_id, ())


def _letters(session: Session, case_ids: Collection[UUID]) -> Iterator[_Line]:
    """Yield when invitations were ordered, made and printed."""
    query = (
        select(
            Invitation.case_id,
            Invitation.created_at,
            Letter.rendered_at,
            Letter.printed_at,
            PrintBatch.created_by,
        )
        .join(Outbox, Outbox.id == Invitation.outbox_id)
        .outerjoin(Letter, Letter.outbox_id == Outbox.id)
        .outerjoin(PrintBatch, PrintBatch.id == Letter.batch_id)
        .where(Invitation.case_id.in_(case_ids))
    )
    ordered_by = _who_ordered(session, case_ids)
    for case_id, created_at, rendered_at, printed_at, printed_by in session.execute(query):
        by = ordered_by.get((case_id, created_at), SYSTEM.ref)
        yield _Line(case_id, N_("Einladung in Auftrag gegeben"), created_at, by)
        if rendered_at is not None:
            yield _Line(case_id, N_("Schreiben erstellt"), rendered_at, SYSTEM.ref)
        if printed_at is not None:
            by = f"staff:{printed_by}" if printed_by else SYSTEM.ref
            yield _Line(case_id, N_("Schreiben gedruckt"), printed_at, by)


def _who_ordered(session: Session, case_ids: Collection[UUID]) -> dict[tuple[UUID | None, datetime], str]:
    """Return who invited whom when, as the audit knows it: the night, or a case worker who sent it at once."""
    query = select(AuditEvent.subject_id, AuditEvent.at, AuditEvent.actor).where(
        AuditEvent.subject_id.in_(case_ids), AuditEvent.action == "invite"
    )
    return {(case_id, at): actor for case_id, at, actor in session.execute(query)}


def _noted(
    session: Session, vault: Vault, of_case: Mapping[UUID, UUID], of_title: Mapping[UUID, UUID]
) -> Iterator[_Line]:
    """Yield what case workers noted about some cases and titles; the mappings say what each belongs to."""
    query = select(ReachAttempt).where(
        or_(ReachAttempt.case_id.in_(of_case), ReachAttempt.title_id.in_(of_title))
    )
    for row in session.scalars(query):
        key = (
            of_case.get(row.case_id) if row.case_id else of_title.get(row.title_id) if row.title_id else None
        )
        if key is None:
            continue
        sealed = row.note_sealed
        note = vault.open_text(sealed, "reach_attempt", row.id, "note_sealed") if sealed else ""
        yield _Line(key, REACH_LABELS[ReachKind(row.kind)], row.tried_at, row.recorded_by, note)


def _gather(session: Session, lines: Iterable[_Line]) -> dict[UUID, tuple[Attempt, ...]]:
    known = sorted(lines, key=lambda line: line.at)
    names = actor_names(session, {line.actor for line in known})
    found: dict[UUID, list[Attempt]] = {}
    for line in known:
        by = names.get(line.actor, line.actor.partition(":")[0])
        found.setdefault(line.key, []).append(Attempt(line.label, line.at, by, line.note))
    return {key: tuple(attempts) for key, attempts in found.items()}
