"""Tables of the register: residents, residence titles, imports, changes, claims about contact."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from servicedesk.db.base import Base
from servicedesk.db.types import Json, UtcDateTime, ascii_key

ADDRESS_PARTS = ("street", "house_number", "postcode", "town")

_Address = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class Person(Base):
    """Be a resident as the expiry list writes them; (office, file number) is the identity.

    `language` is the list's, `chosen_language` what the person asked for, which no import touches;
    `letter_language` is the one to write in. `post_address` (street, house_number, postcode, town) is a new address
    that staff have confirmed; letters go there until the list itself brings another one. A birth date may lack day or month (`birth_day`, `birth_month` 0). E-mail and phone are sealed.

    `office_id` and `Title.person_id` are no foreign keys: the check locks the parent row for every line, which
    costs an import of a million lines more than everything else together. Only the import writes these tables,
    and `check-invariants` finds an orphan.
    """

    __tablename__ = "person"
    __table_args__ = (
        UniqueConstraint("office_id", "file_number"),
        Index("ix_person_office_id_surname_key", "office_id", "surname_key"),
        Index(
            "ix_person_office_id_household_key",
            "office_id",
            "household_key",
            sqlite_where=text("household_key IS NOT NULL"),
            postgresql_where=text("household_key IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    office_id: Mapped[UUID] = mapped_column(Uuid)
    file_number: Mapped[str] = mapped_column(ascii_key(60))
    family_name: Mapped[str] = mapped_column(String(200))
    given_names: Mapped[str] = mapped_column(String(200))
    surname_key: Mapped[str] = mapped_column(ascii_key(200))
    birth_year: Mapped[int]
    birth_month: Mapped[int]
    birth_day: Mapped[int]
    sex: Mapped[str] = mapped_column(String(1))
    nationalities: Mapped[str] = mapped_column(String(80))
    street: Mapped[str] = mapped_column(String(200))
    house_number: Mapped[str] = mapped_column(String(30))
    postcode: Mapped[str] = mapped_column(String(12))
    town: Mapped[str] = mapped_column(String(100))
    language: Mapped[str | None] = mapped_column(String(20))
    chosen_language: Mapped[str | None] = mapped_column(String(20))
    email_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    household_key: Mapped[str | None] = mapped_column(ascii_key(60))
    representative_file_number: Mapped[str | None] = mapped_column(ascii_key(60))
    moved_away_on: Mapped[date | None]
    first_seen_on: Mapped[date]
    post_address: Mapped[dict[str, str] | None] = mapped_column(_Address)

    @property
    def letter_address(self) -> Mapping[str, str]:
        """Return where letters go: the address that staff confirmed, else the list's."""
        return self.post_address or {name: getattr(self, name) for name in ADDRESS_PARTS}

    @hybrid_property
    def letter_language(self) -> str | None:
        """Return the language a person chose, else the list's."""
        return self.chosen_language or self.language

    @letter_language.inplace.expression
    @classmethod
    def _letter_language(cls) -> ColumnElement[str | None]:
        return func.coalesce(cls.chosen_language, cls.language)


class Title(Base):
    """Be a residence title; (person, legal basis, issued on) is the identity.

    Where `issued_on` is unknown, kind and first end date stand in for it (`identity`). `effective_ends_on` is the
    later of the printed end and an end by ordinance; for an unlimited title it is the card's end, and
    `is_unlimited` says so. None means: nothing ever ends. `digest` is the keyed digest of the whole line that was
    last written here, `source_line` its number in the file of `last_import_id`.
    """

    __tablename__ = "title"
    __table_args__ = (
        UniqueConstraint("person_id", "legal_basis", "identity"),
        # In the order of the outcomes' key, and with all that tells what is due: a night joins two indexes and opens
        # no row that is settled.
        Index(
            "ix_title_office_id_effective_ends_on_id",
            "office_id",
            "effective_ends_on",
            "id",
            postgresql_include=["legal_basis", "is_unlimited"],
        ),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    office_id: Mapped[UUID] = mapped_column(Uuid)
    person_id: Mapped[UUID] = mapped_column(Uuid)
    legal_basis: Mapped[str] = mapped_column(ascii_key(40))
    identity: Mapped[str] = mapped_column(ascii_key(60))
    issued_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    card_ends_on: Mapped[date | None]
    passport_ends_on: Mapped[date | None]
    effective_ends_on: Mapped[date | None]
    is_unlimited: Mapped[bool]
    employment_condition: Mapped[str] = mapped_column(Text)
    is_superseded: Mapped[bool] = mapped_column(default=False)
    vanished_on: Mapped[date | None]
    digest: Mapped[bytes] = mapped_column(LargeBinary(16))
    first_seen_on: Mapped[date]
    last_import_id: Mapped[UUID] = mapped_column(Uuid)
    source_line: Mapped[int] = mapped_column(default=0)


class ImportRun(Base):
    """Record one import of an expiry list."""

    __tablename__ = "import_run"
    __table_args__ = (Index("ix_import_run_office_id_started_at", "office_id", "started_at"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    file_name: Mapped[str] = mapped_column(String(255))
    file_sha256: Mapped[str] = mapped_column(ascii_key(64))
    encoding: Mapped[str] = mapped_column(String(40))
    delimiter: Mapped[str] = mapped_column(String(10))
    mapping: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(20))
    lines: Mapped[int] = mapped_column(default=0)
    accepted: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)
    warnings: Mapped[int] = mapped_column(default=0)
    difference: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    started_by: Mapped[str] = mapped_column(String(80))


class RegisterChange(Base):
    """Tell the rooms above what an import changed; each of them keeps its own place in `seq`.

    `kind`: end_corrected, renewed, moved_away, moved_back, vanished, reappeared, name_changed, address_changed,
    birth_date_changed. New people and titles are no change. `old` and `new` hold dates and keys, no names.
    """

    __tablename__ = "register_change"
    __table_args__ = (Index("ix_register_change_office_id_seq", "office_id", "seq"),)

    seq: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    import_id: Mapped[UUID] = mapped_column(Uuid)
    person_id: Mapped[UUID] = mapped_column(Uuid)
    title_id: Mapped[UUID | None] = mapped_column(Uuid)
    kind: Mapped[str] = mapped_column(String(30))
    old: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    new: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class ChangeCursor(Base):
    """Remember up to which change one consumer (cases, booking, outreach …) has worked."""

    __tablename__ = "change_cursor"

    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"), primary_key=True)
    consumer: Mapped[str] = mapped_column(String(40), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)


class ContactClaim(Base):
    """Keep what a resident says about e-mail, phone, address or language until it is confirmed.

    `kind`: email, phone, address, language. `state`: claimed, confirmed, superseded, rejected. The value is
    sealed; an e-mail's confirmation link carries a token of which `token_hash` is kept.
    """

    __tablename__ = "contact_claim"
    __table_args__ = (
        Index("ix_contact_claim_person_id_kind", "person_id", "kind"),
        Index("uq_contact_claim_token_hash", "token_hash", unique=True),
        # One confirmed value of a kind per person.
        Index(
            "uq_contact_claim_confirmed",
            "person_id",
            "kind",
            unique=True,
            sqlite_where=text("state = 'confirmed'"),
            postgresql_where=text("state = 'confirmed'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(12))
    value_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(12))
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    claimed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str] = mapped_column(String(80), default="")
