"""Make, use and end the private calendar feeds of desks."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, select, update
from sqlalchemy.orm import Session

from servicedesk.booking.feed_errors import FeedNotFound, FeedTooOften, TooManyFeeds
from servicedesk.booking.feed_models import DeskFeed
from servicedesk.booking.queries.desks import FeedEntry, hash_secret, list_feed_desks, list_feed_entries
from servicedesk.db import audit
from servicedesk.kernel.ids import new_id, new_token
from servicedesk.kernel.permissions import Actor
from servicedesk.offices.models import Desk

MOST_FEEDS = 10
MOST_USES = 120
"""Requests of one feed within an hour; a program asks every few minutes."""

_WINDOW = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class OpenedFeed:
    """Hold what a request with a valid secret gets."""

    desk_name: str
    room: str
    entries: tuple[FeedEntry, ...]


def create_feed(session: Session, *, office_id: UUID, desk_id: UUID, actor: Actor, now: datetime) -> str:
    """Make a feed and return its secret, which is nowhere else and never shown again.

    Raises FeedNotFound for a desk of others, TooManyFeeds.
    """
    _require_desk(session, office_id, desk_id, actor)
    # Two clicks at once wait for each other here.
    session.execute(select(Desk.id).where(Desk.id == desk_id).with_for_update())
    living = select(func.count()).where(DeskFeed.desk_id == desk_id, DeskFeed.revoked_at.is_(None))
    if (session.scalar(living) or 0) >= MOST_FEEDS:
        raise TooManyFeeds(limit=MOST_FEEDS)
    secret, feed_id = new_token(), new_id()
    session.add(
        DeskFeed(
            id=feed_id,
            office_id=office_id,
            desk_id=desk_id,
            token_hash=hash_secret(secret),
            created_at=now,
            created_by=actor.ref,
        )
    )
    session.flush()
    _audit(session, "create_desk_feed", office_id, desk_id, feed_id, actor, now)
    return secret


def revoke_feed(session: Session, *, office_id: UUID, feed_id: UUID, actor: Actor, now: datetime) -> None:
    """End a feed at once; raises FeedNotFound for one of others, or ended before."""
    desk_id = session.scalar(
        select(DeskFeed.desk_id).where(
            DeskFeed.id == feed_id, DeskFeed.office_id == office_id, DeskFeed.revoked_at.is_(None)
        )
    )
    if desk_id is None:
        raise FeedNotFound
    _require_desk(session, office_id, desk_id, actor)
    session.execute(
        update(DeskFeed)
        .where(DeskFeed.id == feed_id, DeskFeed.revoked_at.is_(None))
        .values(revoked_at=now, revoked_by=actor.ref)
    )
    _audit(session, "revoke_desk_feed", office_id, desk_id, feed_id, actor, now)


def open_feed(session: Session, *, office_id: UUID, feed_id: UUID, now: datetime) -> OpenedFeed:
    """Return what a feed tells, and note its use; raises FeedNotFound where it was ended, FeedTooOften."""
    row = session.execute(
        select(DeskFeed.id, DeskFeed.desk_id, DeskFeed.window_at, DeskFeed.window_uses, Desk.name, Desk.room)
        .join(Desk, Desk.id == DeskFeed.desk_id)
        .where(
            DeskFeed.id == feed_id,
            DeskFeed.office_id == office_id,
            DeskFeed.revoked_at.is_(None),
        )
    ).first()
    if row is None:
        raise FeedNotFound
    is_running = row.window_at is not None and row.window_at <= now < row.window_at + _WINDOW
    if is_running and row.window_uses >= MOST_USES:
        raise FeedTooOften
    still = DeskFeed.window_at > now - _WINDOW
    session.execute(
        update(DeskFeed)
        .where(DeskFeed.id == row.id)
        .values(
            last_used_at=now,
            window_at=case((still, DeskFeed.window_at), else_=now),
            window_uses=case((still, DeskFeed.window_uses + 1), else_=1),
        )
    )
    return OpenedFeed(row.name, row.room, list_feed_entries(session, row.desk_id, now=now))


def _require_desk(session: Session, office_id: UUID, desk_id: UUID, actor: Actor) -> None:
    if desk_id not in {desk.id for desk in list_feed_desks(session, office_id, actor)}:
        raise FeedNotFound


def _audit(
    session: Session,
    action: str,
    office_id: UUID,
    desk_id: UUID,
    feed_id: UUID,
    actor: Actor,
    now: datetime,
) -> None:
    details: dict[str, Any] = {"feed": feed_id.hex}
    audit.record(
        session,
        now=now,
        actor=actor,
        action=action,
        subject=("desk", desk_id),
        office_id=office_id,
        details=details,
    )
