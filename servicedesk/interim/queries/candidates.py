"""Find the cases whose confirmations may need a step now; what they need is decided from their facts."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from servicedesk.cases.models import Application, Case
from servicedesk.checklists.catalogue import load_catalogue
from servicedesk.interim.law import load_law
from servicedesk.interim.models import InterimConfirmation, InterimNote
from servicedesk.interim.queries.gathering import LIVE, ON_ITS_WAY
from servicedesk.interim.rules.eligibility import applies_for_title
from servicedesk.interim.rules.values import InterimSettings
from servicedesk.kernel.clock import day_end
from servicedesk.offices.queries import OfficeView
from servicedesk.register.models import Person, Title


def list_candidates(
    session: Session, office: OfficeView, *, today: date, settings: InterimSettings
) -> list[UUID]:
    """Return the cases to look at, each once, in a stable order."""
    horizon = today + timedelta(days=settings.propose_days)
    found = {
        case_id
        for case_id, ends_on, received_at in session.execute(_without_confirmation(office.id, horizon))
        # Late is late, whatever else is known: years of late applications need no look every ten minutes.
        if ends_on is None or received_at <= day_end(ends_on, office.zone)
    }
    for query in (
        _on_their_way(office.id),
        _running_out(office.id, horizon),
        _changed(office.id, today),
    ):
        found.update(session.scalars(query))
    return sorted(found)


def _without_confirmation(office_id: UUID, horizon: date) -> Select[UUID, date | None, datetime]:
    """Select open cases with their end and first receipt whose title ends soon or has ended, or has no known end.

    Left out are concerns that ask for no title, unless somebody noted something about this one.
    """
    live = exists().where(InterimConfirmation.case_id == Case.id, InterimConfirmation.state.in_(LIVE))
    noted = exists().where(InterimNote.case_id == Case.id, InterimNote.taken_back_at.is_(None))
    return (
        select(Case.id, Case.ends_on, func.min(Application.received_at))
        .join(Application, Application.case_id == Case.id)
        .where(
            Case.office_id == office_id,
            Case.closed_at.is_(None),
            Case.decision.is_(None),
            or_(Case.ends_on <= horizon, Case.ends_on.is_(None), Case.title_id.is_(None)),
            or_(Case.concern_id.not_in(_concerns_without_title()), noted),
            ~live,
        )
        .group_by(Case.id, Case.ends_on)
    )


def _concerns_without_title() -> list[str]:
    law = load_law()
    return [
        concern.id
        for concern in load_catalogue().list_concerns()
        if not applies_for_title(concern.id, has_continuation_effect=concern.has_continuation_effect, law=law)
    ]


def _on_their_way(office_id: UUID) -> Select[UUID]:
    return select(InterimConfirmation.case_id).where(
        InterimConfirmation.office_id == office_id, InterimConfirmation.state.in_(ON_ITS_WAY)
    )


def _running_out(office_id: UUID, horizon: date) -> Select[UUID]:
    return select(InterimConfirmation.case_id).where(
        InterimConfirmation.office_id == office_id,
        InterimConfirmation.state == "issued",
        InterimConfirmation.check_again_on <= horizon,
    )


def _changed(office_id: UUID, today: date) -> Select[UUID]:
    """Select issued confirmations that rest on facts which are others now.

    Compared are the rows as they stand, not a log of changes: what was missed once is found by the next look.
    """
    corrected = exists().where(
        Application.case_id == Case.id,
        Application.supersedes_id.is_not(None),
        Application.recorded_at > InterimConfirmation.issued_at,
    )
    noted = exists().where(
        InterimNote.case_id == Case.id,
        InterimNote.taken_back_at.is_(None),
        InterimNote.noted_at > InterimConfirmation.issued_at,
    )
    is_other = or_(
        Case.closed_at.is_not(None),
        Case.decision.is_not(None),
        and_(Person.moved_away_on.is_not(None), Person.moved_away_on <= today),
        Title.is_superseded,
        Title.effective_ends_on.is_(None),
        Title.effective_ends_on != InterimConfirmation.title_ends_on,
        Title.digest != InterimConfirmation.line_digest,
        corrected,
        noted,
    )
    return (
        select(InterimConfirmation.case_id)
        .join(Case, Case.id == InterimConfirmation.case_id)
        .join(Person, Person.id == InterimConfirmation.person_id)
        .join(Title, Title.id == InterimConfirmation.title_id)
        .where(InterimConfirmation.office_id == office_id, InterimConfirmation.state == "issued", is_other)
    )
