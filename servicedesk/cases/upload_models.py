"""Tables of papers that came in: files of a case, their pages as pictures, and papers taken in at the counter."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from servicedesk.db.base import Base
from servicedesk.db.types import Json, UtcDateTime, ascii_key


class StoredFile(Base):
    """Keep one file of a case once, however often it is given; found again by a keyed digest of its bytes.

    `state`: waiting (nobody has looked into it yet), readable, unreadable. `reason` says why it waits or cannot be
    read; of a readable one, what people should know. What cannot be read is not kept: `original_sealed` is empty
    then. `attempts` and `next_try_at` belong to the sweeper.
    """

    __tablename__ = "stored_file"
    __table_args__ = (
        UniqueConstraint("case_id", "digest"),
        Index("ix_stored_file_state_next_try_at", "state", "next_try_at"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"))
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    media_type: Mapped[str] = mapped_column(String(60))
    size_bytes: Mapped[int]
    state: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(30), default="")
    page_count: Mapped[int] = mapped_column(default=0)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    original_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    thumbnail_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)


class FilePage(Base):
    """Keep one page of a file as a picture that we have drawn ourselves: the only thing people look at."""

    __tablename__ = "file_page"

    file_id: Mapped[UUID] = mapped_column(ForeignKey("stored_file.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    media_type: Mapped[str] = mapped_column(String(20))
    picture_sealed: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class Upload(Base):
    """Say that a file was given for a paper of the case: by whom, when and which way.

    One file may be given for several papers. `document_id` is None for what nobody has assigned yet. `name` is what
    the sender called it, shortened and without path. `session_id` is the sign-in in which a resident gave it: only
    there are small pictures shown back (ADR 0015).
    """

    __tablename__ = "upload"
    __table_args__ = (
        UniqueConstraint("case_id", "document_id", "file_id"),
        Index("ix_upload_file_id", "file_id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"))
    document_id: Mapped[str | None] = mapped_column(ascii_key(60))
    file_id: Mapped[UUID] = mapped_column(ForeignKey("stored_file.id"))
    name: Mapped[str] = mapped_column(String(120))
    channel: Mapped[str] = mapped_column(String(12))  # web, counter, post, email
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[str] = mapped_column(String(80))
    session_id: Mapped[UUID | None] = mapped_column(Uuid)


class PaperIntake(Base):
    """Record which papers came on paper, when and which way; its receipt can be printed again. Never edited."""

    __tablename__ = "paper_intake"
    __table_args__ = (Index("ix_paper_intake_case_id", "case_id"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"))
    ref: Mapped[str] = mapped_column(ascii_key(24), unique=True)
    channel: Mapped[str] = mapped_column(String(12))  # counter, post
    document_ids: Mapped[list[str]] = mapped_column(Json)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[str] = mapped_column(String(80))
