"""Say which desks somebody works at or leads, and read their calendar feeds."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from servicedesk.booking.feed_errors import FeedNotFound
from servicedesk.booking.feed_models import DeskFeed
from servicedesk.booking.models import Appointment
from servicedesk.booking.queries.appointments import SHOWN_IN_DAYS
from servicedesk.cases.models import Case
from servicedesk.kernel.permissions import Actor, Permission
from servicedesk.offices.models import StaffMember
from servicedesk.offices.queries import DeskView, list_desks

FEED_LOOKS_BACK = timedelta(days=31)
"""What lies further back leaves the feed: a calendar program needs no archive of ours."""


@dataclass(frozen=True, slots=True)
class FeedView:
    """Be one living feed as its list shows it; `created_by` is an actor's reference."""

    id: UUID
    desk_id: UUID
    created_at: datetime
    created_by: str
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """Be one appointment as a feed tells it: time and reference, no person and no matter."""

    appointment_id: UUID
    sequence: int
    case_ref: str
    starts_at: datetime
    minutes: int
    changed_at: datetime

    @property
    def ends_at(self) -> datetime:
        """Return the instant at which it ends."""
        return self.starts_at + timedelta(minutes=self.minutes)


def list_desks_of(session: Session, office_id: UUID, actor: Actor) -> tuple[DeskView, ...]:
    """Return the desks whose calendar somebody sees, in the office's order.

    Case workers see their own and those they deputise for; a lead sees the desks of the team and the counters; who sees
    the office sees every desk.
    """
    desks = list_desks(session, office_id)
    if actor.may(Permission.see_office):
        return desks
    members = set(actor.deputised_ids)
    if actor.member_id is not None:
        members.add(actor.member_id)
    if actor.may(Permission.see_team):
        in_team = select(StaffMember.id).where(StaffMember.team_id.in_(actor.team_ids))
        members |= set(session.scalars(in_team))
    sees_counters = actor.may(Permission.see_team)
    return tuple(
        desk
        for desk in desks
        if members.intersection(desk.member_ids) or (sees_counters and desk.pool is not None)
    )


def list_feed_desks(session: Session, office_id: UUID, actor: Actor) -> tuple[DeskView, ...]:
    """Return the desks whose feeds somebody may make and end: their own, not those they deputise for.

    A lead also has those of the team, and the counters belong to who works at them and to the lead.
    """
    seen = list_desks_of(session, office_id, actor)
    if actor.may(Permission.see_team):
        return seen
    if actor.may(Permission.see_office):
        return tuple(desk for desk in seen if desk.pool is not None)
    return tuple(desk for desk in seen if actor.member_id in desk.member_ids)


def list_feeds(session: Session, office_id: UUID, desk_ids: frozenset[UUID]) -> tuple[FeedView, ...]:
    """Return the living feeds of some desks, oldest first."""
    query = (
        select(DeskFeed.id, DeskFeed.desk_id, DeskFeed.created_at, DeskFeed.created_by, DeskFeed.last_used_at)
        .where(DeskFeed.office_id == office_id, DeskFeed.desk_id.in_(desk_ids), DeskFeed.revoked_at.is_(None))
        .order_by(DeskFeed.created_at, DeskFeed.id)
    )
    return tuple(FeedView(*row) for row in session.execute(query))


def hash_secret(secret: str) -> bytes:
    """Return what is stored of a secret; it is random and long, so that a plain digest is enough."""
    return hashlib.sha256(secret.encode(errors="replace")).digest()


def find_feed(session: Session, office_id: UUID, secret: str) -> UUID:
    """Return the living feed a secret opens; raises FeedNotFound."""
    found = session.scalar(
        select(DeskFeed.id).where(
            DeskFeed.token_hash == hash_secret(secret),
            DeskFeed.office_id == office_id,
            DeskFeed.revoked_at.is_(None),
        )
    )
    if found is None:
        raise FeedNotFound
    return found


def list_feed_entries(session: Session, desk_id: UUID, *, now: datetime) -> tuple[FeedEntry, ...]:
    """Return what a desk's feed tells, by time."""
    query = (
        select(
            Appointment.id,
            Appointment.sequence,
            Case.ref,
            Appointment.starts_at,
            Appointment.minutes,
            Appointment.changed_at,
        )
        .join(Case, Case.id == Appointment.case_id)
        .where(
            Appointment.desk_id == desk_id,
            Appointment.state.in_(SHOWN_IN_DAYS),
            Appointment.starts_at > now - FEED_LOOKS_BACK,
        )
        .order_by(Appointment.starts_at, Appointment.id)
    )
    return tuple(FeedEntry(*row) for row in session.execute(query))
