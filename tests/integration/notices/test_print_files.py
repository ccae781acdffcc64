"""Letters of a day: within one's scope, printed once, reprinted on purpose, without their code afterwards."""

import re
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO

import pikepdf
import pytest
from pypdf import PdfReader
from sqlalchemy import select

from servicedesk.accounts.codes import revoke_codes
from servicedesk.accounts.models import AccessCode
from servicedesk.db.audit import AuditEvent
from servicedesk.kernel.errors import NotFound, StaleData
from servicedesk.kernel.ids import new_id
from servicedesk.kernel.permissions import Actor, ActorKind
from servicedesk.notices import batches
from servicedesk.notices.batches import build_print_file, purge_printed_codes
from servicedesk.notices.delivery import deliver
from servicedesk.notices.errors import (
    AlreadyPrinted,
    CodeNoLongerKept,
    LetterWithdrawn,
    NoLetters,
    TooManyLetters,
)
from servicedesk.notices.letters import render_letter
from servicedesk.notices.letters.samples import build_sample
from servicedesk.notices.models import Letter, PrintBatch
from servicedesk.notices.queries import (
    LetterScope,
    get_letter_pdf,
    list_letters,
    list_letters_of_day,
    list_unprinted_letters,
)
from servicedesk.notices.rules import CODE_KEPT_AFTER_PRINT
from servicedesk.notices.service import cancel_pending
from tests.conftest import NOW
from tests.support.outbox import DAY, Printer, invitation, letter, make_office, make_tools, markers, queue

ALL = LetterScope(is_whole_office=True)
TODAY = date(2026, 11, 23)


class House:
    def __init__(self, database, vault, clock, tmp_path):
        self.database, self.vault, self.clock = database, vault, clock
        self.printer = Printer()
        self.tools = make_tools(database, vault, clock, tmp_path, render=self.printer)
        self.actor = Actor(kind=ActorKind.staff, account_id=new_id())
        with database.unit_of_work() as session:
            self.office_id = make_office(session)

    def letter(self, **more):
        with self.database.unit_of_work() as session:
            outbox_id = queue(
                session, self.vault, self.office_id, letter(self.office_id, **more), self.clock.now()
            )
        deliver(self.tools, outbox_id)
        with self.database.reading() as session:
            return session.scalars(select(Letter.id).where(Letter.outbox_id == outbox_id)).one()

    def listed(self, scope=ALL, day=TODAY):
        with self.database.reading() as session:
            return [
                line.id
                for line in list_letters_of_day(session, office_id=self.office_id, scope=scope, day=day)
            ]

    def line(self, letter_id):
        with self.database.reading() as session:
            [line] = list_letters(session, office_id=self.office_id, scope=ALL, letter_ids=[letter_id])
            return line

    def print(self, letter_ids, scope=ALL, **more):
        with self.database.unit_of_work() as session:
            return build_print_file(
                session,
                self.vault,
                now=self.clock.now(),
                actor=self.actor,
                office_id=self.office_id,
                scope=scope,
                letter_ids=letter_ids,
                **more,
            )

    def pdf(self, letter_id):
        with self.database.reading() as session:
            return get_letter_pdf(
                session, self.vault, office_id=self.office_id, scope=ALL, letter_id=letter_id
            )

    def audited(self):
        with self.database.reading() as session:
            events = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
        return [event for event in events if event.action.endswith("_letters")]


@pytest.fixture
def house(db, vault, clock, tmp_path):
    return House(db, vault, clock, tmp_path)


def test_a_day_is_the_offices_local_day(house):
    in_the_evening = house.letter()
    house.clock.instant = NOW.replace(hour=22, minute=59)
    last = house.letter()
    house.clock.instant = NOW.replace(hour=23, minute=0)
    tomorrow = house.letter()
    assert house.listed() == [in_the_evening, last]
    assert house.listed(day=TODAY + timedelta(days=1)) == [tomorrow]
    assert house.listed(day=TODAY - timedelta(days=1)) == []


