"""Write a proposal: what it rests on, who is to look at it."""

from typing import Any

from servicedesk.interim.queries.gathering import CaseInput
from servicedesk.interim.rules.deadlines import decide_assignee, decide_check_again, valid_from_on
from servicedesk.interim.service.desk import InterimDesk
from servicedesk.kernel.ids import new_crockford, new_id, new_ref

CONFIRMATION_REF = "Z"
_STATUS_SIGNS = 10


def build_proposal(desk: InterimDesk, case: CaseInput) -> dict[str, Any] | None:
    """Return the row of a new proposal; None where there is no title to print, no end or no application."""
    title, ends_on, received_at = case.title, case.outcome.ends_on, case.case.facts.received_at
    if title is None or ends_on is None or received_at is None:
        return None
    return {
        "id": new_id(),
        "office_id": desk.office.id,
        "case_id": case.case.case_id,
        "person_id": case.case.person_id,
        "title_id": title.id,
        "ref": new_ref(CONFIRMATION_REF),
        "sequence": case.next_sequence,
        "status_code": new_crockford(_STATUS_SIGNS),
        "state": "proposed",
        "outcome_kind": case.outcome.kind.value,
        "outcome_code": case.outcome.code.value,
        "rule_version": case.outcome.rule_version,
        "is_machine_checked": case.outcome.is_machine_checked,
        "title_ends_on": ends_on,
        "received_at": received_at,
        "line_digest": title.line_digest,
        "proposed_at": desk.now,
        "assigned_to": decide_assignee(case.case.owner_id, desk.standing_in),
        "escalated_at": None,
        "alarmed_at": None,
        "first_released_at": None,
        "first_released_by": "",
        "released_at": None,
        "released_by": "",
        "release_note": "",
        "is_automatic": False,
        "issued_at": None,
        "valid_from_on": valid_from_on(ends_on),
        "check_again_on": decide_check_again(ends_on, desk.today, desk.settings),
        "facts_sealed": None,
        "token": "",
        "key_id": "",
        "letters": 0,
        "handed_out_at": None,
        "ended_at": None,
        "end_reason": "",
        "end_note": "",
        "ended_by": "",
    }
