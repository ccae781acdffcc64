"""Let a confirmation follow at once what was decided about its case, in the same transaction."""

from uuid import UUID

from sqlalchemy.orm import Session

from servicedesk.interim.service.advancing import advance_cases
from servicedesk.interim.service.desk import InterimDesk
from servicedesk.interim.service.writes import Writes
from servicedesk.kernel.permissions import Actor


def settle_case(session: Session, desk: InterimDesk, *, case_id: UUID, actor: Actor) -> dict[str, int]:
    """Take every step that is due for one case; call it after deciding, closing or noting something.

    A decision ends the confirmation here; where an edge forgets to call, the job `confirmations` does it minutes
    later. Returns how many acts of each kind there were.
    """
    writes = Writes(actor)
    advance_cases(session, desk, writes, [case_id])
    return dict(writes.counts)
