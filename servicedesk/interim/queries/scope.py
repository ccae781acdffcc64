"""Say which confirmations and requests somebody may see and act on; what lies outside does not exist."""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, literal, or_, select
from sqlalchemy.orm import Session, aliased

from servicedesk.cases.models import Case
from servicedesk.cases.queries.scope import Scope, build_scope
from servicedesk.interim.errors import ConfirmationNotFound
from servicedesk.interim.models import InterimConfirmation, InterimRequest
from servicedesk.kernel.errors import NotAllowed
from servicedesk.kernel.permissions import Actor, ActorKind, Permission

_other = aliased(InterimConfirmation)
_ON_ITS_WAY = ("proposed", "released")


def visible_confirmations(scope: Scope) -> ColumnElement[bool]:
    """Return the condition on `InterimConfirmation` joined with its `Case`.

    Those of the cases in scope; and, while it is on its way, one that was handed over to the reader or to the
    inbox of their team. The latter shows the confirmation, not the case.
    """
    handed_over = and_(
        InterimConfirmation.state.in_(_ON_ITS_WAY),
        InterimConfirmation.escalated_at.is_not(None),
        or_(
            InterimConfirmation.assigned_to.in_(scope.member_ids),
            and_(InterimConfirmation.assigned_to.is_(None), Case.team_id.in_(scope.inbox_team_ids)),
        ),
    )
    return and_(InterimConfirmation.office_id == scope.office_id, or_(scope.cases(), handed_over))


def visible_requests(scope: Scope) -> ColumnElement[bool]:
    """Return the condition on `InterimRequest` joined with its `Case`; what waited too long is the team's, too."""
    overdue = and_(
        InterimRequest.alarmed_at.is_not(None),
        InterimRequest.answered_at.is_(None),
        Case.team_id.in_(scope.inbox_team_ids),
    )
    return and_(InterimRequest.office_id == scope.office_id, or_(scope.cases(), overdue))


def is_renewal_condition() -> ColumnElement[bool]:
    """Return the condition that an `InterimConfirmation` takes, took or will take the place of one that held.

    Its sequence does not tell: an earlier one may have been declined, or withdrawn long before.
    """
    return exists(
        select(literal(1))
        .where(
            _other.case_id == InterimConfirmation.case_id,
            _other.sequence < InterimConfirmation.sequence,
            or_(
                _other.state == "issued",
                and_(_other.state == "superseded", _other.ended_at == InterimConfirmation.issued_at),
            ),
        )
        .correlate(InterimConfirmation)
    )


def is_renewal(session: Session, confirmation_id: UUID) -> bool:
    """Tell whether a confirmation takes the place of one that held, as its letter says."""
    query = select(is_renewal_condition()).where(InterimConfirmation.id == confirmation_id)
    return bool(session.scalar(query))


def find_confirmation_id(session: Session, scope: Scope, ref: str) -> UUID:
    """Return the id of the confirmation with this reference; raises ConfirmationNotFound outside the scope."""
    found = session.scalar(
        select(InterimConfirmation.id)
        .join(Case, Case.id == InterimConfirmation.case_id)
        .where(InterimConfirmation.ref == ref.strip().upper(), visible_confirmations(scope))
    )
    if found is None:
        raise ConfirmationNotFound
    return found


def get_ref(session: Session, confirmation_id: UUID) -> str:
    """Return the reference of a confirmation that the caller has just acted on."""
    return session.get_one(InterimConfirmation, confirmation_id).ref


def get_confirmation_for(
    session: Session, actor: Actor, confirmation_id: UUID, permission: Permission
) -> InterimConfirmation:
    """Return the confirmation on which `actor` wants to act.

    Staff reach what lies in scope (ConfirmationNotFound) if a role grants `permission` (NotAllowed); system and
    operator reach everything, nobody else anything.
    """
    if actor.kind in {ActorKind.system, ActorKind.operator}:
        row = session.get(InterimConfirmation, confirmation_id)
    elif actor.kind is ActorKind.staff:
        row = session.scalar(
            select(InterimConfirmation)
            .join(Case, Case.id == InterimConfirmation.case_id)
            .where(
                InterimConfirmation.id == confirmation_id,
                visible_confirmations(build_scope(session, actor)),
            )
        )
    else:
        row = None
    if row is None:
        raise ConfirmationNotFound
    if actor.kind is ActorKind.staff and not actor.may(permission):
        raise NotAllowed
    return row
