"""Every mode against every standing: what picking does, or why nothing can be picked."""

from itertools import product

import pytest

from servicedesk.booking.rules.access import Access, Pick, Standing, Why, decide_access
from servicedesk.offices.rules.setup import AppointmentMode

DIRECT, REQUEST, READY, PROPOSED = AppointmentMode

CASES = [
    (DIRECT, Standing(), Access(Pick.book)),
    (DIRECT, Standing(is_offered=True), Access(Pick.book, has_offer=True)),
    (REQUEST, Standing(), Access(Pick.ask)),
    (REQUEST, Standing(is_asked=True), Access(None, Why.asked)),
    (REQUEST, Standing(is_offered=True), Access(Pick.ask, has_offer=True)),
    (REQUEST, Standing(has_appointment=True), Access(Pick.ask)),
    (READY, Standing(), Access(None, Why.not_ready)),
    (READY, Standing(is_ready=True), Access(Pick.book)),
    (READY, Standing(has_appointment=True), Access(None, Why.not_ready)),
    (READY, Standing(is_offered=True), Access(None, Why.not_ready, has_offer=True)),
    (PROPOSED, Standing(), Access(None, Why.office_proposes)),
    (PROPOSED, Standing(is_offered=True), Access(Pick.book, has_offer=True)),
    (PROPOSED, Standing(was_offered=True), Access(Pick.book)),
    (PROPOSED, Standing(has_appointment=True), Access(Pick.book)),
]


@pytest.mark.parametrize(("mode", "standing", "access"), CASES)
def test_what_a_resident_may_do(mode, standing, access):
    assert decide_access(mode, standing) == access


def test_a_closed_case_picks_nothing_and_every_no_has_a_reason():
    for mode, facts in product(AppointmentMode, product((False, True), repeat=6)):
        access = decide_access(mode, Standing(*facts))
        assert (access.pick is None) is (access.why is not None)
        if facts[0]:
            assert access == Access(None, Why.closed)
