"""Run the nightly work of outreach; each part in a transaction of its own."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from servicedesk.db.session import Database
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.ids import new_id
from servicedesk.offices.models import Office
from servicedesk.offices.queries import OfficeView, get_office_by_id
from servicedesk.outreach.queries.candidates import list_due_keys
from servicedesk.outreach.service.invitations import PART, Sums, invite_part, open_run, record_run
from servicedesk.outreach.service.reconcile import note_birthdays, open_reconcile_run, reconcile_part

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
) -> dict[str, Any]:
    """Invite everybody who became due since the last run, in every office or in one.

    Returns `{"due", "invited", "excluded", "failed", "reasons"}`, counting what became due in this run:
    `due = invited + excluded + failed`. Nights that were missed are caught up; a second run finds nothing.
    """
    run_id = run_id or new_id()
    total = Sums()
    for office in _offices(database, office_id):
        done = Sums()
        with database.reading() as session:
            run = open_run(session, office, now=now, run_id=run_id, public_url=public_url)
            keys = list_due_keys(session, run.terms, run.today)
        for start in range(0, len(keys), part):
            if should_stop():
                break
            work = partial(invite_part, vault=vault, run=run, now=now, keys=keys[start : start + part])
            done = done.joined(database.run(work))
            if progress is not None:
                progress(min(start + part, len(keys)), len(keys))
        database.run(partial(record_run, run=run, sums=done, now=now))
        total = total.joined(done)
    return {
        "due": total.due,
        "invited": total.invited,
        "excluded": total.excluded,
        "failed": total.failed,
        "reasons": dict(sorted(total.reasons.items())),
    }


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
            run = open_reconcile_run(session, office, now=now)
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
