"""Read what the holder of a code is told about the interim confirmation: where it stands, never what it prints."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from servicedesk.interim.law import settings_of
from servicedesk.interim.models import InterimConfirmation
from servicedesk.interim.queries.facts import InterimCase, find_interim_case
from servicedesk.interim.queries.scope import is_renewal
from servicedesk.interim.rules.deadlines import days_before
from servicedesk.interim.rules.guarantee import decide_deadline
from servicedesk.interim.rules.values import Code, OutcomeKind
from servicedesk.kernel.clock import local_day
from servicedesk.offices.queries import OfficeView

_WAS_ISSUED = ("issued", "superseded", "withdrawn", "ended")
_TOLD = frozenset(
    {
        Code.applied_late,
        Code.schengen_visa,
        Code.tolerated_stay,
        Code.asylum_permission,
        Code.extended_by_ordinance,
        Code.unlimited_title,
        Code.free_movement,
        Code.not_for_title,
    }
)
"""Outcomes whose advice says no more than the letter in the reader's hand; a decision, an identity check or an asylum
application is nothing for whoever else opens that letter (ADR 0015)."""


class Place(StrEnum):
    """Say where the confirmation stands, in the order in which people live through it."""

    will_come = "will_come"
    """Nothing to do: it is made by `until_on`, not before `from_on`."""
    issued = "issued"
    ended = "ended"
    being_checked = "being_checked"
    """A person has to look first; `advice` says what to do meanwhile."""
    not_meant = "not_meant"
    """The rules say no; `advice` says what to do instead."""
    on_another_case = "on_another_case"


@dataclass(frozen=True, slots=True)
class ResidentConfirmation:
    """Tell a person about their confirmation; `advice` is a German message id, empty where a code may not show it.

    `issued_on` and `check_again_on` are those of the last one issued; with `ended_on` it holds no longer, which may
    also be so while a new one will come.
    """

    place: Place
    advice: str = ""
    from_on: date | None = None
    until_on: date | None = None
    issued_on: date | None = None
    check_again_on: date | None = None
    is_renewal: bool = False
    ended_on: date | None = None
    end_reason: str = ""


def find_resident_confirmation(
    session: Session, office: OfficeView, case_id: UUID, *, now: datetime
) -> ResidentConfirmation | None:
    """Return what to tell about the confirmation of a case, None before the application."""
    case = find_interim_case(session, office, case_id, now=now)
    if case is None or case.outcome.code is Code.not_applied:
        return None
    last = session.scalars(
        select(InterimConfirmation)
        .where(InterimConfirmation.case_id == case_id, InterimConfirmation.state.in_(_WAS_ISSUED))
        .order_by(InterimConfirmation.sequence.desc())
        .limit(1)
    ).first()
    if last is not None and last.issued_at is not None and last.state == "issued":
        return ResidentConfirmation(
            Place.issued,
            issued_on=local_day(last.issued_at, office.zone),
            check_again_on=last.check_again_on,
            is_renewal=is_renewal(session, last.id),
        )
    coming = _without_one(case, office, now)
    if last is None or last.issued_at is None or last.ended_at is None:
        return coming
    told = replace(
        coming,
        issued_on=local_day(last.issued_at, office.zone),
        ended_on=local_day(last.ended_at, office.zone),
        end_reason=last.end_reason,
    )
    return told if coming.place is Place.will_come else replace(told, place=Place.ended)


def _without_one(case: InterimCase, office: OfficeView, now: datetime) -> ResidentConfirmation:
    outcome = case.outcome
    advice = outcome.text.advice if outcome.code in _TOLD else ""
    if case.is_covered_elsewhere:
        return ResidentConfirmation(Place.on_another_case)
    if outcome.kind is OutcomeKind.decline:
        return ResidentConfirmation(Place.not_meant, advice=advice)
    if outcome.kind is OutcomeKind.person or outcome.ends_on is None or case.known_at is None:
        return ResidentConfirmation(Place.being_checked, advice=advice)
    settings, today = settings_of(office.details), local_day(now, office.zone)
    from_on = max(today, days_before(outcome.ends_on, settings.propose_days))
    promised = decide_deadline(outcome.ends_on, case.known_at, office.zone)
    until_on = local_day(promised, office.zone)
    if settings.is_automatic and outcome.is_machine_checked:
        # The clock releases it some days before the end; whoever applied later has it the same day.
        until_on = min(
            until_on, max(days_before(outcome.ends_on, settings.release_days), today + timedelta(days=1))
        )
    return ResidentConfirmation(Place.will_come, from_on=from_on, until_on=until_on)
