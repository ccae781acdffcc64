"""Table of the exports: which stretch of the audit trail each one covers."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from servicedesk.db.base import Base
from servicedesk.db.types import UtcDateTime


class ExportRun(Base):
    """Remember what a cursor led to: the changes after `since` up to and with `until`, numbers of sealed audit rows.

    One row per cursor: whoever asks with the same cursor again gets the same content.
    """

    __tablename__ = "export_run"
    __table_args__ = (UniqueConstraint("office_id", "since"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    since: Mapped[int] = mapped_column(BigInteger)
    until: Mapped[int] = mapped_column(BigInteger)
    changes: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(80))
