"""Invite everybody who became due: decide each kind of title once, write the cohort as a set, leave no one out."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Row, select, text
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from servicedesk.cases.frames import open_letter_desk
from servicedesk.cases.service import NewTask, open_tasks
from servicedesk.checklists.catalogue import load_catalogue
from servicedesk.checklists.service import keep_builtin
from servicedesk.db import audit
from servicedesk.kernel.clock import local_day
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.errors import Refusal
from servicedesk.kernel.permissions import SYSTEM, Actor
from servicedesk.notices.contexts import ExpiredLetter, InvitationLetter
from servicedesk.notices.sets import PartPress
from servicedesk.offices.models import Office
from servicedesk.offices.queries import OfficeView
from servicedesk.outreach.queries.candidates import DuePart
from servicedesk.outreach.queries.terms import OfficeTerms, load_terms
from servicedesk.outreach.queries.traits import Trait, due_facts
from servicedesk.outreach.rules import Outcome, Reason, decide_outcome
from servicedesk.outreach.service.gathering import (
    HAS_CASE,
    NO_CASE,
    WAITING_CASE,
    RunFacts,
    gather_facts,
    list_cases,
    list_days,
    list_kinds,
    list_texts,
    note_cases,
)
from servicedesk.outreach.service.intake import (
    count_outcomes,
    insert_audit,
    insert_cases,
    insert_invitations,
    insert_outcomes,
    list_staged,
    note_again,
    queue_letters,
    stage_intake,
)
from servicedesk.outreach.service.letters import CohortParts, LetterWriter, TextKind
from servicedesk.outreach.service.staging import (
    DAY,
    KIND,
    SENDER,
    TEXT,
    clear_stage,
    fill,
    fill_keys,
    open_stage,
)

PART = 10_000
"""How many titles one transaction settles: a killed run loses no more than this, and repeats it."""

_BAD_ROWS = (DataError, IntegrityError, Refusal, ValueError)


@dataclass(frozen=True, slots=True)
class Sums:
    """Count what became due; `due` is always the sum of the others."""

    invited: int = 0
    excluded: int = 0
    failed: int = 0
    reasons: dict[str, int] = field(default_factory=dict)

    @property
    def due(self) -> int:
        """Return how many titles became due."""
        return self.invited + self.excluded + self.failed

    def joined(self, other: "Sums") -> "Sums":
        """Return both sums as one."""
        reasons = dict(self.reasons)
        for reason, count in other.reasons.items():
            reasons[reason] = reasons.get(reason, 0) + count
        return Sums(
            self.invited + other.invited, self.excluded + other.excluded, self.failed + other.failed, reasons
        )


@dataclass(slots=True)
class OfficeRun:
    """Carry what one run of one office needs; made by `open_run`."""

    terms: OfficeTerms
    parts: CohortParts
    facts: RunFacts
    actor: Actor = SYSTEM

    @property
    def office(self) -> OfficeView:
        """Return the office."""
        return self.terms.office

    @property
    def today(self) -> date:
        """Return the office's local day."""
        return self.facts.today


def open_run(
    session: Session,
    vault: Vault,
    office: OfficeView,
    *,
    now: datetime,
    run_id: UUID,
    public_url: str | None,
    actor: Actor = SYSTEM,
) -> OfficeRun:
    """Gather the terms of an office for one run."""
    today = local_day(now, office.zone)
    terms = load_terms(session, office, today)
    writer = LetterWriter(terms.catalogue, open_letter_desk(session, office, public_url), today)
    facts = RunFacts(office.id, run_id, now, today, actor.ref, terms.catalogue.version)
    return OfficeRun(terms, CohortParts(terms, writer, PartPress(vault)), facts, actor)


def invite_part(session: Session, run: OfficeRun, *, part: DuePart) -> Sums:
    """Settle some of the due titles and return the sums; what another run has settled meanwhile is left out."""
    lock_office(session, run.office.id, is_shared=True)
    return settle(session, run, part)


def keep_catalogue(session: Session, run: OfficeRun) -> None:
    """Keep the version of the catalogue that the cases will name."""
    if run.terms.catalogue.version == load_catalogue().version:
        keep_builtin(session, now=run.facts.now)


def lock_office(session: Session, office_id: UUID, *, is_shared: bool = False) -> None:
    """Keep holds and cohorts apart: parts of one run share the lock, whoever holds or sends has it alone.

    Foreign keys to the office stay possible in both cases.
    """
    if session.get_bind().dialect.name == "postgresql":
        # Compiling statements that each run for milliseconds costs more than it gains.
        session.execute(text("SET LOCAL jit = off"))
    office = select(Office.id).where(Office.id == office_id)
    session.execute(
        office.with_for_update(read=True) if is_shared else office.with_for_update(key_share=True)
    )


def settle(session: Session, run: OfficeRun, part: DuePart) -> Sums:
    """Settle titles as one set; where that is refused, halves of it, until the one bad title stands alone and fails.

    Returns what is new: a title that failed before for the same reason is no news.
    """
    open_stage(session)
    return _settle_isolated(session, run, part)


def _settle_isolated(session: Session, run: OfficeRun, part: DuePart) -> Sums:
    try:
        with session.begin_nested():
            return _settle(session, run, part)
    except _BAD_ROWS:
        if part.count == 1:
            return _settle(session, run, part, verdict=(Outcome.failed, Reason.unreadable))
    first, second = part.halves()
    return _settle_isolated(session, run, first).joined(_settle_isolated(session, run, second))


