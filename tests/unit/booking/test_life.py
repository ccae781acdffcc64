from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servicedesk.booking.errors import AppointmentChanged, AppointmentPast, NotBooked
from servicedesk.booking.rules.life import (
    HOLD_BUDGET,
    HOLD_TIME,
    HOLD_WINDOW,
    AppointmentRow,
    Slot,
    State,
    decide_change,
    decide_hold_end,
)

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
DESK = uuid4()


def row(state, *, ref="T-1", starts_at=NOW + timedelta(days=3), created_at=NOW, expires=None, changed_at=NOW):
    return AppointmentRow(
        id=uuid4(),
        office_id=uuid4(),
        case_id=uuid4(),
        desk_id=DESK,
        ref=ref,
        uid="u",
        sequence=0,
        starts_local=datetime(2026, 11, 26, 9, 0),
        starts_at=starts_at,
        minutes=15,
        state=State(state),
        hold_expires_at=expires,
        created_at=created_at,
        changed_at=changed_at,
    )


def hold(began, lasted=HOLD_TIME, state="expired", ended=None):
    return row(state, created_at=began, expires=began + lasted, changed_at=ended or began + lasted)


def test_the_first_hold_lasts_ten_minutes():
    assert decide_hold_end([], NOW) == NOW + timedelta(minutes=10)


def test_choosing_again_keeps_the_first_end():
    live = hold(NOW - timedelta(minutes=9), state="held")
    assert decide_hold_end([live], NOW) == NOW + timedelta(minutes=1)


def test_a_hold_that_has_run_out_does_not_count_as_running():
    gone = hold(NOW - timedelta(minutes=10), state="held")
    assert not gone.is_live_hold(NOW)
    assert decide_hold_end([gone], NOW) == NOW + HOLD_TIME


def test_the_budget_is_used_up_by_six_full_holds_in_a_day():
    earlier = [hold(NOW - timedelta(minutes=11 * n)) for n in range(1, 7)]
    assert decide_hold_end(earlier, NOW) is None
    assert decide_hold_end(earlier[:5], NOW) == NOW + HOLD_TIME
    assert decide_hold_end(earlier, NOW + HOLD_WINDOW) == NOW + HOLD_WINDOW + HOLD_TIME


def test_the_rest_of_the_budget_shortens_a_hold():
    earlier = [hold(NOW - timedelta(hours=n)) for n in range(1, 6)]
    earlier.append(hold(NOW - timedelta(hours=7), ended=NOW - timedelta(hours=7) + timedelta(minutes=6)))
    assert decide_hold_end(earlier, NOW) == NOW + timedelta(minutes=4)


def test_holds_that_became_appointments_do_not_count():
    booked = row("booked", created_at=NOW - timedelta(hours=1))
    assert decide_hold_end([booked] * 9, NOW) == NOW + HOLD_TIME


@settings(deadline=None)
@given(st.lists(st.sampled_from([30, 90, 300, 599, 601, 1800]), max_size=80))
def test_no_way_of_choosing_holds_times_longer_than_the_budget(pauses):
    rows, now, reserved = [], NOW, timedelta(0)
    for seconds in pauses:
        end = decide_hold_end(rows, now)
        live = next((r for r in rows if r.is_live_hold(now)), None)
        rows = [r for r in rows if r is not live and r.state != "held"] + [
            hold(r.created_at, r.hold_expires_at - r.created_at, ended=min(now, r.hold_expires_at))
            for r in rows
            if r is live or r.state == "held"
        ]
        later = now + timedelta(seconds=seconds)
        if end is not None:
            rows.append(hold(now, end - now, state="held"))
            reserved += min(end, later) - now
        now = later
        if now - NOW > HOLD_WINDOW:
            break
    assert reserved <= HOLD_BUDGET


@pytest.mark.parametrize("state", ["cancelled", "expired", "held"])
def test_what_was_cancelled_or_never_booked_cannot_change(state):
    with pytest.raises(NotBooked):
        decide_change([row(state)], "T-1", NOW)


@pytest.mark.parametrize("state", ["kept", "no_show", "passed"])
def test_what_is_over_cannot_change(state):
    with pytest.raises(AppointmentPast):
        decide_change([row(state)], "T-1", NOW)


def test_changing_is_possible_up_to_the_start():
    booked = row("booked", starts_at=NOW)
    assert decide_change([booked], "T-1", NOW - timedelta(seconds=1)) is booked
    with pytest.raises(AppointmentPast):
        decide_change([booked], "T-1", NOW)


def test_who_looks_at_the_old_time_is_told_of_the_new_one():
    rows = [row("moved"), row("booked", ref="T-2")]
    with pytest.raises(AppointmentChanged) as refused:
        decide_change(rows, "T-1", NOW)
    assert refused.value.params["ref"] == "T-2"
    with pytest.raises(NotBooked):
        decide_change([row("moved"), row("cancelled", ref="T-2")], "T-1", NOW)
    with pytest.raises(NotBooked):
        decide_change([], "T-9", NOW)


def test_overlap_needs_the_same_desk_and_a_common_minute():
    booked = row("booked")
    nine = datetime(2026, 11, 26, 9, 0)
    assert booked.overlaps(Slot(DESK, nine + timedelta(minutes=10), 15))
    assert not booked.overlaps(Slot(DESK, nine + timedelta(minutes=15), 15))
    assert not booked.overlaps(Slot(DESK, nine - timedelta(minutes=15), 15))
    assert not booked.overlaps(Slot(uuid4(), nine, 15))
