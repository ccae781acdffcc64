"""Enter the facts of a case beside its papers, and take back what was entered by mistake."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from servicedesk.cases.choices import load_authorities
from servicedesk.cases.errors import (
    CaseClosed,
    DayHasPassed,
    LetterHasLeft,
    NotWithoutApplication,
    ReasonMissing,
    UnknownAuthority,
)
from servicedesk.cases.models import Case
from servicedesk.cases.queries.case_facts import list_facts, read_standing, times_for
from servicedesk.cases.queries.facts import zone_of
from servicedesk.cases.rules import Decision
from servicedesk.cases.service.fact_trail import take_case, write_fact
from servicedesk.cases.service.ready import end_waiting_of, withdraw_ready
from servicedesk.cases.service.tasks import settle_tasks
from servicedesk.cases.steps import CARD_STEPS, Fact, FactKind, check_step, check_undo, find_last
from servicedesk.kernel.clock import local_day
from servicedesk.kernel.permissions import Actor, Permission
from servicedesk.notices.models import Letter, Outbox
from servicedesk.notices.service import cancel_pending

CARD_READY_KINDS = ("card_ready_letter", "card_ready_mail")
"""The messages that tell a person to fetch a card."""
_CLARIFY_KINDS = ("clarification_letter", "clarification_mail")
_OWN_KINDS: dict[FactKind, tuple[str, ...]] = {
    FactKind.card_ready: CARD_READY_KINDS,
    FactKind.open_clarification: _CLARIFY_KINDS,
}


def await_authority(
    session: Session,
    *,
    case_id: UUID,
    authority: str,
    follow_up_on: date,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> None:
    """Note for whom a case waits, and when somebody looks again; a case that was ready no longer is.

    Raises CaseNotFound, NotAllowed, CaseClosed, UnknownAuthority, DayHasPassed, StepNotPossible.
    """
    if authority not in load_authorities():
        raise UnknownAuthority
    case = take_case(session, actor, case_id)
    if follow_up_on <= local_day(now, zone_of(session, case.office_id)):
        raise DayHasPassed
    check_step(FactKind.await_authority, read_standing(session, case, now=now))
    if case.ready_at is not None:
        withdraw_ready(session, case_id=case.id, actor=actor, now=now, reason=reason)
    settle_tasks(session, [case.id], ["follow_up"], actor=actor, now=now)
    since = case.waiting_since if case.waiting_for == authority else None
    write_fact(
        session,
        case,
        FactKind.await_authority,
        actor=actor,
        now=now,
        reason=reason,
        value=authority,
        on_day=follow_up_on,
        waiting_for=authority,
        waiting_since=since or now,
        follow_up_on=follow_up_on,
    )


def end_waiting(session: Session, *, case_id: UUID, actor: Actor, now: datetime, reason: str = "") -> None:
    """Note that the answer came; raises CaseNotFound, NotAllowed, CaseClosed, StepNotPossible."""
    case = take_case(session, actor, case_id)
    check_step(FactKind.end_waiting, read_standing(session, case, now=now))
    end_waiting_of(session, case, actor=actor, now=now, reason=reason)


def doubt_case(
    session: Session, *, case_id: UUID, actor: Actor, now: datetime, reason: str = "", is_doubted: bool = True
) -> None:
    """Mark a case that is likely to be refused, with the reason, or take the mark off.

    Raises CaseNotFound, NotAllowed, CaseClosed, ReasonMissing, StepNotPossible.
    """
    if is_doubted and not reason.strip():
        raise ReasonMissing
    case = take_case(session, actor, case_id)
    kind = FactKind.doubt_case if is_doubted else FactKind.end_doubt
    check_step(kind, read_standing(session, case, now=now))
    write_fact(
        session, case, kind, actor=actor, now=now, reason=reason, doubted_at=now if is_doubted else None
    )


def end_clarification(session: Session, *, case_id: UUID, actor: Actor, now: datetime) -> None:
    """Take back the offer of a clarification appointment; raises CaseNotFound, NotAllowed, CaseClosed, StepNotPossible."""
    case = take_case(session, actor, case_id)
    check_step(FactKind.end_clarification, read_standing(session, case, now=now))
    cancel_pending(
        session, now=now, subject_id=case.id, kinds=_CLARIFY_KINDS, reason="clarification ended", actor=actor
    )
    write_fact(session, case, FactKind.end_clarification, actor=actor, now=now, clarify_at=None)


def decide_case(
    session: Session, *, case_id: UUID, decision: Decision, actor: Actor, now: datetime, reason: str = ""
) -> None:
    """Record the decision on an application; its instant ends the interim effect.

    Raises CaseNotFound, NotAllowed, CaseClosed, NotWithoutApplication.
    """
    case = take_case(session, actor, case_id)
    if case.decision is not None:
        raise CaseClosed
    standing = read_standing(session, case, now=now)
    if not standing.has_applied:
        raise NotWithoutApplication
    check_step(FactKind.decide_case, standing)
    settle_tasks(session, [case.id], ["follow_up", "case_stuck", "ready_withdrawn"], actor=actor, now=now)
    write_fact(
        session,
        case,
        FactKind.decide_case,
        actor=actor,
        now=now,
        reason=reason,
        value=decision.value,
        details={"decision": decision.value},
        decision=decision.value,
        decided_at=now,
    )


def enter_card(
    session: Session, *, case_id: UUID, kind: FactKind, actor: Actor, now: datetime, reason: str = ""
) -> Case:
    """Note where the card of a granted title is; returns the case, locked.

    Raises CaseNotFound, NotAllowed, CaseClosed, StepNotPossible.
    """
    case = take_case(session, actor, case_id, Permission.record_application)
    check_step(kind, read_standing(session, case, now=now))
    if kind is FactKind.hand_over_card:
        cancel_pending(
            session,
            now=now,
            subject_id=case.id,
            kinds=CARD_READY_KINDS,
            reason="card handed over",
            actor=actor,
        )
    write_fact(
        session,
        case,
        kind,
        actor=actor,
        now=now,
        reason=reason,
        card_state=CARD_STEPS[kind].value,
        card_at=now,
    )
    return case


def undo_fact(
    session: Session, *, case_id: UUID, fact_id: UUID, actor: Actor, now: datetime, reason: str = ""
) -> None:
    """Take back the last fact of its kind, as long as nobody relies on it: in time, and before a letter has left.

    Raises CaseNotFound, NotAllowed, CaseClosed, FactNotFound, UndoTooLate, LetterHasLeft.
    """
    case = take_case(session, actor, case_id)
    facts = list_facts(session, case.id)
    fact = check_undo(facts, fact_id, now, times_for(session, case.office_id).undo_minutes)
    _stop_messages(session, case, fact, actor=actor, now=now)
    remaining = [one for one in facts if one.id != fact.id]
    write_fact(
        session,
        case,
        FactKind.undo_fact,
        actor=actor,
        now=now,
        reason=reason,
        value=fact.kind.value,
        undoes_id=fact.id,
        **_columns(remaining, fact.kind),
    )


def _stop_messages(session: Session, case: Case, fact: Fact, *, actor: Actor, now: datetime) -> None:
    """Take back the messages a fact has caused; raises LetterHasLeft where one is out, or is not ours to take back."""
    own = _OWN_KINDS.get(fact.kind, ())
    if own:
        is_printed = exists().where(Letter.outbox_id == Outbox.id, Letter.printed_at.is_not(None))
        is_sent = (Outbox.channel == "email") & Outbox.state.in_(["done", "working"])
        gone = or_(is_printed, is_sent) & Outbox.kind.in_(own) & (Outbox.subject_id == case.id)
    elif fact.kind is FactKind.decide_case:
        # A confirmation that ended with the decision was taken back by a letter of its own.
        gone = (Outbox.person_id == case.person_id) & Outbox.kind.in_(["interim_ended", "interim_ended_mail"])
    else:
        return
    if session.scalar(select(exists().where(gone, Outbox.created_at >= fact.at))):
        raise LetterHasLeft
    if own:
        cancel_pending(
            session, now=now, subject_id=case.id, kinds=own, reason="entered by mistake", actor=actor
        )


def _columns(facts: Sequence[Fact], kind: FactKind) -> dict[str, Any]:
    """Return what holds on the case in a kind's group after these facts."""
    last = find_last(facts, kind)
    match kind:
        case FactKind.await_authority | FactKind.end_waiting:
            waits = last is not None and last.kind is FactKind.await_authority
            return {
                "waiting_for": last.value if last and waits else None,
                "waiting_since": last.at if last and waits else None,
                "follow_up_on": last.on_day if last and waits else None,
            }
        case FactKind.open_clarification | FactKind.end_clarification:
            is_open = last is not None and last.kind is FactKind.open_clarification
            return {"clarify_at": last.at if last and is_open else None}
        case FactKind.doubt_case | FactKind.end_doubt:
            is_doubted = last is not None and last.kind is FactKind.doubt_case
            return {"doubted_at": last.at if last and is_doubted else None}
        case FactKind.decide_case:
            return {"decision": last.value if last else None, "decided_at": last.at if last else None}
        case _:
            return {
                "card_state": CARD_STEPS[last.kind].value if last else None,
                "card_at": last.at if last else None,
            }
