"""Letters of a night share what they can, take the address when they are made, and then stay as they are."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import delete, select, text, update

from servicedesk.notices.batches import purge_printed_codes
from servicedesk.notices.contexts import to_payload
from servicedesk.notices.delivery import Outcome, deliver
from servicedesk.notices.models import Letter, NoticePart, Outbox
from servicedesk.notices.queue import ROWS_PER_JOB, apply_queue_schema
from servicedesk.notices.readdressing import readdress_letters
from servicedesk.notices.rules import CODE_KEPT_AFTER_PRINT
from servicedesk.notices.service import StoredContext, open_stored, retry_failed
from servicedesk.outreach.models import DueOutcome, Invitation
from servicedesk.outreach.service import invitations
from servicedesk.outreach.service.preview import build_preview
from servicedesk.outreach.service.staging import INTAKE
from servicedesk.register.models import Person, Title
from tests.conftest import NOW
from tests.support.night import Night
from tests.support.outbox import Printer, make_tools

ENDS = date(2027, 2, 15)


@pytest.fixture
def printer():
    return Printer()


@pytest.fixture
def tools(db, vault, clock, tmp_path, printer):
    return make_tools(db, vault, clock, tmp_path, render=printer)


def letters(night):
    return night.read(select(Outbox).order_by(Outbox.id))


def opened(night, row):
    with night.db.reading() as session:
        return open_stored(session, night.vault, StoredContext.of(row))


def test_the_letter_of_a_night_is_the_one_the_case_worker_saw_before(night):
    """One way through the database, one through Python; for people who differ in all a letter depends on."""
    people = [
        {"family_name": "Çelik", "language": "tr"},
        {"family_name": "Özdemir", "language": "ti"},
        {"family_name": "Kind", "born": (2015, 3, 1), "legal_basis": "32"},
        {"family_name": "Jung", "born": (2009, 11, 23), "legal_basis": "32"},
        {"family_name": "Fast", "born": (2008, 11, 24), "legal_basis": "25.2.1"},
        {"family_name": "Gerade", "born": (2008, 11, 23), "legal_basis": "25.2.1"},
        {"family_name": "Ungefähr", "born": (1990, 0, 0), "legal_basis": "§ 99z"},
        {"family_name": "Niemand", "born": (0, 0, 0), "legal_basis": "60a", "ends_on": date(2026, 12, 10)},
        {"family_name": "Karte", "legal_basis": "9", "is_unlimited": True},
        {"family_name": "李", "given_names": "小龙"},
        {"family_name": "Z\u202eevil\x07", "language": "ar"},
    ]
    titles = [night.add(person.pop("ends_on", ENDS), **person) for person in people]
    for number, title in enumerate(titles):
        passport = [None, date(2026, 1, 1), date(2026, 12, 31), date(2030, 1, 1)][number % 4]
        night.set(Title, title, passport_ends_on=passport)
        night.set(
            Person, night.person_of(title), nationalities=["", "163", "158", "475", "163,000"][number % 5]
        )
    with night.db.reading() as session:
        seen = {}
        for title in titles:
            _, letter = build_preview(session, title_id=title, actor=night.actor("eva"), now=NOW)
            seen[title] = to_payload(letter)
    assert night.run()[0]["invited"] == len(titles)
    for title in titles:
        letter, row = night.letter_of(title)
        assert to_payload(letter) == seen[title]
        assert row.locale == letter.frame.locale


def test_what_a_night_shares_is_sealed_once_and_holds_nobodys_data(night):
    for number in range(30):
        night.add(
            ENDS - timedelta(days=number % 2),
            family_name=f"Person{'abcdefghij'[number % 10]}",
            file_number=f"F{number}",
        )
    night.run()
    rows, parts = letters(night), night.read(select(NoticePart))
    assert len(rows) == 30
    assert len(parts) == 1 + 2 + 3, "one text, the days of two ends, three who may sign"
    for part in parts:
        assert b"Musterstadt" not in part.content_sealed
        content = night.vault.open(part.content_sealed, "notice_part", part.id, "content_sealed").decode()
        assert "Person" not in content
    assert {row.context_sealed for row in rows} == {b""}
    for row in rows:
        assert {part.id.hex for part in parts} >= {row.context_parts[n : n + 32] for n in (0, 32, 64)}
    before = len(parts)
    night.add(ENDS, family_name="Später")
    night.run(NOW + timedelta(hours=2))
    assert len(night.read(select(NoticePart))) == before


def test_the_letter_goes_where_the_person_lives_when_it_is_made_and_keeps_that(night, tools, printer, clock):
    title = night.add(family_name="Umzug")
    night.run()
    (row,) = letters(night)
    night.set(Person, row.person_id, street="Neue Straße", house_number="9", town="Neustadt")
    assert deliver(tools, row.id) is Outcome.done
    made = opened(night, letters(night)[0])
    assert (made.context.frame.recipient.street, made.context.frame.recipient.town) == (
        "Neue Straße 9",
        "Neustadt",
    )
    assert made.to_seal is None, "the row says by itself what was sent"
    night.set(Person, row.person_id, family_name="Später-Geändert", street="Dritte Straße")
    again, _ = night.letter_of(title)
    assert to_payload(again) == to_payload(made.context)
    with night.db.unit_of_work() as session:
        batch = {"printed_at": clock.now()}
        session.execute(update(Letter).values(batch))
    clock.advance(CODE_KEPT_AFTER_PRINT + timedelta(minutes=1))
    assert purge_printed_codes(tools) == {"purged_codes": 1, "unpurged_codes": 0}
    assert printer.contexts[0] == printer.contexts[1]


NEW_ADDRESS = {"street": "Neue Straße", "house_number": "9", "postcode": "54321", "town": "Neustadt"}


def confirm_address(night, person_id):
    """Let staff confirm a new address: it counts from now on, and letters that have not left follow."""
    with night.db.unit_of_work() as session:
        session.execute(update(Person).where(Person.id == person_id).values(post_address=NEW_ADDRESS))
        return readdress_letters(
            session,
            night.vault,
            person_id=person_id,
            street="Neue Straße 9",
            postcode="54321",
            town="Neustadt",
            now=NOW,
            actor=night.actor("boris"),
        )


def test_a_confirmed_address_counts_for_who_has_none_in_the_list(night):
    title = night.add(family_name="Ohne")
    person_id = night.person_of(title)
    night.set(Person, person_id, street="", post_address=NEW_ADDRESS)
    assert night.run()[0]["invited"] == 1
    letter, _ = night.letter_of(title)
    assert letter.frame.recipient.town == "Neustadt"


@pytest.mark.parametrize("moment", ["waiting", "being made", "made"])
def test_a_letter_that_has_not_left_follows_to_a_confirmed_address(night, tools, printer, moment):
    night.add(family_name="Umzug")
    night.run()
    (row,) = letters(night)
    if moment == "made":
        assert deliver(tools, row.id) is Outcome.done
    if moment == "being made":
        printer.before = lambda: confirm_address(night, row.person_id)
        assert deliver(tools, row.id) is Outcome.lost
        printer.before = lambda: None
    else:
        assert confirm_address(night, row.person_id) == (1 if moment == "made" else 0)
    assert (letters(night)[0].state, letters(night)[0].context_sealed) == ("pending", b"")
    assert deliver(tools, row.id) is Outcome.done
    made = opened(night, letters(night)[0])
    assert made.context.frame.recipient.street == "Neue Straße 9"
    assert made.to_seal is None
    assert len(night.read(select(Letter))) == 1


def test_a_made_letter_that_goes_there_already_is_left_alone(night, tools):
    night.add()
    night.run()
    (row,) = letters(night)
    night.set(Person, row.person_id, post_address=NEW_ADDRESS)
    assert deliver(tools, row.id) is Outcome.done
    assert confirm_address(night, row.person_id) == 0
    assert letters(night)[0].state == "done"


def test_who_can_no_longer_be_found_by_post_is_left_to_a_person(night, tools):
    night.add(family_name="Ohne")
    night.run()
    (row,) = letters(night)
    night.set(Person, row.person_id, street=" ")
    assert deliver(tools, row.id) is Outcome.failed
    failed = letters(night)[0]
    assert (failed.state, failed.context_sealed) == ("failed", b"")
    assert "Anschrift" in failed.last_error
    night.set(Person, row.person_id, street="Lindenweg")
    with night.db.unit_of_work() as session:
        actor = night.actor("eva")
        assert (
            retry_failed(session, now=NOW, actor=actor, office_id=night.office.id, outbox_ids=[row.id]) == 1
        )
    assert deliver(tools, row.id) is Outcome.done


@pytest.mark.parametrize("gone", ["person", "part"])
def test_a_letter_whose_person_or_part_is_gone_fails_for_good(night, tools, gone):
    night.add(family_name="Weg")
    night.run()
    (row,) = letters(night)
    with night.db.unit_of_work() as session:
        if gone == "person":
            session.execute(update(Outbox).values(person_id=night.office.id))
        else:
            session.execute(delete(NoticePart))
    assert deliver(tools, row.id) is Outcome.failed
    assert letters(night)[0].state == "failed"


def test_a_part_that_was_moved_does_not_open(night, tools):
    night.add()
    night.run()
    (row,) = letters(night)
    with night.db.unit_of_work() as session:
        first, second = (session.get(NoticePart, UUID(row.context_parts[n : n + 32])) for n in (0, 32))
        first.content_sealed, second.content_sealed = second.content_sealed, first.content_sealed
    assert deliver(tools, row.id) is Outcome.retry
    assert "notice_part" in letters(night)[0].last_error


def test_a_title_that_cannot_be_written_fails_alone(night, monkeypatch):
    titles = [night.add(family_name=f"Name{letter}") for letter in "abcdefg"]
    written = invitations.insert_outcomes

    def refuse_one(session, run):
        staged = select(INTAKE.c.title_id).where(INTAKE.c.outcome == "invited")
        if titles[3] in set(session.scalars(staged)):
            raise ValueError("as a row would that nobody can write")
        written(session, run)

    monkeypatch.setattr(invitations, "insert_outcomes", refuse_one)
    answer, reasons = night.run()
    assert (answer["due"], answer["invited"], answer["failed"]) == (7, 6, 1)
    assert reasons == {"due": 6, "unreadable": 1}
    assert night.one(select(DueOutcome.title_id).where(DueOutcome.outcome == "failed")) == titles[3]
    assert len(letters(night)) == 6
    assert night.run(NOW + timedelta(days=1))[0]["due"] == 0, "still failed for the same reason is no news"
    monkeypatch.undo()
    assert night.run(NOW + timedelta(days=1))[0]["invited"] == 1


def test_a_letter_queued_before_under_the_same_key_stands_for_the_new_one(night):
    title = night.add()
    night.run()
    (first,) = letters(night)
    with night.db.unit_of_work() as session:
        for table in ("due_outcome", "invitation", "service_case"):
            session.execute(text(f"DELETE FROM {table}"))
    assert night.run()[0]["invited"] == 1
    assert [row.id for row in letters(night)] == [first.id]
    assert night.one(select(Invitation.outbox_id)) == first.id
    assert night.case_of(title)


def test_the_queue_learns_of_a_night_in_the_same_transaction(real_db, vault):
    apply_queue_schema(real_db)
    night = Night(real_db, vault)
    for number in range(ROWS_PER_JOB + 5):
        night.add(family_name=f"A{'abcdefghij'[number % 10]}", file_number=f"Q{number}")
    night.run()
    if not real_db.is_postgresql:
        return
    with real_db.reading() as session:
        jobs = session.execute(text("SELECT task_name, args FROM procrastinate_jobs ORDER BY id")).all()
    assert {job.task_name for job in jobs} == {"deliver"}
    named = [one for job in jobs for one in job.args["outbox_ids"]]
    assert sorted(named) == sorted(row.id.hex for row in letters(night))
    assert len(jobs) == 2