def test_everybody_sees_their_own_letters_only(house):
    team, member, colleague = new_id(), new_id(), new_id()
    mine = house.letter(team_id=team, scope_member_id=member)
    theirs = house.letter(team_id=team, scope_member_id=colleague)
    inbox = house.letter(team_id=team)
    foreign = house.letter(team_id=new_id(), scope_member_id=new_id())
    scopes = {
        LetterScope(): [],
        LetterScope(member_ids=frozenset({member})): [mine],
        LetterScope(member_ids=frozenset({member}), inbox_team_ids=frozenset({team})): [mine, inbox],
        LetterScope(team_ids=frozenset({team})): [mine, theirs, inbox],
        ALL: [mine, theirs, inbox, foreign],
    }
    for scope, expected in scopes.items():
        assert house.listed(scope) == expected
        with house.database.reading() as session:
            unprinted = list_unprinted_letters(session, office_id=house.office_id, scope=scope)
            assert [line.id for line in unprinted] == expected
            assert list_unprinted_letters(session, office_id=new_id(), scope=scope) == []
    own = LetterScope(member_ids=frozenset({member}))
    with pytest.raises(NotFound):
        house.print([mine, foreign], own)
    assert house.line(mine).printed_at is None, "nothing half done"
    with pytest.raises(NotFound), house.database.reading() as session:
        get_letter_pdf(session, house.vault, office_id=house.office_id, scope=own, letter_id=foreign)


def test_letters_become_one_file_in_the_order_chosen(house):
    first, second = house.letter(), house.letter()
    texts = {letter_id: markers(house.pdf(letter_id)) for letter_id in (first, second)}
    file = house.print([second, first])
    assert markers(file.pdf) == texts[second] + texts[first]
    assert (file.letters, file.pages) == (2, 4)
    with house.database.reading() as session:
        batch = session.get(PrintBatch, file.batch_id)
        assert (batch.letters, batch.pages, batch.created_by, batch.created_at) == (
            2,
            4,
            house.actor.account_id,
            NOW,
        )
        assert {row.batch_id for row in session.scalars(select(Letter))} == {file.batch_id}
    [event] = house.audited()
    assert (event.action, event.subject_id, event.actor) == (
        "download_letters",
        file.batch_id,
        house.actor.ref,
    )
    assert event.details["letters"] == [second.hex, first.hex]


def test_a_second_print_needs_to_be_asked_for_and_leaves_a_trace_of_its_own(house):
    printed, fresh = house.letter(), house.letter()
    house.print([printed])
    with pytest.raises(AlreadyPrinted) as refused:
        house.print([printed, fresh])
    assert refused.value.params["count"] == 1
    again = house.print([printed, fresh], is_reprint=True)
    assert again.letters == 2
    assert [(event.action, event.details["count"]) for event in house.audited()] == [
        ("download_letters", 1),
        ("download_letters", 1),
        ("reprint_letters", 1),
    ]


def test_two_people_printing_the_same_letter_at_once(house, monkeypatch):
    letter_id = house.letter()
    joined = batches._joined

    def overtaken(session, vault, lines):
        monkeypatch.setattr(batches, "_joined", joined)
        build_print_file(
            session,
            vault,
            now=NOW,
            actor=house.actor,
            office_id=house.office_id,
            scope=ALL,
            letter_ids=[letter_id],
        )
        return joined(session, vault, lines)

    monkeypatch.setattr(batches, "_joined", overtaken)
    with pytest.raises(StaleData):
        house.print([letter_id])


def test_nothing_and_too_much_are_refused(house):
    with pytest.raises(NoLetters):
        house.print([])
    with pytest.raises(TooManyLetters):
        house.print([new_id() for _ in range(501)])
    with pytest.raises(NotFound):
        house.print([new_id()])


def test_a_printed_letter_is_kept_without_its_code(house):
    printed, waiting = house.letter(), house.letter()
    receipt = house.letter(context=build_sample("application_receipt", "de", DAY))
    before = markers(house.pdf(printed))
    house.print([printed, receipt])
    house.clock.advance(CODE_KEPT_AFTER_PRINT)
    assert purge_printed_codes(house.tools) == {"purged_codes": 0, "unpurged_codes": 0}, (
        "a jammed printer has a day"
    )
    assert house.print([printed], is_reprint=True).pdf
    house.clock.advance(CODE_KEPT_AFTER_PRINT + timedelta(seconds=1))
    assert purge_printed_codes(house.tools) == {"purged_codes": 1, "unpurged_codes": 0}
    assert purge_printed_codes(house.tools) == {"purged_codes": 0, "unpurged_codes": 0}
    after = markers(house.pdf(printed))
    assert after == ["XXXX-XXXX-XXXX-XXXX/0", "XXXX-XXXX-XXXX-XXXX/1"] != before
    assert (house.line(printed).is_code_kept, house.line(waiting).is_code_kept) == (False, True)
    with pytest.raises(CodeNoLongerKept):
        house.print([printed], is_reprint=True)
    assert house.print([receipt], is_reprint=True).letters == 1


def test_one_letter_that_cannot_be_rendered_keeps_no_other_code(house):
    letters = [house.letter() for _ in range(3)]
    house.print(letters)
    house.clock.advance(CODE_KEPT_AFTER_PRINT + timedelta(seconds=1))
    house.printer.faults = [MemoryError()]
    assert purge_printed_codes(house.tools) == {"purged_codes": 2, "unpurged_codes": 1}
    assert purge_printed_codes(house.tools) == {"purged_codes": 1, "unpurged_codes": 0}


