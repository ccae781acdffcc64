"""One way to break each invariant of interim confirmations."""

from datetime import date, datetime, timedelta

from sqlalchemy import delete, insert, select, text, update

from servicedesk.cases.models import Case
from servicedesk.db.audit import AuditEvent
from servicedesk.interim.models import InterimConfirmation, InterimRequest
from servicedesk.interim.rules.values import Note
from servicedesk.interim.service import note_fact
from servicedesk.kernel.clock import instant_of
from servicedesk.kernel.ids import new_id
from servicedesk.register.models import Person
from tests.conftest import NOW

ENDS = date(2026, 11, 25)
"""When the title ends whose holder has a confirmation."""


def on(sound, day, hour=13):
    """Look at a later time of the office's clock."""
    sound.at = instant_of(datetime(day.year, day.month, day.day, hour), sound.office.zone)


def change(**values):
    return lambda sound: sound.breaks(update(InterimConfirmation).values(**values))


def remove(sound):
    sound.breaks(delete(InterimConfirmation))


def double(state):
    """Copy the confirmation past the index that forbids it."""

    def work(sound):
        sound.breaks(
            f"DROP INDEX uq_interim_confirmation_{'issued' if state == 'issued' else 'open'}",
            update(InterimConfirmation).values(state=state),
        )
        row = sound.one(select(InterimConfirmation))
        values = {column.name: getattr(row, column.name) for column in InterimConfirmation.__table__.columns}
        values |= {"id": new_id(), "ref": "Z-2", "sequence": 2, "status_code": "0000000000"}
        sound.breaks(insert(InterimConfirmation).values(**values))

    return work


def break_gap(sound):
    remove(sound)
    on(sound, ENDS + timedelta(days=1))


def break_alarm(sound):
    remove(sound)
    with sound.db.unit_of_work() as session:
        note_fact(
            session,
            case_id=sound.applied.id,
            kind=Note.identity_check,
            actor=sound.actor("boris"),
            now=NOW,
        )
    on(sound, ENDS + timedelta(days=7))


def break_steps(sound):
    remove(sound)
    sound.ran("confirmations", NOW + timedelta(seconds=10))


def break_end(sound):
    sound.breaks(
        update(Case)
        .where(Case.id == sound.applied.id)
        .values(decision="granted", decided_at=NOW - timedelta(hours=2))
    )
    assert "confirmation_ends_with_its_case" not in sound.red()
    sound.ran("confirmations")


def break_release(sound):
    sound.breaks(
        update(InterimConfirmation).values(
            state="released", issued_at=None, token="", released_at=NOW - timedelta(hours=2)
        )
    )


def break_audit(sound):
    sound.breaks(delete(AuditEvent).where(AuditEvent.action == "issue_interim"))


def break_request(sound):
    sound.breaks(
        insert(InterimRequest).values(
            id=new_id(),
            office_id=sound.office.id,
            case_id=sound.applied.id,
            person_id=sound.applied.person_id,
            asked_at=NOW - timedelta(hours=5),
            asked_by="dmitri",
            note="",
            due_on=NOW.date(),
        )
    )
    assert "request_of_the_front_desk_is_seen" not in sound.red()
    sound.ran("confirmations")


def break_person(sound):
    other = sound.one(select(Person.id).where(Person.family_name == "Demir"))
    sound.breaks(update(InterimConfirmation).values(person_id=other))


def break_seal(sound):
    sound.breaks(text("UPDATE interim_confirmation SET token = replace(token, 'SD1:', 'SD1:0')"))


BREAKS = {
    "issued_confirmation_is_sealed": change(token=""),
    "one_issued_confirmation_per_case": double("issued"),
    "one_confirmation_on_its_way_per_case": double("proposed"),
    "confirmation_has_the_marks_of_its_state": change(ended_at=NOW, end_reason="x", ended_by="x"),
    "superseded_confirmation_has_a_successor": change(
        state="superseded", ended_at=NOW, end_reason="superseded", ended_by="x"
    ),
    "confirmation_belongs_to_its_case": break_person,
    "issued_confirmations_are_audited": break_audit,
    "confirmation_ends_with_its_case": break_end,
    "released_confirmation_is_issued": break_release,
    "request_of_the_front_desk_is_seen": break_request,
    "nobody_falls_into_a_gap": break_gap,
    "alarm_is_answered": break_alarm,
    "no_step_is_left_behind": break_steps,
    "seal_verifies": break_seal,
}
