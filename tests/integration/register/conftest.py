"""Give the tests of the import an office, and a short way to import a text."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from servicedesk.db.session import Database
from servicedesk.kernel.clock import FixedClock
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.permissions import OPERATOR
from servicedesk.offices.queries import OfficeView, get_office_by_id
from servicedesk.register.models import Person, RegisterChange, Title
from servicedesk.register.service import ImportOrder, ImportReport, Surroundings, import_register
from tests.support.lists import STANDARD, as_csv
from tests.support.office import load_cast


@dataclass
class Desk:
    """Import lists into one office of one engine."""

    database: Database
    vault: Vault
    clock: FixedClock
    folder: Path
    office: OfficeView

    def load(self, lines, header=STANDARD, encoding="utf-8", **options) -> ImportReport:
        """Import the lines as a file."""
        return self.load_bytes(as_csv(lines, header).encode(encoding), **options)

    def load_bytes(self, content: bytes, name="liste.csv", **options) -> ImportReport:
        """Import a file of that content."""
        file = self.folder / name
        file.write_bytes(content)
        order = ImportOrder(file, **options)
        report = import_register(self.office, order, self.surroundings())
        assert report.accepted + report.unchanged + report.rejected == report.lines
        return report

    def surroundings(self) -> Surroundings:
        return Surroundings(self.database, self.vault, self.folder / "data", self.clock, OPERATOR)

    def people(self) -> dict[str, Person]:
        with self.database.reading() as session:
            return {
                p.file_number: p
                for p in session.scalars(select(Person).where(Person.office_id == self.office.id))
            }

    def titles(self) -> list[Title]:
        with self.database.reading() as session:
            return list(session.scalars(select(Title).order_by(Title.issued_on)))

    def changes(self) -> list[RegisterChange]:
        with self.database.reading() as session:
            return list(session.scalars(select(RegisterChange).order_by(RegisterChange.seq)))


@pytest.fixture
def desk(db, vault, clock, tmp_path) -> Desk:
    with db.unit_of_work() as session:
        office_id = load_cast(session, clock.now()).office.id
    with db.reading() as session:
        return Desk(db, vault, clock, tmp_path, get_office_by_id(session, office_id))
