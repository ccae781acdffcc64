"""Issue and check access codes; knows subjects only as an opaque (kind, id)."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import case, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from servicedesk.accounts.models import AccessCode, Throttle
from servicedesk.accounts.rules import (
    LIMITS,
    LOCATOR_LENGTH,
    PIN_LENGTH,
    SECRET_LENGTH,
    BirthDate,
    CodeLimits,
    Failures,
    TypedCode,
    estimate_failures,
    format_code,
    is_same_birth_date,
    normalise_code,
    parse_code,
    source_prefix,
    wait_until_below,
    window_start,
)
from servicedesk.accounts.sessions import end_sessions_of
from servicedesk.db import audit
from servicedesk.kernel.crypto import Vault, equal
from servicedesk.kernel.ids import new_crockford, new_digits, new_id
from servicedesk.kernel.permissions import SYSTEM

Subject = tuple[str, UUID]
"""What a code opens: (kind, id), opaque here."""

FindBirthDate = Callable[[str, UUID], BirthDate | None]
"""Return the birth date beside which a subject's code opens; None when there is none or no such subject."""

_NOBODY = UUID(int=0)
_TOTAL = "code-total"


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """Hold a code in the clear: only for the letter, never stored or logged."""

    id: UUID
    code: str
    pin: str

    def __repr__(self) -> str:
        """Return a text without the secret."""
        return f"IssuedCode({self.id})"


@dataclass(frozen=True, slots=True)
class CodeAccepted:
    """Say which subject a correct code and birth date open."""

    code_id: UUID
    office_id: UUID
    subject: Subject
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CodeRefused:
    """Say no, the same for every reason; `wait` is how long this source has to pause, zero when it may try again.

    The wait depends on the source's earlier failures only, never on whether the code exists.
    """

    wait: timedelta = timedelta(0)


def draw_code() -> IssuedCode:
    """Draw a code and its phone PIN without storing them, for a letter that is rendered before it is committed."""
    code = format_code(new_crockford(LOCATOR_LENGTH), new_crockford(SECRET_LENGTH))
    return IssuedCode(id=new_id(), code=code, pin=new_digits(PIN_LENGTH))


def store_code(
    session: Session,
    vault: Vault,
    issued: IssuedCode,
    *,
    office_id: UUID,
    subject: Subject,
    now: datetime,
    expires_at: datetime,
) -> None:
    """Make a drawn code the only living one of its subject; older ones are revoked.

    A unique index allows one living code per subject: of two transactions at once, one fails and may be repeated.
    """
    typed = _parsed(issued.code)
    revoke_codes(session, subject=subject, now=now)
    session.execute(
        insert(AccessCode).values(
            id=issued.id,
            office_id=office_id,
            subject_kind=subject[0],
            subject_id=subject[1],
            locator=typed.locator,
            secret_hash=_secret_hash(vault, typed),
            pin_hash=_pin_hash(vault, issued.id, issued.pin),
            issued_at=now,
            expires_at=expires_at,
            wrong_birth_dates=0,
        )
    )


def issue_code(
    session: Session, vault: Vault, *, office_id: UUID, subject: Subject, now: datetime, expires_at: datetime
) -> IssuedCode:
    """Draw and store a code; the older codes of `subject` die."""
    issued = draw_code()
    store_code(session, vault, issued, office_id=office_id, subject=subject, now=now, expires_at=expires_at)
    return issued


def revoke_codes(session: Session, *, subject: Subject, now: datetime) -> int:
    """Revoke every living code of `subject`, as when its case closes; return how many there were.

    Browsers that a code of `subject` has opened are signed out: who holds the old letter must not stay inside.
    """
    end_sessions_of(session, "resident", subject[1])
    living = (
        AccessCode.subject_kind == subject[0],
        AccessCode.subject_id == subject[1],
        AccessCode.revoked_at.is_(None),
    )
    result: Any = session.execute(update(AccessCode).where(*living).values(revoked_at=now))
    return int(result.rowcount)


