"""Run the job `confirmations`: every step that is due, office by office, in parts that let others in between."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from servicedesk.db.session import Database
from servicedesk.interim.keys import Keyring, list_alarms
from servicedesk.interim.queries.candidates import list_candidates
from servicedesk.interim.queries.requests import has_open_requests
from servicedesk.interim.service import (
    InterimDesk,
    Writes,
    advance_cases,
    open_desk,
    raise_key_alarm,
    sweep_requests,
)
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.permissions import SYSTEM
from servicedesk.offices.models import Office

log = structlog.get_logger("servicedesk.interim")

PART = 200
"""How many cases one transaction takes on."""

_COUNTED = {
    "proposed": "propose_interim",
    "handed_over": "hand_over_interim",
    "released": "release_interim",
    "issued": "issue_interim",
    "superseded": "supersede_interim",
    "ended": "end_interim",
    "lapsed": "lapse_interim",
    "alarms": "alarm_interim",
    "waiting_for_key": "waiting_for_key",
    "not_sealed": "not_sealed",
    "failed": "failed",
}

Progress = Callable[[int, int], None]
"""Be told how many cases have been looked at, of how many of the office at work."""


def run_confirmations(
    database: Database,
    vault: Vault,
    *,
    now: datetime,
    open_keys: Callable[[datetime], Keyring],
    public_url: str | None = None,
    office_id: UUID | None = None,
    run_id: UUID | None = None,
    progress: Progress | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    part: int = PART,
) -> dict[str, Any]:
    """Propose, hand over, release, issue, renew and end confirmations wherever that is due now.

    Returns `{"cases", "proposed", "handed_over", "released", "issued", "superseded", "ended", "lapsed", "alarms",
    "waiting_for_key", "not_sealed", "failed", "requests_overdue", "key_alarms"}`. A second run finds nothing to do; two at the
    same time wait for each other case by case.
    """
    counts: Counter[str] = Counter()
    key_alarms: set[str] = set()
    keyring = open_keys(now)
    for one in _office_ids(database, office_id):
        opened = partial(
            open_desk, vault=vault, keyring=keyring, office_id=one, now=now, public_url=public_url
        )
        with database.reading() as session:
            desk = opened(session)
            wanted = list_candidates(session, desk.office, today=desk.today, settings=desk.settings)
            has_requests = has_open_requests(session, one)
        for start in range(0, len(wanted), part):
            if should_stop():
                break
            counts += _advance(database, opened, wanted[start : start + part], run_id)
            if progress is not None:
                progress(min(start + part, len(wanted)), len(wanted))
        counts["cases"] += len(wanted)
        # Only who has something to write takes the place of a writer.
        if has_requests:
            counts["requests_overdue"] += database.run(partial(_with_desk, opened, sweep_requests))
        if list_alarms(keyring, now):
            key_alarms.update(database.run(partial(_with_desk, opened, raise_key_alarm)))
    answer: dict[str, Any] = {"cases": counts["cases"]}
    answer |= {name: counts[action] for name, action in _COUNTED.items()}
    return answer | {"requests_overdue": counts["requests_overdue"], "key_alarms": sorted(key_alarms)}


def _advance(
    database: Database,
    opened: Callable[[Session], InterimDesk],
    case_ids: list[UUID],
    run_id: UUID | None,
) -> Counter[str]:
    """Take the steps of some cases in one transaction; where that fails, of each in its own.

    One case that nobody foresaw must not keep the letters of all others back.
    """
    try:
        return database.run(partial(_advance_part, opened, case_ids, run_id))
    except (DBAPIError, PoolTimeout):
        raise
    except Exception:
        if len(case_ids) == 1:
            log.exception("interim.case_failed", case=case_ids[0].hex)
            return Counter(failed=1)
    return sum((_advance(database, opened, [one], run_id) for one in case_ids), Counter[str]())


def _advance_part(
    opened: Callable[[Session], InterimDesk], case_ids: list[UUID], run_id: UUID | None, session: Session
) -> Counter[str]:
    writes = Writes(SYSTEM, run_id)
    advance_cases(session, opened(session), writes, case_ids)
    return writes.counts


def _with_desk(
    opened: Callable[[Session], InterimDesk], work: Callable[[Session, InterimDesk], Any], session: Session
) -> Any:
    return work(session, opened(session))


def _office_ids(database: Database, office_id: UUID | None) -> list[UUID]:
    if office_id is not None:
        return [office_id]
    with database.reading() as session:
        return list(session.scalars(select(Office.id).order_by(Office.ref)))
