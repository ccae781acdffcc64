"""Decide what becomes of a due title, and by when a person is asked to apply; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from servicedesk.cases.rules import CALL_WITHIN, N_
from servicedesk.outreach.errors import AttemptInFuture, AttemptNoteMissing

CONSUMER = "outreach"
"""Under this name the place in the register's changes is kept up to which outreach has worked."""

ASKED_WITHIN = timedelta(days=28)
"""How long after the invitation we ask for the application."""
RESERVE = timedelta(days=14)
"""How long before the end the application should be here, so that the confirmation is, too."""
LEAST_TIME = timedelta(days=7)
"""How much time a person gets at least, unless the title ends sooner."""


class Outcome(StrEnum):
    """Say what became of a due title."""

    invited = "invited"
    excluded = "excluded"
    failed = "failed"


class Reason(StrEnum):
    """Say why."""

    due = "due"
    sent_early = "sent_early"
    superseded = "superseded"
    moved_away = "moved_away"
    case_exists = "case_exists"
    vanished = "vanished"
    visa = "visa"
    ends_with_decision = "ends_with_decision"
    not_offered = "not_offered"
    expired = "expired"
    held = "held"
    no_name = "no_name"
    no_address = "no_address"
    unreadable = "unreadable"


REASON_LABELS: Mapping[Reason, str] = {
    Reason.due: N_("fällig"),
    Reason.sent_early: N_("auf Wunsch der Sachbearbeitung früher gesendet"),
    Reason.superseded: N_("es gibt einen neueren Titel"),
    Reason.moved_away: N_("verzogen"),
    Reason.case_exists: N_("es gibt schon einen Vorgang"),
    Reason.vanished: N_("fehlt in der letzten Liste"),
    Reason.visa: N_("Visum, kein Aufenthaltstitel dieser Behörde"),
    Reason.ends_with_decision: N_("endet mit der Entscheidung, nicht mit dem Datum"),
    Reason.not_offered: N_("zu diesem Anliegen wird nicht eingeladen"),
    Reason.expired: N_("war schon abgelaufen"),
    Reason.held: N_("zurückgehalten"),
    Reason.no_name: N_("kein Name"),
    Reason.no_address: N_("keine vollständige Anschrift"),
    Reason.unreadable: N_("Angaben nicht verwendbar"),
}

_REASONS = {reason.value: reason for reason in Reason}


class ReachKind(StrEnum):
    """Say how somebody tried to reach a person, and what came of it."""

    not_reached = "not_reached"
    will_apply = "will_apply"
    wrote = "wrote"
    other = "other"


REACH_LABELS: Mapping[ReachKind, str] = {
    ReachKind.not_reached: N_("angerufen, nicht erreicht"),
    ReachKind.will_apply: N_("angerufen, stellt den Antrag"),
    ReachKind.wrote: N_("geschrieben"),
    ReachKind.other: N_("anders, siehe Vermerk"),
}


@dataclass(frozen=True, slots=True)
class DueFacts:
    """Gather what decides about one due title. `refusal` is the catalogue's code where it is not invited.

    `has_birth_date` is false for what is no date at all; one with unknown parts is one.
    """

    ends_on: date
    is_superseded: bool = False
    moved_away_on: date | None = None
    has_case: bool = False
    has_vanished: bool = False
    refusal: str = ""
    is_held: bool = False
    has_name: bool = True
    has_address: bool = True
    has_birth_date: bool = True


def decide_outcome(facts: DueFacts, today: date) -> tuple[Outcome, Reason]:
    """Return what becomes of a due title, the strongest reason first.

    A title counts to the end of its last day (§ 188 Abs. 1 BGB): who is seen on that day is still invited.
    """
    if facts.is_superseded:
        return Outcome.excluded, Reason.superseded
    if facts.moved_away_on is not None and facts.moved_away_on <= today:
        return Outcome.excluded, Reason.moved_away
    if facts.has_case:
        return Outcome.excluded, Reason.case_exists
    if facts.has_vanished:
        return Outcome.excluded, Reason.vanished
    if facts.refusal:
        return Outcome.excluded, _REASONS.get(facts.refusal, Reason.not_offered)
    if facts.ends_on < today:
        return Outcome.excluded, Reason.expired
    if facts.is_held:
        return Outcome.excluded, Reason.held
    if not facts.has_name:
        return Outcome.failed, Reason.no_name
    if not facts.has_address:
        return Outcome.failed, Reason.no_address
    if not facts.has_birth_date:
        return Outcome.failed, Reason.unreadable
    return Outcome.invited, Reason.due


def decide_apply_by(ends_on: date, today: date) -> date:
    """Return the day by which we ask for the application: never after the last day, never before tomorrow week.

    Four weeks from now, but a fortnight before the end, and at least a week from now as long as the title lasts.
    """
    asked = min(today + ASKED_WITHIN, ends_on - RESERVE)
    return min(max(asked, today + LEAST_TIME), ends_on)


def risk_starts_on(ends_on: date, due_on: date | None, first_seen_on: date) -> date:
    """Return the day from which somebody who has not applied stands on the risk list."""
    return max(ends_on - CALL_WITHIN, due_on or date.min, first_seen_on)


def check_attempt(kind: ReachKind, tried_at: datetime, note: str, now: datetime) -> None:
    """Refuse an attempt of the future, and one of another kind that says nothing.

    Raises AttemptInFuture, AttemptNoteMissing.
    """
    if tried_at > now:
        raise AttemptInFuture
    if kind is ReachKind.other and not note.strip():
        raise AttemptNoteMissing
