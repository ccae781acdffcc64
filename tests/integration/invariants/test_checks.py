"""Every invariant is green on sound data and red on data broken by hand."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import delete, insert, select, text, update

from servicedesk.accounts.codes import issue_code
from servicedesk.accounts.models import AccessCode, WebSession
from servicedesk.booking.models import Appointment, AppointmentCell, DeskDay
from servicedesk.booking.service import book_appointment, compile_calendar, hold_slot
from servicedesk.cases.models import Application, Case, ContactRequest
from servicedesk.cases.rules import Channel, CloseReason, Decision
from servicedesk.cases.service import (
    STATEMENT,
    ContactContent,
    Evidence,
    close_case,
    decide_case,
    match_contact_request,
    receive_contact_request,
    record_application,
)
from servicedesk.cases.upload_models import StoredFile
from servicedesk.checklists.models import CatalogueVersion
from servicedesk.db.audit import AuditEvent, seal_audit
from servicedesk.db.jobs import begin_run, finish_run
from servicedesk.interim.jobs import run_confirmations
from servicedesk.interim.keys import Keyring
from servicedesk.interim.models import InterimConfirmation
from servicedesk.invariants.checks import CALCULATIONS, STATEMENTS, check_invariants
from servicedesk.kernel.ids import new_id
from servicedesk.kernel.permissions import SYSTEM
from servicedesk.notices.models import Letter, Outbox
from servicedesk.offices.models import LetterInterval, StaffAbsence
from servicedesk.offices.service import enter_absence
from servicedesk.outreach.models import DueOutcome, Invitation, InvitationHold
from servicedesk.register.models import ImportRun, Person, Title
from tests.conftest import NOW
from tests.integration.invariants import arrangement_breaks, fact_breaks, interim_breaks
from tests.support.acting import resident
from tests.support.night import Night
from tests.support.seals import CURRENT, KEYS

MONDAY = datetime(2026, 11, 30, 9, 0)
SOON = NOW + timedelta(seconds=30)


class Sound(Night):
    """An office with one of everything, sealed; `breaks` changes it by hand."""

    def __init__(self, db, vault):
        super().__init__(db, vault)
        self.title = self.add(date(2027, 2, 15), family_name="Çelik")
        self.other = self.add(date(2027, 2, 16), family_name="Demir")
        self.run()
        self.run_neighbour()
        self.case = self.case_of(self.title)
        boris = self.actor("boris")
        with db.unit_of_work() as session:
            session.execute(update(Title).values(first_seen_on=date(2026, 11, 1)))
            compile_calendar(session, office_id=self.office.id, now=NOW)
            desk_id = session.scalars(select(DeskDay.desk_id).where(DeskDay.day == MONDAY.date())).first()
            record_application(
                session,
                vault,
                case_id=self.case.id,
                channel=Channel.counter,
                received_at=NOW,
                statement=STATEMENT,
                actor=boris,
                now=NOW,
                evidence=Evidence.note("Vermerk"),
            )
            booked = book_appointment(
                session,
                case_id=self.case.id,
                desk_id=desk_id,
                starts_local=MONDAY,
                now=NOW,
                actor=boris,
                vault=vault,
            )
            self.appointment = session.scalars(
                select(Appointment.id).where(Appointment.ref == booked.ref)
            ).one()
            self.desk_id = desk_id
        self.confirm(self.add(interim_breaks.ENDS, family_name="Kaya"))
        with db.unit_of_work() as session:
            seal_audit(session, now=NOW)
        self.at = SOON
        with db.reading() as session:
            assert check_invariants(session, now=SOON, keys=KEYS).violations == ()

    def confirm(self, title_id):
        """Let the holder of a title apply, and the job issue the confirmation."""
        self.run()
        self.applied = self.case_of(title_id)
        with self.db.unit_of_work() as session:
            record_application(
                session,
                self.vault,
                case_id=self.applied.id,
                channel=Channel.web,
                received_at=NOW,
                statement=STATEMENT,
                actor=resident(self.office.id, self.applied.id),
                now=NOW,
            )
        assert self.run_confirmations(NOW)["issued"] == 1

    def run_confirmations(self, now):
        return run_confirmations(
            self.db, self.vault, now=now, open_keys=lambda _: Keyring(CURRENT, KEYS), office_id=self.office.id
        )

    def run_neighbour(self):
        from_office = self.cast
        self.cast = self.noise
        self.run()
        self.cast = from_office

    def breaks(self, *statements):
        with self.db.unit_of_work() as session:
            for statement in statements:
                session.execute(text(statement) if isinstance(statement, str) else statement)

    def ran(self, name, at=NOW):
        """Note that a job has run, as the worker does."""
        with self.db.unit_of_work() as session:
            finish_run(session, begin_run(session, name, now=at), now=at, state="done", result={})

    def red(self, now=None):
        with self.db.reading() as session:
            found = check_invariants(session, now=now or self.at, keys=KEYS).violations
        return {violation.check for violation in found}


@pytest.fixture
def sound(db, vault):
    return Sound(db, vault)


def letter(sound, **values):
    row = {
        "id": new_id(),
        "office_id": sound.office.id,
        "outbox_id": sound.one(select(Outbox.id).where(Outbox.subject_id == sound.case.id)),
        "pdf_sealed": b"x",
        "sha256": "0" * 64,
        "pages": 1,
        "rendered_at": NOW,
    }
    return insert(Letter).values({**row, **values})


def code(sound, session, subject=None):
    return issue_code(
        session,
        sound.vault,
        office_id=sound.office.id,
        subject=("case", subject or sound.case.id),
        now=NOW,
        expires_at=NOW + timedelta(days=99),
    )


def break_cells(sound):
    sound.breaks(delete(AppointmentCell).where(AppointmentCell.appointment_id == sound.appointment))


def break_booked_twice(sound):
    columns = [c.name for c in Appointment.__table__.columns if c.name not in {"id", "ref"}]
    names = ", ".join(columns)
    sound.breaks(
        "DROP INDEX uq_appointment_case_id_booked",
        text(f"INSERT INTO appointment (id, ref, {names}) SELECT case_id, 'T-X', {names} FROM appointment"),
    )


def break_hold(sound):
    with sound.db.unit_of_work() as session:
        case = sound.case_of(sound.other)
        hold_slot(
            session,
            case_id=case.id,
            desk_id=sound.desk_id,
            starts_local=MONDAY + timedelta(hours=1),
            now=NOW,
            actor=sound.actor("boris"),
        )
        session.execute(
            update(Appointment)
            .where(Appointment.state == "held")
            .values(hold_expires_at=NOW - timedelta(hours=2))
        )
    sound.ran("sweep")


def break_office(sound):
    sound.breaks(update(Appointment).values(office_id=sound.noise.office.id))


def break_unique_case(sound):
    constraint = "uq_service_case_title_id_first_ends_on"
    if sound.db.is_postgresql:
        sound.breaks(f"ALTER TABLE service_case DROP CONSTRAINT {constraint}")
        sound.breaks(
            update(Case)
            .where(Case.id == sound.case_of(sound.other).id)
            .values(title_id=sound.title, first_ends_on=date(2027, 2, 15))
        )
    else:
        pytest.skip("SQLite keeps a table's unique constraint for as long as the table")


def break_invitation(sound):
    sound.breaks(update(Invitation).where(Invitation.case_id == sound.case.id).values(outbox_id=new_id()))


def break_not_written(sound):
    sound.breaks(delete(Invitation).where(Invitation.case_id == sound.case.id))


def break_outcome_case(sound):
    sound.breaks(update(DueOutcome).where(DueOutcome.case_id == sound.case.id).values(case_id=None))


def break_outcome_word(sound):
    sound.breaks(update(DueOutcome).where(DueOutcome.case_id == sound.case.id).values(outcome="maybe"))


def break_held(sound):
    sound.breaks(
        insert(InvitationHold).values(
            title_id=sound.title,
            ends_on=date(2027, 2, 15),
            office_id=sound.office.id,
            reason="spät",
            held_at=NOW,
            held_by="x",
        )
    )


def break_overdue(sound):
    sound.breaks(
        update(Outbox).values(created_at=NOW - timedelta(hours=3), next_attempt_at=NOW - timedelta(hours=3))
    )
    assert sound.red() == set()
    sound.ran("sweep")


def break_stuck(sound):
    sound.breaks(update(Outbox).values(state="working", claimed_at=NOW - timedelta(hours=1)))


def stored_file(sound, **values):
    row = {
        "id": new_id(),
        "office_id": sound.office.id,
        "case_id": sound.case.id,
        "digest": b"d" * 32,
        "media_type": "image/jpeg",
        "size_bytes": 1,
        "reason": "",
        "added_at": NOW,
        "page_count": 0,
        "attempts": 0,
    }
    return insert(StoredFile).values({**row, **values})


def break_waiting_file(sound):
    sound.breaks(stored_file(sound, state="waiting", added_at=NOW - timedelta(hours=2)))


def break_pages(sound):
    sound.breaks(stored_file(sound, state="readable", page_count=2))


def break_no_letter(sound):
    sound.breaks(update(Outbox).where(Outbox.subject_id == sound.case.id).values(state="done"))


def break_batch(sound):
    sound.breaks(letter(sound, printed_at=NOW))


def break_withdrawn(sound):
    sound.breaks(letter(sound, printed_at=NOW, withdrawn_at=NOW))


def break_two_codes(sound):
    with sound.db.unit_of_work() as session:
        code(sound, session)
        names = ", ".join(c.name for c in AccessCode.__table__.columns if c.name != "id")
        for index in session.connection().dialect.get_indexes(session.connection(), "access_code"):
            if index["unique"]:
                session.execute(text(f"DROP INDEX {index['name']}"))
        session.execute(
            text(f"INSERT INTO access_code (id, {names}) SELECT subject_id, {names} FROM access_code")
        )


def break_dead_code(sound):
    with sound.db.unit_of_work() as session:
        close_case(
            session,
            case_id=sound.case.id,
            reason=CloseReason.opened_in_error,
            actor=sound.actor("boris"),
            now=NOW,
        )
        code(sound, session)


def break_audit(action):
    def work(sound):
        sound.breaks(
            delete(AuditEvent).where(AuditEvent.subject_id == sound.case.id, AuditEvent.action == action)
        )

    return work


def break_closed_audit(sound):
    with sound.db.unit_of_work() as session:
        close_case(
            session,
            case_id=sound.case.id,
            reason=CloseReason.opened_in_error,
            actor=sound.actor("boris"),
            now=NOW,
        )
    break_audit("close_case")(sound)


def break_decided_audit(sound):
    with sound.db.unit_of_work() as session:
        decide_case(
            session, case_id=sound.case.id, decision=Decision.granted, actor=sound.actor("boris"), now=NOW
        )
    break_audit("decide_case")(sound)


def break_appointment_audit(sound):
    sound.breaks(delete(AuditEvent).where(AuditEvent.subject_id == sound.appointment))


def break_receipt(sound):
    sound.breaks(update(Application).values(received_at=NOW + timedelta(hours=1)))


def break_correction(sound):
    other = sound.case_of(sound.other)
    old = sound.one(select(Application.id).where(Application.case_id == sound.case.id))
    sound.breaks(
        insert(Application).values(
            id=new_id(),
            office_id=sound.office.id,
            case_id=other.id,
            ref="A-X",
            channel="post",
            received_at=NOW,
            recorded_at=NOW,
            recorded_by="x",
            statement="",
            supersedes_id=old,
        )
    )


def break_match(sound):
    with sound.db.unit_of_work() as session:
        receive_contact_request(
            session,
            sound.vault,
            office=sound.office,
            received_at=NOW,
            locale="de",
            concern_id="permit_study",
            ends_on=None,
            content=ContactContent("Demir", "Deniz", "01.01.1990"),
            now=NOW,
        )
        request = session.scalars(select(ContactRequest)).one()
        match_contact_request(
            session,
            sound.vault,
            request_id=request.id,
            person_id=sound.case_of(sound.other).person_id,
            actor=sound.actor("boris"),
            now=NOW,
        )
        session.execute(
            update(Application)
            .where(Application.channel == "contact")
            .values(received_at=NOW + timedelta(days=1), recorded_at=NOW + timedelta(days=2))
        )


def break_cover(sound):
    sound.breaks(
        delete(LetterInterval).where(LetterInterval.lo == "A", LetterInterval.office_id == sound.office.id)
    )


def break_interval(sound):
    sound.breaks(update(LetterInterval).where(LetterInterval.lo == "A").values(member_id=None))


def break_absence(sound):
    with sound.db.unit_of_work() as session:
        for login, first in (("boris", 1), ("clara", 20)):
            enter_absence(
                session,
                member_id=sound.cast.members[login],
                deputy_id=sound.cast.members["clara" if login == "boris" else "boris"],
                first_on=NOW.date() + timedelta(days=first),
                last_on=NOW.date() + timedelta(days=first + (5 if login == "boris" else 0)),
                actor=SYSTEM,
                now=NOW,
            )
        seal_audit(session, now=NOW)
    assert "absence_has_its_days" not in sound.red()
    last = NOW.date() + timedelta(days=6)
    sound.breaks(update(StaffAbsence).where(StaffAbsence.last_on == last).values(last_on=last - timedelta(1)))


def break_import(sound):
    sound.breaks(
        insert(ImportRun).values(
            id=new_id(),
            office_id=sound.office.id,
            file_name="liste.csv",
            file_sha256="0",
            encoding="utf-8",
            delimiter=";",
            mapping="standard",
            state="done",
            lines=10,
            accepted=5,
            unchanged=4,
            rejected=0,
            warnings=0,
            difference={},
            started_at=NOW,
            started_by="x",
        )
    )


def break_session(sound):
    sound.breaks(
        insert(WebSession).values(
            id=new_id(),
            token_hash=b"t" * 32,
            office_id=sound.office.id,
            kind="staff",
            subject_id=new_id(),
            created_at=NOW - timedelta(days=9),
            seen_at=NOW - timedelta(days=9),
            expires_at=NOW - timedelta(days=3),
        )
    )
    assert sound.red() == set()
    sound.ran("retention")


def break_purge(sound):
    with sound.db.unit_of_work() as session:
        issued = code(sound, session)
    sound.breaks(letter(sound, printed_at=NOW - timedelta(days=4), code_id=issued.id))
    sound.ran("retention")


def orphan(model, column):
    def work(sound):
        sound.breaks(update(model).values({column: new_id()}))

    return work


def break_busy(sound):
    sound.breaks(update(DeskDay).where(DeskDay.day == MONDAY.date()).values(busy_ticks=bytes(36)))


def break_wall(sound):
    sound.breaks(update(Appointment).values(starts_local=MONDAY + timedelta(hours=1)))


def break_unsettled(sound):
    sound.breaks(delete(DueOutcome).where(DueOutcome.title_id == sound.title))


def break_sums(sound):
    sound.breaks(
        update(AuditEvent)
        .where(AuditEvent.action == "run_invitations")
        .values(details={"due": 2, "invited": 1, "excluded": 0, "failed": 0})
    )


def break_chain(sound):
    sound.breaks(update(AuditEvent).where(AuditEvent.action == "invite").values(actor="staff:somebody"))


def break_catalogue(sound):
    sound.breaks(update(CatalogueVersion).values(digest="0" * 64))


def break_kept_catalogue(sound):
    sound.breaks(update(Case).where(Case.id == sound.case.id).values(catalogue_version="own-9"))


BREAKS = {
    "catalogue_is_readable": break_catalogue,
    "case_has_its_catalogue": break_kept_catalogue,
    "appointment_has_its_cells": break_cells,
    "one_booked_appointment_per_case": break_booked_twice,
    "hold_has_ended": break_hold,
    "booked_in_the_same_office": break_office,
    "one_case_per_title_and_end": break_unique_case,
    "invitation_has_its_letter": break_invitation,
    "invited_case_has_an_invitation": break_not_written,
    "invited_outcome_has_a_case": break_outcome_case,
    "outcome_is_known": break_outcome_word,
    "held_title_is_not_invited": break_held,
    "letter_is_not_overdue": break_overdue,
    "message_is_not_stuck": break_stuck,
    "file_is_not_stuck": break_waiting_file,
    "readable_file_has_its_pages": break_pages,
    "delivered_letter_exists": break_no_letter,
    "printed_letter_has_a_batch": break_batch,
    "withdrawn_letter_stays_here": break_withdrawn,
    "one_living_code_per_case": break_two_codes,
    "no_code_of_a_case_that_is_over": break_dead_code,
    "opened_case_is_audited": break_audit("invite"),
    "closed_case_is_audited": break_closed_audit,
    "decided_case_is_audited": break_decided_audit,
    "recorded_applications_are_audited": break_audit("record_application"),
    "appointment_is_audited": break_appointment_audit,
    "application_was_received_before_it_was_recorded": break_receipt,
    "correction_stays_in_its_case": break_correction,
    "matched_message_kept_its_instant": break_match,
    "intervals_cover_each_team": break_cover,
    "interval_names_its_owner": break_interval,
    "absence_has_its_days": break_absence,
    "import_sums": break_import,
    "session_is_deleted_after_its_end": break_session,
    "printed_code_is_purged": break_purge,
    "person_has_an_office": orphan(Person, "office_id"),
    "title_has_its_person": lambda sound: sound.breaks(
        update(Title).where(Title.id == sound.title).values(person_id=new_id())
    ),
    "case_has_its_person": orphan(Case, "person_id"),
    "case_has_its_title": orphan(Case, "title_id"),
    "case_has_its_team": orphan(Case, "owner_id"),
    "outcome_has_its_title": lambda sound: sound.breaks(
        update(DueOutcome).where(DueOutcome.title_id == sound.title).values(title_id=new_id())
    ),
    "busy_bits_are_the_cells": break_busy,
    "wall_time_is_the_instant": break_wall,
    "due_title_is_settled": break_unsettled,
    "run_sums": break_sums,
    "audit_chain": break_chain,
    **interim_breaks.BREAKS,
    **fact_breaks.BREAKS,
    **arrangement_breaks.BREAKS,
}


def test_every_invariant_has_a_way_to_break_it():
    assert set(BREAKS) == {check.name for check in (*STATEMENTS, *CALCULATIONS)}
    assert len(BREAKS) == len(STATEMENTS) + len(CALCULATIONS)


@pytest.mark.parametrize("name", BREAKS)
def test_broken_data_is_seen(sound, name):
    BREAKS[name](sound)
    assert name in sound.red()


def test_rows_the_sealing_job_passed_over_are_seen(sound):
    sound.breaks(text("DELETE FROM audit_seal WHERE seq > 1"))
    assert sound.red(NOW + timedelta(minutes=2)) == set()
    sound.ran("seal-audit", NOW + timedelta(minutes=2))
    assert sound.red(NOW + timedelta(minutes=3)) == {"audit_chain"}


def test_many_breaches_are_counted_not_listed(sound):
    for number in range(30):
        sound.add(date(2027, 2, 1), family_name=f"Viele{number}")
    sound.breaks(update(Title).values(first_seen_on=date(2026, 11, 1)))
    with sound.db.reading() as session:
        found = [
            v
            for v in check_invariants(session, now=SOON, keys=KEYS).violations
            if v.check == "due_title_is_settled"
        ]
    assert len(found) == 21
    assert found[-1].detail == "and 10 more"


def test_what_came_today_may_wait_for_the_night(sound):
    title = sound.add(date(2027, 2, 1), family_name="Neu")
    sound.breaks(update(Title).where(Title.id == title).values(first_seen_on=date(2026, 11, 23)))
    assert sound.red() == set()
    sound.breaks(update(Title).where(Title.id == title).values(first_seen_on=date(2026, 11, 1)))
    assert sound.red() == {"due_title_is_settled"}
    sound.change("name_changed", title)
    assert sound.red() == set()


def test_a_hold_for_a_move_may_share_cells_with_its_own_appointment(sound):
    with sound.db.unit_of_work() as session:
        hold_slot(
            session,
            case_id=sound.case.id,
            desk_id=sound.desk_id,
            starts_local=MONDAY + timedelta(minutes=5),
            now=NOW,
            actor=sound.actor("boris"),
            is_move=True,
        )
        seal_audit(session, now=NOW)
        shared = select(AppointmentCell).join(Appointment).where(Appointment.state == "held")
        assert 0 < len(session.scalars(shared).all()) < 3
    assert "appointment_has_its_cells" not in sound.red()


def test_a_confirmation_deleted_by_hand_is_found_and_one_issued_again_settles_it(sound):
    after = interim_breaks.ENDS + timedelta(days=1)
    interim_breaks.on(sound, after)
    before = sound.red()
    interim_breaks.remove(sound)
    with sound.db.reading() as session:
        found = check_invariants(session, now=sound.at, keys=KEYS).violations
    (gap,) = [one for one in found if one.check == "nobody_falls_into_a_gap"]
    assert gap.subject == sound.applied.ref
    assert gap.detail == f"1 gap days since {after}: no_proposal"
    assert sound.run_confirmations(sound.at)["issued"] == 1
    assert sound.red() - before <= {"audit_chain"}
    assert "nobody_falls_into_a_gap" not in before


def test_every_day_without_cover_is_counted(sound):
    interim_breaks.remove(sound)
    interim_breaks.on(sound, interim_breaks.ENDS + timedelta(days=1), hour=12)
    assert "nobody_falls_into_a_gap" not in sound.red()
    interim_breaks.on(sound, interim_breaks.ENDS + timedelta(days=9))
    with sound.db.reading() as session:
        found = check_invariants(session, now=sound.at, keys=KEYS).violations
    assert "9 gap days since 2026-11-26: no_proposal" in {one.detail for one in found}


def test_a_revoked_key_spoils_what_is_in_force_only(sound):
    revoked = {key_id: replace(key, revoked_at=NOW) for key_id, key in KEYS.items()}

    def bad():
        with sound.db.reading() as session:
            found = check_invariants(session, now=SOON, keys=revoked).violations
        return [one.detail for one in found if one.check == "seal_verifies"]

    assert bad() == ["its key was revoked: issue a new one (servicedesk seal-keys reissue)"]
    sound.breaks(update(InterimConfirmation).values(state="withdrawn"))
    assert bad() == []


def test_a_seal_of_an_unknown_key_or_with_other_facts_is_seen(sound):
    with sound.db.reading() as session:
        found = check_invariants(session, now=SOON, keys={}).violations
    assert [(one.check, one.detail) for one in found] == [("seal_verifies", "unknown_key")]
    sound.breaks(update(InterimConfirmation).values(check_again_on=date(2030, 1, 1)))
    assert sound.red() == {"seal_verifies"}
