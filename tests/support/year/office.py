"""Be the office of a year: real services, real jobs, a clock of our own, and everything that may fail."""

from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import exists, select
from sqlalchemy.exc import InterfaceError

from servicedesk.accounts.staff import add_account
from servicedesk.cases.models import Application, Case, ContactRequest
from servicedesk.cases.queries.scope import build_scope
from servicedesk.cases.rules import Channel, CloseReason, Decision
from servicedesk.cases.service import (
    STATEMENT,
    ContactContent,
    Evidence,
    close_case,
    decide_case,
    match_contact_request,
    open_content,
    receive_contact_request,
    record_application,
)
from servicedesk.db.all_models import load_models
from servicedesk.db.session import open_database
from servicedesk.interim.errors import NotEligible
from servicedesk.interim.keys import FOLDER, load_keyring, new_key, retire_key, revoke_key
from servicedesk.interim.models import InterimConfirmation, InterimRequest
from servicedesk.interim.queries.register import list_to_release
from servicedesk.interim.service import (
    answer_request,
    decline,
    note_fact,
    open_desk,
    propose,
    reissue,
    release,
    request_confirmation,
    settle_case,
    withdraw,
)
from servicedesk.jobs import JobFailed, run_job
from servicedesk.kernel.clock import FixedClock, instant_of, local_day, local_wall
from servicedesk.kernel.permissions import OPERATOR, Role
from servicedesk.notices.contexts import EndCause
from servicedesk.offices.service import enter_absence
from servicedesk.register.models import Person
from servicedesk.register.service import ImportOrder, Surroundings, import_register
from servicedesk.worker import build_context
from tests.support.acting import resident, staff
from tests.support.lists import as_csv
from tests.support.office import PASSWORD, load_cast
from tests.support.outbox import make_settings

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
languages = ["de"]
umlauts = "din-5007-2"

[[case_worker]]
ref = "boris"
name = "Beispiel, B."
team = "aufenthalt"

[[case_worker]]
ref = "clara"
name = "Muster, C."
team = "aufenthalt"

[[case_worker]]
ref = "jonas"
name = "Vertreter, J."
team = "aufenthalt"

[[letter_range]]
team = "aufenthalt"
pieces = ["A - H"]
owner = "boris"

[[letter_range]]
team = "aufenthalt"
pieces = ["I - R"]
owner = "clara"

