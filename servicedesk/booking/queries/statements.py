"""Build the statements of the hot path once, over plain tables: building them per call costs more than running them.

States are written as constants: the partial indexes over them answer to nothing else once a statement is prepared.
"""

from functools import cache
from typing import Any, cast

from sqlalchemy import (
    Executable,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from servicedesk.booking.models import Appointment, AppointmentCell, Arrangement, DeskDay, SlotWish
from servicedesk.booking.rules.arrangements import OPEN, Origin
from servicedesk.booking.rules.life import AppointmentRow, State
from servicedesk.cases.models import Case
from servicedesk.db.prepared import Prepared, constant
from servicedesk.offices.models import Desk, DeskMember, Office, OfficeConcern, StaffMember
from servicedesk.register.models import ContactClaim, Person

APPOINTMENT = cast(Table, Appointment.__table__)
CELL = cast(Table, AppointmentCell.__table__)
DESK_DAY = cast(Table, DeskDay.__table__)
WISH = cast(Table, SlotWish.__table__)
ARRANGEMENT = cast(Table, Arrangement.__table__)
_CASE = cast(Table, Case.__table__)
_CLAIM = cast(Table, ContactClaim.__table__)
_OFFICE = cast(Table, Office.__table__)
_CONCERN = cast(Table, OfficeConcern.__table__)
_DESK = cast(Table, Desk.__table__)
_DESK_MEMBER = cast(Table, DeskMember.__table__)
_STAFF = cast(Table, StaffMember.__table__)
_PERSON = cast(Table, Person.__table__)

_HELD, _BOOKED = constant(State.held), constant(State.booked)
_OPEN = tuple(constant(state) for state in sorted(OPEN))

_TERMS = (
    _CASE.c.id.label("case_id"),
    _CASE.c.office_id,
    _CASE.c.person_id,
    _CASE.c.team_id,
    _CASE.c.owner_id,
    _CASE.c.concern_id,
    _CASE.c.ends_on,
    _CASE.c.closed_at,
    _CASE.c.ready_at,
    _OFFICE.c.time_zone,
    _CONCERN.c.mode,
    _CONCERN.c.minutes,
    _CONCERN.c.notice_hours,
    _CONCERN.c.horizon_days,
    select(ARRANGEMENT.c.state)
    .where(ARRANGEMENT.c.case_id == _CASE.c.id, ARRANGEMENT.c.state.in_(_OPEN))
    .scalar_subquery()
    .label("talk"),
    exists()
    .where(ARRANGEMENT.c.case_id == _CASE.c.id, ARRANGEMENT.c.origin == constant(Origin.office))
    .label("was_offered"),
)
_HAS_OPEN_WISH = (
    exists().where(WISH.c.case_id == _CASE.c.id, WISH.c.settled_at.is_(None)).label("has_open_wish")
)
_HAS_EMAIL = (
    exists()
    .where(
        _CLAIM.c.person_id == _CASE.c.person_id,
        _CLAIM.c.kind == constant("email"),
        _CLAIM.c.state == constant("confirmed"),
    )
    .label("has_email")
)
_MEMBER_IS = exists().where(_DESK_MEMBER.c.desk_id == _DESK.c.id)
_FROM_CASE = _CASE.join(_OFFICE, _OFFICE.c.id == _CASE.c.office_id).outerjoin(
    _CONCERN, and_(_CONCERN.c.office_id == _CASE.c.office_id, _CONCERN.c.concern_id == _CASE.c.concern_id)
)

FIND_TERMS = Prepared(select(*_TERMS).select_from(_FROM_CASE).where(_CASE.c.id == bindparam("case_id")))

LOCK_CASE = Prepared(
    select(*_TERMS, _HAS_OPEN_WISH, _HAS_EMAIL)
    .select_from(_FROM_CASE)
    .where(_CASE.c.id == bindparam("case_id"))
    .with_for_update(of=_CASE, key_share=True)
)

# Whose desk it is costs more than the rest together, so only the usual answer is asked for here.
_IS_OWNERS = (
    exists()
    .where(_DESK_MEMBER.c.desk_id == bindparam("desk_id"), _DESK_MEMBER.c.member_id == _CASE.c.owner_id)
    .label("is_owners")
)

LOCK_CASE_AND_READ_DAY = Prepared(
    select(
        *_TERMS,
        _HAS_OPEN_WISH,
        _HAS_EMAIL,
        _DESK.c.id.label("desk_id"),
        _IS_OWNERS,
        DESK_DAY.c.open_ticks,
        DESK_DAY.c.busy_ticks,
    )
    .select_from(
        _FROM_CASE.outerjoin(
            _DESK,
            and_(
                _DESK.c.id == bindparam("desk_id"), _DESK.c.office_id == _CASE.c.office_id, _DESK.c.is_active
            ),
        ).outerjoin(DESK_DAY, and_(DESK_DAY.c.desk_id == _DESK.c.id, DESK_DAY.c.day == bindparam("day")))
    )
    .where(_CASE.c.id == bindparam("case_id"))
    .with_for_update(of=_CASE, key_share=True)
)

_ROWS = select(*(APPOINTMENT.c[name] for name in AppointmentRow.__slots__))
_OWN = APPOINTMENT.c.case_id == bindparam("case_id")
_RUN_OUT = and_(APPOINTMENT.c.state == _HELD, APPOINTMENT.c.hold_expires_at <= bindparam("now"))

LOCK_ROWS = Prepared(_ROWS.where(_OWN).order_by(APPOINTMENT.c.id).with_for_update(key_share=True))

LOCK_ROWS_AND_RUN_OUT = Prepared(
    _ROWS.where(
        or_(
            _OWN,
            and_(
                APPOINTMENT.c.desk_id == bindparam("desk_id"),
                APPOINTMENT.c.starts_local >= bindparam("first_local"),
                APPOINTMENT.c.starts_local < bindparam("until_local"),
                _RUN_OUT,
            ),
        )
    )
    .order_by(APPOINTMENT.c.id)
    .with_for_update(key_share=True)
)

LOCK_EXPIRED_HOLDS: Executable = (
    _ROWS.where(_RUN_OUT)
    .order_by(APPOINTMENT.c.id)
    .limit(bindparam("most"))
    .with_for_update(key_share=True, skip_locked=True)
)

LIST_LAPSED: Executable = (
    select(ARRANGEMENT.c.case_id)
    .join(_CASE, _CASE.c.id == ARRANGEMENT.c.case_id)
    .where(
        ARRANGEMENT.c.state.in_(_OPEN),
        or_(
            ARRANGEMENT.c.lapses_at <= bindparam("now"),
            _CASE.c.closed_at.is_not(None),
            _CASE.c.decision.is_not(None),
        ),
    )
    .order_by(ARRANGEMENT.c.id)
    .limit(bindparam("most"))
)

LOCK_PAST_BOOKINGS: Executable = (
    _ROWS.where(APPOINTMENT.c.state == _BOOKED, APPOINTMENT.c.starts_at < bindparam("before"))
    .order_by(APPOINTMENT.c.id)
    .limit(bindparam("most"))
    .with_for_update(key_share=True, skip_locked=True)
)

_DAY = select(DESK_DAY.c.open_ticks, DESK_DAY.c.busy_ticks).where(
    DESK_DAY.c.desk_id == bindparam("desk_id"), DESK_DAY.c.day == bindparam("day")
)
READ_DAY = Prepared(_DAY)
LOCK_DAY = Prepared(_DAY.with_for_update(key_share=True))

# Compare and set: nothing happens where the day is not as it was read.
SWAP_DAY = Prepared(
    update(DESK_DAY)
    .where(
        DESK_DAY.c.desk_id == bindparam("desk"),
        DESK_DAY.c.day == bindparam("on"),
        DESK_DAY.c.open_ticks == bindparam("opened"),
        DESK_DAY.c.busy_ticks == bindparam("busy"),
    )
    .values(busy_ticks=bindparam("wanted"))
)

_NEW_ROW: dict[str, Any] = {column.name: bindparam(column.name) for column in APPOINTMENT.c}
INSERT_ROW = Prepared(
    postgresql_insert(APPOINTMENT).values(_NEW_ROW).on_conflict_do_nothing().returning(APPOINTMENT.c.id),
    sqlite=sqlite_insert(APPOINTMENT).values(_NEW_ROW).on_conflict_do_nothing().returning(APPOINTMENT.c.id),
)
CONFIRM_ROW = Prepared(
    update(APPOINTMENT)
    .where(APPOINTMENT.c.id == bindparam("held_id"))
    .values({name: bindparam(name) for name in AppointmentRow.__slots__ if name != "id"})
)
END_ROW = Prepared(
    update(APPOINTMENT)
    .where(APPOINTMENT.c.id == bindparam("row_id"))
    .values({name: bindparam(name) for name in ("state", "sequence", "changed_at", "reason")})
)
DELETE_CELLS = Prepared(delete(CELL).where(CELL.c.appointment_id == bindparam("row_id")))
LIST_CELLS = Prepared(
    select(CELL.c.desk_id, CELL.c.starts_local).where(CELL.c.appointment_id == bindparam("row_id"))
)


@cache
def insert_cells(count: int) -> Prepared:
    """Return the statement that takes some cells for one row and answers with those it got."""
    values: list[dict[str, Any]] = [
        {
            "desk_id": bindparam("desk_id"),
            "starts_local": bindparam(f"starts_local_{number}"),
            "appointment_id": bindparam("row_id"),
        }
        for number in range(count)
    ]
    return Prepared(
        postgresql_insert(CELL).values(values).on_conflict_do_nothing().returning(CELL.c.starts_local),
        sqlite=sqlite_insert(CELL).values(values).on_conflict_do_nothing().returning(CELL.c.starts_local),
    )


LIST_CANDIDATES = Prepared(
    select(
        _DESK.c.id,
        _DESK.c.pool,
        _MEMBER_IS.where(_DESK_MEMBER.c.member_id == _CASE.c.owner_id).label("is_owners"),
        _MEMBER_IS.where(
            _DESK_MEMBER.c.member_id == _STAFF.c.id, _STAFF.c.team_id == _CASE.c.team_id, _STAFF.c.is_active
        ).label("is_teams"),
    )
    .select_from(_CASE.join(_DESK, _DESK.c.office_id == _CASE.c.office_id))
    .where(_CASE.c.id == bindparam("case_id"), _DESK.c.is_active)
    .order_by(_DESK.c.ref)
)

LIST_DAYS: Executable = select(
    DESK_DAY.c.day, DESK_DAY.c.desk_id, DESK_DAY.c.open_ticks, DESK_DAY.c.busy_ticks
).where(
    DESK_DAY.c.desk_id.in_(bindparam("ids", expanding=True)),
    DESK_DAY.c.day.between(bindparam("first"), bindparam("last")),
)

# Two searches, each with an index of its own: all holds (there are few) and what one case holds or has booked.
LIST_FREED_CELLS: Executable = union_all(
    select(CELL.c.desk_id, CELL.c.starts_local)
    .join(APPOINTMENT, APPOINTMENT.c.id == CELL.c.appointment_id)
    .where(CELL.c.desk_id.in_(bindparam("ids", expanding=True)), _RUN_OUT),
    select(CELL.c.desk_id, CELL.c.starts_local)
    .join(APPOINTMENT, APPOINTMENT.c.id == CELL.c.appointment_id)
    .where(_OWN, APPOINTMENT.c.state.in_((_HELD, _BOOKED))),
)

# What the e-mails about an appointment say of its place, and the language of the person who gets them.
FIND_PLACE = Prepared(
    select(
        _OFFICE.c.host,
        _OFFICE.c.name,
        _OFFICE.c.street,
        _OFFICE.c.postcode,
        _OFFICE.c.town,
        _OFFICE.c.settings,
        _OFFICE.c.reviewed_texts,
        _DESK.c.name.label("desk"),
        _DESK.c.room,
        Person.letter_language.label("language"),
    )
    .join(_DESK, _DESK.c.office_id == _OFFICE.c.id)
    .join(_PERSON, _PERSON.c.office_id == _OFFICE.c.id)
    .where(
        _OFFICE.c.id == bindparam("office_id"),
        _DESK.c.id == bindparam("desk_id"),
        _PERSON.c.id == bindparam("person_id"),
    )
)
