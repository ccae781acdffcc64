"""What reads of the office return: frozen values, never rows."""

from dataclasses import dataclass
from datetime import date, time
from uuid import UUID
from zoneinfo import ZoneInfo

from servicedesk.kernel.catalogues import list_reviewed
from servicedesk.kernel.locales import GERMAN
from servicedesk.kernel.names import FoldingRule, UmlautRule
from servicedesk.offices.rules.details import OfficeDetails
from servicedesk.offices.rules.ranges import Holder


@dataclass(frozen=True, slots=True)
class OfficeView:
    """Be an office as pages, letters and rules see it."""

    id: UUID
    ref: str
    host: str
    name: str
    street: str
    postcode: str
    town: str
    federal_state: str
    time_zone: str
    languages: tuple[str, ...]
    umlauts: UmlautRule
    details: OfficeDetails
    reviewed_texts: tuple[tuple[str, str], ...] = ()

    @property
    def reviewed_languages(self) -> tuple[str, ...]:
        """Return the languages in which people of this office have read every text of residents, as it is now."""
        return list_reviewed(dict(self.reviewed_texts))

    def is_machine_translated(self, tag: str) -> bool:
        """Tell whether a page in a language has to say that no person has reviewed it."""
        return tag != GERMAN.tag and tag not in self.reviewed_languages

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone of the office's wall clock."""
        return ZoneInfo(self.time_zone)

    @property
    def folding(self) -> FoldingRule:
        """Return the rule by which surnames become keys here."""
        return FoldingRule(self.umlauts, self.details.dropped_particles)


@dataclass(frozen=True, slots=True)
class TeamView:
    """Be a team with the contact its letters print."""

    id: UUID
    ref: str
    name: str
    phone: str
    email: str
    room: str


@dataclass(frozen=True, slots=True)
class StaffView:
    """Be a case worker as letters and lists name them."""

    id: UUID
    ref: str
    name: str
    team_id: UUID
    team_ref: str
    team_name: str
    phone: str
    email: str
    room: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class DeskView:
    """Be a desk; its members are case workers, a desk of a pool has none of its own."""

    id: UUID
    ref: str
    name: str
    room: str
    pool: str | None
    member_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class OpeningView:
    """Open a desk weekly on one weekday (Monday is 0); None means without limit."""

    desk_id: UUID
    weekday: int
    starts_local: time
    ends_local: time
    valid_from: date | None
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class ClosureView:
    """Close a desk, or the office where `desk_id` is None, from the first to the last day."""

    desk_id: UUID | None
    first_on: date
    last_on: date
    reason: str


@dataclass(frozen=True, slots=True)
class ConcernView:
    """Say how an office offers a concern; None means the catalogue's default."""

    concern_id: str
    team_id: UUID | None
    mode: str
    minutes: int | None
    lead: str | None
    notice_hours: int
    horizon_days: int


@dataclass(frozen=True, slots=True)
class Responsible:
    """Say who answers for a surname in a team; without a member it is the team's inbox.

    `piece` is the published range, empty in a gap and for a key without letters.
    """

    team_id: UUID
    holder: Holder
    member_id: UUID | None
    piece: str


@dataclass(frozen=True, slots=True)
class KeyRange:
    """Cover surname keys with `lo <= key`, and `key < until` where that is not None."""

    team_id: UUID
    lo: str
    until: str | None
