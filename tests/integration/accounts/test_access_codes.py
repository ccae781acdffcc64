"""Access codes on both engines: what is stored, what opens, what locks, who has to wait."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from servicedesk.accounts.codes import (
    CodeAccepted,
    CodeRefused,
    check_code,
    check_pin,
    draw_code,
    forget_old_failures,
    is_code_alarm,
    issue_code,
    revoke_codes,
    store_code,
)
from servicedesk.accounts.models import AccessCode, Throttle
from servicedesk.accounts.rules import LIMITS, BirthDate, CodeLimits, format_code, parse_code
from servicedesk.db.audit import AuditEvent
from servicedesk.kernel.ids import new_id
from tests.conftest import NOW
from tests.support.outbox import make_office

BORN = BirthDate(1990, 5, 17)
WRONG = BirthDate(1991, 5, 17)
HOME = "192.0.2.10"


class Door:
    def __init__(self, session, vault):
        self.session, self.vault = session, vault
        self.office_id = make_office(session)
        self.subject = ("case", new_id())
        self.asked = []

    def issue(self, subject=None, now=NOW):
        return issue_code(
            self.session,
            self.vault,
            office_id=self.office_id,
            subject=subject or self.subject,
            now=now,
            expires_at=now + timedelta(days=300),
        )

    def birth_date(self, kind, subject_id):
        self.asked.append((kind, subject_id))
        return BORN if kind == "case" else None

    def knock(self, typed, birth_date=BORN, *, source=HOME, now=NOW, office_id=None, limits=LIMITS):
        return check_code(
            self.session,
            self.vault,
            now=now,
            office_id=office_id or self.office_id,
            typed_code=typed,
            birth_date=birth_date,
            source=source,
            find_birth_date=self.birth_date,
            limits=limits,
        )


@pytest.fixture
def door(session, vault):
    return Door(session, vault)


def test_code_and_birth_date_open_the_subject(door):
    issued = door.issue()
    answer = door.knock(issued.code.lower().replace("-", " "))
    assert isinstance(answer, CodeAccepted)
    assert (answer.subject, answer.code_id, answer.office_id) == (door.subject, issued.id, door.office_id)
    assert isinstance(door.knock(issued.code), CodeAccepted), "a code opens until it ends"


def test_stored_rows_reveal_nothing(door):
    issued = door.issue()
    door.knock(issued.code, WRONG)
    typed = parse_code(issued.code)
    code = issued.code.replace("-", "")
    kept = repr(
        [
            tuple(row)
            for table in ("access_code", "throttle", "audit_event")
            for row in door.session.execute(text(f"SELECT * FROM {table}"))
        ]
    )
    for secret in (code, issued.code, typed.secret, code[4:], issued.pin, HOME, "192.0.2.0"):
        assert secret not in kept
        assert secret.encode().hex() not in kept
    assert typed.locator in kept
    assert issued.code not in repr(issued)


def test_the_same_secret_is_another_hash_under_another_pepper(door, vault):
    issued = door.issue()
    other = type(vault)(keys=vault.keys, active=1, pepper=b"another pepper, also thirty-two.")
    door.vault = other
    assert door.knock(issued.code) == CodeRefused()


def test_a_new_code_kills_the_older_ones(door):
    old = door.issue()
    new = door.issue()
    assert door.knock(old.code) == CodeRefused()
    assert isinstance(door.knock(new.code), CodeAccepted)
    living = select(AccessCode.id).where(
        AccessCode.revoked_at.is_(None), AccessCode.subject_id == door.subject[1]
    )
    assert door.session.scalars(living).all() == [new.id]


def test_the_database_itself_refuses_a_second_living_code(door):
    door.issue()
    row = door.session.scalars(select(AccessCode)).one()
    copy = {c.key: getattr(row, c.key) for c in AccessCode.__table__.columns} | {"id": new_id()}
    with pytest.raises(IntegrityError), door.session.begin_nested():
        door.session.execute(AccessCode.__table__.insert().values(copy))


def test_every_refusal_is_the_same_answer(door):
    expired = door.issue(("case", new_id()), now=NOW - timedelta(days=301))
    revoked = door.issue(("case", new_id()))
    revoke_codes(door.session, subject=("case", door.session.get(AccessCode, revoked.id).subject_id), now=NOW)
    nobody = door.issue(("other", new_id()))
    living = door.issue()
    unknown = draw_code()
    door.asked.clear()
    answers = [
        door.knock(expired.code),
        door.knock(revoked.code),
        door.knock(nobody.code),
        door.knock(unknown.code, source="198.51.100.1"),
        door.knock(living.code, WRONG, source="198.51.100.1"),
        door.knock(living.code, None, source="198.51.100.1"),
        door.knock(living.code, office_id=UUID(int=5), source="198.51.100.1"),
        door.knock("nonsense"),
    ]
    assert answers == [CodeRefused()] * 8
    assert len(door.asked) == 7, "the register is asked whether or not the code exists"


def test_a_code_that_ends_today_is_dead_at_its_instant(door):
    issued = door.issue()
    assert isinstance(door.knock(issued.code, now=NOW + timedelta(days=300, seconds=-1)), CodeAccepted)
    assert door.knock(issued.code, now=NOW + timedelta(days=300)) == CodeRefused()


def test_five_wrong_birth_dates_after_the_right_secret_lock(door):
    issued = door.issue()
    for number in range(5):
        assert door.knock(issued.code, WRONG, source=f"10.0.{number}.1") == CodeRefused()
    assert door.knock(issued.code, BORN, source="10.9.9.9") == CodeRefused()
    assert door.session.get(AccessCode, issued.id, populate_existing=True).locked_at == NOW
    assert [e.action for e in door.session.scalars(select(AuditEvent))] == ["lock_access_code"]
    assert isinstance(door.knock(door.issue().code, source="10.9.9.9"), CodeAccepted), (
        "a new code opens again"
    )


def test_a_right_birth_date_forgets_the_wrong_ones(door):
    issued = door.issue()
    for _ in range(3):
        for number in range(4):
            door.knock(issued.code, WRONG, source=f"10.0.{number}.1")
        assert isinstance(door.knock(issued.code, source="10.9.9.9"), CodeAccepted)


def test_strangers_without_the_secret_cannot_lock_a_code(door):
    issued = door.issue()
    locator = parse_code(issued.code).locator
    for number in range(30):
        guess = format_code(locator, parse_code(draw_code().code).secret)
        assert door.knock(guess, source=f"10.{number}.0.1") == CodeRefused()
    assert isinstance(door.knock(issued.code, source="192.0.2.200"), CodeAccepted)


def test_a_source_that_fails_too_often_waits_and_others_do_not(door):
    issued = door.issue()
    for _ in range(30):
        assert door.knock(draw_code().code) == CodeRefused()
    refused = door.knock(issued.code)
    assert isinstance(refused, CodeRefused)
    assert timedelta(0) < refused.wait <= timedelta(minutes=30)
    neighbour = door.knock(issued.code, source="192.0.2.99")
    assert isinstance(neighbour, CodeRefused), "the same /24"
    assert isinstance(door.knock(issued.code, source="192.0.3.1"), CodeAccepted)
    later = NOW + refused.wait + timedelta(seconds=1)
    assert isinstance(door.knock(issued.code, now=later), CodeAccepted)


def test_typing_slips_and_successes_count_as_nothing(door):
    issued = door.issue()
    slip = issued.code[:-1] + ("A" if issued.code[-1] != "A" else "B")
    for _ in range(40):
        assert door.knock(slip) == CodeRefused()
        assert isinstance(door.knock(issued.code), CodeAccepted)
    assert door.session.scalars(select(Throttle)).all() == []


def test_one_source_on_one_locator_waits_sooner(door):
    issued = door.issue()
    for _ in range(5):
        door.knock(issued.code, WRONG)
    assert door.knock(issued.code).wait > timedelta(0)
    other = door.issue(("case", new_id()))
    assert isinstance(door.knock(other.code), CodeAccepted)


def test_failures_of_all_sources_together_raise_the_alarm_but_close_nothing(door):
    limits = CodeLimits(total_failures=8, strict_source_failures=2)
    issued = door.issue()
    for number in range(9):
        door.knock(draw_code().code, source=f"10.{number}.0.1", limits=limits)
    assert is_code_alarm(door.session, now=NOW, limits=limits)
    assert isinstance(door.knock(issued.code, limits=limits), CodeAccepted)
    door.knock(draw_code().code, limits=limits)
    door.knock(draw_code().code, limits=limits)
    assert door.knock(issued.code, limits=limits).wait > timedelta(0), "less patience while the alarm is on"
    assert not is_code_alarm(door.session, now=NOW + timedelta(hours=3), limits=limits)


def test_old_counts_are_forgotten(door):
    door.knock(draw_code().code)
    assert forget_old_failures(door.session, now=NOW + timedelta(hours=1)) == 0
    assert forget_old_failures(door.session, now=NOW + timedelta(hours=4)) == 3


def test_the_phone_pin_belongs_to_the_living_code(door, vault):
    old = door.issue()
    new = door.issue()
    assert check_pin(door.session, vault, subject=door.subject, pin=new.pin, now=NOW)
    assert not check_pin(door.session, vault, subject=door.subject, pin="x" + new.pin[1:], now=NOW)
    assert old.pin == new.pin or not check_pin(
        door.session, vault, subject=door.subject, pin=old.pin, now=NOW
    )
    assert not check_pin(door.session, vault, subject=("case", new_id()), pin=new.pin, now=NOW)


def test_a_drawn_code_means_nothing_until_it_is_stored(door, vault):
    drawn = draw_code()
    assert door.knock(drawn.code) == CodeRefused()
    store_code(
        door.session,
        vault,
        drawn,
        office_id=door.office_id,
        subject=door.subject,
        now=NOW,
        expires_at=NOW + timedelta(days=1),
    )
    assert isinstance(door.knock(drawn.code), CodeAccepted)
