"""Build the invitation a person would get, so that a case worker can read it before it is sent."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from servicedesk.cases.errors import PersonNotFound
from servicedesk.cases.queries.scope import build_scope
from servicedesk.kernel.ids import new_id
from servicedesk.kernel.permissions import Actor
from servicedesk.notices.contexts import LetterContext
from servicedesk.offices.queries import get_office_by_id
from servicedesk.outreach.errors import NotInvitable
from servicedesk.outreach.queries.candidates import list_candidates, load_loose
from servicedesk.outreach.queries.preview import title_condition
from servicedesk.outreach.rules import REASON_LABELS, Outcome, Reason
from servicedesk.outreach.service.invitations import decide, open_run
from servicedesk.register.models import Person, Title


def build_preview(
    session: Session, *, title_id: UUID, actor: Actor, now: datetime, public_url: str | None = None
) -> tuple[UUID, LetterContext]:
    """Return the person and the letter; nothing is written, no code is drawn.

    Raises PersonNotFound outside the actor's scope, NotInvitable where there would be no letter.
    """
    query = (
        select(Title)
        .join(Person, Person.id == Title.person_id)
        .where(Title.id == title_id, title_condition(build_scope(session, actor)))
    )
    title = session.scalar(query)
    if title is None:
        raise PersonNotFound
    if title.effective_ends_on is None:
        raise NotInvitable(reason=REASON_LABELS[Reason.not_offered])
    office = get_office_by_id(session, title.office_id)
    run = open_run(session, office, now=now, run_id=new_id(), public_url=public_url, actor=actor)
    found = list_candidates(session, run.terms, [(title.id, title.effective_ends_on)])
    if not found:
        raise NotInvitable(reason=REASON_LABELS[Reason.case_exists])
    one = decide(found[0], run, load_loose(session, office.id))
    if one.outcome is not Outcome.invited and one.reason is not Reason.held:
        raise NotInvitable(reason=REASON_LABELS[one.reason])
    notice = run.writer.invitation(one.candidate, one.person, one.handled, one.owner_id, new_id(), new_id())
    if not isinstance(notice.context, LetterContext):
        raise TypeError("an invitation is a letter")
    return title.person_id, notice.context
