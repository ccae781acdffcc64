"""Gather once per run how an office invites: leads, teams, owners of letters."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from servicedesk.checklists.catalogue import Catalogue, load_catalogue
from servicedesk.checklists.queries import office_catalogue
from servicedesk.checklists.rules import Concern
from servicedesk.kernel.intervals import Lead
from servicedesk.offices.models import LetterInterval
from servicedesk.offices.queries import OfficeView, list_concerns, list_teams

DIRECT = "direct"


@dataclass(frozen=True, slots=True)
class ConcernTerms:
    """Say how the office handles one concern."""

    concern: Concern
    lead: Lead
    team_id: UUID
    is_direct: bool


@dataclass(frozen=True, slots=True)
class OfficeTerms:
    """Hold leads, teams and letter intervals of one office, for a whole run."""

    office: OfficeView
    catalogue: Catalogue
    concerns: dict[str, ConcernTerms]
    intervals: dict[UUID, tuple[tuple[str, ...], tuple[UUID | None, ...]]]

    def concern_of(self, legal_basis: str, *, is_unlimited: bool) -> ConcernTerms:
        """Return how the concern a title leads to is handled."""
        return self.concerns[self.catalogue.concern_of_title(legal_basis, is_unlimited=is_unlimited).id]

    def refusal_of(self, legal_basis: str, *, is_unlimited: bool) -> str:
        """Return why titles of this basis are not invited, empty where they are."""
        rule = None if is_unlimited else self.catalogue.basis_of(legal_basis)
        return rule.reason if rule is not None and not rule.is_invited else ""

    def owner_of(self, team_id: UUID, surname_key: str) -> UUID | None:
        """Return who owns a surname in a team: the last interval whose beginning is not after the key."""
        los, owners = self.intervals.get(team_id, ((), ()))
        place = bisect_right(los, surname_key)
        return owners[place - 1] if place and surname_key else None

    def last_end_due(self, concern_id: str, today: date) -> date:
        """Return the last end date that is due today for a concern."""
        return self.concerns[concern_id].lead.latest_end_due(today)


def load_terms(session: Session, office: OfficeView, today: date | None = None) -> OfficeTerms:
    """Read an office's terms in four statements; with `today` the lists of papers are those the office released."""
    catalogue = load_catalogue() if today is None else office_catalogue(session, office.id, today)
    teams = list_teams(session, office.id)
    offered = {view.concern_id: view for view in list_concerns(session, office.id)}
    default = next(
        (t.id for t in teams if t.ref == office.details.default_team), teams[0].id if teams else None
    )
    active = {team.id for team in teams}
    concerns: dict[str, ConcernTerms] = {}
    for concern in catalogue.list_concerns():
        view = offered.get(concern.id)
        team_id = view.team_id if view and view.team_id in active else default
        if team_id is not None:
            lead = Lead.parse(view.lead) if view and view.lead else concern.lead
            concerns[concern.id] = ConcernTerms(concern, lead, team_id, view is None or view.mode == DIRECT)
    rows = session.execute(
        select(LetterInterval.team_id, LetterInterval.lo, LetterInterval.member_id)
        .where(LetterInterval.office_id == office.id)
        .order_by(LetterInterval.team_id, LetterInterval.lo)
    ).all()
    intervals = {
        team.id: (
            tuple(lo for team_id, lo, _ in rows if team_id == team.id),
            tuple(member for team_id, _, member in rows if team_id == team.id),
        )
        for team in teams
    }
    return OfficeTerms(office, catalogue, concerns, intervals)
