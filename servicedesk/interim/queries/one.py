"""Read one confirmation whole: what it prints, what the rules say of its case today, what happened to it."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from servicedesk.cases.models import Case
from servicedesk.cases.queries.case_page import actor_names, list_history
from servicedesk.cases.queries.scope import Scope
from servicedesk.cases.queries.values import HistoryLine
from servicedesk.interim.law import settings_of
from servicedesk.interim.models import InterimConfirmation
from servicedesk.interim.queries.gathering import CaseInput, gather_cases
from servicedesk.interim.queries.printed import build_facts, open_facts
from servicedesk.interim.queries.register import ConfirmationRow, list_by_refs, list_of_case
from servicedesk.interim.queries.scope import find_confirmation_id
from servicedesk.interim.rules.deadlines import days_before
from servicedesk.interim.rules.values import InterimSettings, Outcome
from servicedesk.interim.seal import PrintedFacts
from servicedesk.kernel.clock import local_day
from servicedesk.kernel.crypto import Vault
from servicedesk.notices.queries import NoticeLine, list_notices_about
from servicedesk.offices.queries import OfficeView


@dataclass(frozen=True, slots=True)
class ConfirmationPage:
    """Hold one confirmation with everything its page shows.

    `printed` is what an issued one prints; `draft` what a proposal would print today, None where the register has
    no title to print. `siblings` are all of the case, the newest first.
    """

    row: ConfirmationRow
    printed: PrintedFacts | None
    draft: PrintedFacts | None
    outcome: Outcome
    is_case_open: bool
    siblings: tuple[ConfirmationRow, ...]
    history: tuple[HistoryLine, ...]
    notices: tuple[NoticeLine, ...]
    settings: InterimSettings
    anchor: date
    released_by: str
    first_released_by: str
    release_note: str
    ended_by: str
    end_note: str
    key_id: str
    letters: int

    @property
    def facts(self) -> PrintedFacts | None:
        """Return what it prints, or would print."""
        return self.printed or self.draft

    @property
    def hand_over_on(self) -> date:
        """Return the day on which an unreleased proposal goes to the deputy or the team."""
        return days_before(self.anchor, self.settings.hand_over_days)

    @property
    def release_on(self) -> date:
        """Return the day on which the clock releases it, where it may."""
        return days_before(self.anchor, self.settings.release_days)

    @property
    def is_released_by_clock(self) -> bool:
        """Tell whether nobody has to do anything for it to come."""
        return self.settings.is_automatic and self.outcome.is_machine_checked


def get_confirmation_page(
    session: Session, scope: Scope, office: OfficeView, vault: Vault, ref: str, *, now: datetime
) -> ConfirmationPage:
    """Return the confirmation with this reference; raises ConfirmationNotFound outside the scope."""
    row = session.get_one(InterimConfirmation, find_confirmation_id(session, scope, ref))
    (line,) = list_by_refs(session, scope, [row.ref])
    case = session.get_one(Case, row.case_id)
    gathered = gather_cases(session, office, [row.case_id], now=now)[row.case_id]
    siblings = list_of_case(session, scope, row.case_id)
    issued = next((one for one in siblings if one.state == "issued"), None)
    history = list_history(session, case)
    names = actor_names(session, {row.released_by, row.first_released_by, row.ended_by} - {""})
    return ConfirmationPage(
        row=line,
        printed=open_facts(vault, row.id, row.facts_sealed) if row.facts_sealed is not None else None,
        draft=_draft(row, gathered, office, now) if row.state in {"proposed", "released"} else None,
        outcome=gathered.outcome,
        is_case_open=case.closed_at is None,
        siblings=siblings,
        history=tuple(one for one in history if one.details.get("confirmation") == row.ref),
        notices=tuple(list_notices_about(session, office_id=office.id, subject_id=row.id)),
        settings=settings_of(office.details),
        anchor=issued.check_again_on if issued else row.title_ends_on,
        released_by=names.get(row.released_by, row.released_by),
        first_released_by=names.get(row.first_released_by, row.first_released_by),
        release_note=row.release_note,
        ended_by=names.get(row.ended_by, row.ended_by),
        end_note=row.end_note,
        key_id=row.key_id,
        letters=row.letters,
    )


def _draft(
    row: InterimConfirmation, case: CaseInput, office: OfficeView, now: datetime
) -> PrintedFacts | None:
    """Return what a proposal would print if it were issued today, None where the register does not say enough."""
    try:
        return build_facts(
            office,
            case,
            row.status_code,
            issued_on=local_day(now, office.zone),
            check_again_on=row.check_again_on,
        )
    except ValueError:
        return None
