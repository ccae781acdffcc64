"""A small invented office with its cast, and a neighbour office as noise.

Amina is a resident, Boris her case worker (A–K), Clara owns L–Z, Dmitri sits at the front desk, Eva leads the team,
Frida administers. The neighbour office has a case worker Boris2 and a resident of the same name.
"""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from servicedesk.accounts.staff import add_account
from servicedesk.kernel.ids import new_id
from servicedesk.kernel.locales import LANGUAGES
from servicedesk.kernel.names import fold_surname
from servicedesk.kernel.permissions import OPERATOR, Role
from servicedesk.offices.queries import OfficeView, get_office_by_id, list_staff
from servicedesk.offices.rules.setup import parse_setup
from servicedesk.offices.service import load_office
from servicedesk.register.models import Person, Title

PASSWORD = "korrekt-pferd-batterie"

SETUP = """
[office]
ref = "{ref}"
host = "{host}"
name = "Ausländerbehörde {town}"
street = "Rathausplatz 1"
postcode = "12345"
town = "{town}"
federal_state = "NW"
time_zone = "Europe/Berlin"
languages = ["de", "en", "ar", "tr", "uk"]
umlauts = "din-5007-2"
phone = "+49 1234 5670"
email = "abh@{ref}.example"

[[case_worker]]
ref = "boris"
name = "Beispiel, B."
team = "aufenthalt"
room = "201"
phone = "+49 1234 5671"

[[case_worker]]
ref = "clara"
name = "Muster, C."
team = "aufenthalt"
room = "202"

[[letter_range]]
team = "aufenthalt"
pieces = ["A - K"]
owner = "boris"

[[letter_range]]
team = "aufenthalt"
pieces = ["L - Z"]
owner = "clara"

[[desk]]
ref = "zi-201"
case_workers = ["boris"]
opening = [{{ days = ["mon", "tue", "wed", "thu", "fri"], from = "08:00", to = "12:00" }}]

[[desk]]
ref = "zi-202"
case_workers = ["clara"]
opening = [{{ days = ["mon", "thu"], from = "08:00", to = "12:00" }}]

[[concern]]
id = "permit_study"
mode = "direct"
minutes = 15
lead = "P3M"
"""

FIFTEEN = SETUP.replace('"de", "en", "ar", "tr", "uk"', ", ".join(f'"{language}"' for language in LANGUAGES))
"""The same office with every language of the product."""


@dataclass
class Cast:
    """Hold the office and who works there."""

    office: OfficeView
    members: dict[str, UUID] = field(default_factory=dict)
    accounts: dict[str, UUID] = field(default_factory=dict)


_ROLES = {
    "boris": (Role.case_worker,),
    "clara": (Role.case_worker,),
    "dmitri": (Role.front_desk,),
    "eva": (Role.team_lead,),
    "frida": (Role.office_admin,),
}


def load_cast(session, now, ref="musterstadt", host="localhost", town="Musterstadt", setup=SETUP) -> Cast:
    """Load the office and give everybody an account; the password is PASSWORD."""
    report = load_office(
        session, parse_setup(setup.format(ref=ref, host=host, town=town).encode()), now=now, actor=OPERATOR
    )
    cast = Cast(get_office_by_id(session, report.office_id))
    cast.members = {staff.ref: staff.id for staff in list_staff(session, cast.office.id)}
    for login, roles in _ROLES.items():
        cast.accounts[login] = add_account(
            session,
            office_id=cast.office.id,
            login=login,
            name=login.capitalize(),
            password=PASSWORD,
            roles=roles,
            member_id=cast.members.get(login) or (cast.members["boris"] if login == "eva" else None),
            now=now,
            actor=OPERATOR,
        )
    return cast


def add_person(
    session,
    office: OfficeView,
    family_name="Çelik",
    given_names="Amina",
    *,
    file_number=None,
    born=(1990, 5, 17),
    language="de",
    moved_away_on=None,
    household_key=None,
    representative=None,
    first_seen_on=date(2026, 1, 1),
) -> UUID:
    """Add one invented resident."""
    person_id = new_id()
    session.add(
        Person(
            id=person_id,
            office_id=office.id,
            file_number=file_number or f"33.26.{str(person_id.int)[-7:]}",
            family_name=family_name,
            given_names=given_names,
            surname_key=fold_surname(family_name, office.folding),
            birth_year=born[0],
            birth_month=born[1],
            birth_day=born[2],
            sex="w",
            nationalities="163",
            street="Lindenweg",
            house_number="7 b",
            postcode="12345",
            town="Musterstadt",
            language=language,
            email_sealed=None,
            phone_sealed=None,
            household_key=household_key,
            representative_file_number=representative,
            moved_away_on=moved_away_on,
            first_seen_on=first_seen_on,
        )
    )
    session.flush()
    return person_id


def add_title(
    session,
    office: OfficeView,
    person_id: UUID,
    ends_on=date(2027, 2, 15),
    *,
    legal_basis="16b.1",
    issued_on=date(2025, 2, 15),
    is_unlimited=False,
    vanished_on=None,
    is_superseded=False,
) -> UUID:
    """Add one residence title; for an unlimited one `ends_on` is the card's end."""
    title_id = new_id()
    session.add(
        Title(
            id=title_id,
            office_id=office.id,
            person_id=person_id,
            legal_basis=legal_basis,
            identity=issued_on.isoformat(),
            issued_on=issued_on,
            ends_on=None if is_unlimited else ends_on,
            card_ends_on=ends_on,
            passport_ends_on=None,
            effective_ends_on=ends_on,
            is_unlimited=is_unlimited,
            employment_condition="Erwerbstätigkeit erlaubt",
            is_superseded=is_superseded,
            vanished_on=vanished_on,
            digest=b"0" * 16,
            first_seen_on=date(2026, 1, 1),
            last_import_id=new_id(),
        )
    )
    session.flush()
    return title_id
