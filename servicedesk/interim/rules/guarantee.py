"""Judge the promise: whoever is eligible and applied in time holds a confirmation, or it is named a gap.

Eligible means: the rules say "issue". The confirmation speaks from the day after the last day D, and is there by noon
of that day or four hours after the application, whichever is later. A gap day is a day after D on which such a person
has neither a decision nor a confirmation. "A person must decide" is an alarm, never counted as covered.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from servicedesk.cases.rules import N_
from servicedesk.interim.rules.deadlines import ProposalFacts, days_before
from servicedesk.interim.rules.values import Code, InterimSettings, Outcome, OutcomeKind
from servicedesk.kernel.clock import instant_of, local_day

_NOON = time(12)
_TIME_TO_ISSUE = timedelta(hours=4)
_DAY = timedelta(days=1)


class Standing(StrEnum):
    """Say how somebody whose title ends stands towards the promise."""

    not_applied = "not_applied"
    declined = "declined"
    """The rules say no: the promise is not given."""
    settled = "settled"
    planned = "planned"
    confirmed = "confirmed"
    at_risk = "at_risk"
    alarm = "alarm"
    gap = "gap"


STANDING_LABELS: Mapping[Standing, str] = {
    Standing.not_applied: N_("noch kein Antrag"),
    Standing.declined: N_("keine Zwischenbestätigung vorgesehen"),
    Standing.settled: N_("erledigt"),
    Standing.planned: N_("rechtzeitig unterwegs"),
    Standing.confirmed: N_("bestätigt"),
    Standing.at_risk: N_("gefährdet"),
    Standing.alarm: N_("ein Mensch muss entscheiden"),
    Standing.gap: N_("Lücke"),
}


class Risk(StrEnum):
    """Say why somebody eligible is not covered, or may not be for long."""

    no_proposal = "no_proposal"
    unreleased = "unreleased"
    not_sealed = "not_sealed"
    renewal_due = "renewal_due"
    rules_leave_it = "rules_leave_it"
    """Rules say "a person must decide"; the outcome's own sentences say why."""


RISK_LABELS: Mapping[Risk, str] = {
    Risk.no_proposal: N_(
        "Es gibt noch keinen Vorschlag. Der Hintergrunddienst hat den Vorgang nicht aufgegriffen."
    ),
    Risk.unreleased: N_("Der Vorschlag ist nicht freigegeben."),
    Risk.not_sealed: N_(
        "Freigegeben, aber nicht ausgestellt: Es fehlt ein gültiger Schlüssel, oder die Angaben sind zu lang."
    ),
    Risk.renewal_due: N_(
        "Der Prüftag der Zwischenbestätigung ist nah oder vorbei, die neue ist nicht ausgestellt."
    ),
}

RISK_ACTS: Mapping[Risk, str] = {
    Risk.no_proposal: N_("Zwischenbestätigung vorschlagen und freigeben"),
    Risk.unreleased: N_("Zwischenbestätigung freigeben"),
    Risk.not_sealed: N_("Schlüssel prüfen und ausstellen"),
    Risk.renewal_due: N_("Neue Zwischenbestätigung freigeben"),
}


@dataclass(frozen=True, slots=True)
class Cover:
    """Be the days one issued confirmation speaks of; `until_on` is its check-again day or the day it ended."""

    issued_at: datetime
    from_on: date
    until_on: date


@dataclass(frozen=True, slots=True)
class GuaranteeFacts:
    """Gather what decides whether the promise is kept for one case.

    `known_at` is the instant since which the office could know: when the application was recorded, the case opened
    or the end corrected, whichever came last. `covers` are all confirmations ever issued for the case.
    `is_covered_elsewhere`: another case of the person carries the confirmation for this title, and the promise.
    """

    outcome: Outcome
    known_at: datetime | None = None
    proposal: ProposalFacts | None = None
    covers: tuple[Cover, ...] = ()
    is_covered_elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """Say how one case stands; `reason` and `act` are German message ids, empty where nothing is to be done.

    `first_gap_on` and `gap_days` name the days without cover up to today.
    """

    standing: Standing
    deadline_at: datetime | None = None
    risk: Risk | None = None
    reason: str = ""
    act: str = ""
    first_gap_on: date | None = None
    gap_days: int = 0


def decide_deadline(ends_on: date, known_at: datetime, zone: ZoneInfo) -> datetime:
    """Return by when the confirmation has to be there: noon of the day after, or four hours after applying."""
    noon = instant_of(datetime.combine(ends_on + _DAY, _NOON), zone)
    return max(noon, known_at + _TIME_TO_ISSUE)


def judge(facts: GuaranteeFacts, *, now: datetime, zone: ZoneInfo, settings: InterimSettings) -> Judgement:
    """Say whether the promise is kept for one case at this instant."""
    outcome = facts.outcome
    if outcome.ends_confirmation or facts.is_covered_elsewhere:
        return Judgement(Standing.settled)
    if outcome.code is Code.not_applied:
        return Judgement(Standing.not_applied, reason=outcome.text.reason, act=outcome.text.act)
    if outcome.kind is OutcomeKind.decline:
        return Judgement(Standing.declined, reason=outcome.text.reason, act=outcome.text.act)
    today = local_day(now, zone)
    if outcome.kind is OutcomeKind.person:
        return _judge_person(facts, today)
    return _judge_eligible(facts, now, today, zone, settings)


