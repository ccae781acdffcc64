"""Tables of checklists: released versions of the catalogue, an office's drafts of its own, and blanks for the rack."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from servicedesk.db.base import Base
from servicedesk.db.types import Json, UtcDateTime, ascii_key


class CatalogueVersion(Base):
    """Keep one version of the catalogue; a released one is never changed, so that every case can still be read.

    Without `office_id` it is a built-in version, stored as it was when this software first ran with it. An office's
    version lies on top of the built-in `base_version`: `own` has its entries, `content` (from the release on) the
    whole. `state`: draft, proposed, released, dropped. `effective_from` is the first local day on which new cases
    and public pages follow a released version; of several the latest counts.
    """

    __tablename__ = "catalogue_version"
    __table_args__ = (
        UniqueConstraint("office_id", "version"),
        Index(
            "uq_catalogue_version_builtin",
            "version",
            unique=True,
            sqlite_where=text("office_id IS NULL"),
            postgresql_where=text("office_id IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    office_id: Mapped[UUID | None] = mapped_column(ForeignKey("office.id"))
    version: Mapped[str] = mapped_column(ascii_key(40))
    base_version: Mapped[str] = mapped_column(ascii_key(40), default="")
    state: Mapped[str] = mapped_column(String(12))
    note: Mapped[str] = mapped_column(Text, default="")
    own: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    content: Mapped[dict[str, Any] | None] = mapped_column(Json)
    digest: Mapped[str] = mapped_column(ascii_key(64), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(80))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[str] = mapped_column(String(80))
    proposed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    proposed_by: Mapped[str] = mapped_column(String(80), default="")
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    released_by: Mapped[str] = mapped_column(String(80), default="")
    effective_from: Mapped[date | None]


class RackPrint(Base):
    """Keep an order of all blank lists as one file: how far the worker is, then the file itself for some days.

    An office has one order at a time (the index). `alive_at` is when a worker last said that it draws; `lists` is 0
    until one has counted. `fault` says why there will be no file.
    """

    __tablename__ = "rack_print"
    __table_args__ = (
        Index(
            "uq_rack_print_open",
            "office_id",
            unique=True,
            sqlite_where=text("finished_at IS NULL"),
            postgresql_where=text("finished_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    ordered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ordered_by: Mapped[str] = mapped_column(String(80))
    locales: Mapped[list[str]] = mapped_column(Json)
    is_large: Mapped[bool]
    lists: Mapped[int] = mapped_column(default=0)
    drawn: Mapped[int] = mapped_column(default=0)
    alive_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    fault: Mapped[str] = mapped_column(String(200), default="")
    pages: Mapped[int] = mapped_column(default=0)
    pdf: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
