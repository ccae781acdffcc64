"""Name the columns of an expiry list, in the one order that rules, digests and stored rows share."""

from enum import StrEnum


class Field(StrEnum):
    """One column; the value is the key under which a mapping names it."""

    FILE_NUMBER = "file_number"
    SURNAME = "surname"
    GIVEN_NAMES = "given_names"
    BIRTH = "birth"
    SEX = "sex"
    NATIONALITIES = "nationalities"
    STREET = "street"
    HOUSE_NUMBER = "house_number"
    POSTCODE = "postcode"
    TOWN = "town"
    LEGAL_BASIS = "legal_basis"
    ISSUED_ON = "issued_on"
    ENDS_ON = "ends_on"
    CARD_ENDS_ON = "card_ends_on"
    PASSPORT_ENDS_ON = "passport_ends_on"
    EMPLOYMENT_CONDITION = "employment_condition"
    HOUSEHOLD = "household"
    REPRESENTATIVE = "representative"
    LANGUAGE = "language"
    EMAIL = "email"
    PHONE = "phone"
    MOVED_AWAY_ON = "moved_away_on"


FIELDS: tuple[Field, ...] = tuple(Field)
POSITION: dict[Field, int] = {field: index for index, field in enumerate(FIELDS)}

REQUIRED: frozenset[Field] = frozenset(
    {Field.FILE_NUMBER, Field.SURNAME, Field.BIRTH, Field.LEGAL_BASIS, Field.ISSUED_ON, Field.ENDS_ON}
)
"""Columns without which nobody can be invited; a mapping may leave out the others."""

DATES: frozenset[Field] = frozenset(
    {
        Field.BIRTH,
        Field.ISSUED_ON,
        Field.ENDS_ON,
        Field.CARD_ENDS_ON,
        Field.PASSPORT_ENDS_ON,
        Field.MOVED_AWAY_ON,
    }
)

RawRow = tuple[str, ...]
"""The texts of one line in the order of `FIELDS`; what the list does not have is empty."""
