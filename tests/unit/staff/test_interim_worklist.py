"""Which proposals may be released with one press, and which have to be looked at."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from servicedesk.interim.queries.register import ConfirmationRow
from servicedesk.kernel.ids import new_id
from servicedesk.staff.interim_worklist import Work, pick, sort_work

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
ROW = ConfirmationRow(
    id=new_id(),
    ref="Z-0000-0000",
    sequence=1,
    is_renewal=False,
    state="proposed",
    status_code="0000000000",
    outcome_kind="issue",
    outcome_code="title_continues",
    is_machine_checked=True,
    person_id=new_id(),
    family_name="Çelik",
    given_names="Amina",
    file_number="33.1",
    birth=(1990, 5, 17),
    case_id=new_id(),
    case_ref="V-0000-0000",
    is_case_visible=True,
    legal_basis="16b.1",
    employment_condition="Erwerbstätigkeit erlaubt",
    title_ends_on=date(2026, 12, 5),
    received_at=NOW,
    proposed_at=NOW,
    assigned_to=None,
    escalated_at=None,
    first_released_at=None,
    first_released_by="",
    released_at=None,
    is_automatic=False,
    issued_at=None,
    check_again_on=date(2027, 3, 5),
    ended_at=None,
    end_reason="",
)


@pytest.mark.parametrize(
    ("changes", "work", "is_pressable"),
    [
        ({}, Work.release, True),
        ({"is_machine_checked": False}, Work.look, False),
        ({"outcome_kind": "person", "is_machine_checked": False}, Work.look, False),
        ({"first_released_at": NOW, "first_released_by": "staff:other"}, Work.second, True),
        ({"first_released_at": NOW, "first_released_by": "staff:me"}, Work.second, False),
        (
            {"first_released_at": NOW, "first_released_by": "staff:other", "is_machine_checked": False},
            Work.second,
            False,
        ),
        ({"state": "released"}, Work.seal, False),
    ],
)
def test_each_proposal_has_its_place(changes, work, is_pressable):
    (one,) = sort_work([replace(ROW, **changes)], "staff:me")
    assert (one.work, one.is_pressable) == (work, is_pressable)
    assert pick([one], work) == (one,)
    assert pick([one], *(set(Work) - {work})) == ()
