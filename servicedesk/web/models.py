"""Tables of the web edge."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from servicedesk.db.base import Base
from servicedesk.db.types import UtcDateTime, ascii_key


class IdempotencyKey(Base):
    """Remember the first answer to a form, so that a second click or a lost reply gets the same one."""

    __tablename__ = "idempotency_key"

    key: Mapped[str] = mapped_column(ascii_key(64), primary_key=True)
    scope: Mapped[str] = mapped_column(String(120))
    request_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    status: Mapped[int]
    location: Mapped[str] = mapped_column(String(500))
    session_id: Mapped[UUID | None] = mapped_column(Uuid)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
