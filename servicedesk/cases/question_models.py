"""Table of the questions that residents ask about their case, and of what the office answered."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from servicedesk.db.base import Base
from servicedesk.db.types import UtcDateTime


class CaseQuestion(Base):
    """Be one question about a case with its answer; neither is ever edited.

    `text_sealed` is what the person typed, `answer_sealed` one JSON value (`cases.answering.Answer`). `locale` is the
    language it was asked in. `wish` says how the person wants to hear without a confirmed e-mail address: letter or
    page. `member_id` is the colleague it was handed to; without one it is the owner's of the case. `told`: email,
    letter or page, once answered. `hidden_at`: the person put it away from the pages behind the code. `alarmed_at`:
    it waited longer than the office allows, and the team was told.
    """

    __tablename__ = "case_question"
    __table_args__ = (
        Index("ix_case_question_case_id", "case_id"),
        Index("ix_case_question_office_id_answered_at", "office_id", "answered_at", "asked_at"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"))
    text_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    locale: Mapped[str] = mapped_column(String(20))
    wish: Mapped[str] = mapped_column(String(8))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    member_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff_member.id"))
    forwarded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    forwarded_by: Mapped[str] = mapped_column(String(80), default="")
    answer_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by: Mapped[str] = mapped_column(String(80), default="")
    told: Mapped[str] = mapped_column(String(8), default="")
    hidden_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    alarmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
