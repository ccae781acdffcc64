"""An office's set-up as its file says it, validated."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

from servicedesk.kernel.names import FoldingRule, UmlautRule
from servicedesk.kernel.weeks import Parity, WeekPattern
from servicedesk.offices.rules.details import OfficeDetails
from servicedesk.offices.rules.pieces import Piece
from servicedesk.offices.rules.ranges import PublishedRange

DEFAULT_NOTICE_HOURS = 24
DEFAULT_HORIZON_DAYS = 90


class AppointmentMode(StrEnum):
    """Say how a concern comes to its appointment."""

    direct = "direct"
    """The resident picks a free slot at once."""
    request = "request"
    """The resident picks a slot, the case worker accepts or proposes others."""
    decision_ready = "decision_ready"
    """Papers first; a slot only after the case worker found the case decidable."""
    proposed = "proposed"
    """The invitation carries a slot of the responsible case worker."""


@dataclass(frozen=True, slots=True)
class TeamSetup:
    """Be a team of the office file."""

    ref: str
    name: str
    phone: str = ""
    email: str = ""
    room: str = ""


@dataclass(frozen=True, slots=True)
class StaffSetup:
    """Be a case worker of the office file; `team` is a reference."""

    ref: str
    name: str
    team: str
    phone: str = ""
    email: str = ""
    room: str = ""


@dataclass(frozen=True, slots=True)
class RangeSetup:
    """Be the pieces one case worker has in a team, as published and as read; no owner means vacant."""

    team: str
    owner: str | None
    published: tuple[str, ...]
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class OpeningSetup:
    """Open a desk on one weekday (Monday is 0) between two wall-clock times."""

    weekday: int
    starts_local: time
    ends_local: time
    valid_from: date | None = None
    valid_until: date | None = None
    parity: Parity | None = None
    every_weeks: int | None = None

    @property
    def weeks(self) -> WeekPattern:
        """Return the weeks in which it holds."""
        return WeekPattern(self.parity, self.every_weeks or 1, self.valid_from)

    def overlaps(self, other: "OpeningSetup") -> bool:
        """Tell whether both are open at the same moment of some day."""
        return (
            self.weekday == other.weekday
            and self.weeks.meets(other.weeks)
            and self.starts_local < other.ends_local
            and other.starts_local < self.ends_local
            and (self.valid_from or date.min) <= (other.valid_until or date.max)
            and (other.valid_from or date.min) <= (self.valid_until or date.max)
        )


@dataclass(frozen=True, slots=True)
class DeskSetup:
    """Be a desk of case workers, or of a pool."""

    ref: str
    name: str
    room: str
    pool: str | None
    case_workers: tuple[str, ...]
    openings: tuple[OpeningSetup, ...]


@dataclass(frozen=True, slots=True)
class ClosureSetup:
    """Close the office, or one desk, from the first to the last day."""

    first_on: date
    last_on: date
    reason: str
    desk: str | None = None


@dataclass(frozen=True, slots=True)
class AbsenceSetup:
    """Say who is away and who stands in, by reference, first and last day included."""

    case_worker: str
    deputy: str
    first_on: date
    last_on: date

    @property
    def key(self) -> str:
        """Return the name by which a second load recognises the entry."""
        return f"{self.case_worker} {self.deputy} {self.first_on} {self.last_on}"


@dataclass(frozen=True, slots=True)
class ConcernSetup:
    """Say how the office offers a concern; None leaves it to the catalogue."""

    id: str
    mode: AppointmentMode = AppointmentMode.direct
    team: str | None = None
    minutes: int | None = None
    lead: str | None = None
    notice_hours: int = DEFAULT_NOTICE_HOURS
    horizon_days: int = DEFAULT_HORIZON_DAYS


@dataclass(frozen=True, slots=True)
class OfficeSetup:
    """Be a whole office file; `warnings` are sentences for the operator about what is allowed but odd."""

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
    teams: tuple[TeamSetup, ...]
    staff: tuple[StaffSetup, ...]
    ranges: tuple[RangeSetup, ...]
    desks: tuple[DeskSetup, ...]
    closures: tuple[ClosureSetup, ...]
    absences: tuple[AbsenceSetup, ...]
    concerns: tuple[ConcernSetup, ...]
    warnings: tuple[str, ...] = ()

    @property
    def folding(self) -> FoldingRule:
        """Return the rule by which surnames become keys here."""
        return FoldingRule(self.umlauts, self.details.dropped_particles)

    def published_ranges(self) -> Mapping[str, tuple[PublishedRange, ...]]:
        """Return the letter ranges of every team, by reference; a team may have none."""
        return {
            team.ref: tuple(PublishedRange(r.owner, r.pieces) for r in self.ranges if r.team == team.ref)
            for team in self.teams
        }
