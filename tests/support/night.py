"""Run nights of outreach in tests, and read what they left behind."""

from datetime import date

from sqlalchemy import select, update

from servicedesk.cases.models import Case
from servicedesk.notices.models import Outbox
from servicedesk.notices.service import StoredContext, open_stored
from servicedesk.outreach.jobs import run_invitations, run_reconcile
from servicedesk.register.models import RegisterChange, Title
from tests.conftest import NOW
from tests.support.acting import staff
from tests.support.office import add_person, add_title, load_cast

PERSON_FIELDS = {
    "family_name",
    "given_names",
    "born",
    "language",
    "moved_away_on",
    "household_key",
    "file_number",
}


class Night:
    def __init__(self, db, vault):
        self.db, self.vault = db, vault
        with db.unit_of_work() as session:
            self.cast = load_cast(session, NOW)
            noise = load_cast(session, NOW, ref="nachbarstadt", host="nachbar.example", town="Nachbarstadt")
            add_title(session, noise.office, add_person(session, noise.office), date(2027, 2, 1))
        self.noise = noise

    @property
    def office(self):
        return self.cast.office

    def add(self, ends_on=date(2027, 2, 15), **more):
        person = {k: more.pop(k) for k in list(more) if k in PERSON_FIELDS}
        with self.db.unit_of_work() as session:
            person_id = add_person(session, self.office, **person)
            return add_title(session, self.office, person_id, ends_on, **more)

    def run(self, now=NOW, **more):
        answer = run_invitations(self.db, self.vault, now=now, office_id=self.office.id, **more)
        reasons = answer.pop("reasons")
        assert answer["due"] == answer["invited"] + answer["excluded"] + answer["failed"]
        assert sum(reasons.values()) == answer["due"]
        return answer, reasons

    def read(self, query):
        with self.db.reading() as session:
            return list(session.scalars(query.execution_options(populate_existing=True)))

    def one(self, query):
        (found,) = self.read(query)
        return found

    def case_of(self, title_id):
        return self.one(select(Case).where(Case.title_id == title_id))

    def letter_of(self, title_id):
        outbox = self.one(select(Outbox).where(Outbox.dedupe_key.contains(title_id.hex)))
        with self.db.reading() as session:
            return open_stored(session, self.vault, StoredContext.of(outbox)).context, outbox

    def actor(self, login, on=date(2026, 11, 23)):
        """Return a member of staff as they sign in on a day."""
        with self.db.reading() as session:
            return staff(session, self.cast, login, on)

    def change(self, kind, title_id=None, person_id=None, **new):
        """Write what an import would have told."""
        with self.db.unit_of_work() as session:
            session.add(
                RegisterChange(
                    office_id=self.office.id,
                    import_id=self.office.id,
                    person_id=person_id or self.person_of(title_id),
                    title_id=title_id,
                    kind=kind,
                    old={},
                    new=new,
                    at=NOW,
                )
            )

    def person_of(self, title_id):
        return self.one(select(Title.person_id).where(Title.id == title_id))

    def set(self, model, key, **values):
        """Change a row as an import would."""
        with self.db.unit_of_work() as session:
            session.execute(update(model).where(model.id == key).values(values))

    def reconcile(self, now=NOW):
        return run_reconcile(self.db, self.vault, now=now, office_id=self.office.id)
