"""Decide whether what a resident says about contact can be used."""

from dataclasses import asdict, dataclass
from datetime import timedelta
from enum import StrEnum

from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.locales import find_language
from servicedesk.register.errors import BadContact
from servicedesk.register.rules.text import TextFault, clean_text, is_email, is_phone

EMAIL_LINK_LIFE = timedelta(days=7)
"""How long a confirmation link works; the arrival of an invitation's next letter makes a longer one pointless."""

_ADDRESS_LIMITS = {"street": 200, "house_number": 30, "postcode": 12, "town": 100}


class ClaimKind(StrEnum):
    """What a claim is about."""

    EMAIL = "email"
    PHONE = "phone"
    ADDRESS = "address"
    LANGUAGE = "language"


class ClaimState(StrEnum):
    """Where a claim stands."""

    CLAIMED = "claimed"
    CONFIRMED = "confirmed"
    SUPERSEDED = "superseded"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Address:
    """Be an address as a resident types it."""

    street: str
    house_number: str
    postcode: str
    town: str


def read_email(text: str) -> str:
    """Return the address without edge blanks and invisible characters; raises BadContact."""
    address = _clean(text)
    if not is_email(address):
        raise BadContact
    return address


def read_phone(text: str) -> str:
    """Return the number with single blanks; raises BadContact."""
    number = " ".join(_clean(text).split())
    if not is_phone(number) or sum(character.isdigit() for character in number) < 5:
        raise BadContact
    return number


def read_language_tag(text: str) -> str:
    """Return the tag of a language the product speaks; raises BadContact."""
    language = find_language(text)
    if language is None:
        raise BadContact
    return language.tag


def read_address(address: Address) -> Address:
    """Return the address without edge blanks; raises BadContact when street, postcode or town is missing or too long."""
    values = {name: _clean(value) for name, value in asdict(address).items()}
    if not (values["street"] and values["postcode"] and values["town"]):
        raise BadContact
    if any(len(values[name]) > limit for name, limit in _ADDRESS_LIMITS.items()):
        raise BadContact
    return Address(**values)


def hash_token(vault: Vault, token: str) -> bytes:
    """Return what is stored of a link's token; any text is accepted."""
    return vault.digest("contact-claim", token.encode("utf-8", "surrogatepass"))


def _clean(text: str) -> str:
    try:
        return clean_text(text.strip())[0]
    except TextFault:
        raise BadContact from None
