"""Table of the private calendar feeds of desks."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from servicedesk.db.base import Base
from servicedesk.db.types import UtcDateTime


class DeskFeed(Base):
    """Let a calendar program read the times of one desk; the secret is its address.

    Stored is the SHA-256 of the secret, which has 256 bits. `window_at` and `window_uses` count the requests of one
    hour. A revoked feed stays as a record.
    """

    __tablename__ = "desk_feed"
    __table_args__ = (Index("ix_desk_feed_desk_id", "desk_id"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    desk_id: Mapped[UUID] = mapped_column(ForeignKey("desk.id"))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(80))
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    window_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    window_uses: Mapped[int] = mapped_column(default=0)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_by: Mapped[str] = mapped_column(String(80), default="")