def revoke_codes_by_id(session: Session, code_ids: Collection[UUID], *, now: datetime) -> None:
    """Revoke single codes that nobody ever held, because their letters never left the house."""
    living = (AccessCode.id.in_(code_ids), AccessCode.revoked_at.is_(None))
    if code_ids:
        session.execute(update(AccessCode).where(*living).values(revoked_at=now))


def check_code(
    session: Session,
    vault: Vault,
    *,
    now: datetime,
    office_id: UUID,
    typed_code: str,
    birth_date: BirthDate | None,
    source: str,
    find_birth_date: FindBirthDate,
    limits: CodeLimits = LIMITS,
) -> CodeAccepted | CodeRefused:
    """Decide whether a typed code and birth date open a subject; needs a writing transaction that commits.

    `source` is the address of the request as the trusted proxy reports it. A typing slip counts as nothing; every
    other failure counts for the source. A code locks only after its correct secret came with a wrong birth date
    too often, so that nobody without the letter can lock its holder out.
    """
    typed = parse_code(typed_code)
    if typed is None:
        return CodeRefused()
    prefix = source_prefix(source)
    buckets = _Buckets(
        source="code-source:" + vault.digest("throttle-source", prefix.encode()).hex(),
        locator="code-locator:"
        + vault.digest("throttle-locator", f"{prefix}|{typed.locator}".encode()).hex(),
    )
    wait = _pause_of(session, buckets, now=now, limits=limits)
    if wait:
        return CodeRefused(wait)
    code = _find_code(session, vault, typed, office_id=office_id)
    known = find_birth_date(code.subject_kind, code.subject_id) if code else find_birth_date("none", _NOBODY)
    is_usable = (
        code is not None and code.revoked_at is None and code.locked_at is None and code.expires_at > now
    )
    is_right = known is not None and birth_date is not None and is_same_birth_date(known, birth_date)
    if code is None or not is_usable or not is_right:
        _count_wrong_birth_date(session, code if is_usable else None, now=now, limits=limits)
        _count_failure(session, buckets, now=now, limits=limits)
        return CodeRefused()
    if code.wrong_birth_dates:
        session.execute(update(AccessCode).where(AccessCode.id == code.id).values(wrong_birth_dates=0))
    return CodeAccepted(
        code_id=code.id,
        office_id=code.office_id,
        subject=(code.subject_kind, code.subject_id),
        expires_at=code.expires_at,
    )


def check_pin(session: Session, vault: Vault, *, subject: Subject, pin: str, now: datetime) -> bool:
    """Tell whether `pin` is the one on the newest letter of `subject`; for a caller whom staff have on the phone."""
    living = (
        AccessCode.subject_kind == subject[0],
        AccessCode.subject_id == subject[1],
        AccessCode.revoked_at.is_(None),
        AccessCode.expires_at > now,
    )
    code = session.scalars(select(AccessCode).where(*living)).first()
    row, known = (code.id, code.pin_hash) if code else (_NOBODY, bytes(32))
    return equal(_pin_hash(vault, row, normalise_code(pin)), known) and code is not None


def is_code_alarm(session: Session, *, now: datetime, limits: CodeLimits = LIMITS) -> bool:
    """Tell whether failures of all sources together are above the hourly budget: somebody is guessing."""
    failures = _failures(session, [_TOTAL], window=limits.total_window, now=now)[_TOTAL]
    return estimate_failures(failures, now=now, window=limits.total_window) > limits.total_failures


def forget_old_failures(session: Session, *, now: datetime, limits: CodeLimits = LIMITS) -> int:
    """Delete counts that no window needs any more; return how many."""
    oldest = now - 2 * max(limits.source_window, limits.total_window)
    result: Any = session.execute(delete(Throttle).where(Throttle.starts_at < oldest))
    return int(result.rowcount)


@dataclass(frozen=True, slots=True)
class _Buckets:
    source: str
    locator: str