def test_a_letter_whose_code_died_is_marked(house):
    case = ("case", new_id())
    letter_id = house.letter(subject=case)
    assert not house.line(letter_id).is_code_dead
    with house.database.unit_of_work() as session:
        revoke_codes(session, subject=case, now=NOW)
    assert house.line(letter_id).is_code_dead


def withdraw(house, subject, **more):
    with house.database.unit_of_work() as session:
        return cancel_pending(
            session, now=house.clock.now(), subject_id=subject[1], reason="case closed", **more
        )


def test_a_letter_that_is_taken_back_before_printing_leaves_the_batch_and_its_code_dies(house):
    case, other = ("case", new_id()), ("case", new_id())
    mine, theirs = house.letter(subject=case), house.letter(subject=other)
    assert withdraw(house, case) == 1
    assert withdraw(house, case) == 0
    line = house.line(mine)
    assert (line.withdrawn_at, line.is_code_dead, line.is_to_print) == (NOW, True, False)
    assert house.line(theirs).is_to_print
    with house.database.reading() as session:
        waiting = list_unprinted_letters(session, office_id=house.office_id, scope=ALL)
        living = session.scalars(select(AccessCode.subject_id).where(AccessCode.revoked_at.is_(None))).all()
        events = session.scalars(select(AuditEvent).where(AuditEvent.action == "cancel_notices")).all()
    assert [one.id for one in waiting] == [theirs]
    assert living == [other[1]]
    assert [event.details for event in events] == [{"count": 1, "reason": "case closed"}]
    for is_reprint in (False, True):
        with pytest.raises(LetterWithdrawn):
            house.print([mine, theirs], is_reprint=is_reprint)
    assert house.print([theirs]).letters == 1


def test_a_printed_letter_has_left_and_is_not_taken_back(house):
    case = ("case", new_id())
    printed = house.letter(subject=case)
    house.print([printed])
    assert withdraw(house, case) == 0
    assert house.line(printed).withdrawn_at is None
    assert not house.line(printed).is_code_dead


def test_only_the_kinds_named_are_taken_back(house):
    case = ("case", new_id())
    kept = house.letter(subject=case)
    assert withdraw(house, case, kinds={"new_code_letter"}) == 0
    assert house.line(kept).is_to_print


def test_a_letter_taken_back_while_the_print_file_is_made_is_not_in_it(house, monkeypatch):
    case = ("case", new_id())
    letter_id = house.letter(subject=case)
    joined = batches._joined

    def slow(session, vault, lines):
        file = joined(session, vault, lines)
        cancel_pending(session, now=NOW, subject_id=case[1], reason="case closed")
        return file

    monkeypatch.setattr(batches, "_joined", slow)
    with pytest.raises(StaleData):
        house.print([letter_id])


def test_real_letters_are_joined_whole_and_kept_without_code_pin_and_link(house):
    real = replace(house.tools, render=render_letter)
    house.tools = real
    first, second = (
        house.letter(context=invitation("Zrazkova", locale="uk")),
        house.letter(context=invitation("Beispielowa")),
    )
    printed = house.pdf(first)
    codes = set(_CODE.findall(_text(printed)))
    assert len(codes) == 1
    pin = re.search(r"PIN[^\n]*?(\d{6})", _text(printed)).group(1)
    file = house.print([first, second])
    joined = _text(file.pdf)
    assert "Zrazkova" in joined
    assert joined.index("Zrazkova") < joined.index("Beispielowa")
    assert len(PdfReader(BytesIO(file.pdf)).pages) == file.pages
    house.clock.advance(CODE_KEPT_AFTER_PRINT + timedelta(seconds=1))
    assert purge_printed_codes(real)["purged_codes"] == 2
    kept = house.pdf(first)
    text = _text(kept)
    assert "Zrazkova" in text
    assert "XXXX-XXXX-XXXX-XXXX" in text
    assert set(_CODE.findall(text)) == {"XXXX-XXXX-XXXX-XXXX"}
    assert pin not in text
    assert len(PdfReader(BytesIO(kept)).pages) == len(PdfReader(BytesIO(printed)).pages)
    (code,) = codes
    assert code.encode() not in _unpacked(kept)
    assert code.replace("-", "").encode() not in _unpacked(kept)


_CODE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b")


def _text(pdf):
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def _unpacked(pdf):
    file = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as opened:
        opened.save(file, stream_decode_level=pikepdf.StreamDecodeLevel.all, compress_streams=False)
    return file.getvalue()
