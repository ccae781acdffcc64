"""What the rules of interim confirmations take and give: values only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from servicedesk.checklists.rules import Source
from servicedesk.kernel.intervals import Lead


class TitleKind(StrEnum):
    """Say what a person held when the application arrived."""

    residence_title = "residence_title"
    national_visa = "national_visa"
    schengen_visa = "schengen_visa"
    unlimited_title = "unlimited_title"
    eu_card = "eu_card"
    tolerated_stay = "tolerated_stay"
    asylum_permission = "asylum_permission"
    fiction_certificate = "fiction_certificate"
    no_title = "no_title"
    """A lawful stay without a title, as of those who need no visa."""
    unknown = "unknown"


class Note(StrEnum):
    """Name what a case worker knows about a case and no list says."""

    stay_without_title = "stay_without_title"
    asylum_application = "asylum_application"
    continuation_order = "continuation_order"
    """The continuation was ordered, § 81 Abs. 4 Satz 3 AufenthG."""
    card_ordered = "card_ordered"
    """§ 81 Abs. 5a AufenthG."""
    identity_check = "identity_check"
    """Identification measures are outstanding, § 81 Abs. 7 AufenthG."""
    departure = "departure"
    applies_for_extension = "applies_for_extension"
    applies_for_other_title = "applies_for_other_title"
    applies_under_25a_25b = "applies_under_25a_25b"
    applies_not_under_25a_25b = "applies_not_under_25a_25b"


class OutcomeKind(StrEnum):
    """Say what the rules make of a case."""

    issue = "issue"
    decline = "decline"
    person = "person"


class Code(StrEnum):
    """Name each outcome; kind, norm and sentences are data (`outcomes.toml`)."""

    title_continues = "title_continues"
    not_applied = "not_applied"
    permitted_stay = "permitted_stay"
    suspended_removal = "suspended_removal"
    stay_unknown = "stay_unknown"
    schengen_visa = "schengen_visa"
    visa_unknown = "visa_unknown"
    applied_late = "applied_late"
    continuation_ordered = "continuation_ordered"
    tolerated_stay = "tolerated_stay"
    asylum_permission = "asylum_permission"
    asylum_application = "asylum_application"
    asylum_application_unclear = "asylum_application_unclear"
    opportunity_card = "opportunity_card"
    right_to_remain = "right_to_remain"
    right_to_remain_unclear = "right_to_remain_unclear"
    extended_by_ordinance = "extended_by_ordinance"
    unlimited_title = "unlimited_title"
    free_movement = "free_movement"
    fiction_certificate = "fiction_certificate"
    card_ordered = "card_ordered"
    granted = "granted"
    refused = "refused"
    withdrawn = "withdrawn"
    identity_open = "identity_open"
    moved_away = "moved_away"
    renewed = "renewed"
    case_closed = "case_closed"
    not_for_title = "not_for_title"
    title_unknown = "title_unknown"
    title_vanished = "title_vanished"
    end_unknown = "end_unknown"
    person_unknown = "person_unknown"
    declined_by_person = "declined_by_person"


class Doubt(StrEnum):
    """Name a fact that rests on what a person did or left undone: issued all the same, but released by a person."""

    recorded_after_end = "recorded_after_end"
    """A person recorded after the end that it had been received before."""
    list_is_old = "list_is_old"
    """No list has been read for so long that a decision elsewhere may be unknown here."""
    asylum_application = "asylum_application"
    special_title = "special_title"
    """A title for which the law continues only some applications."""


@dataclass(frozen=True, slots=True)
class InterimFacts:
    """Gather what decides about one case; everything may be unknown (None).

    `printed_ends_on` stands on the card, `effective_ends_on` is the later of it and an end by ordinance.
    `received_at` is the earliest receipt in force, `recorded_at` when that row was written.
    `continues_title`: the catalogue says that the concern is an extension or another residence title.
    `closed_reason` is empty while the case is open. `is_superseded`: the register has a newer title. `last_list_on`:
    the last day a list was read. `has_whole_name`: any name at all, `has_whole_birth_date`: the year at least. `departed_on`: moved away as the register or a note says. `declined_at`: the last
    proposal was declined by a person, and nobody has proposed again.
    """

    title: TitleKind
    legal_basis: str = ""
    issued_on: date | None = None
    printed_ends_on: date | None = None
    effective_ends_on: date | None = None
    received_at: datetime | None = None
    recorded_at: datetime | None = None
    continues_title: bool = True
    decision: str = ""
    is_superseded: bool = False
    closed_reason: str = ""
    departed_on: date | None = None
    vanished_on: date | None = None
    last_list_on: date | None = None
    has_whole_name: bool = True
    has_whole_birth_date: bool = True
    declined_at: datetime | None = None
    notes: frozenset[Note] = frozenset()


@dataclass(frozen=True, slots=True)
class OutcomeText:
    """Say for one outcome what it is, after which norm, and what people do; texts are German message ids.

    `reason` tells staff why, `advice` tells the person what to do instead, `act` tells staff the one act that helps.
    `ends_confirmation`: an issued confirmation ends by itself. `is_releasable`: a person may release one although
    the rules leave it to a person.
    """

    code: Code
    kind: OutcomeKind
    norm: str
    reason: str
    advice: str
    act: str
    ends_confirmation: bool
    is_releasable: bool
    source: Source


@dataclass(frozen=True, slots=True)
class Outcome:
    """Be what the rules say about one case.

    `ends_on` is D, the last day of the title as it counts; None where there is none. `is_extended`: D is later than
    the printed end, by ordinance. `doubts` keep the night from releasing.
    """

    text: OutcomeText
    ends_on: date | None
    rule_version: str
    doubts: tuple[Doubt, ...] = ()
    is_extended: bool = False

    @property
    def kind(self) -> OutcomeKind:
        """Return issue, decline or person."""
        return self.text.kind

    @property
    def code(self) -> Code:
        """Return the reason's code."""
        return self.text.code

    @property
    def norm(self) -> str:
        """Return the norm the outcome follows from."""
        return self.text.norm

    @property
    def ends_confirmation(self) -> bool:
        """Tell whether an issued confirmation ends by itself: decided, withdrawn, gone, closed."""
        return self.text.ends_confirmation

    @property
    def is_machine_checked(self) -> bool:
        """Tell whether the night may release without a person."""
        return self.text.kind is OutcomeKind.issue and not self.doubts

    @property
    def may_be_proposed(self) -> bool:
        """Tell whether there may be a confirmation at all; without a last day there is nothing to confirm."""
        is_open = self.text.kind is OutcomeKind.issue or self.text.is_releasable
        return is_open and self.ends_on is not None


