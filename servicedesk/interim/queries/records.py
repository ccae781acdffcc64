"""Read what is recorded about many cases at once: applications, confirmations, notes, changes of the register."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from servicedesk.cases.models import Application, Case
from servicedesk.cases.rules import Receipt, list_in_force
from servicedesk.interim.models import InterimConfirmation, InterimNote
from servicedesk.interim.rules.deadlines import ProposalFacts
from servicedesk.interim.rules.guarantee import Cover
from servicedesk.interim.rules.values import Note
from servicedesk.kernel.clock import local_day
from servicedesk.offices.queries import OfficeView
from servicedesk.register.models import ImportRun, Person, RegisterChange, Title

_ON_ITS_WAY = frozenset({"proposed", "released"})
_LIVE = _ON_ITS_WAY | {"issued"}
_SAID_NO = frozenset({"declined", "withdrawn"})
_CHANGES_OF_RIGHT = ("end_corrected", "moved_back")
_CHANGES_WITHIN = timedelta(days=90)
"""How far back a change of the register still tells since when the office could know; older ones tell nothing new."""

# Aliases, so that a condition on cases may itself ask for applications, confirmations or notes.
_application = aliased(Application)
_confirmation = aliased(InterimConfirmation)
_note = aliased(InterimNote)

_NOTES = {note.value: note for note in Note}


@dataclass(frozen=True, slots=True)
class Known:
    """Name one confirmation of a case: the one on its way, or the one issued."""

    id: UUID
    ref: str
    check_again_on: date
    is_alarmed: bool


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Hold what there is of confirmations: the one on its way, the issued one, all days ever covered.

    A person's no is remembered with the end and the receipt it answered: others are a new question. `held_title_ids`:
    titles for which another case of the person has a confirmation.
    """

    on_its_way: Known | None = None
    issued: Known | None = None
    proposal: ProposalFacts | None = None
    covers: tuple[Cover, ...] = ()
    declined_at: datetime | None = None
    declined_ends_on: date | None = None
    declined_received_at: datetime | None = None
    held_title_ids: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Noted:
    """Hold the notes in force, since when the person is away by a note, and when any note last changed."""

    in_force: frozenset[Note] = frozenset()
    departed_on: date | None = None
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """Hold the earliest application in force, and when that row was written."""

    received_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Records:
    """Hold everything by case, changes of the register by person."""

    last_list_on: date | None
    applied: Mapping[UUID, Applied]
    confirmed: Mapping[UUID, Confirmed]
    noted: Mapping[UUID, Noted]
    changed_at: Mapping[UUID, datetime]


def read_records(session: Session, office: OfficeView, only: ColumnElement[bool], now: datetime) -> Records:
    """Return what is recorded about the cases for which `only` holds; see `within`."""
    last_list_at = session.scalar(
        select(func.max(ImportRun.finished_at)).where(
            ImportRun.office_id == office.id, ImportRun.state == "done"
        )
    )
    return Records(
        last_list_on=local_day(last_list_at, office.zone) if last_list_at else None,
        applied=dict(_applications(session, office, only)),
        confirmed=dict(_confirmations(session, office, only)),
        noted=dict(_notes(session, office, only)),
        changed_at=_changes(session, office, now),
    )


def within(
    query: Select[*tuple[Any, ...]], office: OfficeView, only: ColumnElement[bool]
) -> Select[*tuple[Any, ...]]:
    """Narrow a query to cases of an office; `only` is a condition on `Case`, `Person` and, where there is one, `Title`."""
    return (
        query.select_from(Case)
        .join(Person, Person.id == Case.person_id)
        .outerjoin(Title, Title.id == Case.title_id)
        .where(Case.office_id == office.id, only)
        # Read after a lock: what the session remembers may be older than that.
        .execution_options(populate_existing=True)
    )


def _applications(
    session: Session, office: OfficeView, only: ColumnElement[bool]
) -> Iterator[tuple[UUID, Applied]]:
    query = within(
        select(
            _application.case_id,
            _application.id,
            _application.received_at,
            _application.recorded_at,
            _application.supersedes_id,
        ),
        office,
        only,
    ).join(_application, _application.case_id == Case.id)
    receipts: dict[UUID, list[Receipt]] = {}
    recorded: dict[UUID, datetime] = {}
    for case_id, application_id, received_at, recorded_at, supersedes_id in session.execute(query):
        receipts.setdefault(case_id, []).append(Receipt(application_id, received_at, supersedes_id))
        recorded[application_id] = recorded_at
    for case_id, known in receipts.items():
        in_force = list_in_force(known)
        if in_force:
            yield case_id, Applied(in_force[0].received_at, recorded[in_force[0].id])


