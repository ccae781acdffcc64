"""Say what a confirmation prints: of an issued one as it was sealed, of a case as it would be today."""

import json
from datetime import date
from uuid import UUID

from servicedesk.interim.queries.gathering import CaseInput
from servicedesk.interim.seal import PrintedFacts
from servicedesk.kernel.clock import local_day
from servicedesk.kernel.crypto import Vault
from servicedesk.notices.codec import clean_line
from servicedesk.offices.queries import OfficeView

_DAYS = ("title_ends_on", "received_on", "issued_on", "check_again_on")


def build_facts(
    office: OfficeView, case: CaseInput, status_code: str, *, issued_on: date, check_again_on: date
) -> PrintedFacts:
    """Return what would be printed and sealed. Raises ValueError for a case without title, end or application."""
    title, ends_on, received_at = case.title, case.outcome.ends_on, case.case.facts.received_at
    if title is None or ends_on is None or received_at is None:
        raise ValueError("nothing to confirm without title, end and application")
    person = case.addressee
    year, month, day = person.birth
    return PrintedFacts(
        office=clean_line(office.name),
        status_code=status_code,
        name=clean_line(f"{person.given_names} {person.family_name}"),
        birth_date=f"{day:02d}.{month:02d}.{year:04d}",
        file_number=clean_line(person.file_number),
        title=clean_line(title.name),
        legal_basis=clean_line(title.legal_basis),
        title_ends_on=ends_on,
        received_on=local_day(received_at, office.zone),
        employment_condition=clean_line(title.employment_condition),
        issued_on=issued_on,
        check_again_on=check_again_on,
    )


def open_facts(vault: Vault, confirmation_id: UUID, sealed: bytes) -> PrintedFacts:
    """Return the facts that an issued confirmation prints."""
    values = json.loads(vault.open(sealed, "interim_confirmation", confirmation_id, "facts_sealed"))
    return PrintedFacts(**values | {name: date.fromisoformat(values[name]) for name in _DAYS})