def _parsed(code: str) -> TypedCode:
    typed = parse_code(code)
    if typed is None:
        raise ValueError("not a code of ours")
    return typed


def _secret_hash(vault: Vault, typed: TypedCode) -> bytes:
    return vault.digest("access-code", f"{typed.locator}{typed.secret}".encode())


def _pin_hash(vault: Vault, code_id: UUID, pin: str) -> bytes:
    return vault.digest("access-pin", code_id.bytes + pin.encode())


def _find_code(session: Session, vault: Vault, typed: TypedCode, *, office_id: UUID) -> AccessCode | None:
    """Return the row whose secret fits; as much work for a locator that nobody has."""
    rows = session.scalars(
        select(AccessCode)
        .where(AccessCode.locator == typed.locator, AccessCode.office_id == office_id)
        .order_by(AccessCode.issued_at.desc())
    ).all()
    presented = _secret_hash(vault, typed)
    found: AccessCode | None = None
    for row in rows:
        if equal(presented, row.secret_hash):
            found = row
    if not rows:
        equal(presented, bytes(32))
    return found


def _count_wrong_birth_date(
    session: Session, code: AccessCode | None, *, now: datetime, limits: CodeLimits
) -> None:
    """Count on the code whose secret was right; without one, do the same work on no row."""
    count = AccessCode.wrong_birth_dates + 1
    locked_at = session.execute(
        update(AccessCode)
        .where(AccessCode.id == (code.id if code else _NOBODY))
        .values(
            wrong_birth_dates=count,
            locked_at=case((count >= limits.wrong_birth_dates, now), else_=AccessCode.locked_at),
        )
        .returning(AccessCode.locked_at)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if code is not None and locked_at is not None:
        audit.record(
            session,
            now=now,
            actor=SYSTEM,
            action="lock_access_code",
            subject=("access_code", code.id),
            office_id=code.office_id,
        )


def _pause_of(session: Session, buckets: _Buckets, *, now: datetime, limits: CodeLimits) -> timedelta:
    known = _failures(session, [buckets.source, buckets.locator], window=limits.source_window, now=now)
    allowed = limits.source_failures
    if is_code_alarm(session, now=now, limits=limits):
        allowed = limits.strict_source_failures
    return max(
        wait_until_below(known[buckets.source], allowed, now=now, window=limits.source_window),
        wait_until_below(
            known[buckets.locator], limits.locator_failures, now=now, window=limits.source_window
        ),
    )


def _failures(
    session: Session, buckets: list[str], *, window: timedelta, now: datetime
) -> dict[str, Failures]:
    start = window_start(now, window)
    rows = session.execute(
        select(
            Throttle.bucket,
            func.sum(case((Throttle.starts_at == start, Throttle.failures), else_=0)),
            func.sum(case((Throttle.starts_at == start - window, Throttle.failures), else_=0)),
        )
        .where(Throttle.bucket.in_(buckets), Throttle.starts_at >= start - window)
        .group_by(Throttle.bucket)
    )
    known = {bucket: Failures(int(current), int(previous)) for bucket, current, previous in rows}
    return {bucket: known.get(bucket, Failures()) for bucket in buckets}


def _count_failure(session: Session, buckets: _Buckets, *, now: datetime, limits: CodeLimits) -> None:
    for bucket, window in (
        (buckets.source, limits.source_window),
        (buckets.locator, limits.source_window),
        (_TOTAL, limits.total_window),
    ):
        values = {"bucket": bucket, "starts_at": window_start(now, window), "failures": 1}
        more = {"failures": Throttle.failures + 1}
        key = [Throttle.bucket, Throttle.starts_at]
        if session.get_bind().dialect.name == "postgresql":
            session.execute(
                postgresql.insert(Throttle)
                .values(values)
                .on_conflict_do_update(index_elements=key, set_=more)
            )
        else:
            session.execute(
                sqlite.insert(Throttle).values(values).on_conflict_do_update(index_elements=key, set_=more)
            )
