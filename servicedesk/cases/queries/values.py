"""What reads of cases return: frozen values, never rows; texts of the catalogue are German message ids."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from servicedesk.cases.queries.checklist import Checklist, PendingChange
from servicedesk.cases.rules import CaseFacts, Channel, NextStep, PaperState, StateWord, Timeliness
from servicedesk.checklists.rules import FRESH_FOREVER, Concern, DocumentForm, Freshness
from servicedesk.kernel.intervals import Lead
from servicedesk.notices.queries import NoticeLine
from servicedesk.offices.queries import StaffView, TeamView


@dataclass(frozen=True, slots=True)
class PaperLine:
    """Show one paper; texts are German message ids. `group` is shared by papers of which one is enough.

    `notes` say for whom the line is, or who need not bring it. `is_listed` False: the case has it, the list does not.
    """

    document_id: str
    name: str
    where: str
    condition: str
    form: DocumentForm
    group: str
    is_mandatory: bool
    state: PaperState
    reason: str
    changed_at: datetime | None
    why: str = ""
    notes: tuple[str, ...] = ()
    max_age: Lead | None = None
    issued_on: date | None = None
    freshness: Freshness = FRESH_FOREVER
    is_listed: bool = True
    received_at: datetime | None = None
    reason_id: str | None = None


@dataclass(frozen=True, slots=True)
class ApplicationLine:
    """Show one recorded application; `is_in_force` False: a later entry corrects it."""

    id: UUID
    ref: str
    channel: Channel
    received_at: datetime
    recorded_at: datetime
    recorded_by: str
    timeliness: Timeliness
    statement: str
    reason: str
    has_evidence: bool
    is_in_force: bool
    supersedes_id: UUID | None


@dataclass(frozen=True, slots=True)
class Relative:
    """Name another member of the household; `case_ref` only where the reader may see that case."""

    person_id: UUID
    file_number: str
    family_name: str
    given_names: str
    birth: tuple[int, int, int]
    case_ref: str | None


@dataclass(frozen=True, slots=True)
class PersonView:
    """Show a resident as the register has them; `post_address` is another one that staff have confirmed."""

    id: UUID
    file_number: str
    family_name: str
    given_names: str
    birth: tuple[int, int, int]
    nationalities: str
    street: str
    house_number: str
    postcode: str
    town: str
    language: str | None
    household_key: str | None
    moved_away_on: date | None
    has_email: bool
    has_phone: bool
    post_address: Mapping[str, str] | None = None

    @property
    def letter_lines(self) -> tuple[str, str]:
        """Return street and place as letters print them."""
        post = self.post_address
        street, number, postcode, town = (
            (post["street"], post["house_number"], post["postcode"], post["town"])
            if post
            else (self.street, self.house_number, self.postcode, self.town)
        )
        return f"{street} {number}".strip(), f"{postcode} {town}".strip()


@dataclass(frozen=True, slots=True)
class TitleView:
    """Show a residence title."""

    id: UUID
    legal_basis: str
    issued_on: date | None
    ends_on: date | None
    effective_ends_on: date | None
    card_ends_on: date | None
    passport_ends_on: date | None
    is_unlimited: bool
    employment_condition: str
    vanished_on: date | None


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """Show one act; `label` is a German message id, `actor` a name or a kind of actor."""

    at: datetime
    label: str
    action: str
    actor: str
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CasePage:
    """Hold one case with everything its page shows; the appointment comes from the booking room."""

    id: UUID
    ref: str
    office_id: UUID
    concern: Concern | None
    concern_id: str
    ends_on: date | None
    due_on: date | None
    days_left: int | None
    origin: str
    facts: CaseFacts
    state: StateWord
    next_step: NextStep
    is_ours: bool
    team: TeamView
    owner: StaffView | None
    person: PersonView
    household: tuple[Relative, ...]
    title: TitleView | None
    papers: tuple[PaperLine, ...]
    applications: tuple[ApplicationLine, ...]
    notices: tuple[NoticeLine, ...]
    history: tuple[HistoryLine, ...]
    checklist: Checklist
    pending_change: PendingChange | None


@dataclass(frozen=True, slots=True)
class ResidentCase:
    """Hold what a person behind the code may see: no more than their letter shows, and where it stands.

    The concern's and the papers' texts are German message ids.
    """

    case_id: UUID
    case_ref: str
    office_id: UUID
    person_id: UUID
    file_number: str
    family_name: str
    given_names: str
    language: str | None
    concern_id: str
    concern_name: str
    title_form: str
    ends_on: date | None
    has_continuation_effect: bool
    is_renewal: bool
    state: StateWord
    next_step: NextStep
    applied_at: datetime | None
    application_ref: str | None
    timeliness: Timeliness | None
    is_closed: bool
    team_name: str
    owner: StaffView | None
    papers: tuple[PaperLine, ...]
