"""Show how the alphabet is shared out: the stretches of each team, whose they are, how many people they hold."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from servicedesk.offices.models import LetterInterval, LetterRange, StaffMember
from servicedesk.offices.queries import TeamView, list_teams
from servicedesk.offices.rules.coverage import describe_stretch
from servicedesk.offices.rules.ranges import Holder
from servicedesk.register.models import Person, Title


@dataclass(frozen=True, slots=True)
class Stretch:
    """Be one stretch of a team's alphabet; `piece` is what the office published, empty in a gap.

    `people` live under these names, `ending` of their titles end within the days asked for.
    """

    lo: str
    label: str
    piece: str
    holder: Holder
    owner: str
    people: int
    ending: int


@dataclass(frozen=True, slots=True)
class TeamBand:
    """Hold a team's alphabet from A to Z."""

    team: TeamView
    stretches: tuple[Stretch, ...]

    @property
    def most(self) -> int:
        """Return the largest number of ending titles of a stretch."""
        return max((stretch.ending for stretch in self.stretches), default=0)

    @property
    def without_owner(self) -> int:
        """Count the stretches nobody owns; names without a letter A–Z are always the team's."""
        return sum(bool(stretch.lo) and stretch.holder is not Holder.owned for stretch in self.stretches)


def list_bands(session: Session, office_id: UUID, *, first_on: date, last_on: date) -> tuple[TeamBand, ...]:
    """Return the alphabet of every active team; titles count that end between the two days."""
    counts = _counts(session, office_id, first_on, last_on)
    query = (
        select(LetterInterval, StaffMember.name)
        .outerjoin(StaffMember, StaffMember.id == LetterInterval.member_id)
        .where(LetterInterval.office_id == office_id)
        .order_by(LetterInterval.team_id, LetterInterval.lo)
    )
    found: dict[UUID, list[tuple[LetterInterval, str | None]]] = {}
    for interval, name in session.execute(query):
        found.setdefault(interval.team_id, []).append((interval, name))
    return tuple(
        TeamBand(team, tuple(_stretches(team.id, found.get(team.id, []), counts)))
        for team in list_teams(session, office_id)
    )


def list_own_pieces(session: Session, office_id: UUID, member_id: UUID | None) -> tuple[str, ...]:
    """Return the published pieces a case worker owns, in the office's order."""
    if member_id is None:
        return ()
    query = (
        select(LetterRange.pieces)
        .where(LetterRange.office_id == office_id, LetterRange.member_id == member_id)
        .order_by(LetterRange.position)
    )
    return tuple(piece for pieces in session.scalars(query) for piece in pieces)


def _stretches(
    team_id: UUID,
    rows: list[tuple[LetterInterval, str | None]],
    counts: dict[tuple[UUID, str], tuple[int, int]],
) -> list[Stretch]:
    ends = [interval.lo for interval, _ in rows[1:]] + [None]
    built = []
    for (interval, name), end in zip(rows, ends, strict=True):
        people, ending = counts.get((team_id, interval.lo), (0, 0))
        label = describe_stretch(interval.lo, end).partition(" (")[0] if interval.lo else ""
        holder = Holder(interval.kind)
        built.append(Stretch(interval.lo, label, interval.piece or "", holder, name or "", people, ending))
    return built


def _counts(
    session: Session, office_id: UUID, first_on: date, last_on: date
) -> dict[tuple[UUID, str], tuple[int, int]]:
    following = func.lead(LetterInterval.lo).over(
        partition_by=LetterInterval.team_id, order_by=LetterInterval.lo
    )
    spans = (
        select(LetterInterval.team_id, LetterInterval.lo, following.label("until"))
        .where(LetterInterval.office_id == office_id)
        .subquery()
    )
    is_ending = and_(Title.is_superseded.is_(False), Title.effective_ends_on.between(first_on, last_on))
    query = (
        select(
            spans.c.team_id,
            spans.c.lo,
            func.count(func.distinct(Person.id)),
            func.count(case((is_ending, Title.id))),
        )
        .join(
            Person,
            and_(
                Person.office_id == office_id,
                Person.surname_key >= spans.c.lo,
                or_(spans.c.until.is_(None), Person.surname_key < spans.c.until),
            ),
        )
        .outerjoin(Title, Title.person_id == Person.id)
        .where(Person.moved_away_on.is_(None))
        .group_by(spans.c.team_id, spans.c.lo)
    )
    return {(team_id, lo): (people, ending) for team_id, lo, people, ending in session.execute(query)}
