"""Read what left, what waits and what failed."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true
from sqlalchemy.orm import Session, defer

from servicedesk.accounts.models import AccessCode
from servicedesk.kernel.clock import day_end
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.errors import NotFound
from servicedesk.notices.models import Letter, Outbox
from servicedesk.notices.rules import CLAIM_AGE_LIMIT, PENDING_AGE_LIMIT
from servicedesk.offices.models import Office


@dataclass(frozen=True, slots=True)
class LetterScope:
    """Say whose letters somebody may see: the whole office, some teams, some case workers' own.

    `inbox_team_ids` are teams whose letters without an owner belong to the reader, too.
    """

    is_whole_office: bool = False
    team_ids: frozenset[UUID] = frozenset()
    member_ids: frozenset[UUID] = frozenset()
    inbox_team_ids: frozenset[UUID] = frozenset()

    def condition(self) -> ColumnElement[bool]:
        """Return the scope as a condition on `Outbox`; nothing given means nothing seen."""
        if self.is_whole_office:
            return true()
        parts: list[ColumnElement[bool]] = [false()]
        if self.team_ids:
            parts.append(Outbox.team_id.in_(sorted(self.team_ids)))
        if self.member_ids:
            parts.append(Outbox.scope_member_id.in_(sorted(self.member_ids)))
        if self.inbox_team_ids:
            parts.append(
                and_(Outbox.scope_member_id.is_(None), Outbox.team_id.in_(sorted(self.inbox_team_ids)))
            )
        return or_(*parts)


@dataclass(frozen=True, slots=True)
class LetterLine:
    """Describe one rendered letter in a list.

    `is_code_dead` warns of a letter whose access code has been replaced or revoked since; `is_code_kept` says that
    the copy still bears its code and may be printed. `withdrawn_at`: taken back before anybody printed it.
    """

    id: UUID
    outbox_id: UUID
    kind: str
    locale: str
    person_id: UUID | None
    subject: tuple[str, UUID]
    team_id: UUID | None
    scope_member_id: UUID | None
    pages: int
    rendered_at: datetime
    printed_at: datetime | None
    has_code: bool
    is_code_kept: bool
    is_code_dead: bool
    withdrawn_at: datetime | None

    @property
    def is_to_print(self) -> bool:
        """Tell whether the letter still has to be printed; one whose code was replaced would only confuse."""
        return self.printed_at is None and self.withdrawn_at is None and not self.is_code_dead


def list_letters_of_day(
    session: Session, *, office_id: UUID, scope: LetterScope, day: date
) -> list[LetterLine]:
    """List the letters rendered on the office's local `day` within `scope`, oldest first."""
    zone = ZoneInfo(session.scalars(select(Office.time_zone).where(Office.id == office_id)).one())
    return _list_letters(
        session,
        Letter.office_id == office_id,
        scope.condition(),
        Letter.rendered_at >= day_end(day - timedelta(days=1), zone),
        Letter.rendered_at < day_end(day, zone),
    )


def list_letters(
    session: Session, *, office_id: UUID, scope: LetterScope, letter_ids: list[UUID]
) -> list[LetterLine]:
    """List the letters named, as far as they are within `scope`, oldest first."""
    return _list_letters(session, Letter.office_id == office_id, scope.condition(), Letter.id.in_(letter_ids))


def list_unprinted_letters(session: Session, *, office_id: UUID, scope: LetterScope) -> list[LetterLine]:
    """List the letters within `scope` that nobody has printed or taken back yet, of all days, oldest first."""
    return _list_letters(
        session,
        Letter.office_id == office_id,
        scope.condition(),
        Letter.printed_at.is_(None),
        Letter.withdrawn_at.is_(None),
    )


def _list_letters(session: Session, *conditions: ColumnElement[bool]) -> list[LetterLine]:
    rows = session.execute(
        select(Letter, Outbox, AccessCode.revoked_at)
        .join(Outbox, Outbox.id == Letter.outbox_id)
        .outerjoin(AccessCode, AccessCode.id == Letter.code_id)
        # The sealed values are large and a list shows none of them.
        .options(defer(Letter.pdf_sealed), defer(Outbox.context_sealed))
        .where(*conditions)
        .order_by(Letter.rendered_at, Letter.id)
    )
    return [_line(letter, outbox, revoked_at) for letter, outbox, revoked_at in rows]


