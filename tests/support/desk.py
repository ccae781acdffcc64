"""Act in one office: set people, cases and messages up below, drive the staff pages above."""

from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO

import pikepdf

from servicedesk.booking.service import compile_calendar
from servicedesk.cases.models import Case
from servicedesk.cases.rules import Origin
from servicedesk.cases.service import ContactContent, open_case, receive_contact_request
from servicedesk.kernel.permissions import SYSTEM
from servicedesk.offices.queries import list_teams
from servicedesk.register.models import Person
from tests.conftest import NOW
from tests.support.client import Browser
from tests.support.office import PASSWORD, add_person, add_title

TODAY = date(2026, 11, 23)


def small_pdf(pages=2):
    """Return a PDF of empty pages."""
    with pikepdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page()
        file = BytesIO()
        pdf.save(file)
    return file.getvalue()


def table_names(browser):
    """Return what the rows of a page's tables are about."""
    return [browser.page.words(link) for link in browser.page.all("a") if link.get("data-open") is not None]


@dataclass
class Desk:
    """Hold one office with everything a test acts on."""

    db: object
    app: object
    cast: object
    vault: object
    clock: object

    def sign_in(self, login="boris", language="de"):
        browser = Browser(self.app, language)
        browser.get("/staff/sign-in")
        browser.submit(login=login, password=PASSWORD)
        assert browser.path == "/staff/", browser.page.words()
        return browser

    @property
    def team_id(self):
        with self.db.reading() as session:
            return list_teams(session, self.cast.office.id)[0].id

    def person(self, family_name="Çelik", given_names="Amina", ends_on=date(2027, 2, 15), **options):
        title = {key: options.pop(key) for key in ("legal_basis", "issued_on") if key in options}
        with self.db.unit_of_work() as session:
            person_id = add_person(session, self.cast.office, family_name, given_names, **options)
            if ends_on is not None:
                add_title(session, self.cast.office, person_id, ends_on, **title)
        return person_id

    def case(
        self, family_name="Çelik", given_names="Amina", ends_on=date(2027, 2, 15), *, invited=True, **options
    ):
        """Open a case as the nightly job would; return its reference."""
        person_id = self.person(family_name, given_names, ends_on, **options)
        with self.db.unit_of_work() as session:
            opened = open_case(
                session,
                person=session.get_one(Person, person_id),
                concern_id="permit_study",
                origin=Origin.due,
                actor=SYSTEM,
                now=NOW - timedelta(days=8),
            )
            if invited:
                session.get_one(Case, opened.id).invited_at = NOW - timedelta(days=8)
        return opened.ref

    def contact(self, family_name="Çelik", given_names="Amina", born="17.05.1990", ends_on=date(2027, 2, 15)):
        """Leave a message at the contact door; return its reference."""
        content = ContactContent(family_name, given_names, born, phone="+49 151 1234567")
        with self.db.unit_of_work() as session:
            return receive_contact_request(
                session,
                self.vault,
                office=self.cast.office,
                received_at=NOW - timedelta(hours=3),
                locale="ar",
                concern_id="permit_study",
                ends_on=ends_on,
                content=content,
                now=NOW - timedelta(hours=3),
            )

    def open_calendar(self):
        with self.db.unit_of_work() as session:
            compile_calendar(session, office_id=self.cast.office.id, now=NOW)

    def row(self, model, **where):
        """Return the one row of a table that has these values."""
        with self.db.reading() as session:
            return session.query(model).filter_by(**where).one()

    def rows(self, model, **where):
        with self.db.reading() as session:
            return session.query(model).filter_by(**where).all()
