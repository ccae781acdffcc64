"""Run the recurring work of booking: compile calendars, clear what ran out."""

from datetime import datetime
from functools import partial

from sqlalchemy import select

from servicedesk.booking.service import (
    compile_calendar,
    lapse_arrangement,
    list_lapsed,
    pass_appointments,
    sweep_holds,
)
from servicedesk.db.session import Database
from servicedesk.kernel.crypto import Vault
from servicedesk.offices.models import Office

_BATCH = 200


def run_calendar(database: Database, *, now: datetime) -> dict[str, int]:
    """Compile the calendar of every office, each in a transaction of its own; return the sums."""
    with database.reading() as session:
        office_ids = list(session.scalars(select(Office.id).order_by(Office.ref)))
    sums = {"offices": len(office_ids), "days": 0, "changed": 0, "realigned": 0, "conflicts": 0}
    for office_id in office_ids:
        report = database.run(partial(compile_calendar, office_id=office_id, now=now))
        sums["days"] += report.days
        sums["changed"] += report.changed
        sums["realigned"] += report.realigned
        sums["conflicts"] += report.conflicts
    return sums


def run_sweep(database: Database, *, now: datetime) -> dict[str, int]:
    """Free every hold that ran out and mark appointments whose day has gone by; return how many of each."""
    sums = {"holds": 0, "passed": 0}
    for name, work in (("holds", sweep_holds), ("passed", pass_appointments)):
        while True:
            found = database.run(partial(work, now=now, limit=_BATCH))
            sums[name] += found
            if found < _BATCH:
                break
    return sums


def run_lapses(
    database: Database, vault: Vault, *, now: datetime, public_url: str | None = None
) -> dict[str, int]:
    """End what office and resident were arranging and nobody answered in time; return how many."""
    with database.reading() as session:
        lapsed = list_lapsed(session, now=now)
    # One transaction each: the locks of several cases in one could wait for each other.
    for case_id in lapsed:
        end = partial(lapse_arrangement, case_id=case_id, now=now, vault=vault, public_url=public_url)
        database.run(end)
    return {"lapsed": len(lapsed)}
