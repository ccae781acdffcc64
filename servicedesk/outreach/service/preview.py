"""Build the invitation a person would get, so that a case worker can read it before it is sent."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from servicedesk.cases.frames import open_letter_desk
from servicedesk.cases.queries.scope import build_scope
from servicedesk.checklists.rules import read_register
from servicedesk.kernel.clock import local_day
from servicedesk.kernel.permissions import Actor
from servicedesk.notices.contexts import LetterContext
from servicedesk.offices.queries import get_office_by_id
from servicedesk.outreach.errors import NotInvitable
from servicedesk.outreach.queries.candidates import judge, list_candidates, load_loose
from servicedesk.outreach.queries.preview import get_title_in_scope
from servicedesk.outreach.queries.terms import load_terms
from servicedesk.outreach.queries.traits import register_facts
from servicedesk.outreach.rules import REASON_LABELS, Outcome, Reason
from servicedesk.outreach.service.letters import LetterWriter


def build_preview(
    session: Session, *, title_id: UUID, actor: Actor, now: datetime, public_url: str | None = None
) -> tuple[UUID, LetterContext]:
    """Return the person and the letter; nothing is written, no code is drawn.

    Raises PersonNotFound outside the actor's scope, NotInvitable where there would be no letter.
    """
    title = get_title_in_scope(session, build_scope(session, actor), title_id)
    if title.effective_ends_on is None:
        raise NotInvitable(reason=REASON_LABELS[Reason.not_offered])
    office = get_office_by_id(session, title.office_id)
    today = local_day(now, office.zone)
    terms = load_terms(session, office, today)
    found = list_candidates(session, terms, [(title.id, title.effective_ends_on)], today)
    if not found:
        raise NotInvitable(reason=REASON_LABELS[Reason.case_exists])
    one = found[0]
    handled, outcome, reason = judge(one, terms, load_loose(session, office.id), today)
    if outcome is not Outcome.invited and reason is not Reason.held:
        raise NotInvitable(reason=REASON_LABELS[reason])
    writer = LetterWriter(terms.catalogue, open_letter_desk(session, office, public_url), today)
    letter = writer.invitation(
        one.addressee,
        handled,
        one.ends_on,
        register=read_register(register_facts(one.nationalities, one.passport, today)),
        has_effect=terms.catalogue.has_continuation_effect(one.legal_basis, is_unlimited=one.is_unlimited),
        owner_id=terms.owner_of(handled.team_id, one.surname_key),
    )
    return title.person_id, letter
