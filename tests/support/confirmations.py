"""Interim confirmations as rows, without the way that leads to them; for the seal and its status."""

from datetime import date, timedelta

from servicedesk.cases.models import Case
from servicedesk.interim.models import InterimConfirmation
from servicedesk.kernel.ids import new_crockford, new_id, new_ref


def add_confirmation(session, case_id, *, now, state="issued", status_code=None, sequence=1, **more):
    """Add one confirmation of a case in any state; returns its status code."""
    case = session.get_one(Case, case_id)
    values = {
        "title_ends_on": now.date() + timedelta(days=13),
        "check_again_on": now.date() + timedelta(days=90),
        "line_digest": b"0" * 16,
        "token": "",
        "key_id": "",
    } | more
    row = InterimConfirmation(
        id=new_id(),
        office_id=case.office_id,
        case_id=case.id,
        person_id=case.person_id,
        title_id=new_id(),
        ref=new_ref("Z"),
        sequence=sequence,
        status_code=status_code or new_crockford(10),
        state=state,
        outcome_kind="issue",
        outcome_code="continues",
        rule_version="2026-11",
        is_machine_checked=True,
        received_at=now - timedelta(days=3),
        proposed_at=now - timedelta(days=2),
        valid_from_on=date(2026, 12, 7),
        **values,
    )
    session.add(row)
    session.flush()
    return row.status_code