def _line(letter: Letter, outbox: Outbox, revoked_at: datetime | None) -> LetterLine:
    has_code = letter.code_id is not None
    return LetterLine(
        id=letter.id,
        outbox_id=outbox.id,
        kind=outbox.kind,
        locale=outbox.locale,
        person_id=outbox.person_id,
        subject=(outbox.subject_kind, outbox.subject_id),
        team_id=outbox.team_id,
        scope_member_id=outbox.scope_member_id,
        pages=letter.pages,
        rendered_at=letter.rendered_at,
        printed_at=letter.printed_at,
        has_code=has_code,
        is_code_kept=has_code and letter.code_purged_at is None,
        is_code_dead=revoked_at is not None,
        withdrawn_at=letter.withdrawn_at,
    )


def get_letter_pdf(
    session: Session, vault: Vault, *, office_id: UUID, scope: LetterScope, letter_id: UUID
) -> bytes:
    """Return one letter as kept; raises NotFound outside `scope`. The caller records who looked."""
    letter = session.scalars(
        select(Letter)
        .join(Outbox, Outbox.id == Letter.outbox_id)
        .where(Letter.id == letter_id, Letter.office_id == office_id, scope.condition())
    ).one_or_none()
    if letter is None:
        raise NotFound
    return vault.open(letter.pdf_sealed, "letter", letter.id, "pdf_sealed")


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """Describe one message about a subject for its history; `letter_id` where a letter was rendered."""

    id: UUID
    kind: str
    channel: str
    state: str
    locale: str
    created_at: datetime
    finished_at: datetime | None
    last_error: str
    letter_id: UUID | None
    printed_at: datetime | None
    withdrawn_at: datetime | None


def list_notices_about(session: Session, *, office_id: UUID, subject_id: UUID) -> list[NoticeLine]:
    """List every message about a subject, oldest first."""
    return _list_notices(session, Outbox.office_id == office_id, Outbox.subject_id == subject_id)


def list_failed_notices(session: Session, *, office_id: UUID, scope: LetterScope) -> list[NoticeLine]:
    """List the messages within `scope` at which a person must look, oldest first."""
    return _list_notices(session, Outbox.office_id == office_id, Outbox.state == "failed", scope.condition())


def _list_notices(session: Session, *conditions: ColumnElement[bool]) -> list[NoticeLine]:
    rows = session.execute(
        select(
            Outbox.id,
            Outbox.kind,
            Outbox.channel,
            Outbox.state,
            Outbox.locale,
            Outbox.created_at,
            Outbox.finished_at,
            Outbox.last_error,
            Letter.id.label("letter_id"),
            Letter.printed_at,
            Letter.withdrawn_at,
        )
        .outerjoin(Letter, Letter.outbox_id == Outbox.id)
        .where(*conditions)
        .order_by(Outbox.created_at, Outbox.id)
    )
    return [NoticeLine(**row._mapping) for row in rows]  # noqa: SLF001 the documented way to a row's names


@dataclass(frozen=True, slots=True)
class OutboxHealth:
    """Count what waits, per channel, and what is an alarm.

    `overdue` messages have been due for longer than an hour, `stuck` ones are claimed by somebody who must have died,
    `failed` ones need a person.
    """

    pending: dict[str, int] = field(default_factory=dict)
    overdue: dict[str, int] = field(default_factory=dict)
    stuck: int = 0
    failed: int = 0

    @property
    def is_well(self) -> bool:
        """Tell whether nothing here is an alarm."""
        return not (self.overdue or self.stuck or self.failed)


def count_outbox(session: Session, *, now: datetime, office_id: UUID | None = None) -> OutboxHealth:
    """Count the state of the outbox, of one office or of all."""
    where: list[ColumnElement[bool]] = [Outbox.state.in_(["pending", "working", "failed"])]
    if office_id is not None:
        where.append(Outbox.office_id == office_id)
    is_overdue = (Outbox.state == "pending") & (Outbox.created_at < now - PENDING_AGE_LIMIT)
    is_stuck = (Outbox.state == "working") & (Outbox.claimed_at < now - CLAIM_AGE_LIMIT)
    rows = session.execute(
        select(
            Outbox.channel,
            func.count().filter(Outbox.state == "pending"),
            func.count().filter(is_overdue),
            func.count().filter(is_stuck),
            func.count().filter(Outbox.state == "failed"),
        )
        .where(*where)
        .group_by(Outbox.channel)
    ).all()
    return OutboxHealth(
        pending={row[0]: row[1] for row in rows if row[1]},
        overdue={row[0]: row[2] for row in rows if row[2]},
        stuck=sum(row[3] for row in rows),
        failed=sum(row[4] for row in rows),
    )


def has_due_notices(session: Session, *, now: datetime, channels: Collection[str]) -> bool:
    """Tell whether anything is due on these channels."""
    due = select(Outbox.id).where(
        Outbox.state == "pending", Outbox.next_attempt_at <= now, Outbox.channel.in_(sorted(channels))
    )
    return session.execute(due.limit(1)).first() is not None
