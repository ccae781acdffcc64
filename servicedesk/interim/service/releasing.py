"""What people do with confirmations: propose, release, decline, withdraw, print again, issue anew."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from servicedesk.cases.errors import ReasonMissing
from servicedesk.cases.queries.scope import get_case_for
from servicedesk.interim.errors import (
    AlreadyConfirmed,
    ConfirmationChanged,
    ConfirmationNotFound,
    NotEligible,
    NoTitleInRegister,
    SecondPersonNeeded,
)
from servicedesk.interim.models import InterimConfirmation
from servicedesk.interim.queries.gathering import CaseInput, ConfirmationFacts
from servicedesk.interim.queries.printed import open_facts
from servicedesk.interim.queries.scope import get_confirmation_for, is_renewal
from servicedesk.interim.rules.values import OutcomeKind
from servicedesk.interim.service.desk import InterimDesk, lock_and_gather
from servicedesk.interim.service.ending import end_issued
from servicedesk.interim.service.issuing import NotSealed, issue
from servicedesk.interim.service.printing import (
    SUBJECT,
    confirmation_letter,
    frame_of,
    has_other_facts,
    notice,
)
from servicedesk.interim.service.proposing import build_proposal
from servicedesk.interim.service.writes import Writes
from servicedesk.kernel.errors import Refusal
from servicedesk.kernel.permissions import Actor, Permission
from servicedesk.notices.contexts import EndCause, InterimConfirmationLetter
from servicedesk.notices.models import Outbox

_NOTE_LENGTH = 300


class Done(StrEnum):
    """Say what became of one release."""

    issued = "issued"
    released = "released"
    """Released, the seal is missing: it is issued as soon as there is a key."""
    first_of_two = "first_of_two"
    """The first of two people has agreed."""
    printed_again = "printed_again"


@dataclass(frozen=True, slots=True)
class Released:
    """Name a confirmation and what became of it."""

    confirmation_id: UUID
    ref: str
    done: Done


@dataclass(frozen=True, slots=True)
class Skipped:
    """Name a confirmation of a batch that was left alone, and why."""

    confirmation_id: UUID
    ref: str
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class BatchResult:
    """Say what became of a batch."""

    released: tuple[Released, ...]
    skipped: tuple[Skipped, ...]


def propose(session: Session, desk: InterimDesk, *, case_id: UUID, actor: Actor) -> UUID:
    """Propose a confirmation now, before its day or after an earlier no; return its id, also of one on its way.

    Raises CaseNotFound, NotAllowed, AlreadyConfirmed, NotEligible, NoTitleInRegister.
    """
    get_case_for(session, actor, case_id, Permission.release_confirmation)
    case = _gather_one(session, desk, case_id)
    if case.on_its_way is not None:
        return case.on_its_way.id
    if not case.outcome.may_be_proposed:
        raise NotEligible
    if case.issued is not None and not has_other_facts(session, desk, case, case.issued):
        raise AlreadyConfirmed(ref=case.issued.ref)
    writes = Writes(actor)
    row = _add_proposal(desk, writes, case)
    writes.flush(session, desk)
    return row.id


def release(
    session: Session, desk: InterimDesk, *, confirmation_id: UUID, actor: Actor, note: str = ""
) -> Released:
    """Release a proposal after a look at its facts, and issue it at once where there is a key.

    With four eyes in the office the first person agrees and another one releases. What the rules leave to a person
    needs a note saying why. Raises ConfirmationNotFound, NotAllowed, ConfirmationChanged, NotEligible, ReasonMissing,
    SecondPersonNeeded.
    """
    found = get_confirmation_for(session, actor, confirmation_id, Permission.release_confirmation)
    case = _gather_one(session, desk, found.case_id)
    writes = Writes(actor)
    done = _release(session, desk, writes, case, _on_its_way(case, confirmation_id), note)
    writes.flush(session, desk)
    return done


def release_many(
    session: Session, desk: InterimDesk, *, confirmation_ids: Collection[UUID], actor: Actor
) -> BatchResult:
    """Release proposals for which the rules say "issue"; what needs a reason, or changed meanwhile, is left alone.

    Raises ConfirmationNotFound for one outside the actor's scope, NotAllowed.
    """
    rows = [
        get_confirmation_for(session, actor, one, Permission.release_confirmation)
        for one in sorted(set(confirmation_ids))
    ]
    cases = lock_and_gather(session, desk, {row.case_id for row in rows})
    writes = Writes(actor)
    released: list[Released] = []
    skipped: list[Skipped] = []
    for row in rows:
        try:
            case = cases[row.case_id]
            released.append(_release(session, desk, writes, case, _on_its_way(case, row.id), ""))
        except Refusal as refusal:
            skipped.append(Skipped(row.id, row.ref, refusal))
    writes.flush(session, desk)
    return BatchResult(tuple(released), tuple(skipped))


def decline(session: Session, desk: InterimDesk, *, confirmation_id: UUID, reason: str, actor: Actor) -> None:
    """Say no to a proposal, with a reason; an earlier one of the case is withdrawn with it.

    Raises ConfirmationNotFound, NotAllowed, ConfirmationChanged, ReasonMissing.
    """
    note = _required(reason)
    found = get_confirmation_for(session, actor, confirmation_id, Permission.release_confirmation)
    case = _gather_one(session, desk, found.case_id)
    row = _on_its_way(case, confirmation_id)
    writes = Writes(actor)
    writes.end(
        row.id,
        state="declined",
        ended_at=desk.now,
        end_reason="declined",
        end_note=note,
        ended_by=actor.ref,
    )
    writes.settle(found.case_id)
    writes.note("decline_interim", found.case_id, row.ref)
    if case.issued is not None:
        _withdraw(session, desk, writes, case, case.issued, EndCause.NOT_ENTITLED, note)
    writes.flush(session, desk)


def withdraw(
    session: Session,
    desk: InterimDesk,
    *,
    confirmation_id: UUID,
    cause: EndCause,
    reason: str,
    actor: Actor,
) -> None:
    """Take an issued confirmation back: whoever checks it sees so at once, the holder gets a letter.

    `cause` is what the letter says, `reason` stays with the office. Raises ConfirmationNotFound, NotAllowed,
    ConfirmationChanged, ReasonMissing.
    """
    note = _required(reason)
    found = get_confirmation_for(session, actor, confirmation_id, Permission.release_confirmation)
    case = _gather_one(session, desk, found.case_id)
    writes = Writes(actor)
    _withdraw(session, desk, writes, case, _issued(case, confirmation_id), cause, note)
    writes.flush(session, desk)


def reissue(session: Session, desk: InterimDesk, *, confirmation_id: UUID, actor: Actor) -> Released:
    """Give out an issued confirmation again: the same paper, or a new one where the facts have changed since.

    Raises ConfirmationNotFound, NotAllowed, ConfirmationChanged, NotEligible.
    """
    found = get_confirmation_for(session, actor, confirmation_id, Permission.release_confirmation)
    case = _gather_one(session, desk, found.case_id)
    row = _issued(case, confirmation_id)
    writes = Writes(actor)
    if not case.outcome.may_be_proposed:
        raise NotEligible
    if has_other_facts(session, desk, case, row):
        new = case.on_its_way or _add_proposal(desk, writes, case)
        done = _release(session, desk, writes, case, new, "reissued")
    else:
        done = _print_again(session, desk, writes, case, row)
    writes.flush(session, desk)
    return done


def print_again(session: Session, desk: InterimDesk, *, confirmation_id: UUID, actor: Actor) -> Released:
    """Queue the letter of an issued confirmation once more, word for word; for a lost paper at the counter.

    Raises ConfirmationNotFound, NotAllowed, ConfirmationChanged.
    """
    found = get_confirmation_for(session, actor, confirmation_id, Permission.print_confirmation)
    case = _gather_one(session, desk, found.case_id)
    writes = Writes(actor)
    done = _print_again(session, desk, writes, case, _issued(case, confirmation_id))
    writes.flush(session, desk)
    return done


def _release(
    session: Session,
    desk: InterimDesk,
    writes: Writes,
    case: CaseInput,
    row: ConfirmationFacts,
    note: str,
) -> Released:
    if row.state != "proposed":
        raise ConfirmationChanged
    if not case.outcome.may_be_proposed:
        raise NotEligible
    if case.title is None:
        raise NoTitleInRegister
    if case.outcome.kind is OutcomeKind.person and not note.strip():
        raise ReasonMissing
    actor = writes.actor
    if desk.settings.is_four_eyes:
        if not row.first_released_by:
            writes.change(row.id, first_released_at=desk.now, first_released_by=actor.ref)
            writes.note("agree_interim", case.case.case_id, row.ref)
            return Released(row.id, row.ref, Done.first_of_two)
        if row.first_released_by == actor.ref:
            raise SecondPersonNeeded
    writes.change(
        row.id,
        state="released",
        released_at=desk.now,
        released_by=actor.ref,
        release_note=note.strip()[:_NOTE_LENGTH],
    )
    writes.note("release_interim", case.case.case_id, row.ref, automatic=False)
    try:
        issue(session, desk, writes, case, replace(row, state="released"), case.issued)
    except NotSealed:
        return Released(row.id, row.ref, Done.released)
    return Released(row.id, row.ref, Done.issued)


def _print_again(
    session: Session, desk: InterimDesk, writes: Writes, case: CaseInput, row: ConfirmationFacts
) -> Released:
    stored = session.execute(
        select(InterimConfirmation.facts_sealed, InterimConfirmation.token).where(
            InterimConfirmation.id == row.id
        )
    ).one()
    if stored.facts_sealed is None or case.outcome.ends_confirmation:
        raise ConfirmationChanged
    facts = open_facts(desk.vault, row.id, stored.facts_sealed)
    letters = 1 + (
        session.scalar(
            select(func.count()).where(
                Outbox.subject_kind == SUBJECT,
                Outbox.subject_id == row.id,
                Outbox.kind == InterimConfirmationLetter.KIND,
            )
        )
        or 0
    )
    letter = confirmation_letter(
        frame_of(session, desk, case), desk, facts, stored.token, is_renewal=is_renewal(session, row.id)
    )
    writes.send([notice(case, row.id, letter, str(letters))])
    writes.change(row.id, letters=letters)
    writes.note("reprint_interim", case.case.case_id, row.ref, letters=letters)
    return Released(row.id, row.ref, Done.printed_again)


def _withdraw(
    session: Session,
    desk: InterimDesk,
    writes: Writes,
    case: CaseInput,
    row: ConfirmationFacts,
    cause: EndCause,
    note: str,
) -> None:
    end_issued(session, desk, writes, case, row, cause, state="withdrawn", note=note)


def _add_proposal(desk: InterimDesk, writes: Writes, case: CaseInput) -> ConfirmationFacts:
    row = build_proposal(desk, case)
    if row is None:
        raise NoTitleInRegister
    writes.add(row)
    writes.note("propose_interim", case.case.case_id, row["ref"], outcome=row["outcome_code"])
    return ConfirmationFacts.of(row)


def _gather_one(session: Session, desk: InterimDesk, case_id: UUID) -> CaseInput:
    found = lock_and_gather(session, desk, [case_id]).get(case_id)
    if found is None:
        raise ConfirmationNotFound
    return found


def _on_its_way(case: CaseInput, confirmation_id: UUID) -> ConfirmationFacts:
    return _named(case.on_its_way, confirmation_id)


def _issued(case: CaseInput, confirmation_id: UUID) -> ConfirmationFacts:
    return _named(case.issued, confirmation_id)


def _named(row: ConfirmationFacts | None, confirmation_id: UUID) -> ConfirmationFacts:
    if row is None or row.id != confirmation_id:
        raise ConfirmationChanged
    return row


def _required(reason: str) -> str:
    if not reason.strip():
        raise ReasonMissing
    return reason.strip()[:_NOTE_LENGTH]