def _confirmations(
    session: Session, office: OfficeView, only: ColumnElement[bool]
) -> Iterator[tuple[UUID, Confirmed]]:
    query = (
        within(select(Case.id, _confirmation), office, only)
        .join(_confirmation, _confirmation.person_id == Case.person_id)
        .order_by(Case.id, _confirmation.sequence)
    )
    rows: dict[UUID, list[InterimConfirmation]] = {}
    held: dict[UUID, set[UUID]] = {}
    for case_id, row in session.execute(query):
        if row.case_id == case_id:
            rows.setdefault(case_id, []).append(row)
        elif row.state in _LIVE:
            held.setdefault(case_id, set()).add(row.title_id)
    for case_id in rows.keys() | held.keys():
        yield case_id, _confirmed(rows.get(case_id, []), frozenset(held.get(case_id, ())), office)


def _confirmed(rows: list[InterimConfirmation], held: frozenset[UUID], office: OfficeView) -> Confirmed:
    if not rows:
        return Confirmed(held_title_ids=held)
    on_its_way = next((row for row in rows if row.state in _ON_ITS_WAY), None)
    last = rows[-1]
    is_no = last.state in _SAID_NO
    return Confirmed(
        on_its_way=_known(on_its_way),
        issued=_known(next((row for row in rows if row.state == "issued"), None)),
        proposal=None
        if on_its_way is None
        else ProposalFacts(
            proposed_at=on_its_way.proposed_at,
            handed_over_at=on_its_way.escalated_at,
            is_released=on_its_way.state == "released",
        ),
        covers=tuple(_covers(rows, office)),
        declined_at=last.ended_at if is_no else None,
        declined_ends_on=last.title_ends_on if is_no else None,
        declined_received_at=last.received_at if is_no else None,
        held_title_ids=held,
    )


def _known(row: InterimConfirmation | None) -> Known | None:
    if row is None:
        return None
    return Known(
        id=row.id,
        ref=row.ref,
        check_again_on=row.check_again_on,
        is_alarmed=row.alarmed_at is not None,
    )


def _covers(rows: list[InterimConfirmation], office: OfficeView) -> Iterator[Cover]:
    for row in rows:
        if row.issued_at is None:
            continue
        ended_on = local_day(row.ended_at, office.zone) if row.ended_at else date.max
        yield Cover(row.issued_at, row.valid_from_on, min(row.check_again_on, ended_on))


def _notes(session: Session, office: OfficeView, only: ColumnElement[bool]) -> Iterator[tuple[UUID, Noted]]:
    query = within(select(_note), office, only).join(_note, _note.case_id == Case.id)
    rows: dict[UUID, list[InterimNote]] = {}
    for row in session.scalars(query):
        rows.setdefault(row.case_id, []).append(row)
    for case_id, of_case in rows.items():
        living = [row for row in of_case if row.taken_back_at is None]
        departed = [
            row.since_on or local_day(row.noted_at, office.zone)
            for row in living
            if row.kind == Note.departure.value
        ]
        yield (
            case_id,
            Noted(
                in_force=frozenset(_NOTES[row.kind] for row in living if row.kind in _NOTES),
                departed_on=min(departed, default=None),
                changed_at=max(row.taken_back_at or row.noted_at for row in of_case),
            ),
        )


def _changes(session: Session, office: OfficeView, now: datetime) -> dict[UUID, datetime]:
    """Return per person when the register last changed something that may have made them eligible."""
    query = (
        select(RegisterChange.person_id, func.max(RegisterChange.at))
        .where(
            RegisterChange.office_id == office.id,
            RegisterChange.kind.in_(_CHANGES_OF_RIGHT),
            RegisterChange.at > now - _CHANGES_WITHIN,
        )
        .group_by(RegisterChange.person_id)
    )
    rows: list[tuple[UUID, datetime]] = [(person_id, at) for person_id, at in session.execute(query)]
    return dict(rows)