def _judge_person(facts: GuaranteeFacts, today: date) -> Judgement:
    ends_on = facts.outcome.ends_on
    if ends_on is not None and _reaches(facts.covers, max(today, ends_on + _DAY)):
        return Judgement(Standing.confirmed)
    text = facts.outcome.text
    return Judgement(Standing.alarm, risk=Risk.rules_leave_it, reason=text.reason, act=text.act)


def _judge_eligible(
    facts: GuaranteeFacts, now: datetime, today: date, zone: ZoneInfo, settings: InterimSettings
) -> Judgement:
    ends_on, known_at = facts.outcome.ends_on, facts.known_at
    if ends_on is None or known_at is None:
        raise ValueError("an eligible case has a last day and an application")
    deadline = decide_deadline(ends_on, known_at, zone)
    gaps = list_uncovered(facts.covers, ends_on + _DAY, today)
    if gaps and now > deadline:
        risk = _why_uncovered(facts)
        return Judgement(
            Standing.gap,
            deadline,
            risk,
            RISK_LABELS[risk],
            RISK_ACTS[risk],
            first_gap_on=gaps[0][0],
            gap_days=sum((last - first).days + 1 for first, last in gaps),
        )
    found = _find_risk(facts, ends_on, known_at, today, zone, settings)
    if found is not None:
        return Judgement(Standing.at_risk, deadline, found, RISK_LABELS[found], RISK_ACTS[found])
    is_covered = _reaches(facts.covers, max(today, ends_on + _DAY))
    return Judgement(Standing.confirmed if is_covered else Standing.planned, deadline)


def _why_uncovered(facts: GuaranteeFacts) -> Risk:
    if facts.proposal is None:
        return Risk.renewal_due if facts.covers else Risk.no_proposal
    return Risk.not_sealed if facts.proposal.is_released else Risk.unreleased


def _find_risk(
    facts: GuaranteeFacts,
    ends_on: date,
    known_at: datetime,
    today: date,
    zone: ZoneInfo,
    settings: InterimSettings,
) -> Risk | None:
    """Return what keeps the plan from working, None while it goes as planned.

    What became known today still has its time; a proposal that only a person may release counts as soon as it was
    handed over, one that the clock releases only when the clock should have.
    """
    reached_on = _reached_on(facts.covers, ends_on + _DAY)
    anchor = ends_on if reached_on is None else reached_on
    if facts.proposal is not None and facts.proposal.is_released:
        return Risk.not_sealed
    is_clockwork = settings.is_automatic and facts.outcome.is_machine_checked
    if facts.proposal is not None:
        days = settings.release_days if is_clockwork else settings.hand_over_days
        is_fresh = local_day(facts.proposal.proposed_at, zone) >= today
        is_late = today > days_before(anchor, days) if is_clockwork else today >= days_before(anchor, days)
        if not is_late or (is_fresh and today <= ends_on):
            return None
        return Risk.renewal_due if reached_on is not None else Risk.unreleased
    if today <= days_before(anchor, settings.propose_days) or local_day(known_at, zone) >= today:
        return None
    return Risk.renewal_due if reached_on is not None else Risk.no_proposal


def list_uncovered(covers: Iterable[Cover], first: date, last: date) -> tuple[tuple[date, date], ...]:
    """Return the spans of days from `first` to `last` that no cover speaks of, both ends included."""
    spans = []
    day = first
    for cover in sorted(covers, key=lambda cover: cover.from_on):
        if day > last:
            break
        if cover.until_on < cover.from_on:
            continue
        if cover.from_on > day:
            spans.append((day, min(last, cover.from_on - _DAY)))
        if cover.until_on >= day:
            day = cover.until_on + _DAY if cover.until_on < last else last + _DAY
    if day <= last:
        spans.append((day, last))
    return tuple(spans)


def list_lived_gaps(
    covers: Iterable[Cover],
    ends_on: date,
    known_at: datetime,
    first: date,
    last: date,
    zone: ZoneInfo,
) -> Iterator[date]:
    """Yield the days after the end, from `first` to `last`, at whose end nothing had been issued, though it was due.

    A confirmation that came late says rightly that the title continued, but does not undo the days without it.
    """
    due_on = local_day(decide_deadline(ends_on, known_at, zone), zone)
    held = [replace(cover, from_on=max(cover.from_on, local_day(cover.issued_at, zone))) for cover in covers]
    for begin, end in list_uncovered(held, max(first, ends_on + _DAY, due_on), last):
        yield from (begin + timedelta(days=number) for number in range((end - begin).days + 1))


def _reaches(covers: Iterable[Cover], day: date) -> bool:
    return any(cover.from_on <= day <= cover.until_on for cover in covers)


def _reached_on(covers: Iterable[Cover], first: date) -> date | None:
    """Return the last day up to which cover runs without a hole from `first`, None where it does not begin."""
    reached: date | None = None
    for cover in sorted(covers, key=lambda cover: cover.from_on):
        if cover.from_on <= (first if reached is None else reached + _DAY) and cover.until_on >= first:
            reached = cover.until_on if reached is None else max(reached, cover.until_on)
    return reached
