"""Decide what has to happen with a case's confirmation next, by when, and in whose hands it lies."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from servicedesk.interim.rules.values import Code, InterimSettings, Outcome
from servicedesk.kernel.clock import local_day
from servicedesk.kernel.intervals import Lead, add_months


class StepKind(StrEnum):
    """Name what happens next; `wait` and `none` ask for nothing."""

    none = "none"
    wait = "wait"
    propose = "propose"
    hand_over = "hand_over"
    release = "release"
    issue = "issue"
    """Released, but not sealed yet: try again."""
    ask = "ask"
    """A person has to act now, the night may not."""
    lapse = "lapse"
    end = "end"


@dataclass(frozen=True, slots=True)
class ProposalFacts:
    """Say where a proposal stands; `is_released`: only its seal is missing."""

    proposed_at: datetime
    handed_over_at: datetime | None = None
    is_released: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """Say what happens next; `on` is the day for which it was planned, None where there is nothing to plan."""

    kind: StepKind
    on: date | None = None


def decide_step(
    outcome: Outcome,
    proposal: ProposalFacts | None,
    check_again_on: date | None,
    *,
    now: datetime,
    zone: ZoneInfo,
    settings: InterimSettings,
) -> Step:
    """Return the next step of one case; `check_again_on` is that of its issued confirmation, None without one.

    Days count back from the last day of the title, for a renewal from the check-again day. A release by the clock
    comes before a hand-over; nothing waits for a second pair of eyes longer than the clock allows.
    """
    if outcome.ends_confirmation:
        return Step(StepKind.end if check_again_on or proposal else StepKind.none)
    if not outcome.may_be_proposed:
        if proposal is not None:
            return Step(StepKind.lapse)
        return Step(StepKind.ask if check_again_on else StepKind.none)
    anchor = check_again_on or outcome.ends_on or date.max
    today = local_day(now, zone)
    if proposal is None:
        return _step_without_proposal(outcome, anchor, today, settings)
    return _step_of_proposal(outcome, proposal, anchor, today, zone, settings)


def _step_without_proposal(outcome: Outcome, anchor: date, today: date, settings: InterimSettings) -> Step:
    propose_on = days_before(anchor, settings.propose_days)
    if today < propose_on:
        return Step(StepKind.wait, propose_on)
    if outcome.code is Code.declined_by_person:
        return Step(StepKind.ask, propose_on)
    return Step(StepKind.propose, propose_on)


def _step_of_proposal(
    outcome: Outcome,
    proposal: ProposalFacts,
    anchor: date,
    today: date,
    zone: ZoneInfo,
    settings: InterimSettings,
) -> Step:
    if proposal.is_released:
        return Step(StepKind.issue, today)
    release_on = days_before(anchor, settings.release_days)
    is_last_call = today >= release_on
    if is_last_call and settings.is_automatic and outcome.is_machine_checked:
        return Step(StepKind.release, release_on)
    if proposal.handed_over_at is None:
        # Whoever gets a proposal late has the rest of that day for it, unless the end is near.
        proposed_on = local_day(proposal.proposed_at, zone)
        had_a_day_on = min(proposed_on + timedelta(days=1), max(proposed_on, release_on))
        hand_over_on = max(days_before(anchor, settings.hand_over_days), had_a_day_on)
        return Step(StepKind.hand_over if today >= hand_over_on else StepKind.wait, hand_over_on)
    return Step(StepKind.ask if is_last_call else StepKind.wait, release_on)


def decide_assignee(
    owner_id: UUID | None, standing_in: Mapping[UUID, UUID | None], *, is_overdue: bool = False
) -> UUID | None:
    """Return who has to act, None for the team's inbox.

    `standing_in` names for everybody absent today their deputy, or None. A present owner who let the hand-over day
    pass gives the proposal to the team; an absent one to the deputy, also where the deputy's deputy stands in.
    """
    if owner_id is None or (is_overdue and owner_id not in standing_in):
        return None
    asked: set[UUID] = set()
    member: UUID | None = owner_id
    while member is not None and member in standing_in and member not in asked:
        asked.add(member)
        member = standing_in[member]
    return None if member in asked else member


def valid_from_on(ends_on: date) -> date:
    """Return the first day a confirmation speaks of: the day after the title's last one."""
    return ends_on + timedelta(days=1)


def decide_check_again(ends_on: date, issued_on: date, settings: InterimSettings) -> date:
    """Return the day by which readers are asked to check again; never a "valid until"."""
    return _after(settings.check_again, max(ends_on, issued_on))


def days_before(day: date, days: int) -> date:
    """Return the day so many days earlier, at worst the calendar's first."""
    return day - timedelta(days=days) if (day - date.min).days >= days else date.min


def _after(span: Lead, day: date) -> date:
    try:
        return add_months(day, span.months) + timedelta(days=span.days)
    except (OverflowError, ValueError):
        return date.max