def _settle(
    session: Session, run: OfficeRun, part: DuePart, *, verdict: tuple[Outcome, Reason] | None = None
) -> Sums:
    """Gather what decides, decide each kind of title once, write the whole set; `verdict` decides without asking."""
    clear_stage(session)
    fill_keys(session, part)
    size = gather_facts(session, run.facts)
    if not size:
        return Sums()
    _note_cases(session, run)
    kinds = [_decide_kind(run, kind, verdict) for kind in list_kinds(session)]
    fill(session, KIND, [kind[:-1] for kind in kinds])
    names = _fill_parts(session, run)
    stage_intake(session, size)
    keep_catalogue(session, run)
    lost = insert_cases(session, run.facts, sum(kind.size for kind in kinds if kind.is_new_case))
    sums = _count(session)
    insert_outcomes(session, run.facts)
    letters = sum(kind.size for kind in kinds if kind.letter)
    if letters:
        queue_letters(session, run.facts, letters - lost)
    if sums.invited:
        insert_invitations(session, run.facts)
        insert_audit(session, run.facts)
    if any(kind.case_state == WAITING_CASE for kind in kinds):
        note_again(session, run.facts)
    if any(kind.reason == Reason.expired for kind in kinds):
        tasks = [_expired_task(*row) for row in list_staged(session, Reason.expired)]
        open_tasks(session, office_id=run.office.id, tasks=tasks, now=run.facts.now)
    # Last: another part that needs the same new parts waits from here to the end of this transaction.
    run.parts.press.write(session, names)
    return sums


class Kind(NamedTuple):
    """Be one kind of title with what was decided about it, in the order of the temporary table."""

    legal_basis: str
    is_unlimited: bool
    traits: int
    case_state: int
    concern_id: str
    team_id: UUID
    outcome: str
    reason: str
    letter: str
    size: int

    @property
    def is_new_case(self) -> bool:
        """Tell whether a case is opened for each of them."""
        return self.outcome == Outcome.invited and self.case_state == NO_CASE


def _decide_kind(
    run: OfficeRun, kind: Row[str, bool, int, int, date, int], verdict: tuple[Outcome, Reason] | None
) -> Kind:
    legal_basis, is_unlimited, bits, case_state, ends_on, size = kind
    handled = run.terms.concern_of(legal_basis, is_unlimited=is_unlimited)
    traits = Trait(bits)
    refusal = run.terms.refusal_of(legal_basis, is_unlimited=is_unlimited)
    facts = due_facts(traits, ends_on, run.today, refusal=refusal, has_case=case_state != NO_CASE)
    outcome, reason = verdict or decide_outcome(facts, run.today)
    if reason is Reason.case_exists and case_state == WAITING_CASE:
        outcome, reason = Outcome.invited, Reason.due
    letter = ""
    if outcome is Outcome.invited:
        letter = InvitationLetter.KIND
    elif reason is Reason.expired and not traits & (Trait.unaddressed | Trait.undated):
        letter = ExpiredLetter.KIND
    return Kind(
        legal_basis=legal_basis,
        is_unlimited=is_unlimited,
        traits=bits,
        case_state=case_state,
        concern_id=handled.concern.id,
        team_id=handled.team_id,
        outcome=outcome.value,
        reason=reason.value,
        letter=letter,
        size=size,
    )


def _note_cases(session: Session, run: OfficeRun) -> None:
    """Note the case each title has already; one without a title stands for those of its own concern."""
    found: dict[UUID, tuple[UUID, UUID, int]] = {}
    for one in list_cases(session):
        if one.title_id in found:
            continue
        concern = run.terms.concern_of(one.legal_basis, is_unlimited=one.is_unlimited).concern
        if not one.is_loose or one.concern_id == concern.id:
            state = WAITING_CASE if one.is_waiting else HAS_CASE
            found[one.title_id] = (one.title_id, one.case_id, state)
    if found:
        note_cases(session, list(found.values()))


def _fill_parts(session: Session, run: OfficeRun) -> set[str]:
    """Stage what the letters share, and return the names of all parts."""
    terms, parts = run.terms, run.parts
    days = [
        (
            concern,
            letter,
            end,
            terms.concerns[concern].lead.before(end),
            parts.days(letter, end) if letter else "",
        )
        for concern, letter, end in list_days(session)
    ]
    texts = [(*kind, *parts.text(kind)) for kind in map(TextKind._make, list_texts(session))]
    senders = parts.senders()
    for table, rows in ((DAY, days), (TEXT, texts), (SENDER, senders)):
        fill(session, table, rows)
    return {row[-1] for rows in (days, texts, senders) for row in rows if row[-1]}


def _count(session: Session) -> Sums:
    outcomes: Counter[str] = Counter()
    reasons: dict[str, int] = {}
    for outcome, reason, count in count_outcomes(session):
        if count:
            outcomes[outcome] += count
            reasons[reason] = count
    return Sums(**outcomes, reasons=reasons)


def _expired_task(
    title_id: UUID, ends_on: date, person_id: UUID, team_id: UUID, owner_id: UUID | None
) -> NewTask:
    return NewTask(
        kind="expired_title",
        dedupe_key=f"expired_title:{title_id.hex}:{ends_on}",
        person_id=person_id,
        team_id=team_id,
        owner_id=owner_id,
    )


def record_run(session: Session, run: OfficeRun, sums: Sums, *, now: datetime) -> None:
    """Write the audit row of one office's run, if anything became due."""
    if sums.due:
        audit.record(
            session,
            now=now,
            actor=run.actor,
            action="run_invitations",
            subject=("run", run.facts.run_id),
            office_id=run.office.id,
            run_id=run.facts.run_id,
            details={
                "due": sums.due,
                "invited": sums.invited,
                "excluded": sums.excluded,
                "failed": sums.failed,
            }
            | {f"reason_{reason}": count for reason, count in sorted(sums.reasons.items())},
        )
