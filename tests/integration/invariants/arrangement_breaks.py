"""Ways to break what holds of times that office and resident arrange."""

from datetime import timedelta

from sqlalchemy import insert

from servicedesk.booking.models import Arrangement
from servicedesk.kernel.ids import new_id
from tests.conftest import NOW


def add_request(sound, lapses_at):
    """Write an open request that keeps no time."""
    sound.breaks(
        insert(Arrangement).values(
            id=new_id(),
            office_id=sound.office.id,
            case_id=sound.case.id,
            origin="request",
            state="asked",
            reason="",
            note="",
            opened_at=NOW - timedelta(days=1),
            opened_by="system",
            lapses_at=lapses_at,
            changed_at=NOW,
            changed_by="system",
        )
    )


def break_times(sound):
    add_request(sound, NOW + timedelta(days=1))


def break_end(sound):
    add_request(sound, NOW - timedelta(hours=2))
    sound.ran("sweep")


BREAKS = {"arrangement_has_its_times": break_times, "arrangement_has_ended": break_end}
