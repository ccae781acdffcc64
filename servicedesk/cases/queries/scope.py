"""Say which people and cases an actor may see: the one layer every read and every act of staff goes through.

Scope = own cases, the own team's inbox, and people of the own letter range without an open case; the same of those
for whom the actor deputises today, without their team's inbox; the whole team or office by permission. What lies
outside looks like what does not exist.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, literal, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from servicedesk.cases.errors import CaseNotFound, PersonNotFound
from servicedesk.cases.models import Case
from servicedesk.checklists.catalogue import Catalogue, load_catalogue
from servicedesk.checklists.queries import by_concern
from servicedesk.kernel.errors import NotAllowed, NotFound
from servicedesk.kernel.permissions import Actor, ActorKind, Permission
from servicedesk.offices.models import LetterInterval, StaffMember
from servicedesk.offices.queries import KeyRange, get_office_by_id, list_concerns, list_teams
from servicedesk.register.models import Person, Title


@dataclass(frozen=True, slots=True)
class Reach:
    """Say what somebody sees of one team: all of it, or stretches of surnames.

    The stretches are their own and those they deputise for; with `has_inbox`, in the own teams, also those that
    nobody owns, and the cases without an owner. `concern_ids` are the concerns this team was given; with `is_default` it also has those no team was given,
    `others` being the ones that were given away. None of both matters in an office with one team.
    """

    team_id: UUID
    is_whole: bool
    has_inbox: bool
    ranges: tuple[KeyRange, ...]
    is_only_team: bool
    is_default: bool
    concern_ids: frozenset[str]
    others: frozenset[str]

    def handles(self, concern_id: str) -> bool:
        """Tell whether the team handles a concern."""
        if self.is_only_team or concern_id in self.concern_ids:
            return True
        return self.is_default and concern_id not in self.others


@dataclass(frozen=True, slots=True)
class Scope:
    """Carry what one actor may see; made once per request by `build_scope`."""

    office_id: UUID
    is_whole_office: bool
    member_ids: frozenset[UUID]
    reaches: tuple[Reach, ...]

    def cases(self) -> ColumnElement[bool]:
        """Return the condition on `Case`."""
        return and_(Case.office_id == self.office_id, self._visible_case())

    def _visible_case(self) -> ColumnElement[bool]:
        if self.is_whole_office:
            return true()
        return or_(
            Case.owner_id.in_(self.member_ids),
            Case.team_id.in_(self.whole_team_ids),
            and_(Case.owner_id.is_(None), Case.team_id.in_(self.inbox_team_ids)),
        )

    @property
    def whole_team_ids(self) -> frozenset[UUID]:
        """Return the teams of which everything is seen."""
        return frozenset(reach.team_id for reach in self.reaches if reach.is_whole)

    @property
    def inbox_team_ids(self) -> frozenset[UUID]:
        """Return the teams whose inbox is theirs, too."""
        return frozenset(reach.team_id for reach in self.reaches if reach.has_inbox)

    def titles(self) -> ColumnElement[bool]:
        """Return the condition on `Title` joined with `Person`: titles of people in reach, whatever their cases."""
        if self.is_whole_office:
            return Title.office_id == self.office_id
        reached = [and_(_handles(reach), _in_ranges(reach)) for reach in self.reaches]
        return and_(Title.office_id == self.office_id, or_(false(), *reached))

    def people(self) -> ColumnElement[bool]:
        """Return the condition on `Person`: with a visible case, or in reach and without any open case.

        Whose titles lead to other teams is not in reach; who has no title yet is in reach of every range.
        """
        if self.is_whole_office:
            return Person.office_id == self.office_id
        any_open = aliased(Case)
        has_own = exists(
            select(literal(1)).where(Case.person_id == Person.id, self._visible_case()).correlate(Person)
        )
        has_open = exists().where(any_open.person_id == Person.id, any_open.closed_at.is_(None))
        reached = exists(
            select(literal(1)).where(Title.person_id == Person.id, self.titles()).correlate(Person)
        )
        has_title = exists(select(literal(1)).where(Title.person_id == Person.id).correlate(Person))
        in_reach = or_(reached, and_(self.keys(), ~has_title))
        return and_(Person.office_id == self.office_id, or_(has_own, and_(in_reach, ~has_open)))

    def keys(self) -> ColumnElement[bool]:
        """Return the condition that `Person.surname_key` lies in reach; for what has no title yet."""
        return self.key_condition(Person.surname_key)

    def key_condition(self, column: InstrumentedAttribute[str]) -> ColumnElement[bool]:
        """Return the condition that a surname key lies in one of the stretches in reach."""
        if self.is_whole_office or any(reach.is_whole for reach in self.reaches):
            return true()
        return or_(false(), *(_stretch(column, r) for reach in self.reaches for r in reach.ranges))


def build_scope(session: Session, actor: Actor) -> Scope:
    """Return what a signed-in member of staff may see; raises NotAllowed for everybody else."""
    if actor.kind is not ActorKind.staff or actor.office_id is None:
        raise NotAllowed
    if actor.may(Permission.see_office):
        return Scope(actor.office_id, True, _members(actor), ())
    if not (actor.may(Permission.see_own_scope) or actor.may(Permission.see_team)):
        return Scope(actor.office_id, False, frozenset(), ())
    return Scope(actor.office_id, False, _members(actor), _reaches(session, actor, actor.office_id))


def office_scope(office_id: UUID) -> Scope:
    """Return the scope of the system: everything of one office."""
    return Scope(office_id, True, frozenset(), ())


def get_case_in_scope(session: Session, scope: Scope, case_id: UUID) -> Case:
    """Return a case one may see; raises CaseNotFound otherwise."""
    case = session.scalar(select(Case).where(Case.id == case_id, scope.cases()))
    if case is None:
        raise CaseNotFound
    return case


def find_case_id(session: Session, scope: Scope, ref: str) -> UUID:
    """Return the id of the case with this reference, in any letter case; raises CaseNotFound outside the scope."""
    found = session.scalar(select(Case.id).where(Case.ref == ref.strip().upper(), scope.cases()))
    if found is None:
        raise CaseNotFound
    return found


def get_person_in_scope(session: Session, scope: Scope, person_id: UUID) -> Person:
    """Return a person one may see; raises PersonNotFound otherwise."""
    person = session.scalar(select(Person).where(Person.id == person_id, scope.people()))
    if person is None:
        raise PersonNotFound
    return person


def get_case_for(session: Session, actor: Actor, case_id: UUID, permission: Permission | None = None) -> Case:
    """Return the case on which `actor` wants to act.

    A resident reaches the one case of the code, staff what lies in scope (NotFound) if a role grants `permission`
    (NotAllowed); system and operator reach everything.
    """
    if actor.kind in {ActorKind.system, ActorKind.operator}:
        case = session.get(Case, case_id)
    elif actor.kind is ActorKind.resident:
        case = session.get(Case, case_id) if actor.case_id == case_id else None
        if case is not None and case.office_id != actor.office_id:
            case = None
    elif actor.kind is ActorKind.staff:
        case = get_case_in_scope(session, build_scope(session, actor), case_id)
        if permission is not None and not actor.may(permission):
            raise NotAllowed
    else:
        raise NotFound
    if case is None:
        raise CaseNotFound
    return case


def require(actor: Actor, permission: Permission) -> None:
    """Raise NotAllowed for staff whose roles do not grant `permission`; the system may."""
    if actor.kind in {ActorKind.system, ActorKind.operator}:
        return
    if not actor.may(permission):
        raise NotAllowed


def _members(actor: Actor) -> frozenset[UUID]:
    return actor.deputised_ids | ({actor.member_id} if actor.member_id else frozenset())


def _reaches(session: Session, actor: Actor, office_id: UUID) -> tuple[Reach, ...]:
    teams = list_teams(session, office_id)
    office = get_office_by_id(session, office_id)
    given = {view.concern_id: view.team_id for view in list_concerns(session, office_id) if view.team_id}
    default = next(
        (t.id for t in teams if t.ref == office.details.default_team), teams[0].id if teams else None
    )
    sees_team = actor.may(Permission.see_team)
    stretches = _stretches(session, office_id, actor)
    return tuple(
        Reach(
            team_id=team.id,
            is_whole=sees_team and team.id in actor.team_ids,
            has_inbox=team.id in actor.team_ids,
            ranges=tuple(stretches.get(team.id, ())),
            is_only_team=len(teams) == 1,
            is_default=team.id == default,
            concern_ids=frozenset(concern for concern, owner in given.items() if owner == team.id),
            others=frozenset(concern for concern, owner in given.items() if owner != team.id),
        )
        for team in teams
        if team.id in actor.team_ids or team.id in stretches
    )


def _stretches(session: Session, office_id: UUID, actor: Actor) -> dict[UUID, list[KeyRange]]:
    """Return the stretches in reach per team that has any, neighbours joined.

    Of the own teams those are the actor's own and what nobody owns, keys without letters too: they lie before the
    first interval. Of whichever team, those of the members they deputise for, in that member's own team. A team
    that is seen as a whole needs none.
    """
    own = frozenset[UUID]() if actor.may(Permission.see_team) else actor.team_ids
    query = (
        select(LetterInterval.team_id, LetterInterval.lo, LetterInterval.member_id, StaffMember.team_id)
        .outerjoin(StaffMember, StaffMember.id == LetterInterval.member_id)
        .where(LetterInterval.office_id == office_id, LetterInterval.lo != "")
        .where(or_(LetterInterval.team_id.in_(own), LetterInterval.team_id.not_in(actor.team_ids)))
        .order_by(LetterInterval.team_id, LetterInterval.lo)
    )
    if not actor.deputised_ids:
        query = query.where(LetterInterval.team_id.in_(own))
    bounds: dict[UUID, list[tuple[str, bool]]] = {team_id: [("", True)] for team_id in own}
    for team_id, lo, owner, home in session.execute(query):
        is_own = team_id in own and (owner is None or owner == actor.member_id)
        is_deputised = owner in actor.deputised_ids and home == team_id
        bounds.setdefault(team_id, [("", False)]).append((lo, is_own or is_deputised))
    found: dict[UUID, list[KeyRange]] = {team_id: [] for team_id in own}
    for team_id, of_team in bounds.items():
        ends: Iterable[str | None] = [lo for lo, _ in of_team[1:]] + [None]
        for (lo, is_reached), until in zip(of_team, ends, strict=True):
            if not is_reached:
                continue
            stretches = found.setdefault(team_id, [])
            if stretches and stretches[-1].until == lo:
                stretches[-1] = KeyRange(team_id, stretches[-1].lo, until)
            else:
                stretches.append(KeyRange(team_id, lo, until))
    return found


def _handles(reach: Reach, catalogue: Catalogue | None = None) -> ColumnElement[bool]:
    if reach.is_only_team or (reach.is_default and not reach.others):
        return true()
    return by_concern(catalogue or load_catalogue(), Title.legal_basis, Title.is_unlimited, reach.handles)


def _in_ranges(reach: Reach) -> ColumnElement[bool]:
    if reach.is_whole:
        return true()
    return or_(false(), *(_stretch(Person.surname_key, stretch) for stretch in reach.ranges))


def _stretch(column: InstrumentedAttribute[str], stretch: KeyRange) -> ColumnElement[bool]:
    above = column >= stretch.lo
    return above if stretch.until is None else and_(above, column < stretch.until)
