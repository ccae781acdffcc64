"""A resident with a letter: an office with desks, one case, its code; for the pages behind the code."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from servicedesk.accounts.codes import issue_code
from servicedesk.booking.service import compile_calendar
from servicedesk.cases.rules import Origin
from servicedesk.cases.service import open_case
from servicedesk.kernel.permissions import OPERATOR, SYSTEM
from servicedesk.offices.queries import get_office_by_id, list_staff
from servicedesk.offices.rules.setup import parse_setup
from servicedesk.offices.service import load_office
from servicedesk.register.models import Person
from tests.support.office import SETUP, Cast, add_person, add_title

BORN = {"birth_date-day": "17", "birth_date-month": "5", "birth_date-year": "1990"}


@dataclass
class Letter:
    """Be what lies on the kitchen table: a code, and whose case it opens."""

    cast: Cast
    case_id: UUID
    person_id: UUID
    code: str


def send_letter(
    session,
    vault,
    now,
    *,
    cast=None,
    ends_on=date(2027, 2, 15),
    concern_id="permit_study",
    setup=SETUP,
    **person,
) -> Letter:
    """Load the office where there is none, add a resident with a title and a case, and issue a code."""
    cast = cast or _load_office(session, now, setup)
    basis = person.pop("legal_basis", "16b.1")
    person_id = add_person(session, cast.office, **person)
    add_title(session, cast.office, person_id, ends_on, legal_basis=basis)
    case = open_case(
        session,
        person=session.get_one(Person, person_id),
        concern_id=concern_id,
        origin=Origin.due,
        actor=SYSTEM,
        now=now,
    )
    issued = issue_code(
        session,
        vault,
        office_id=cast.office.id,
        subject=("case", case.id),
        now=now,
        expires_at=now + timedelta(days=300),
    )
    compile_calendar(session, office_id=cast.office.id, now=now)
    return Letter(cast, case.id, person_id, issued.code)


def _load_office(session, now, setup) -> Cast:
    """Load the office without staff accounts: hashing their passwords would cost every test half a second."""
    filled = setup.format(ref="musterstadt", host="localhost", town="Musterstadt")
    report = load_office(session, parse_setup(filled.encode()), now=now, actor=OPERATOR)
    cast = Cast(get_office_by_id(session, report.office_id))
    cast.members = {staff.ref: staff.id for staff in list_staff(session, cast.office.id)}
    return cast


def enter(browser, letter, language="de", **born):
    """Open the case with code and birth date."""
    browser.get(f"/{language}/code")
    browser.submit(code=letter.code)
    return browser.submit(**{**BORN, **born})
