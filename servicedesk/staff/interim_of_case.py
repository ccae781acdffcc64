"""Load what a case's page shows of its interim confirmation."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from servicedesk.cases.queries.case_page import actor_names
from servicedesk.interim.queries.facts import InterimCase, find_interim_case
from servicedesk.interim.queries.notes import NoteLine, list_notes
from servicedesk.interim.queries.register import ConfirmationRow, list_of_case
from servicedesk.interim.queries.requests import RequestRow, list_requests_of_case
from servicedesk.interim.rules.guarantee import Judgement
from servicedesk.staff.common import own_scope
from servicedesk.web.runtime import now, office


@dataclass(frozen=True, slots=True)
class CaseInterim:
    """Hold the confirmations of a case, what the rules say, what was asked and noted; `names` by reference."""

    case: InterimCase
    judgement: Judgement
    confirmations: tuple[ConfirmationRow, ...]
    requests: tuple[RequestRow, ...]
    notes: tuple[NoteLine, ...]
    names: dict[str, str]

    @property
    def on_its_way(self) -> ConfirmationRow | None:
        """Return the one that is proposed or released."""
        return next((one for one in self.confirmations if one.state in {"proposed", "released"}), None)

    @property
    def issued(self) -> ConfirmationRow | None:
        """Return the one that holds."""
        return next((one for one in self.confirmations if one.state == "issued"), None)

    @property
    def last(self) -> ConfirmationRow | None:
        """Return the latest one."""
        return self.confirmations[0] if self.confirmations else None

    @property
    def open_request(self) -> RequestRow | None:
        """Return what the front desk waits for."""
        return next((one for one in self.requests if one.answered_at is None), None)

    @property
    def may_be_proposed(self) -> bool:
        """Tell whether a person can have one proposed now."""
        return self.case.outcome.may_be_proposed and not (
            self.on_its_way or self.issued or self.case.is_covered_elsewhere
        )


def load_interim(session: Session, case_id: UUID) -> CaseInterim | None:
    """Return the confirmation's part of a case in scope."""
    scope = own_scope(session)
    case = find_interim_case(session, office(), case_id, now=now())
    if case is None:
        return None
    requests = list_requests_of_case(session, scope, case_id)
    return CaseInterim(
        case=case,
        judgement=case.judge(office(), now()),
        confirmations=list_of_case(session, scope, case_id),
        requests=requests,
        notes=list_notes(session, case_id),
        names=actor_names(
            session, {one.asked_by for one in requests} | {one.answered_by for one in requests}
        ),
    )
