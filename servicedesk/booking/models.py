"""Tables of the booking engine: days of desks, appointments, their five-minute cells."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import DateTime

from servicedesk.db.base import Base
from servicedesk.db.types import UtcDateTime, ascii_key

_WALL = DateTime().with_variant(TIMESTAMP(timezone=False), "postgresql")


class DeskDay(Base):
    """Hold a desk's day as two sets of 288 bits, one per five minutes of wall-clock time from 00:00.

    `open_ticks` is compiled from hours, closures and holidays; `busy_ticks` changes with every hold, booking and
    release, by compare-and-set in the same transaction: index of free time and first guard against overbooking.
    Bit n is 2**n of the little-endian number.
    """

    __tablename__ = "desk_day"
    __table_args__ = (Index("ix_desk_day_office_id_day", "office_id", "day"),)

    desk_id: Mapped[UUID] = mapped_column(ForeignKey("desk.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    open_ticks: Mapped[bytes] = mapped_column(LargeBinary(36))
    busy_ticks: Mapped[bytes] = mapped_column(LargeBinary(36))


class Appointment(Base):
    """Be a hold, a time that waits for an answer, or an appointment of one case at one desk.

    `state` is one of rules.life.State. `starts_local` is the wall-clock time people
    see and stays when a clock rule changes; `starts_at` is its instant. `uid` and `sequence` belong to the
    calendar file; a moved appointment keeps its uid in the new row.
    """

    __tablename__ = "appointment"
    __table_args__ = (
        UniqueConstraint("ref"),
        Index("ix_appointment_case_id", "case_id"),
        Index("ix_appointment_office_id_starts_local", "office_id", "starts_local"),
        Index("ix_appointment_desk_id_starts_local", "desk_id", "starts_local"),
        Index(
            "uq_appointment_case_id_booked",
            "case_id",
            unique=True,
            sqlite_where=text("state = 'booked'"),
            postgresql_where=text("state = 'booked'"),
        ),
        Index(
            "uq_appointment_case_id_held",
            "case_id",
            unique=True,
            sqlite_where=text("state = 'held'"),
            postgresql_where=text("state = 'held'"),
        ),
        Index(
            "uq_appointment_case_id_requested",
            "case_id",
            unique=True,
            sqlite_where=text("state = 'requested'"),
            postgresql_where=text("state = 'requested'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"))
    desk_id: Mapped[UUID] = mapped_column(ForeignKey("desk.id"))
    ref: Mapped[str] = mapped_column(ascii_key(24))
    uid: Mapped[str] = mapped_column(String(120))
    sequence: Mapped[int] = mapped_column(default=0)
    starts_local: Mapped[datetime] = mapped_column(_WALL)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    minutes: Mapped[int]
    state: Mapped[str] = mapped_column(String(12))
    hold_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(80))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(String(300), default="")


class AppointmentCell(Base):
    """Occupy five minutes of one desk: the primary key is the second guard against overbooking."""

    __tablename__ = "appointment_cell"
    __table_args__ = (Index("ix_appointment_cell_appointment_id", "appointment_id"),)

    desk_id: Mapped[UUID] = mapped_column(ForeignKey("desk.id"), primary_key=True)
    starts_local: Mapped[datetime] = mapped_column(_WALL, primary_key=True)
    appointment_id: Mapped[UUID] = mapped_column(ForeignKey("appointment.id"))


class Arrangement(Base):
    """Be what office and resident are arranging about a time; at most one of a case is open.

    Its times are the case's appointments in state requested or offered, and occupy their cells. `origin`: request
    (the person asked), office (the office proposes). `state`: asked (the office has to answer), offered (the person
    has to), accepted, declined, refused, withdrawn, overtaken (another time came first), lapsed. `reason` is a code
    of rules.arrangements. `lapses_at`: from then on the sweep ends it and frees its times.
    """

    __tablename__ = "arrangement"
    __table_args__ = (
        Index("ix_arrangement_office_id_state", "office_id", "state"),
        Index("ix_arrangement_case_id", "case_id"),
        Index(
            "uq_arrangement_case_id_open",
            "case_id",
            unique=True,
            sqlite_where=text("state IN ('asked', 'offered')"),
            postgresql_where=text("state IN ('asked', 'offered')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"))
    origin: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(20), default="")
    note: Mapped[str] = mapped_column(String(300), default="")
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_by: Mapped[str] = mapped_column(String(80))
    lapses_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[str] = mapped_column(String(80))


class SlotWish(Base):
    """Remember a resident for whom no offered time fits, so that somebody calls or a freed slot is offered."""

    __tablename__ = "slot_wish"
    __table_args__ = (Index("ix_slot_wish_office_id", "office_id"),)

    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"), primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    wants_call: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(String(300), default="")
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
