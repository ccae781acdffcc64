"""Run the nightly work of outreach; each part in a transaction of its own."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from servicedesk.db.session import Database
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.ids import new_id
from servicedesk.offices.models import Office
from servicedesk.offices.queries import OfficeView, get_office_by_id
from servicedesk.outreach.queries.candidates import DuePart, list_due_parts
from servicedesk.outreach.service.invitations import (
    PART,
    OfficeRun,
    Sums,
    invite_part,
    keep_catalogue,
    open_run,
    record_run,
)
from servicedesk.outreach.service.reconcile import note_birthdays, open_reconcile_run, reconcile_part

_AREA = 0x1A71_7E50
_LARGE = 2 * PART

Progress = Callable[[int, int], None]
"""Be told how many titles are settled, of how many of the office at work."""


def run_invitations(
    database: Database,
    vault: Vault,
    *,
    now: datetime,
    public_url: str | None = None,
    office_id: UUID | None = None,
    run_id: UUID | None = None,
    progress: Progress | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    part: int = PART,
    workers: int | None = None,
) -> dict[str, Any]:
    """Invite everybody who became due since the last run, in every office or in one.

    Returns `{"due", "invited", "excluded", "failed", "reasons"}`, counting what became due in this run:
    `due = invited + excluded + failed`. Nights that were missed are caught up; a second run finds nothing. A run at
    the same time waits for its turn, office by office. `workers` threads share the parts of a large cohort, by
    default two on PostgreSQL: one writes while the other decides.
    """
    run_id = run_id or new_id()
    total = Sums()
    for office in _offices(database, office_id):
        with _office_turn(database, office.id):
            with database.reading() as session:
                run = open_run(session, vault, office, now=now, run_id=run_id, public_url=public_url)
                parts = list_due_parts(session, run.terms, run.today, part)
            due = sum(one.count for one in parts)
            if due:
                # Before the parts, of which the first to write it would make all others wait.
                database.run(partial(keep_catalogue, run=run))
            work = partial(_settle_part, database, run, should_stop)
            done = Sums()
            for sums in _in_turn(work, parts, _choose_workers(database, due, workers)):
                done = done.joined(sums)
                if progress is not None:
                    progress(done.due, due)
            database.run(partial(record_run, run=run, sums=done, now=now))
        total = total.joined(done)
    return {
        "due": total.due,
        "invited": total.invited,
        "excluded": total.excluded,
        "failed": total.failed,
        "reasons": dict(sorted(total.reasons.items())),
    }


def _settle_part(database: Database, run: OfficeRun, should_stop: Callable[[], bool], part: DuePart) -> Sums:
    if should_stop():
        return Sums()
    return database.run(partial(invite_part, run=run, part=part))


def _choose_workers(database: Database, titles: int, workers: int | None) -> int:
    if workers is not None:
        return workers
    return 2 if database.is_postgresql and titles >= _LARGE else 1


def _in_turn(work: Callable[[DuePart], Sums], parts: list[DuePart], workers: int) -> Iterator[Sums]:
    """Yield the sums of each part, in their order."""
    if workers == 1:
        yield from map(work, parts)
        return
    with ThreadPoolExecutor(max_workers=workers, thread_name_prefix="invite") as pool:
        running = [pool.submit(work, part) for part in parts]
        try:
            for future in running:
                yield future.result()
        finally:
            for future in running:
                future.cancel()


@contextmanager
def _office_turn(database: Database, office_id: UUID) -> Iterator[None]:
    """Let one run at a time work on an office; another one waits and then finds what is left.

    An advisory lock of a connection of its own on PostgreSQL, so that it ends with its owner. On SQLite every part
    is the only writer while it runs, and asks again what is still unsettled.
    """
    if not database.is_postgresql:
        yield
        return
    key = {"area": _AREA, "office": int.from_bytes(office_id.bytes[-4:], signed=True)}
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SELECT pg_advisory_lock(:area, :office)"), key)
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:area, :office)"), key)


def run_reconcile(
    database: Database,
    vault: Vault,
    *,
    now: datetime,
    public_url: str | None = None,
    office_id: UUID | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> dict[str, Any]:
    """Follow what imports changed, and give people who came of age a code of their own.

    Returns how many changes of each kind had an effect, and `birthdays`. Runs before the invitations of a night.
    """
    done: Counter[str] = Counter()
    for office in _offices(database, office_id):
        with database.reading() as session:
            run = open_reconcile_run(session, vault, office, now=now)
        while not should_stop():
            counted = database.run(partial(reconcile_part, run=run, now=now))
            if not counted:
                break
            done.update(counted)
        work = partial(note_birthdays, vault=vault, run=run, now=now, public_url=public_url)
        done["birthdays"] += database.run(work)
    return dict(sorted(done.items()))


def _offices(database: Database, office_id: UUID | None) -> list[OfficeView]:
    with database.reading() as session:
        return [get_office_by_id(session, found) for found in _office_ids(session, office_id)]


def _office_ids(session: Session, office_id: UUID | None) -> list[UUID]:
    if office_id is not None:
        return [office_id]
    return list(session.scalars(select(Office.id).order_by(Office.ref)))
