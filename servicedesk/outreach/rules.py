"""Decide what becomes of a due title, and by when a person is asked to apply; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from servicedesk.cases.rules import CALL_WITHIN, N_

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


@dataclass(frozen=True, slots=True)
class DueFacts:
    """Gather what decides about one due title. `refusal` is the catalogue's code where it is not invited."""

    ends_on: date
    is_superseded: bool = False
    moved_away_on: date | None = None
    has_case: bool = False
    has_vanished: bool = False
    refusal: str = ""
    is_held: bool = False
    has_name: bool = True
    has_address: bool = True


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
