"""Issue a released confirmation: seal, letter and the end of its predecessor in one transaction."""

from datetime import date

import structlog
from sqlalchemy.orm import Session

from servicedesk.cases.service import NewTask
from servicedesk.interim.errors import FactsTooLong, IssuedOutsideKey
from servicedesk.interim.queries.gathering import CaseInput, ConfirmationFacts
from servicedesk.interim.queries.printed import build_facts
from servicedesk.interim.rules.deadlines import decide_check_again, valid_from_on
from servicedesk.interim.seal import build_token
from servicedesk.interim.service.desk import InterimDesk
from servicedesk.interim.service.ending import supersede
from servicedesk.interim.service.printing import (
    confirmation_letter,
    frame_of,
    mail_frame,
    notice,
    seal_facts,
)
from servicedesk.interim.service.writes import Writes
from servicedesk.notices.contexts import InterimIssuedMail

log = structlog.get_logger("servicedesk.interim")


class NotSealed(Exception):
    """Say why a released confirmation could not be issued; `code` is what a run counts."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def issue(
    session: Session,
    desk: InterimDesk,
    writes: Writes,
    case: CaseInput,
    row: ConfirmationFacts,
    issued: ConfirmationFacts | None,
) -> date:
    """Seal a released confirmation and queue its letter; return its check-again day.

    An issued one of the same case is superseded by it. Raises NotSealed, and then nothing is written but a task.
    """
    key = desk.keyring.signing
    if key is None:
        raise NotSealed("waiting_for_key")
    if case.title is None:
        # The title has left the register since the release.
        writes.ask(_look_at(case, row, desk))
        raise NotSealed("not_sealed")
    ends_on = case.outcome.ends_on or date.max
    check_again_on = decide_check_again(ends_on, desk.today, desk.settings)
    facts = build_facts(
        desk.office, case, row.status_code, issued_on=desk.today, check_again_on=check_again_on
    )
    try:
        token = build_token(facts, key)
    except (FactsTooLong, IssuedOutsideKey) as fault:
        log.warning("interim.not_sealed", confirmation=row.ref, reason=fault.code)
        writes.ask(_look_at(case, row, desk))
        raise NotSealed("not_sealed") from fault
    if issued is not None:
        supersede(session, desk, writes, case, issued, by=row.ref)
    writes.change(
        row.id,
        state="issued",
        issued_at=desk.now,
        # What it says has been so since the day after the title's end, however late it comes (docs/adr/0018).
        valid_from_on=valid_from_on(ends_on),
        check_again_on=check_again_on,
        title_ends_on=ends_on,
        facts_sealed=seal_facts(desk, row.id, facts),
        token=token,
        key_id=key.public.id,
        letters=1,
    )
    letter = confirmation_letter(
        frame_of(session, desk, case), desk, facts, token, is_renewal=issued is not None
    )
    writes.send([notice(case, row.id, letter, "1")])
    if case.has_email:
        writes.send([notice(case, row.id, InterimIssuedMail(mail_frame(desk, case)), "1")])
    writes.settle(case.case.case_id, is_served=True)
    writes.note("issue_interim", case.case.case_id, row.ref, key=key.public.id, sequence=row.sequence)
    return check_again_on


def _look_at(case: CaseInput, row: ConfirmationFacts, desk: InterimDesk) -> NewTask:
    return NewTask(
        kind="interim_unissued",
        dedupe_key=f"interim_unissued:{row.id.hex}",
        person_id=case.case.person_id,
        case_id=case.case.case_id,
        team_id=case.case.team_id,
        owner_id=row.assigned_to,
        due_on=desk.today,
    )
