"""Check interim confirmations: the promise, the seal, and that nothing waits unseen."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_, select

from servicedesk.cases.models import Application, Case
from servicedesk.db.jobs import find_last_run
from servicedesk.interim.errors import SealKeyRevoked, SealRefused
from servicedesk.interim.law import settings_of
from servicedesk.interim.models import InterimConfirmation
from servicedesk.interim.queries.facts import InterimCase, list_interim_cases
from servicedesk.interim.rules.deadlines import Step, StepKind
from servicedesk.interim.rules.guarantee import Standing
from servicedesk.interim.seal import SealReading, read_token
from servicedesk.invariants.kinds import Calculation, Finding, Ground, Statement
from servicedesk.kernel.clock import day_end, instant_of, local_day
from servicedesk.offices.queries import OfficeView, get_office_by_id, list_offices

JOB = "confirmations"
"""The job that takes the steps; what it has not had the chance to do is not left behind."""

STATEMENTS: tuple[Statement, ...] = (
    Statement(
        "issued_confirmation_is_sealed",
        "I16",
        "every issued confirmation has its seal, its key and its printed facts",
        """SELECT ref, state FROM interim_confirmation
           WHERE state = 'issued' AND (token = '' OR key_id = '' OR facts_sealed IS NULL OR issued_at IS NULL)""",
    ),
    Statement(
        "one_issued_confirmation_per_case",
        "I2",
        "a case has at most one confirmation in force",
        """SELECT case_id, 'issued' FROM interim_confirmation WHERE state = 'issued'
           GROUP BY case_id HAVING count(*) > 1""",
    ),
    Statement(
        "one_confirmation_on_its_way_per_case",
        "I2",
        "a case has at most one confirmation that is proposed or released",
        """SELECT case_id, 'on its way' FROM interim_confirmation WHERE state IN ('proposed', 'released')
           GROUP BY case_id HAVING count(*) > 1""",
    ),
    Statement(
        "confirmation_has_the_marks_of_its_state",
        "I5",
        "what is over says when and why, what was released says when, what is proposed neither",
        """SELECT ref, state FROM interim_confirmation
           WHERE state NOT IN ('proposed', 'released', 'issued', 'superseded', 'withdrawn', 'ended', 'declined',
               'lapsed')
           OR (state IN ('proposed', 'released', 'issued')) <> (ended_at IS NULL)
           OR (ended_at IS NOT NULL AND (end_reason = '' OR ended_by = ''))
           OR (state IN ('released', 'issued') AND released_at IS NULL)
           OR (state = 'proposed' AND released_at IS NOT NULL)
           OR (issued_at IS NOT NULL AND released_at IS NULL)
           OR (state IN ('superseded', 'withdrawn', 'ended') AND issued_at IS NULL)
           OR (state IN ('declined', 'lapsed') AND issued_at IS NOT NULL)""",
    ),
    Statement(
        "superseded_confirmation_has_a_successor",
        "I5",
        "what was superseded was so by a later confirmation of the same case that was issued",
        """SELECT c.ref, c.state FROM interim_confirmation c WHERE c.state = 'superseded' AND NOT EXISTS (
             SELECT 1 FROM interim_confirmation n WHERE n.case_id = c.case_id AND n.sequence > c.sequence
               AND n.issued_at IS NOT NULL)""",
    ),
    Statement(
        "confirmation_belongs_to_its_case",
        "I11",
        "confirmation, case, person and title belong together",
        """SELECT c.ref, c.state FROM interim_confirmation c LEFT JOIN service_case s ON s.id = c.case_id
           LEFT JOIN title t ON t.id = c.title_id
           WHERE s.id IS NULL OR s.office_id <> c.office_id OR s.person_id <> c.person_id
           OR t.id IS NULL OR t.person_id <> c.person_id""",
    ),
    Statement(
        "issued_confirmations_are_audited",
        "I8",
        "every confirmation that was issued has its audit row",
        """SELECT c.case_id, 'confirmations' FROM interim_confirmation c WHERE c.issued_at IS NOT NULL
           GROUP BY c.case_id HAVING count(*) > (SELECT count(*) FROM audit_event e
             WHERE e.subject_id = c.case_id AND e.action = 'issue_interim')""",
    ),
    Statement(
        "confirmation_ends_with_its_case",
        "I5",
        "no confirmation is in force an hour after its case was decided or closed, while the job runs",
        """SELECT c.ref, coalesce(s.decision, s.closed_reason) FROM interim_confirmation c
           JOIN service_case s ON s.id = c.case_id
           WHERE c.state IN ('proposed', 'released', 'issued')
           AND (s.decided_at < :hour_ago OR s.closed_at < :hour_ago)
           AND EXISTS (SELECT 1 FROM job_run r WHERE r.name = 'confirmations' AND r.state = 'done'
             AND r.started_at > :hour_ago)""",
    ),
    Statement(
        "released_confirmation_is_issued",
        "I16",
        "nothing stays released for an hour without being sealed and issued",
        """SELECT ref, 'not issued' FROM interim_confirmation WHERE state = 'released'
           AND released_at < :hour_ago""",
    ),
    Statement(
        "request_of_the_front_desk_is_seen",
        "I5",
        "an emergency request that waits too long is in an alarm, while the job runs",
        """SELECT q.id, 'waits' FROM interim_request q WHERE q.answered_at IS NULL AND q.alarmed_at IS NULL
           AND q.asked_at < :request_limit
           AND EXISTS (SELECT 1 FROM job_run r WHERE r.name = 'confirmations' AND r.state = 'done'
             AND r.started_at > :hour_ago)""",
    ),
)


def _find_gaps(ground: Ground) -> Iterator[Finding]:
    """Judge every open case whose title has ended, and that has an application."""
    for office, case in _open_cases(ground):
        judged = case.judge(office, ground.now)
        if judged.standing is Standing.gap:
            yield case.case_ref, f"{judged.gap_days} gap days since {judged.first_gap_on}: {judged.risk}"


def _find_old_alarms(ground: Ground) -> Iterator[Finding]:
    """Find what the rules leave to a person, where the title has ended longer ago than an alarm may last."""
    for office, case in _open_cases(ground):
        judged = case.judge(office, ground.now)
        if judged.standing is not Standing.alarm:
            continue
        since = _alarm_began_at(office, case)
        if ground.now - since > timedelta(hours=settings_of(office.details).alarm_age_hours):
            yield case.case_ref, f"{case.outcome.code} undecided for {(ground.now - since).days} days"


def _find_left_behind(ground: Ground) -> Iterator[Finding]:
    """Find steps that were due, and due to be known, before the job last began; and silent alarms."""
    run = find_last_run(ground.session, JOB)
    if run is None:
        return
    for office, case in _cases_at_work(ground):
        step = case.next_step(office, ground.now)
        if _is_left_behind(case, step, office, run.started_at):
            yield case.case_ref, f"{step.kind} was due" + (f" on {step.on}" if step.on else "")


def _is_left_behind(case: InterimCase, step: Step, office: OfficeView, ran_at: datetime) -> bool:
    if step.kind in {StepKind.none, StepKind.wait, StepKind.issue} or case.is_covered_elsewhere:
        return False
    if step.kind is StepKind.ask and (case.on_its_way is None or case.on_its_way.is_alarmed):
        return False
    due_at = case.known_at
    if step.on is not None:
        due_at = max(due_at, instant_of(datetime(step.on.year, step.on.month, step.on.day), office.zone))
    if case.proposal is not None:
        due_at = max(due_at, case.proposal.proposed_at)
    ends = [at for at in (case.decided_at, case.closed_at) if at is not None]
    return max([due_at, *ends]) < ran_at


def _find_bad_seals(ground: Ground) -> Iterator[Finding]:
    """Read every seal with the published keys; a key that was revoked spoils only what is still in force."""
    query = (
        select(InterimConfirmation)
        .where(InterimConfirmation.issued_at.is_not(None), InterimConfirmation.token != "")
        .order_by(InterimConfirmation.ref)
        .execution_options(yield_per=500)
    )
    for row in ground.session.scalars(query):
        try:
            reading = read_token(row.token, ground.keys)
        except SealKeyRevoked:
            if row.state == "issued":
                yield row.ref, "its key was revoked: issue a new one (servicedesk seal-keys reissue)"
        except SealRefused as fault:
            yield row.ref, fault.code
        else:
            yield from _odd_facts(row, reading)


def _odd_facts(row: InterimConfirmation, reading: SealReading) -> Iterator[Finding]:
    facts = reading.facts
    said = (facts.status_code, facts.title_ends_on, facts.check_again_on, reading.key_id)
    if said != (row.status_code, row.title_ends_on, row.check_again_on, row.key_id):
        yield row.ref, "the seal says something else than the register"


def _open_cases(ground: Ground) -> Iterator[tuple[OfficeView, InterimCase]]:
    """Yield the undecided cases with an application whose title has ended, or whose end nobody knows."""
    for office, case in _cases_at_work(ground):
        ends_on = case.outcome.ends_on
        is_undecided = case.closed_at is None and not case.facts.decision and case.facts.received_at
        if is_undecided and (ends_on is None or ends_on < local_day(ground.now, office.zone)):
            yield office, case


def _cases_at_work(ground: Ground) -> Iterable[tuple[OfficeView, InterimCase]]:
    """Return, read once, every undecided case with an application and every case with a living confirmation."""
    if "cases_at_work" not in ground.memory:
        ground.memory["cases_at_work"] = [
            (office, case)
            for office in (get_office_by_id(ground.session, one.id) for one in list_offices(ground.session))
            for case in list_interim_cases(ground.session, office, only=_IS_AT_WORK, now=ground.now)
        ]
    found: list[tuple[OfficeView, InterimCase]] = ground.memory["cases_at_work"]
    return found


_IS_AT_WORK: ColumnElement[bool] = or_(
    exists().where(
        InterimConfirmation.case_id == Case.id,
        InterimConfirmation.state.in_(("proposed", "released", "issued")),
    ),
    and_(Case.closed_at.is_(None), Case.decision.is_(None), exists().where(Application.case_id == Case.id)),
)


def _alarm_began_at(office: OfficeView, case: InterimCase) -> datetime:
    """Return since when nothing covers the person: the end, the last day covered, a no, or what became known."""
    instants = [case.known_at, case.facts.declined_at or case.known_at]
    days = [cover.until_on for cover in case.covers]
    if case.outcome.ends_on is not None:
        days.append(case.outcome.ends_on)
    instants += [day_end(day, office.zone) for day in days if day < date.max]
    return max(instants)


CALCULATIONS: tuple[Calculation, ...] = (
    Calculation(
        "nobody_falls_into_a_gap",
        "I19",
        "whoever is eligible and applied in time has a decision or a confirmation for every day after the end",
        _find_gaps,
    ),
    Calculation(
        "alarm_is_answered",
        "I19",
        "what only a person can decide is decided soon after the title ended",
        _find_old_alarms,
    ),
    Calculation(
        "no_step_is_left_behind",
        "I5",
        "no proposal, hand-over, release or end was passed over by the job",
        _find_left_behind,
    ),
    Calculation(
        "seal_verifies",
        "I16",
        "the seal of every confirmation ever issued verifies with the published keys and says what the register says",
        _find_bad_seals,
    ),
)