[[letter_range]]
team = "aufenthalt"
pieces = ["S - Z"]
owner = "jonas"
"""


class Flaky:
    """Be a database whose connection is cut after the work of each `run`, before its commit."""

    def __init__(self, database):
        self._database = database

    def __getattr__(self, name):
        return getattr(self._database, name)

    def run(self, work, attempts=4):
        def broken(session):
            work(session)
            raise InterfaceError("COMMIT", None, ConnectionError("cut"))

        return self._database.run(broken, attempts)


class Bureau:
    """Hold one office, its database and its clock; every act is one unit of work, as at the real edges."""

    def __init__(self, folder: Path, vault, start, interim=""):
        self.folder = folder
        self.vault = vault
        self.clock = FixedClock(start)
        self.database = open_database(f"sqlite:///{folder}/year.db")
        load_models().create_all(self.database.engine)
        with self.database.unit_of_work() as session:
            self.cast = load_cast(session, start, setup=f"{SETUP}\n{interim}")
            self.cast.accounts["jonas"] = add_account(
                session,
                office_id=self.cast.office.id,
                login="jonas",
                name="Jonas",
                password=PASSWORD,
                roles=(Role.case_worker,),
                member_id=self.cast.members["jonas"],
                now=start,
                actor=OPERATOR,
            )
        context = build_context(self.database, make_settings(folder), self.clock)
        self.context = replace(context, vault=vault)
        self.keys = self.context.settings.data_dir / FOLDER
        new_key(self.keys, start, life=timedelta(days=200))
        self.lists = 0

    @property
    def office(self):
        return self.cast.office

    @property
    def now(self):
        return self.clock.now()

    @property
    def today(self) -> date:
        return local_day(self.now, self.office.zone)

    def go_to(self, local):
        """Move the clock to a wall-clock time, never back."""
        self.clock.instant = max(self.now, instant_of(local, self.office.zone))

    def published(self):
        """Return the keys as the page publishes them; what is kept in the hand while a fault hides the folder."""
        return load_keyring(self.keys, self.now).public

    # ------------------------------------------------------------ the machine

    def run(self, job, *, is_flaky=False):
        """Run a job as the worker does; False when it failed."""
        context = replace(self.context, database=Flaky(self.database)) if is_flaky else self.context
        try:
            run_job(context, job)
        except JobFailed:
            return False
        return True

    def hide_keys(self):
        """Take the secret halves away, as a share that is not mounted does."""
        for file in self.keys.glob("*.pem"):
            file.rename(file.with_suffix(".away"))

    def show_keys(self):
        for file in self.keys.glob("*.away"):
            file.rename(file.with_suffix(".pem"))

    def rotate_key(self):
        """Publish a further key; it signs a day later."""
        return new_key(self.keys, self.now, life=timedelta(days=200))

    def retire_oldest_key(self):
        ring = load_keyring(self.keys, self.now)
        living = sorted(ring.can_sign, key=lambda key_id: ring.public[key_id].valid_from)
        if len(living) > 1:
            retire_key(self.keys, living[0], self.now)

    def revoke_oldest_key(self):
        """Take back what the oldest key ever signed, and issue anew what is in force, as the operator's commands do."""
        ring = load_keyring(self.keys, self.now)
        oldest = min(ring.can_sign, key=lambda key_id: ring.public[key_id].valid_from)
        revoke_key(self.keys, oldest, self.now)
        with self.database.reading() as session:
            spoilt = session.scalars(
                select(InterimConfirmation.id).where(
                    InterimConfirmation.state == "issued", InterimConfirmation.key_id == oldest
                )
            ).all()
        for confirmation_id in spoilt:
            with self.database.unit_of_work() as session, suppress(NotEligible):
                reissue(session, self.desk(session), confirmation_id=confirmation_id, actor=OPERATOR)

    def import_list(self, lines):
        """Read a list as the operator does."""
        file = self.folder / "liste.csv"
        file.write_bytes(as_csv(lines).encode())
        surroundings = Surroundings(self.database, self.vault, self.folder / "data", self.clock, OPERATOR)
        self.lists += 1
        return import_register(self.office, ImportOrder(file, is_confirmed=True), surroundings)

    # ------------------------------------------------------------ residents

    def person(self, session, file_number):
        return session.scalar(select(Person).where(Person.file_number == file_number))

    def open_case(self, session, file_number):
        """Return the open case of a person, None without one."""
        query = (
            select(Case)
            .join(Person, Person.id == Case.person_id)
            .where(Person.file_number == file_number, Case.closed_at.is_(None))
            .order_by(Case.opened_at)
        )
        return session.scalars(query).first()

    def apply(self, who, channel, received_at, *, settles):
        """Let somebody apply to the open case; False where there is none. `settles`: the edge follows at once."""
        with self.database.unit_of_work() as session:
            case = self.open_case(session, who.file_number)
            if case is None or case.decision is not None:
                return False
            is_own = channel is Channel.web
            actor = resident(self.office.id, case.id) if is_own else self.staff(session, "dmitri")
            record_application(
                session,
                self.vault,
                case_id=case.id,
                channel=channel,
                received_at=received_at,
                statement=STATEMENT,
                actor=actor,
                now=self.now,
                evidence=None if is_own else Evidence.note("Eingangsstempel geprüft"),
            )
            if settles:
                settle_case(session, self.desk(session), case_id=case.id, actor=actor)
        return True

    def write(self, who, received_at, concern_id="permit_other"):
        """Leave a message at the door without a letter."""
        with self.database.unit_of_work() as session:
            receive_contact_request(
                session,
                self.vault,
                office=self.office,
                received_at=received_at,
                locale="de",
                concern_id=concern_id,
                ends_on=who.ends_on,
                content=ContactContent(who.family_name, who.given_names, who.born),
                now=self.now,
            )

    # ------------------------------------------------------------ staff

    def staff(self, session, login):
        return staff(session, self.cast, login, self.today)

    def desk(self, session):
        ring = load_keyring(self.keys, self.now)
        return open_desk(session, self.vault, ring, office_id=self.office.id, now=self.now)

    def as_staff(self, login, work, /, **arguments):
        """Let somebody use a use case that takes a desk."""
        with self.database.unit_of_work() as session:
            actor = self.staff(session, login)
            return work(session, self.desk(session), actor=actor, **arguments)

    def match_contacts(self, who_of):
        """Let the lead match every open message; `who_of` finds the person behind a name."""
        with self.database.reading() as session:
            waiting = session.scalars(select(ContactRequest.id).where(ContactRequest.state == "open")).all()
        matched = 0
        for request_id in waiting:
            with self.database.unit_of_work() as session:
                request = session.get_one(ContactRequest, request_id)
                person_id = who_of(session, request)
                actor = self.staff(session, "eva")
                recorded = match_contact_request(
                    session,
                    self.vault,
                    request_id=request_id,
                    person_id=person_id,
                    actor=actor,
                    now=self.now,
                )
                settle_case(session, self.desk(session), case_id=recorded.case_id, actor=actor)
            matched += 1
        return matched

    def decide(self, who, decision, *, closes, settles):
        """Decide the open case of somebody, if there is an application."""
        with self.database.unit_of_work() as session:
            case = self.open_case(session, who.file_number)
            if case is None or case.decision is not None:
                return False
            has_applied = session.scalar(select(exists().where(Application.case_id == case.id)))
            if not has_applied:
                return False
            actor = self.staff(session, "eva")
            decide_case(session, case_id=case.id, decision=Decision(decision), actor=actor, now=self.now)
            if closes:
                close_case(session, case_id=case.id, reason=CloseReason.decided, actor=actor, now=self.now)
            if settles:
                settle_case(session, self.desk(session), case_id=case.id, actor=actor)
        return True

    def be_absent(self, login, deputy, first_on, last_on):
        with self.database.unit_of_work() as session:
            enter_absence(
                session,
                member_id=self.cast.members[login],
                deputy_id=self.cast.members[deputy],
                first_on=first_on,
                last_on=last_on,
                actor=self.staff(session, "eva"),
                now=self.now,
            )

    def ask_at_the_counter(self, who):
        """Let the front desk ask for a confirmation that is needed at once; False where there is nothing to ask."""
        with self.database.unit_of_work() as session:
            case = self.open_case(session, who.file_number)
            if case is None or case.decision is not None:
                return False
            actor = self.staff(session, "dmitri")
            request_confirmation(
                session, self.desk(session), case_id=case.id, note="Arbeitgeber", actor=actor
            )
        return True

    def requests(self):
        with self.database.reading() as session:
            query = select(InterimRequest.id, InterimRequest.case_id)
            return session.execute(query.where(InterimRequest.answered_at.is_(None))).all()

    def answer(self, request_id, note):
        """Answer a request with words, where there can be no confirmation."""
        self.as_staff("eva", answer_request, request_id=request_id, answer="declined", note=note)

    def has_waiting(self):
        with self.database.reading() as session:
            states = InterimConfirmation.state.in_(("proposed", "released"))
            return bool(session.scalar(select(exists().where(states))))

    def to_release(self, login):
        """Return what somebody sees that waits to be released."""
        with self.database.reading() as session:
            return list_to_release(session, build_scope(session, self.staff(session, login)))

    def release(self, login, confirmation_id, note=""):
        return self.as_staff(login, release, confirmation_id=confirmation_id, note=note)

    def decline(self, login, confirmation_id, reason):
        return self.as_staff(login, decline, confirmation_id=confirmation_id, reason=reason)

    def withdraw(self, login, confirmation_id):
        return self.as_staff(
            login,
            withdraw,
            confirmation_id=confirmation_id,
            cause=EndCause.FACTS_WRONG,
            reason="Das Enddatum wurde berichtigt.",
        )

    def content_of(self, request):
        return open_content(self.vault, request)

    def propose(self, login, case_id):
        return self.as_staff(login, propose, case_id=case_id)

    def note(self, login, case_id, kind, *, settles=True):
        """Let somebody note a fact, and follow it at once as the page does."""
        with self.database.unit_of_work() as session:
            actor = self.staff(session, login)
            note_fact(session, case_id=case_id, kind=kind, actor=actor, now=self.now)
            if settles:
                settle_case(session, self.desk(session), case_id=case_id, actor=actor)

    def local(self):
        return local_wall(self.now, self.office.zone)
