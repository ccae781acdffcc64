"""An office whose residents apply, and the job that confirms it; for tests of the life of a confirmation."""

from datetime import date, timedelta

from sqlalchemy import select, update

from servicedesk.cases.models import Application, Case, Task
from servicedesk.cases.rules import CloseReason, Decision, Origin
from servicedesk.cases.service import close_case, decide_case, open_case
from servicedesk.interim.jobs import run_confirmations
from servicedesk.interim.keys import load_keyring, new_key
from servicedesk.interim.models import InterimConfirmation, InterimRequest
from servicedesk.interim.service import open_desk
from servicedesk.kernel.ids import new_id, new_ref
from servicedesk.kernel.permissions import SYSTEM
from servicedesk.notices.models import Outbox
from servicedesk.notices.service import open_context
from servicedesk.register.models import ContactClaim, Person, Title
from tests.conftest import NOW
from tests.support.acting import staff
from tests.support.office import add_person, add_title, load_cast

TODAY = date(2026, 11, 23)


class Life:
    """Hold one office with keys of its own; `now` moves on as a test wants."""

    def __init__(self, db, vault, tmp_path, *, has_key=True, setup=None):
        self.db, self.vault, self.now = db, vault, NOW
        self.keys = tmp_path / "seal-keys"
        if has_key:
            self.make_key()
        with db.unit_of_work() as session:
            more = {"setup": setup} if setup else {}
            self.cast = load_cast(session, NOW, **more)
            self.noise = load_cast(
                session, NOW, ref="nachbarstadt", host="nachbar.example", town="Nachbarstadt"
            )

    @property
    def office(self):
        return self.cast.office

    def make_key(self):
        return new_key(self.keys, self.now, life=timedelta(days=800))

    def pass_days(self, days):
        self.now += timedelta(days=days)

    def applied(
        self,
        ends_on=TODAY + timedelta(days=10),
        *,
        received_at=None,
        has_applied=True,
        name="Çelik",
        cast=None,
        **title,
    ):
        """Let somebody apply two hours ago, or when told; return the case's id."""
        cast = cast or self.cast
        with self.db.unit_of_work() as session:
            person_id = add_person(session, cast.office, name)
            add_title(session, cast.office, person_id, ends_on, **title)
            case = open_case(
                session,
                person=session.get_one(Person, person_id),
                concern_id="permit_study",
                origin=Origin.due,
                actor=SYSTEM,
                now=self.now - timedelta(days=60),
            )
            if has_applied:
                at = received_at or self.now - timedelta(hours=2)
                self.receive(session, cast.office.id, case.id, at, recorded_at=max(at, self.now))
        return case.id

    def receive(self, session, office_id, case_id, received_at, *, recorded_at=None, supersedes_id=None):
        application = Application(
            id=new_id(),
            office_id=office_id,
            case_id=case_id,
            ref=new_ref("A"),
            channel="web",
            received_at=received_at,
            recorded_at=recorded_at or received_at,
            recorded_by="resident",
            statement="Ich beantrage die Verlängerung meines Aufenthaltstitels.",
            supersedes_id=supersedes_id,
        )
        session.add(application)
        session.flush()
        return application.id

    def run(self, **more):
        return run_confirmations(
            self.db,
            self.vault,
            now=self.now,
            open_keys=lambda now: load_keyring(self.keys, now),
            office_id=self.office.id,
            **more,
        )

    def did(self, **more):
        """Run the job; return what it did, without what it did not."""
        answer = self.run(**more)
        return {
            name: value for name, value in answer.items() if value and name not in {"cases", "key_alarms"}
        }

    def actor(self, login="boris"):
        with self.db.reading() as session:
            return staff(session, self.cast, login)

    def act(self, work, /, **arguments):
        """Call a use case with a desk, in a unit of work of its own."""
        with self.db.unit_of_work() as session:
            return work(session, self.desk(session), **arguments)

    def desk(self, session):
        return open_desk(
            session,
            self.vault,
            load_keyring(self.keys, self.now),
            office_id=self.office.id,
            now=self.now,
        )

    def rows(self, case_id):
        query = (
            select(InterimConfirmation)
            .where(InterimConfirmation.case_id == case_id)
            .order_by(InterimConfirmation.sequence)
        )
        return self.read(query)

    def states(self, case_id):
        return [row.state for row in self.rows(case_id)]

    def row(self, case_id):
        return self.rows(case_id)[-1]

    def requests(self, case_id):
        return self.read(select(InterimRequest).where(InterimRequest.case_id == case_id))

    def tasks(self, case_id=None, *, is_open=True):
        query = select(Task).where(Task.done_at.is_(None) if is_open else Task.done_at.is_not(None))
        if case_id is not None:
            query = query.where(Task.case_id == case_id)
        return sorted(task.kind for task in self.read(query) if task.kind.startswith("interim"))

    def outbox(self, row_id, kind=None):
        query = select(Outbox).where(Outbox.subject_id == row_id).order_by(Outbox.created_at, Outbox.id)
        return [one for one in self.read(query) if kind is None or one.kind == kind]

    def context(self, outbox):
        with self.db.reading() as session:
            return open_context(session, self.vault, outbox.id, outbox.context_sealed)

    def read(self, query):
        with self.db.reading() as session:
            return list(session.scalars(query.execution_options(populate_existing=True)))

    def case(self, case_id):
        (found,) = self.read(select(Case).where(Case.id == case_id))
        return found

    def set_title(self, case_id, **values):
        with self.db.unit_of_work() as session:
            session.execute(update(Title).where(Title.id == self.case(case_id).title_id).values(**values))

    def set_person(self, case_id, **values):
        with self.db.unit_of_work() as session:
            session.execute(update(Person).where(Person.id == self.case(case_id).person_id).values(**values))

    def confirm_email(self, case_id):
        with self.db.unit_of_work() as session:
            claim_id = new_id()
            session.add(
                ContactClaim(
                    id=claim_id,
                    office_id=self.office.id,
                    person_id=self.case(case_id).person_id,
                    kind="email",
                    value_sealed=self.vault.seal_text(
                        "amina@example.org", "contact_claim", claim_id, "value_sealed"
                    ),
                    state="confirmed",
                    claimed_at=NOW,
                )
            )

    def decide(self, case_id, decision=Decision.granted, actor=SYSTEM):
        with self.db.unit_of_work() as session:
            decide_case(session, case_id=case_id, decision=decision, actor=actor, now=self.now)

    def close(self, case_id, reason=CloseReason.opened_in_error):
        with self.db.unit_of_work() as session:
            close_case(session, case_id=case_id, reason=reason, actor=SYSTEM, now=self.now)
