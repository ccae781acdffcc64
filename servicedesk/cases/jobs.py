"""Follow up what checking has left open: tell of rejections, ask again, close gates that papers no longer bear."""

from collections import Counter
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from servicedesk.cases.errors import Unreachable
from servicedesk.cases.models import Case, CaseRequirement
from servicedesk.cases.queries.case_facts import read_open_papers, times_for
from servicedesk.cases.queries.scope import office_scope
from servicedesk.cases.queries.to_check import (
    list_follow_ups,
    list_overdue,
    list_ready,
    list_stuck,
    list_untold,
)
from servicedesk.cases.rules import PaperState
from servicedesk.cases.service.asking import tell_rejections
from servicedesk.cases.service.fact_trail import lock_case
from servicedesk.cases.service.ready import close_gate
from servicedesk.cases.service.tasks import NewTask, open_tasks
from servicedesk.db.session import Database
from servicedesk.kernel.clock import local_day
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.permissions import SYSTEM
from servicedesk.offices.models import Office
from servicedesk.offices.queries import get_office_by_id


def run_checking(
    database: Database, vault: Vault, *, now: datetime, public_url: str | None = None
) -> dict[str, Any]:
    """Do for every office what the clock has to do about cases that are being checked.

    Returns `{"told", "unreachable", "closed", "follow_ups", "overdue", "stuck"}`: people told of rejections and
    people nothing reaches, gates closed because a paper grew too old, and tasks that hold now. Twice is harmless.
    """
    counts: Counter[str] = Counter()
    with database.reading() as session:
        office_ids = list(session.scalars(select(Office.id).order_by(Office.id)))
    for office_id in office_ids:
        with database.reading() as session:
            office = get_office_by_id(session, office_id)
            times, today = times_for(session, office_id), local_day(now, office.zone)
            before = now - timedelta(minutes=times.tell_minutes)
            untold, ready = list_untold(session, office_id, before=before), list_ready(session, office_id)
        for case_id in untold:
            # A case at a time: whoever works on one of them waits for it only.
            counts += database.run(partial(_tell, vault, case_id, now, public_url))
        for case_id in ready:
            counts["closed"] += database.run(partial(_close, case_id, now))
        counts += database.run(partial(_ask, office_id=office_id, today=today, now=now))
    names = ("told", "unreachable", "closed", "follow_ups", "overdue", "stuck")
    return {name: counts[name] for name in names}


def _tell(
    vault: Vault, case_id: UUID, now: datetime, public_url: str | None, session: Session
) -> Counter[str]:
    try:
        return Counter(
            told=min(1, tell_rejections(session, vault, case_id=case_id, now=now, public_url=public_url))
        )
    except Unreachable:
        case = session.get_one(Case, case_id)
        case.told_at = now
        task = _task(case, "paper_rejected_untold", f"{now:%Y%m%d}")
        open_tasks(session, office_id=case.office_id, tasks=(task,), now=now)
        return Counter(unreachable=1)


def _close(case_id: UUID, now: datetime, session: Session) -> int:
    """Close the gate of a case whose papers grew too old; what else its list asks for by now, a person judges."""
    case = lock_case(session, case_id)
    if case.closed_at is not None:
        return 0
    states = read_open_papers(session, case, now=now).states
    stale = [document for document, state in states.items() if state is PaperState.stale]
    stored = select(CaseRequirement.document_id).where(
        CaseRequirement.case_id == case_id, CaseRequirement.state == PaperState.accepted.value
    )
    known = set(session.scalars(stored))
    document = next((one for one in stale if one in known), None)
    return (
        0 if document is None else int(close_gate(session, case, actor=SYSTEM, now=now, document_id=document))
    )


def _ask(session: Session, *, office_id: UUID, today: date, now: datetime) -> Counter[str]:
    """Open the tasks of the day; one that is known stays as it is."""
    waiting = list_follow_ups(session, office_id, today)
    overdue = [case for case in list_overdue(session, office_id, today) if _lacks(session, case, now)]
    stuck = list_stuck(session, office_scope(office_id), now=now)
    tasks = [
        *(_task(case, "follow_up", f"{case.follow_up_on:%Y%m%d}", case.follow_up_on) for case in waiting),
        *(_task(case, "papers_overdue", f"{case.bring_by_on:%Y%m%d}") for case in overdue),
        *(
            NewTask(
                kind="case_stuck",
                dedupe_key=f"case_stuck:{one.case_id.hex}:{one.since:%Y%m%d%H%M%S}",
                person_id=one.person_id,
                case_id=one.case_id,
                team_id=one.team_id,
                owner_id=one.owner_id,
            )
            for one in stuck
        ),
    ]
    open_tasks(session, office_id=office_id, tasks=tasks, now=now)
    return Counter(follow_ups=len(waiting), overdue=len(overdue), stuck=len(stuck))


def _lacks(session: Session, case: Case, now: datetime) -> bool:
    found = read_open_papers(session, case, now=now)
    return any(found.states.get(line.document.id) is not PaperState.received for line in found.lines)


def _task(case: Case, kind: str, key: str, due_on: date | None = None) -> NewTask:
    return NewTask(
        kind=kind,
        dedupe_key=f"{kind}:{case.id.hex}:{key}",
        person_id=case.person_id,
        case_id=case.id,
        team_id=case.team_id,
        owner_id=case.owner_id,
        due_on=due_on,
    )
