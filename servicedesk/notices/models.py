"""Tables of messages: outbox, letters, print batches."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from servicedesk.db.base import Base
from servicedesk.db.types import UtcDateTime, ascii_key


class Outbox(Base):
    """Carry one message that has to leave, with its context.

    A message of its own has its whole context sealed in `context_sealed`. A letter of a cohort names the shared parts
    of it in `context_parts` (32 hexadecimal digits each, rows of `notice_part`); what is the person's own comes from the
    register when it is made, and is sealed in `context_sealed`, empty until then, together with the letter.

    `channel`: letter or email. `state`: pending → working → done, or failed (tries are used up; a person must
    look), cancelled (the caller took it back), stale (`not_after` has passed). `dedupe_key` makes enqueuing the
    same message twice one message. `subject_*` is what it is about (a case), `scope_member_id` and `team_id`
    whose day's letters it belongs to; both opaque here.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_state_next_attempt_at", "state", "next_attempt_at"),
        Index("ix_outbox_subject_id", "subject_id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    # No foreign key: checking it for every row of a cohort costs more than the row.
    office_id: Mapped[UUID] = mapped_column(Uuid)
    kind: Mapped[str] = mapped_column(String(40))
    channel: Mapped[str] = mapped_column(String(10))
    person_id: Mapped[UUID | None] = mapped_column(Uuid)
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[UUID] = mapped_column(Uuid)
    team_id: Mapped[UUID | None] = mapped_column(Uuid)
    scope_member_id: Mapped[UUID | None] = mapped_column(Uuid)
    locale: Mapped[str] = mapped_column(String(12))
    context_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    context_parts: Mapped[str | None] = mapped_column(ascii_key(128))
    dedupe_key: Mapped[str] = mapped_column(ascii_key(120), unique=True)
    state: Mapped[str] = mapped_column(String(12), default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_attempt_at: Mapped[datetime] = mapped_column(UtcDateTime)
    not_after: Mapped[datetime | None] = mapped_column(UtcDateTime)
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    claim_token: Mapped[UUID | None] = mapped_column(Uuid)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str] = mapped_column(Text, default="")


class NoticePart(Base):
    """Keep what the messages of a cohort share (office, sender, papers), sealed, once; never changed.

    `id` is a keyed digest of the content, so the same part always has the same id. It holds nobody's data.
    """

    __tablename__ = "notice_part"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    content_sealed: Mapped[bytes] = mapped_column(LargeBinary)


class PrintBatch(Base):
    """Record that letters left the house as one print file, who fetched it and when."""

    __tablename__ = "print_batch"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[UUID | None] = mapped_column(Uuid)
    letters: Mapped[int]
    pages: Mapped[int]


class Letter(Base):
    """Keep one rendered letter, sealed; one per outbox row.

    `sha256` is of the plain PDF as it was first rendered. `code_id` is the access code it prints. Some hours after
    printing the letter is kept without its code and `code_purged_at` is set; the rest stays. `withdrawn_at`: it was
    taken back before anybody printed it, and nobody will.
    """

    __tablename__ = "letter"
    __table_args__ = (Index("ix_letter_office_id_rendered_at", "office_id", "rendered_at"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    outbox_id: Mapped[UUID] = mapped_column(ForeignKey("outbox.id"), unique=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    pdf_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(ascii_key(64))
    pages: Mapped[int]
    rendered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    code_id: Mapped[UUID | None] = mapped_column(ForeignKey("access_code.id"))
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("print_batch.id"))
    printed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    code_purged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