@dataclass(frozen=True, slots=True)
class InterimSettings:
    """Hold what an office may choose; the defaults are data (`defaults.toml`).

    Days count back from D, for a renewal from the check-again day. `list_age_days`: how old the last list may be
    for the night to release. `check_again` counts from D or from the day of issue, whichever is later.
    `ordinance_days`: so long before an end by ordinance "none needed" ceases to be said.
    """

    propose_days: int
    hand_over_days: int
    release_days: int
    is_automatic: bool
    is_four_eyes: bool
    check_again: Lead
    list_age_days: int
    ordinance_days: int
    alarm_age_hours: int
    request_age_hours: int


@dataclass(frozen=True, slots=True)
class SpecialBasis:
    """Say what a legal basis is that the catalogue of concerns does not tell apart.

    `special` is the outcome to be looked at before the title simply continues.
    """

    prefix: str
    kind: TitleKind
    special: Code | None
    source: Source


@dataclass(frozen=True, slots=True)
class InterimLaw:
    """Hold the law of interim confirmations as the data files have it; read-only.

    `outcomes` are per code the versions by `valid_from`, oldest first.
    """

    version: str
    outcomes: Mapping[Code, tuple[OutcomeText, ...]]
    bases: Mapping[str, SpecialBasis]
    title_concerns: frozenset[str]
    defaults: InterimSettings

    def text_of(self, code: Code, today: date) -> OutcomeText:
        """Return the version in force; before the first one the first."""
        versions = self.outcomes[code]
        in_force = [text for text in versions if text.source.valid_from <= today]
        return in_force[-1] if in_force else versions[0]
