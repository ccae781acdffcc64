"""Tables of the office: teams, people and their absences, desks, hours, letter ranges, concerns."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from servicedesk.db.base import Base
from servicedesk.db.types import Json, UtcDateTime, ascii_key


class Office(Base):
    """Be one immigration office; the host name of a request selects it.

    `settings` holds what only letters and pages print (phone, e-mail, imprint, privacy, accessibility texts …),
    validated by the office file. `reviewed_texts` names the languages in which this office has reviewed every text
    of residents, each with the digest of the catalogue it read; see `offices.service.reviews`.
    """

    __tablename__ = "office"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    ref: Mapped[str] = mapped_column(ascii_key(40), unique=True)
    host: Mapped[str] = mapped_column(String(200), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    street: Mapped[str] = mapped_column(String(200))
    postcode: Mapped[str] = mapped_column(String(10))
    town: Mapped[str] = mapped_column(String(100))
    federal_state: Mapped[str] = mapped_column(String(2))
    time_zone: Mapped[str] = mapped_column(String(60))
    languages: Mapped[list[str]] = mapped_column(Json)
    umlauts: Mapped[str] = mapped_column(String(20))
    settings: Mapped[dict[str, Any]] = mapped_column(Json)
    reviewed_texts: Mapped[dict[str, str]] = mapped_column(Json, default=dict, server_default="{}")
    loaded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TextReview(Base):
    """Keep that a signed-in person of the office read one translated text and found it right.

    `digest` is made from the German text and its translation: another wording of either has no review.
    """

    __tablename__ = "text_review"

    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"), primary_key=True)
    language: Mapped[str] = mapped_column(ascii_key(20), primary_key=True)
    digest: Mapped[str] = mapped_column(ascii_key(64), primary_key=True)
    reviewed_by: Mapped[str] = mapped_column(String(80))
    reviewed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Team(Base):
    """Handle some concerns; letter ranges are cut per team."""

    __tablename__ = "team"
    __table_args__ = (UniqueConstraint("office_id", "ref"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    ref: Mapped[str] = mapped_column(ascii_key(40))
    name: Mapped[str] = mapped_column(String(120))
    phone: Mapped[str] = mapped_column(String(60), default="")
    email: Mapped[str] = mapped_column(String(200), default="")
    room: Mapped[str] = mapped_column(String(60), default="")
    is_active: Mapped[bool] = mapped_column(default=True)


class StaffMember(Base):
    """Be a case worker (or other member of staff) as letters name them; an account is a separate row."""

    __tablename__ = "staff_member"
    __table_args__ = (UniqueConstraint("office_id", "ref"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"))
    ref: Mapped[str] = mapped_column(ascii_key(40))
    name: Mapped[str] = mapped_column(String(120))
    phone: Mapped[str] = mapped_column(String(60), default="")
    email: Mapped[str] = mapped_column(String(200), default="")
    room: Mapped[str] = mapped_column(String(60), default="")
    is_active: Mapped[bool] = mapped_column(default=True)


class StaffAbsence(Base):
    """Keep when a case worker is away, both days included, and who stands in; the reason is nobody's business.

    Rows are kept after the last day: they say who could see whose files. `cancelled_at` marks one that never came
    to hold, or that the office file dropped. `file_key` names the entry of the office file it came from, so that
    loading the file again changes nothing, whatever staff made of it since.
    """

    __tablename__ = "staff_absence"
    __table_args__ = (
        CheckConstraint("last_on >= first_on", name="days"),
        CheckConstraint("deputy_id <> member_id", name="not_self"),
        UniqueConstraint("office_id", "file_key"),
        Index("ix_staff_absence_office_id_last_on", "office_id", "last_on"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    member_id: Mapped[UUID] = mapped_column(ForeignKey("staff_member.id"))
    deputy_id: Mapped[UUID] = mapped_column(ForeignKey("staff_member.id"))
    first_on: Mapped[date]
    last_on: Mapped[date]
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    entered_by: Mapped[str] = mapped_column(String(80))
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    file_key: Mapped[str | None] = mapped_column(ascii_key(120))


class StaffAbsenceDay(Base):
    """Be one day of an absence: the primary key keeps two absences of a person from sharing a day."""

    __tablename__ = "staff_absence_day"
    __table_args__ = (Index("ix_staff_absence_day_absence_id", "absence_id"),)

    member_id: Mapped[UUID] = mapped_column(ForeignKey("staff_member.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    absence_id: Mapped[UUID] = mapped_column(ForeignKey("staff_absence.id"))


class Desk(Base):
    """Be what a slot belongs to: a room of case workers, or a counter of a pool."""

    __tablename__ = "desk"
    __table_args__ = (UniqueConstraint("office_id", "ref"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    ref: Mapped[str] = mapped_column(ascii_key(40))
    name: Mapped[str] = mapped_column(String(120))
    room: Mapped[str] = mapped_column(String(60), default="")
    pool: Mapped[str | None] = mapped_column(ascii_key(40))
    is_active: Mapped[bool] = mapped_column(default=True)


class DeskMember(Base):
    """Say whose appointments take place at a desk."""

    __tablename__ = "desk_member"

    desk_id: Mapped[UUID] = mapped_column(ForeignKey("desk.id"), primary_key=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("staff_member.id"), primary_key=True)


class Opening(Base):
    """Open a desk on one weekday between two wall-clock times, every week or in some weeks (kernel.weeks)."""

    __tablename__ = "opening"
    __table_args__ = (Index("ix_opening_desk_id", "desk_id"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    desk_id: Mapped[UUID] = mapped_column(ForeignKey("desk.id"))
    weekday: Mapped[int]  # Monday is 0
    starts_local: Mapped[time]
    ends_local: Mapped[time]
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    parity: Mapped[str | None] = mapped_column(String(4))  # odd, even: calendar weeks by number
    every_weeks: Mapped[int | None]  # every n-th week from the week of valid_from


class Closure(Base):
    """Close the office, or one desk, on whole days; first and last day included."""

    __tablename__ = "closure"
    __table_args__ = (Index("ix_closure_office_id", "office_id"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    desk_id: Mapped[UUID | None] = mapped_column(ForeignKey("desk.id"))
    first_on: Mapped[date]
    last_on: Mapped[date]
    reason: Mapped[str] = mapped_column(String(200))


class LetterRange(Base):
    """Keep one published piece of the alphabet as the office wrote it."""

    __tablename__ = "letter_range"
    __table_args__ = (Index("ix_letter_range_team_id", "team_id"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"))
    member_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff_member.id"))
    pieces: Mapped[list[str]] = mapped_column(Json)
    position: Mapped[int]


class LetterInterval(Base):
    """Be one elementary interval of a team's alphabet: from `lo` up to the next interval's `lo`.

    The interval of a name is the last one with `lo <= surname_key`, byte by byte. `kind` is owned, vacant or gap.
    """

    __tablename__ = "letter_interval"

    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"), primary_key=True)
    lo: Mapped[str] = mapped_column(ascii_key(60), primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    kind: Mapped[str] = mapped_column(String(10))
    member_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff_member.id"))
    piece: Mapped[str] = mapped_column(Text)


class OfficeConcern(Base):
    """Say how this office offers a concern; what is None comes from the catalogue."""

    __tablename__ = "office_concern"

    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"), primary_key=True)
    concern_id: Mapped[str] = mapped_column(ascii_key(60), primary_key=True)
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("team.id"))
    mode: Mapped[str] = mapped_column(String(20))
    minutes: Mapped[int | None]
    lead: Mapped[str | None] = mapped_column(String(12))
    notice_hours: Mapped[int]  # no slot sooner than this many hours from now
    horizon_days: Mapped[int]  # no slot later than this many days from today
