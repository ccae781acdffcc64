"""What one client of a race does; at module level, so that other processes find it."""

from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as PoolTimeout

from servicedesk.booking.errors import SlotTaken
from servicedesk.booking.queries import list_times
from servicedesk.booking.service import book_appointment, hold_slot, move_appointment
from servicedesk.db.session import Database
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.permissions import Actor

VAULT = Vault(keys={1: bytes(range(32))}, active=1, pepper=b"pepper for tests, thirty-two byt")


def patiently(database: Database, work: Any) -> Any:
    """Do what a browser does on 503 with Retry-After: ask again."""
    while True:
        try:
            return database.run(work)
        except PoolTimeout:
            continue


def book(database: Database, actor: Actor, desk_id: UUID, starts_local: datetime, now: datetime) -> str:
    """Book a time at once and return the appointment's reference."""
    work = partial(
        book_appointment,
        case_id=actor.case_id,
        desk_id=desk_id,
        starts_local=starts_local,
        now=now,
        actor=actor,
        vault=VAULT,
    )
    return str(patiently(database, work).ref)


def hold(database: Database, actor: Actor, desk_id: UUID, starts_local: datetime, now: datetime) -> str:
    """Hold a time and return it."""
    work = partial(
        hold_slot, case_id=actor.case_id, desk_id=desk_id, starts_local=starts_local, now=now, actor=actor
    )
    return str(patiently(database, work).starts_local)


def hold_and_book(
    database: Database, actor: Actor, desk_id: UUID, starts_local: datetime, now: datetime
) -> str:
    """Go the whole way in two transactions, as the pages do."""
    hold(database, actor, desk_id, starts_local, now)
    return book(database, actor, desk_id, starts_local, now)


def move(
    database: Database, actor: Actor, ref: str, desk_id: UUID, starts_local: datetime, now: datetime
) -> str:
    """Move an appointment and return the new reference; repeats nothing by itself."""
    work = partial(
        move_appointment,
        case_id=actor.case_id,
        ref=ref,
        desk_id=desk_id,
        starts_local=starts_local,
        now=now,
        actor=actor,
        vault=VAULT,
    )
    return str(database.run(work, attempts=1).ref)


def seek_a_seat(database: Database, actor: Actor, desk_id: UUID, day: date, now: datetime, taste: int) -> str:
    """Choose among the free times, hold, book; choose again when somebody was faster; "full" when none is left."""
    while True:
        free = _free_times(database, actor, day, now)
        if not free:
            return "full"
        try:
            hold_and_book(database, actor, desk_id, free[taste % len(free)], now)
        except SlotTaken:
            continue
        return "booked"


def seek_without_guards(
    database: Database, actor: Actor, desk_id: UUID, day: date, now: datetime, taste: int
) -> str:
    """Do the same as most booking programs do: look whether the time is free, then write."""
    while True:
        free = _free_times(database, actor, day, now)
        with database.reading() as session:
            taken = set(session.scalars(text("SELECT starts_local FROM unguarded")))
        free = [time for time in free if time.isoformat() not in taken]
        if not free:
            return "full"
        with database.unit_of_work() as session:
            session.execute(
                text("INSERT INTO unguarded VALUES (:time)"), {"time": free[taste % len(free)].isoformat()}
            )
        return "booked"


def _free_times(database: Database, actor: Actor, day: date, now: datetime) -> list[datetime]:
    assert actor.case_id is not None
    while True:
        try:
            with database.reading() as session:
                return [time.starts_local for time in list_times(session, actor.case_id, day, now=now)]
        except PoolTimeout:
            continue
