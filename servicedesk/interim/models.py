"""Tables of interim confirmations, of what case workers note about the right, and of emergency requests."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from servicedesk.db.base import Base
from servicedesk.db.types import UtcDateTime, ascii_key

_OPEN = text("state IN ('proposed', 'released')")
_ISSUED = text("state = 'issued'")


class InterimConfirmation(Base):
    """Be one interim confirmation of one case, from the proposal to its end.

    `state`: proposed → released (a person or the night said yes, the seal is missing) → issued → superseded,
    withdrawn or ended; a proposal can also become declined (a case worker says no, with reason) or lapsed (it is
    not needed any more). A case has at most one that is on its way and one that is issued: while a renewal is on
    its way the old one stays valid, and both change in one transaction.

    What it rests on stands in the open (`title_id`, `title_ends_on`, `received_at`, and `line_digest`, the title's
    digest when the facts were last looked at), so that a change of the facts is found set-wise; what is printed is
    sealed (`facts_sealed`) and never changes. `status_code` is printed in two
    groups of five. `outcome_kind` is what the rule said: issue, or person for one that only a person may release.
    `assigned_to` is the member who has to act, None the team's inbox. `letters` counts the letters queued,
    `handed_out_at` is when the front desk first gave the paper out.
    """

    __tablename__ = "interim_confirmation"
    __table_args__ = (
        UniqueConstraint("case_id", "sequence"),
        Index("ix_interim_confirmation_office_id_state", "office_id", "state", "check_again_on"),
        Index("ix_interim_confirmation_person_id", "person_id"),
        Index(
            "uq_interim_confirmation_open", "case_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
        ),
        Index(
            "uq_interim_confirmation_issued",
            "case_id",
            unique=True,
            sqlite_where=_ISSUED,
            postgresql_where=_ISSUED,
        ),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"))
    person_id: Mapped[UUID] = mapped_column(Uuid)
    title_id: Mapped[UUID] = mapped_column(Uuid)
    ref: Mapped[str] = mapped_column(ascii_key(24), unique=True)
    sequence: Mapped[int]
    status_code: Mapped[str] = mapped_column(ascii_key(10), unique=True)
    state: Mapped[str] = mapped_column(String(12))
    outcome_kind: Mapped[str] = mapped_column(String(12))
    outcome_code: Mapped[str] = mapped_column(String(60))
    rule_version: Mapped[str] = mapped_column(String(40))
    is_machine_checked: Mapped[bool]
    title_ends_on: Mapped[date]
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    line_digest: Mapped[bytes] = mapped_column(LargeBinary(16))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    assigned_to: Mapped[UUID | None] = mapped_column(ForeignKey("staff_member.id"))
    escalated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    alarmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_released_by: Mapped[str] = mapped_column(String(80), default="")
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    released_by: Mapped[str] = mapped_column(String(80), default="")
    release_note: Mapped[str] = mapped_column(String(300), default="")
    is_automatic: Mapped[bool] = mapped_column(default=False)
    issued_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    valid_from_on: Mapped[date]
    check_again_on: Mapped[date]
    facts_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    token: Mapped[str] = mapped_column(Text, default="")
    key_id: Mapped[str] = mapped_column(ascii_key(40), default="")
    letters: Mapped[int] = mapped_column(default=0)
    handed_out_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    end_reason: Mapped[str] = mapped_column(String(40), default="")
    end_note: Mapped[str] = mapped_column(String(300), default="")
    ended_by: Mapped[str] = mapped_column(String(80), default="")


class InterimNote(Base):
    """Note what no register says and what the interim effect depends on; taken back, never edited.

    `kind` is a `Note` of the rules. One of a kind is in force per case.
    """

    __tablename__ = "interim_note"
    __table_args__ = (
        Index(
            "uq_interim_note_in_force",
            "case_id",
            "kind",
            unique=True,
            sqlite_where=text("taken_back_at IS NULL"),
            postgresql_where=text("taken_back_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"))
    kind: Mapped[str] = mapped_column(String(30))
    since_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(String(300), default="")
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    noted_by: Mapped[str] = mapped_column(String(80))
    taken_back_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    taken_back_by: Mapped[str] = mapped_column(String(80), default="")


class InterimRequest(Base):
    """Keep what the front desk needs at once and cannot serve itself; to be answered the same day.

    `answer`: issued, printed, declined, other; `answer_note` says it in words. A case has one open request.
    """

    __tablename__ = "interim_request"
    __table_args__ = (
        Index("ix_interim_request_office_id_answered_at", "office_id", "answered_at"),
        Index(
            "uq_interim_request_open",
            "case_id",
            unique=True,
            sqlite_where=text("answered_at IS NULL"),
            postgresql_where=text("answered_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"))
    person_id: Mapped[UUID] = mapped_column(Uuid)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(String(300))
    due_on: Mapped[date]
    alarmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by: Mapped[str] = mapped_column(String(80), default="")
    answer: Mapped[str] = mapped_column(String(12), default="")
    answer_note: Mapped[str] = mapped_column(String(300), default="")
