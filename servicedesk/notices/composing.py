"""Take letters of a cohort apart into what many share and what is one person's, and put them together again.

A night writes the same few hundred texts to many thousands of people. What they share is sealed once, under a digest of
its content, and the rows name it; name, address and file number come from the register when the letter is made, and
are sealed into the row together with the letter.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from servicedesk.notices.codec import UnreadableContext, encode
from servicedesk.notices.contexts import AddressedAs, LetterContext, Recipient, to_payload
from servicedesk.notices.errors import UnsendableNotice
from servicedesk.register.models import Person

Fragment = dict[str, Any]
"""A part of a stored message: the same nesting, fewer keys."""

_Path = tuple[str, ...]
_SENDER: tuple[_Path, ...] = (("data", "frame", "office"), ("data", "frame", "sender"))
_DAYS: tuple[_Path, ...] = (
    ("data", "frame", "issued_on"),
    ("data", "ends_on"),
    ("data", "ended_on"),
    ("data", "apply_by_on"),
)
_PERSON: tuple[_Path, ...] = (
    ("data", "frame", "file_number"),
    *(
        ("data", "frame", "recipient", field.name)
        for field in fields(Recipient)
        if field.name != "addressed_as"
    ),
)
_HEX_DIGITS = 32


@dataclass(frozen=True, slots=True)
class LetterParts:
    """Be a letter taken apart: its text, who signs, its days, and whom it is for."""

    text: Fragment
    sender: Fragment
    days: Fragment
    person: Fragment


def take_apart(context: LetterContext) -> LetterParts:
    """Return the parts of a letter; `put_together` of all of them is what `to_payload` gives."""
    text: Fragment = to_payload(context)
    sender, days, person = (_cut(text, paths) for paths in (_SENDER, _DAYS, _PERSON))
    return LetterParts(text, sender, days, person)


def put_together(fragments: Iterable[Mapping[str, Any]]) -> Fragment:
    """Return the message of these fragments; raises UnreadableContext where two of them contradict each other."""
    whole: Fragment = {}
    for fragment in fragments:
        _merge(whole, fragment)
    return whole


def _cut(source: Fragment, paths: Iterable[_Path]) -> Fragment:
    taken: Fragment = {}
    for path in paths:
        place, target = source, taken
        for step in path[:-1]:
            place, target = place.get(step, {}), target.setdefault(step, {})
        if path[-1] in place:
            target[path[-1]] = place.pop(path[-1])
    return taken


def _merge(whole: Fragment, fragment: Mapping[str, Any]) -> None:
    for key, value in fragment.items():
        if isinstance(value, Mapping):
            inner = whole.setdefault(key, {})
            if not isinstance(inner, dict):
                raise UnreadableContext(f"two parts of this message say what {key} is")
            _merge(inner, value)
        elif key in whole:
            raise UnreadableContext(f"two parts of this message say what {key} is")
        else:
            whole[key] = value


def recipient_of(
    *,
    family_name: str,
    given_names: str,
    street: str,
    house_number: str,
    postcode: str,
    town: str,
    addressed_as: AddressedAs = AddressedAs.SELF,
) -> Recipient:
    """Return whom a letter is for, as the register has the name and the address."""
    return Recipient(
        family_name=family_name,
        given_names=given_names,
        street=f"{street} {house_number}".strip(),
        postcode=postcode,
        town=town,
        addressed_as=addressed_as,
    )


def ask_register(session: Session, person_id: UUID | None) -> Fragment:
    """Return the part of a letter that is one person's, as the register has it now.

    Raises UnreadableContext where the person is gone, UnsendableNotice where the post could not find them.
    """
    person = session.get(Person, person_id) if person_id else None
    if person is None:
        raise UnreadableContext("the register no longer has this person")
    address = person.letter_address
    recipient = recipient_of(
        family_name=person.family_name,
        given_names=person.given_names,
        street=address["street"],
        house_number=address["house_number"],
        postcode=address["postcode"],
        town=address["town"],
    )
    needed = (recipient.full_name, address["street"], address["postcode"], address["town"])
    if not all(part.strip() for part in needed):
        raise UnsendableNotice(reason="Name oder Anschrift sind inzwischen unvollständig")
    encoded = {name: value for name, value in encode(recipient).items() if name != "addressed_as"}
    return {"data": {"frame": {"file_number": encode(person.file_number), "recipient": encoded}}}


def split_names(part_names: str) -> list[str]:
    """Return the names of shared parts as a row strings them together."""
    return [part_names[start : start + _HEX_DIGITS] for start in range(0, len(part_names), _HEX_DIGITS)]
