"""Tables of a matter from due to closed: its life is independent facts, not one state."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from servicedesk.db.base import Base
from servicedesk.db.types import Json, UtcDateTime, ascii_key


class Case(Base):
    """Be one matter of one person; one per title and end date, or opened by hand or by contact.

    `owner_id` is the responsible case worker, None the team's inbox. `ends_on` is the effective end it was opened
    for; a correction of the end changes it and is audited. What holds (ready, waiting, doubted, to be clarified,
    decided, card) came to hold through rows of `case_fact`. `unready_at`: it was ready, and is no longer.
    `told_at`: until here the person was told which papers cannot be used.

    What a case points to are no foreign keys: a night's cohort is written from a join of those very rows, and five
    checks for each would take longer than all the rest. Nothing here is ever deleted alone, and `check-invariants`
    finds an orphan.
    """

    __tablename__ = "service_case"
    __table_args__ = (
        UniqueConstraint("title_id", "first_ends_on"),
        Index("ix_service_case_office_id_owner_id", "office_id", "owner_id"),
        Index("ix_service_case_office_id_ends_on", "office_id", "ends_on"),
        Index("ix_service_case_person_id", "person_id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    office_id: Mapped[UUID] = mapped_column(Uuid)
    ref: Mapped[str] = mapped_column(ascii_key(24), unique=True)
    person_id: Mapped[UUID] = mapped_column(Uuid)
    title_id: Mapped[UUID | None] = mapped_column(Uuid)
    first_ends_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    concern_id: Mapped[str] = mapped_column(ascii_key(60))
    catalogue_version: Mapped[str] = mapped_column(String(40))
    team_id: Mapped[UUID] = mapped_column(Uuid)
    owner_id: Mapped[UUID | None] = mapped_column(Uuid)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_by: Mapped[str] = mapped_column(String(80))
    origin: Mapped[str] = mapped_column(String(12))  # due, hand, contact
    due_on: Mapped[date | None]
    invited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ready_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ready_by: Mapped[str] = mapped_column(String(80), default="")
    decision: Mapped[str | None] = mapped_column(String(12))  # granted, refused, withdrawn
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_reason: Mapped[str | None] = mapped_column(String(30))
    unready_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    waiting_for: Mapped[str | None] = mapped_column(ascii_key(40))
    waiting_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    follow_up_on: Mapped[date | None]
    doubted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    clarify_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    card_state: Mapped[str | None] = mapped_column(String(12))  # ordered, ready, handed_over
    card_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    bring_by_on: Mapped[date | None]
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CaseFact(Base):
    """Be one fact that somebody entered about a case, with who, when and why; never changed, never deleted.

    What holds stands on the case, in columns that lists can read; this is how it came to hold. `value`: the
    authority waited for, or the decision. `on_day`: the day to look again, or to bring papers by. Taking one back
    is another row, of kind `undo_fact`, that names it.
    """

    __tablename__ = "case_fact"
    __table_args__ = (
        UniqueConstraint("undoes_id"),
        Index("ix_case_fact_case_id", "case_id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"))
    kind: Mapped[str] = mapped_column(ascii_key(24))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(String(300), default="")
    value: Mapped[str] = mapped_column(ascii_key(40), default="")
    on_day: Mapped[date | None]
    undoes_id: Mapped[UUID | None] = mapped_column(ForeignKey("case_fact.id"))


class Application(Base):
    """Record that the person applied; the instant decides whether the title continues (§ 81 Abs. 4 AufenthG).

    Never edited: a correction is a new row that names the one it supersedes. `channel`: web, slip, counter, post,
    email, contact. `evidence` is a sealed scan or a sealed note, `evidence_type` its media type.
    """

    __tablename__ = "application"
    __table_args__ = (
        UniqueConstraint("supersedes_id"),
        Index("ix_application_case_id", "case_id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"))
    ref: Mapped[str] = mapped_column(ascii_key(24), unique=True)
    channel: Mapped[str] = mapped_column(String(12))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[str] = mapped_column(String(80))
    statement: Mapped[str] = mapped_column(Text)
    evidence: Mapped[bytes | None] = mapped_column(LargeBinary)
    evidence_type: Mapped[str] = mapped_column(String(60), default="")
    supersedes_id: Mapped[UUID | None] = mapped_column(ForeignKey("application.id"))
    reason: Mapped[str] = mapped_column(String(300), default="")


class CaseRequirement(Base):
    """Keep the state of one paper of one case; a row appears with the first change from `missing`.

    `state`: missing, announced, received, accepted, rejected, waived, stale. `issued_on` is the date on the paper
    where somebody noted it; `received_at` the instant at which the office first had this paper. `reason_id` is one of
    the listed reasons of a rejection, `reason` what somebody wrote beside it.
    """

    __tablename__ = "case_requirement"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"), primary_key=True)
    document_id: Mapped[str] = mapped_column(ascii_key(60), primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    state: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(300), default="")
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[str] = mapped_column(String(80))
    issued_on: Mapped[date | None]
    received_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason_id: Mapped[str | None] = mapped_column(ascii_key(40))


class CaseAnswers(Base):
    """Keep what somebody answered about one case, so that nothing is asked twice.

    `answers`: fact → {"value": true, false or null (skipped), "by": "person" or "office", "at": instant}. In the
    open: which papers a case needs, and has, says the same, and every list of cases counts by it.
    """

    __tablename__ = "case_answers"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"), primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    answers: Mapped[dict[str, Any]] = mapped_column(Json)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class FormDraft(Base):
    """Keep what somebody has typed into a form and not sent yet; it goes with the sending, or when the case closes.

    `catalogue_version` names the form's wording, so that no form changes under somebody's hands. `content_sealed`
    is one JSON value: item → text or rows.
    """

    __tablename__ = "form_draft"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"), primary_key=True)
    form_id: Mapped[str] = mapped_column(ascii_key(60), primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    catalogue_version: Mapped[str] = mapped_column(ascii_key(40))
    content_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SubmittedForm(Base):
    """Be a form as it reached the office. Never edited: a correction is the next `number` of the same form.

    `content_sealed` is one JSON value: what was typed, what the register and the case said at that instant.
    `is_withdrawn`: the concern was no longer offered when it came. `locale` is the language it was filled in.
    """

    __tablename__ = "submitted_form"
    __table_args__ = (UniqueConstraint("case_id", "form_id", "number"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"))
    form_id: Mapped[str] = mapped_column(ascii_key(60))
    number: Mapped[int]
    ref: Mapped[str] = mapped_column(ascii_key(24), unique=True)
    catalogue_version: Mapped[str] = mapped_column(ascii_key(40))
    locale: Mapped[str] = mapped_column(String(20))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    is_withdrawn: Mapped[bool] = mapped_column(default=False)
    content_sealed: Mapped[bytes] = mapped_column(LargeBinary)


class ContactRequest(Base):
    """Keep what somebody without a letter wrote; its arrival counts as receipt of the application.

    Everything typed is sealed as one JSON value: the person is not identified yet. `state`: open, matched,
    rejected. `ends_on` stands apart so that the risk list can order by it.
    """

    __tablename__ = "contact_request"
    __table_args__ = (Index("ix_contact_request_office_id_state", "office_id", "state"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    ref: Mapped[str] = mapped_column(ascii_key(24), unique=True)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    locale: Mapped[str] = mapped_column(String(12))
    concern_id: Mapped[str] = mapped_column(ascii_key(60))
    ends_on: Mapped[date | None]
    surname_key: Mapped[str] = mapped_column(ascii_key(200))
    content_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(12), default="open")
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("service_case.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str] = mapped_column(String(80), default="")
    decision_note: Mapped[str] = mapped_column(String(300), default="")


class Task(Base):
    """Ask a case worker, or a team's inbox, for one act on a person or a case."""

    __tablename__ = "task"
    __table_args__ = (
        UniqueConstraint("dedupe_key"),
        Index("ix_task_office_id_done_at", "office_id", "done_at"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    kind: Mapped[str] = mapped_column(String(40))
    dedupe_key: Mapped[str] = mapped_column(ascii_key(120))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("service_case.id"))
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("team.id"))
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff_member.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_on: Mapped[date | None]
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_by: Mapped[str] = mapped_column(String(80), default="")
