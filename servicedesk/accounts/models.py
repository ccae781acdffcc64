"""Tables of sign-in: staff accounts, sessions, access codes, throttles."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from servicedesk.db.base import Base
from servicedesk.db.types import Json, UtcDateTime, ascii_key


class StaffAccount(Base):
    """Let one member of staff sign in; `member_id` is that person's place in the office (offices.StaffMember)."""

    __tablename__ = "staff_account"
    __table_args__ = (UniqueConstraint("office_id", "login"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    login: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str] = mapped_column(String(200))
    roles: Mapped[list[str]] = mapped_column(Json)
    member_id: Mapped[UUID | None] = mapped_column(Uuid)
    language: Mapped[str] = mapped_column(String(12), default="de")
    single_keys: Mapped[bool] = mapped_column(default=True)
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class WebSession(Base):
    """Hold one signed-in browser: staff, or a resident whose code was accepted.

    `token_hash` is SHA-256 of the cookie's token; `data` is sealed JSON (a resident's typed answers).
    """

    __tablename__ = "web_session"
    __table_args__ = (
        Index("ix_web_session_expires_at", "expires_at"),
        Index("ix_web_session_subject_id", "subject_id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    kind: Mapped[str] = mapped_column(String(12))
    subject_id: Mapped[UUID] = mapped_column(Uuid)
    data: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AccessCode(Base):
    """Open one opaque subject (kind, id) to the holder of a letter.

    Only the locator is stored readable; the secret is an HMAC under the pepper, the phone PIN an HMAC bound to
    this row. A new rendering is a new code: the older ones of the same subject are revoked.
    """

    __tablename__ = "access_code"
    __table_args__ = (
        Index("ix_access_code_subject_id", "subject_id"),
        # One living code per subject, whoever issues at the same moment.
        Index(
            "uq_access_code_living",
            "subject_kind",
            "subject_id",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[UUID] = mapped_column(Uuid)
    locator: Mapped[str] = mapped_column(ascii_key(4), index=True)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    pin_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    locked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    wrong_birth_dates: Mapped[int] = mapped_column(default=0)


class Throttle(Base):
    """Count failures of one source in one window; shared by all processes.

    `bucket` names rule and source prefix (hashed, so that no address is kept), `starts_at` the window.
    """

    __tablename__ = "throttle"

    bucket: Mapped[str] = mapped_column(ascii_key(80), primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)


class SignInFailure(Base):
    """Remember failed sign-ins of one login, for a growing delay."""

    __tablename__ = "sign_in_failure"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    office_id: Mapped[UUID] = mapped_column(Uuid)
    login: Mapped[str] = mapped_column(String(80), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
