"""Record that somebody applied: the instant of receipt decides whether the title continues."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from servicedesk.cases.errors import (
    ApplicationSuperseded,
    CaseClosed,
    CaseNotFound,
    EvidenceMissing,
    ReasonMissing,
    ReceivedInFuture,
)
from servicedesk.cases.models import Application, Case
from servicedesk.cases.queries.facts import list_receipts, zone_of
from servicedesk.cases.queries.scope import get_case_for
from servicedesk.cases.rules import Channel, Timeliness, decide_timeliness
from servicedesk.cases.service.tasks import open_case_task
from servicedesk.db import audit
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.ids import new_id, new_ref
from servicedesk.kernel.permissions import Actor, ActorKind, Permission

APPLICATION_REF = "A"
STATEMENT = "Ich beantrage die Verlängerung meines Aufenthaltstitels."
"""The sentence a person confirms, in the authoritative language; pages may show a translation beside it."""
_OWN_PROOF = frozenset({Channel.web, Channel.contact})


@dataclass(frozen=True, slots=True)
class Evidence:
    """Hold what proves the receipt: a scan, or a note as `text/plain`; sealed before it is stored."""

    content: bytes
    media_type: str = "text/plain"

    @classmethod
    def note(cls, text: str) -> "Evidence":
        """Make evidence of a written note."""
        return cls(text.strip().encode())


@dataclass(frozen=True, slots=True)
class RecordedApplication:
    """Say what was recorded; `is_new` False: the same application had been recorded before."""

    id: UUID
    ref: str
    case_id: UUID
    channel: Channel
    received_at: datetime
    timeliness: Timeliness
    is_new: bool


def record_application(
    session: Session,
    vault: Vault,
    *,
    case_id: UUID,
    channel: Channel,
    received_at: datetime,
    statement: str,
    actor: Actor,
    now: datetime,
    evidence: Evidence | None = None,
) -> RecordedApplication:
    """Record an application; `received_at` is the instant it reached the office, before any lock or retry.

    A second click in the web finds the first entry. Paper, counter and e-mail need evidence. Raises CaseNotFound,
    NotAllowed, CaseClosed, ReceivedInFuture, EvidenceMissing.
    """
    case = _get_locked(session, actor, case_id)
    if case.closed_at is not None:
        raise CaseClosed
    if received_at > now:
        raise ReceivedInFuture
    if channel not in _OWN_PROOF and (evidence is None or not evidence.content):
        raise EvidenceMissing
    return record_found(
        session,
        vault,
        case,
        channel=channel,
        received_at=received_at,
        statement=statement,
        actor=actor,
        now=now,
        evidence=evidence,
    )


def record_found(
    session: Session,
    vault: Vault,
    case: Case,
    *,
    channel: Channel,
    received_at: datetime,
    statement: str,
    actor: Actor,
    now: datetime,
    evidence: Evidence | None,
) -> RecordedApplication:
    """Record an application to a case the caller has found, locked and may act on; see `record_application`."""
    earlier = _find_own(session, case.id, channel)
    if earlier is not None and earlier.received_at <= received_at:
        return _recorded(session, case, earlier, is_new=False)
    row = _insert(
        session,
        vault,
        case,
        channel=channel,
        received_at=received_at,
        statement=statement,
        actor=actor,
        now=now,
        evidence=evidence,
    )
    recorded = _recorded(session, case, row, is_new=True)
    _note(session, case, recorded, action="record_application", actor=actor, now=now)
    return recorded


def correct_application(
    session: Session,
    vault: Vault,
    *,
    application_id: UUID,
    received_at: datetime,
    channel: Channel,
    reason: str,
    actor: Actor,
    now: datetime,
    evidence: Evidence | None = None,
) -> RecordedApplication:
    """Put a corrected entry in the place of one in force; the old entry stays readable.

    Raises ReasonMissing, ReceivedInFuture, CaseNotFound, NotAllowed, ApplicationSuperseded.
    """
    if not reason.strip():
        raise ReasonMissing
    if received_at > now:
        raise ReceivedInFuture
    old = session.get(Application, application_id)
    if old is None:
        raise CaseNotFound
    case = _get_locked(session, actor, old.case_id)
    try:
        with session.begin_nested():
            row = _insert(
                session,
                vault,
                case,
                channel=channel,
                received_at=received_at,
                statement=old.statement,
                actor=actor,
                now=now,
                evidence=evidence,
                supersedes_id=old.id,
                reason=reason.strip()[:300],
            )
    except IntegrityError as fault:
        raise ApplicationSuperseded from fault
    recorded = _recorded(session, case, row, is_new=True)
    _note(session, case, recorded, action="correct_application", actor=actor, now=now, corrects=old)
    return recorded


def open_evidence(session: Session, vault: Vault, *, application_id: UUID, actor: Actor) -> Evidence | None:
    """Return the proof of an application in the actor's scope, None where it has none; raises CaseNotFound."""
    row = session.get(Application, application_id)
    if row is None:
        raise CaseNotFound
    get_case_for(session, actor, row.case_id)
    if row.evidence is None:
        return None
    return Evidence(vault.open(row.evidence, "application", row.id, "evidence"), row.evidence_type)


