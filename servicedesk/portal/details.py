"""Say what is known about how to reach a person, without showing it: a flatmate opens post, too."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from servicedesk.cases.frames import choose_locale
from servicedesk.cases.queries.resident import ResidentView
from servicedesk.kernel.locales import Language, get_language
from servicedesk.register.queries import get_contact
from servicedesk.web.runtime import now, office, runtime


@dataclass(frozen=True, slots=True)
class Details:
    """Carry the small questions "is this still right?".

    The register's address is never shown: it may be newer than the letter, and the letter may be in the hands of
    somebody the person has left. The envelope says which address we wrote to. The `typed_` values are what this
    browser typed in this session; of what the office has stored only its existence is told.
    """

    language: Language
    has_email: bool
    has_phone: bool
    waits_for_email: bool
    typed_email: str
    typed_phone: str
    typed_address: tuple[str, ...]


def known_details(session: Session, view: ResidentView, answers: dict[str, Any]) -> Details:
    """Return what the small questions show."""
    contact = get_contact(session, runtime().vault, view.addressee.person_id, now())
    address = answers.get("address") or {}
    return Details(
        language=get_language(choose_locale(contact.language, office().languages)),
        has_email=contact.email is not None,
        has_phone=bool(contact.phone or contact.register_phone),
        waits_for_email=contact.claimed_email is not None,
        typed_email=str(answers.get("email", "")),
        typed_phone=str(answers.get("phone", "")),
        typed_address=tuple(
            line
            for line in (
                f"{address.get('street', '')} {address.get('house_number', '')}".strip(),
                f"{address.get('postcode', '')} {address.get('town', '')}".strip(),
            )
            if line
        ),
    )
