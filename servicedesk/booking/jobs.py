"""Run the recurring work of booking: compile calendars, clear what ran out."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from servicedesk.booking.errors import SlotTaken
from servicedesk.booking.queries import list_waiting_for_proposal
from servicedesk.booking.service import (
    compile_calendar,
    lapse_arrangement,
    list_lapsed,
    list_untold_ready,
    pass_appointments,
    propose_time,
    sweep_holds,
    tell_ready,
)
from servicedesk.db.session import Database
from servicedesk.kernel.crypto import Vault
from servicedesk.offices.models import Office

_BATCH = 200

_PROPOSED_AT_ONCE = 2000
"""How many people of one office a night looks at; the desks have no room for more."""


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


def run_ready_news(
    database: Database, vault: Vault, *, now: datetime, public_url: str | None = None
) -> dict[str, int]:
    """Write to those whose papers are complete and who may choose a time now; return how many."""
    with database.reading() as session:
        ready = list_untold_ready(session)
    for case_id in ready:
        database.run(partial(tell_ready, case_id=case_id, now=now, vault=vault, public_url=public_url))
    return {"told_ready": len(ready)}


def run_proposals(
    database: Database,
    vault: Vault,
    *,
    now: datetime,
    public_url: str | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> dict[str, int]:
    """Propose times to those who wait for one, the title that ends first leading, while desks have room.

    `waiting = proposed + no_room`, always.
    """
    with database.reading() as session:
        office_ids = list(session.scalars(select(Office.id).order_by(Office.ref)))
    sums = {"waiting": 0, "proposed": 0, "no_room": 0}
    for office_id in office_ids:
        with database.reading() as session:
            waiting = list_waiting_for_proposal(session, office_id, limit=_PROPOSED_AT_ONCE)
        for case_id in waiting:
            if should_stop():
                return sums
            propose = partial(propose_time, case_id=case_id, now=now, vault=vault, public_url=public_url)
            is_proposed = _try_twice(database, propose)
            sums["waiting"] += 1
            sums["proposed" if is_proposed else "no_room"] += 1
    return sums


def _try_twice(database: Database, propose: Callable[[Session], bool]) -> bool:
    """Propose; where somebody took the time meanwhile, once more with what is free then."""
    try:
        return database.run(propose)
    except SlotTaken:
        pass
    try:
        return database.run(propose)
    except SlotTaken:
        return False
