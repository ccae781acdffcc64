"""Judge the papers of some cases at once: what each needs, and where what it has stands today."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from servicedesk.cases.models import Case
from servicedesk.cases.queries.checklist import (
    Checklists,
    PaperMatter,
    asks_household,
    build_matter,
    list_answers,
    list_with_household,
)
from servicedesk.cases.queries.facts import count_missing
from servicedesk.cases.queries.papers import PaperRow, judge_papers, list_paper_rows, states_of
from servicedesk.cases.rules import PaperState
from servicedesk.checklists.queries import catalogues_of
from servicedesk.register.models import Person, Title


@dataclass(frozen=True, slots=True)
class CasePapers:
    """Answer for each of some cases where its papers stand."""

    lists: Checklists
    rows: Mapping[UUID, Mapping[str, PaperRow]]
    at_home: frozenset[UUID]
    zone: ZoneInfo

    def matter(self, case: Case, person: Person, title: Title | None) -> PaperMatter:
        """Return what decides about the case's list."""
        passport_ends_on = title.passport_ends_on if title else None
        return build_matter(case, person, passport_ends_on, has_household=person.id in self.at_home)

    def judge(self, case: Case, person: Person, title: Title | None) -> tuple[dict[str, PaperState], int]:
        """Return the state of each paper that has one, and how many are certainly missing."""
        standings = judge_papers(
            self.lists.catalogues[case.catalogue_version].documents,
            self.rows.get(case.id, {}),
            today=self.lists.today,
            zone=self.zone,
            is_settled=case.decision is not None,
        )
        states = states_of(standings)
        return states, count_missing(self.lists.of(self.matter(case, person, title)), states)


def load_case_papers(
    session: Session, office_id: UUID, cases: Collection[Case], *, today: date, zone: ZoneInfo
) -> CasePapers:
    """Gather what the papers of some cases need, in four statements at most."""
    ids = [case.id for case in cases]
    catalogues = catalogues_of(session, office_id, {case.catalogue_version for case in cases})
    asking = [
        case.person_id
        for case in cases
        if asks_household(catalogues[case.catalogue_version], case.concern_id)
    ]
    return CasePapers(
        lists=Checklists(today, catalogues, list_answers(session, ids)),
        rows=list_paper_rows(session, ids),
        at_home=list_with_household(session, asking),
        zone=zone,
    )