def _get_locked(session: Session, actor: Actor, case_id: UUID) -> Case:
    case = get_case_for(session, actor, case_id, Permission.record_application)
    # Two clicks at once: the second waits here, and then finds what the first has written.
    session.execute(select(Case.id).where(Case.id == case.id).with_for_update(key_share=True))
    return case


def _find_own(session: Session, case_id: UUID, channel: Channel) -> Application | None:
    """Return the entry in force that the same channel of the person's own made before."""
    if channel not in _OWN_PROOF:
        return None
    in_force = {receipt.id for receipt in list_receipts(session, [case_id]).get(case_id, ())}
    query = (
        select(Application)
        .where(Application.case_id == case_id, Application.channel == channel.value)
        .order_by(Application.received_at)
    )
    return next((row for row in session.scalars(query) if row.id in in_force), None)


def _insert(
    session: Session,
    vault: Vault,
    case: Case,
    *,
    channel: Channel,
    received_at: datetime,
    statement: str,
    actor: Actor,
    now: datetime,
    evidence: Evidence | None,
    supersedes_id: UUID | None = None,
    reason: str = "",
) -> Application:
    application_id = new_id()
    sealed = vault.seal(evidence.content, "application", application_id, "evidence") if evidence else None
    session.execute(
        insert(Application).values(
            id=application_id,
            office_id=case.office_id,
            case_id=case.id,
            ref=new_ref(APPLICATION_REF),
            channel=channel.value,
            received_at=received_at,
            recorded_at=now,
            recorded_by=actor.ref,
            statement=statement,
            evidence=sealed,
            evidence_type=evidence.media_type if evidence else "",
            supersedes_id=supersedes_id,
            reason=reason,
        )
    )
    return session.get_one(Application, application_id)


def _recorded(session: Session, case: Case, row: Application, *, is_new: bool) -> RecordedApplication:
    return RecordedApplication(
        id=row.id,
        ref=row.ref,
        case_id=case.id,
        channel=Channel(row.channel),
        received_at=row.received_at,
        timeliness=decide_timeliness(row.received_at, case.ends_on, zone_of(session, case.office_id)),
        is_new=is_new,
    )


def _note(
    session: Session,
    case: Case,
    recorded: RecordedApplication,
    *,
    action: str,
    actor: Actor,
    now: datetime,
    corrects: Application | None = None,
) -> None:
    details = {
        "application": recorded.ref,
        "channel": recorded.channel.value,
        "received_at": recorded.received_at.isoformat(),
        "timeliness": recorded.timeliness.value,
    }
    if corrects is not None:
        details |= {"corrects": corrects.ref, "was_received_at": corrects.received_at.isoformat()}
    audit.record(
        session,
        now=now,
        actor=actor,
        action=action,
        subject=("case", case.id),
        office_id=case.office_id,
        details=details,
    )
    if recorded.timeliness is Timeliness.late and actor.kind is not ActorKind.operator:
        open_case_task(session, case, "late_application", now=now)
