import os
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from servicedesk.booking.queries import list_guard_faults
from tests.conftest import NOW
from tests.races import acts
from tests.races.crowd import url_of
from tests.races.victim import POINTS
from tests.support.booking import make_world

EIGHT = datetime(2026, 12, 1, 8, 0)
TABLES = ("appointment", "appointment_cell", "outbox", "audit_event")


def counts(database):
    with database.reading() as session:
        return {table: session.scalar(text(f"SELECT count(*) FROM {table}")) for table in TABLES}


@pytest.mark.parametrize("point", POINTS)
def test_a_booking_killed_half_way_leaves_nothing_and_blocks_nobody(real_db, point):
    with real_db.unit_of_work() as session:
        world = make_world(session, now=NOW, cases=2)
    before = counts(real_db)
    arguments = [
        url_of(real_db),
        point,
        world.office_id,
        world.cases[0],
        world.desks[0],
        EIGHT,
        NOW.isoformat(),
    ]
    victim = subprocess.Popen(
        [sys.executable, "-m", "tests.races.victim", *map(str, arguments)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    try:
        assert victim.stdout.readline() == "here\n"
    finally:
        os.kill(victim.pid, signal.SIGKILL)
        victim.wait()
        victim.stdout.close()
    acts.book(real_db, world.resident(1), world.desks[0], EIGHT, NOW)
    after = counts(real_db)
    # Only the second person's booking is there: one row, three cells, its audit.
    assert after["appointment"] - before["appointment"] == 1
    assert after["appointment_cell"] == 3
    assert after["audit_event"] - before["audit_event"] == 1
    with real_db.reading() as session:
        assert list(list_guard_faults(session, world.office_id)) == []
        assert session.scalar(text("SELECT case_id FROM appointment")) in {
            world.cases[1],
            world.cases[1].hex,
        }
