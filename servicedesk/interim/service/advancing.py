"""Take every step that is due for a batch of cases: propose, hand over, release, issue, ask, lapse, end."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from servicedesk.cases.service import NewTask
from servicedesk.interim.queries.gathering import CaseInput, ConfirmationFacts
from servicedesk.interim.rules.deadlines import (
    ProposalFacts,
    Step,
    StepKind,
    days_before,
    decide_assignee,
    decide_step,
)
from servicedesk.interim.rules.values import OutcomeKind
from servicedesk.interim.service.desk import InterimDesk, lock_and_gather
from servicedesk.interim.service.ending import end_issued, lapse
from servicedesk.interim.service.issuing import NotSealed, issue
from servicedesk.interim.service.printing import has_other_facts
from servicedesk.interim.service.proposing import build_proposal
from servicedesk.interim.service.writes import Writes
from servicedesk.notices.contexts import EndCause

log = structlog.get_logger("servicedesk.interim")

_MOST_STEPS = 6
"""A case goes from nothing to issued in three steps; more is a circle."""


@dataclass(slots=True)
class _Work:
    """Follow one case through its steps; `check_again_on` is the day before which a next confirmation is needed."""

    case: CaseInput
    on_its_way: ConfirmationFacts | None
    issued: ConfirmationFacts | None
    check_again_on: date | None


@dataclass(slots=True)
class Batch:
    """Hold what the steps of a batch share; `claimed` are the titles for which one was proposed in it."""

    session: Session
    desk: InterimDesk
    writes: Writes
    claimed: set[UUID] = field(default_factory=set)


def advance_cases(session: Session, desk: InterimDesk, writes: Writes, case_ids: Collection[UUID]) -> None:
    """Take the steps that are due for these cases and write them; what has nothing to do is left alone."""
    batch = Batch(session, desk, writes)
    for case in lock_and_gather(session, desk, case_ids).values():
        _advance(batch, case)
    writes.flush(session, desk)


def _advance(batch: Batch, case: CaseInput) -> None:
    work = _Work(case, case.on_its_way, case.issued, case.issued.check_again_on if case.issued else None)
    _follow_facts(batch, work)
    for _ in range(_MOST_STEPS):
        step = _next_step(batch.desk, work)
        if not _take(batch, work, step):
            return
    log.error("interim.circle", case=case.case.case_ref)


def _next_step(desk: InterimDesk, work: _Work) -> Step:
    row = work.on_its_way
    proposal = None
    if row is not None:
        proposal = ProposalFacts(row.proposed_at, row.escalated_at, is_released=row.state == "released")
    return decide_step(
        work.case.outcome,
        proposal,
        work.check_again_on,
        now=desk.now,
        zone=desk.office.zone,
        settings=desk.settings,
    )


def _take(batch: Batch, work: _Work, step: Step) -> bool:
    """Take one step; False when there is nothing more to do now."""
    match step.kind:
        case StepKind.propose:
            return _propose(batch, work)
        case StepKind.hand_over:
            return _hand_over(batch, work)
        case StepKind.release:
            return _release(batch, work)
        case StepKind.issue:
            return _issue(batch, work)
        case StepKind.lapse:
            return _lapse(batch, work)
        case StepKind.end:
            return _end(batch, work)
        case StepKind.ask:
            _ask(batch, work)
            return False
        case _:
            _ask_early(batch, work)
            return False


def _follow_facts(batch: Batch, work: _Work) -> None:
    """Let the rows follow what they rest on: a proposal takes the new facts, an issued one is replaced or ends."""
    case, outcome = work.case, work.case.outcome
    if work.on_its_way is not None and outcome.may_be_proposed:
        _refresh(batch, work, work.on_its_way)
    issued = work.issued
    if (
        issued is None
        or not outcome.may_be_proposed
        or case.title is None
        or not _rests_on_others(case, issued)
    ):
        return
    if not has_other_facts(batch.session, batch.desk, case, issued):
        batch.writes.change(issued.id, line_digest=case.title.line_digest)
        return
    ends_on = outcome.ends_on or date.max
    if batch.desk.today < days_before(ends_on, batch.desk.settings.propose_days):
        # The title itself lasts for a while yet; a paper with another end would only confuse.
        end_issued(batch.session, batch.desk, batch.writes, case, issued, EndCause.END_CORRECTED)
        work.issued = work.check_again_on = None
    else:
        # The old one stays until the new one is there; the new one is due at once.
        work.check_again_on = batch.desk.today


def _rests_on_others(case: CaseInput, row: ConfirmationFacts) -> bool:
    title = case.title
    return title is None or (row.title_ends_on, row.received_at, row.line_digest) != (
        case.outcome.ends_on,
        case.case.facts.received_at,
        title.line_digest,
    )


def _refresh(batch: Batch, work: _Work, row: ConfirmationFacts) -> None:
    fresh = build_proposal(batch.desk, work.case)
    if fresh is None:
        return
    values = {
        name: fresh[name]
        for name in (
            "title_id",
            "title_ends_on",
            "received_at",
            "line_digest",
            "outcome_kind",
            "outcome_code",
            "is_machine_checked",
        )
    }
    values["assigned_to"] = decide_assignee(
        work.case.case.owner_id, batch.desk.standing_in, is_overdue=row.escalated_at is not None
    )
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    if changed:
        batch.writes.change(row.id, **changed)
        work.on_its_way = replace(row, **changed)


def _propose(batch: Batch, work: _Work) -> bool:
    case = work.case
    if case.case.is_covered_elsewhere or (case.title is not None and case.title.id in batch.claimed):
        return False
    row = build_proposal(batch.desk, case)
    if row is None:
        _ask_early(batch, work)
        return False
    batch.claimed.add(row["title_id"])
    batch.writes.add(row)
    batch.writes.note("propose_interim", case.case.case_id, row["ref"], outcome=row["outcome_code"])
    if case.outcome.kind is OutcomeKind.person:
        _ask_to_decide(batch, work, row["assigned_to"])
    work.on_its_way = ConfirmationFacts(
        **{name: row[name] for name in ConfirmationFacts.__dataclass_fields__}
    )
    return True


def _hand_over(batch: Batch, work: _Work) -> bool:
    row = work.on_its_way
    if row is None:
        return False
    to = decide_assignee(work.case.case.owner_id, batch.desk.standing_in, is_overdue=True)
    batch.writes.change(row.id, escalated_at=batch.desk.now, assigned_to=to)
    batch.writes.note(
        "hand_over_interim", work.case.case.case_id, row.ref, to="deputy" if to is not None else "team"
    )
    work.on_its_way = replace(row, escalated_at=batch.desk.now, assigned_to=to)
    return True


def _release(batch: Batch, work: _Work) -> bool:
    row = work.on_its_way
    if row is None:
        return False
    batch.writes.change(
        row.id,
        state="released",
        released_at=batch.desk.now,
        released_by=batch.writes.actor.ref,
        is_automatic=True,
    )
    batch.writes.note("release_interim", work.case.case.case_id, row.ref, automatic=True)
    work.on_its_way = replace(row, state="released")
    return True


def _issue(batch: Batch, work: _Work) -> bool:
    row = work.on_its_way
    if row is None:
        return False
    try:
        check_again_on = issue(batch.session, batch.desk, batch.writes, work.case, row, work.issued)
    except NotSealed as fault:
        batch.writes.counts[fault.code] += 1
        return False
    work.on_its_way = None
    work.issued = replace(row, state="issued", issued_at=batch.desk.now, check_again_on=check_again_on)
    work.check_again_on = check_again_on
    return True


def _lapse(batch: Batch, work: _Work) -> bool:
    row = work.on_its_way
    if row is None:
        return False
    lapse(batch.desk, batch.writes, work.case, row)
    work.on_its_way = None
    return True


def _end(batch: Batch, work: _Work) -> bool:
    if work.on_its_way is not None:
        _lapse(batch, work)
    if work.issued is not None:
        end_issued(batch.session, batch.desk, batch.writes, work.case, work.issued)
        work.issued = work.check_again_on = None
    return False


def _ask(batch: Batch, work: _Work) -> None:
    """Ask a person, once: the clock has run out, or something issued does not fit the facts any more."""
    row, case = work.on_its_way, work.case.case
    if row is None:
        about = work.issued or max(work.case.confirmations, key=lambda one: one.sequence, default=None)
        if about is not None:
            kind = "interim_review" if about is work.issued else "interim_decide"
            batch.writes.ask(
                _task(
                    batch, work, kind, f"{about.id.hex}:{case.outcome.code.value}", assigned_to=case.owner_id
                )
            )
        return
    if row.alarmed_at is not None:
        return
    batch.writes.change(row.id, alarmed_at=batch.desk.now)
    batch.writes.note("alarm_interim", case.case_id, row.ref)
    batch.writes.ask(_task(batch, work, "interim_overdue", row.id.hex, assigned_to=None))
    work.on_its_way = replace(row, alarmed_at=batch.desk.now)


def _ask_early(batch: Batch, work: _Work) -> None:
    """Ask for a decision where the rules leave one to a person and there is nothing to be released."""
    outcome = work.case.outcome
    if outcome.kind is not OutcomeKind.person or outcome.ends_confirmation or work.on_its_way is not None:
        return
    ends_on = outcome.ends_on or date.min
    if batch.desk.today >= days_before(ends_on, batch.desk.settings.propose_days):
        _ask_to_decide(batch, work, decide_assignee(work.case.case.owner_id, batch.desk.standing_in))


def _ask_to_decide(batch: Batch, work: _Work, assigned_to: UUID | None) -> None:
    key = f"{work.case.case.case_id.hex}:{work.case.outcome.code.value}:{work.case.next_sequence}"
    batch.writes.ask(_task(batch, work, "interim_decide", key, assigned_to=assigned_to))


def _task(batch: Batch, work: _Work, kind: str, key: str, *, assigned_to: UUID | None) -> NewTask:
    case = work.case.case
    return NewTask(
        kind=kind,
        dedupe_key=f"{kind}:{key}",
        person_id=case.person_id,
        case_id=case.case_id,
        team_id=case.team_id,
        owner_id=assigned_to,
        due_on=batch.desk.today,
    )
