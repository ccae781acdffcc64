"""Tell people that nothing can be issued: without a key there is no letter."""

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from servicedesk.cases.service import NewTask, open_tasks
from servicedesk.interim.keys import list_alarms
from servicedesk.interim.models import InterimConfirmation
from servicedesk.interim.service.desk import InterimDesk

log = structlog.get_logger("servicedesk.interim")

_TASK = "interim_no_key"


def raise_key_alarm(session: Session, desk: InterimDesk) -> list[str]:
    """Log what is wrong with the keys of the seal and open a task a day in every team; return the alarms' codes."""
    alarms = list_alarms(desk.keyring, desk.now)
    if not alarms:
        return []
    waiting = session.scalar(
        select(func.count()).where(
            InterimConfirmation.office_id == desk.office.id, InterimConfirmation.state == "released"
        )
    )
    for alarm in alarms:
        log.error("interim.seal_keys", office=desk.office.ref, alarm=alarm.code, waiting=waiting)
    open_tasks(
        session,
        office_id=desk.office.id,
        tasks=[
            NewTask(
                kind=_TASK,
                dedupe_key=f"{_TASK}:{team_id.hex}:{desk.today.isoformat()}",
                team_id=team_id,
                due_on=desk.today,
            )
            for team_id in sorted(desk.letters.teams)
        ],
        now=desk.now,
    )
    return [alarm.code for alarm in alarms]
