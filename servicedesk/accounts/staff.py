"""Create staff accounts and check their passwords."""

import math
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from servicedesk.accounts.errors import LoginTaken, PasswordTooShort, SignInDelayed, SignInFailed
from servicedesk.accounts.models import SignInFailure, StaffAccount
from servicedesk.accounts.sessions import end_sessions_of
from servicedesk.db import audit
from servicedesk.kernel.errors import NotFound
from servicedesk.kernel.ids import new_id, new_token
from servicedesk.kernel.permissions import Actor, Role

LEAST_PASSWORD = 12
_FREE_FAILURES = 4
_LONGEST_DELAY_SECONDS = 300
_FAILURE_MEMORY = timedelta(hours=1)

_hasher = PasswordHasher()
# Checked when a login does not exist, so that the answer takes as long as for one that does.
_NOBODY = _hasher.hash(new_token(16))


def add_account(
    session: Session,
    *,
    office_id: UUID,
    login: str,
    name: str,
    password: str,
    roles: tuple[Role, ...],
    member_id: UUID | None,
    now: datetime,
    actor: Actor,
) -> UUID:
    """Create an account; `member_id` is the person's place in the office, for case workers.

    Raises LoginTaken and PasswordTooShort.
    """
    if len(password) < LEAST_PASSWORD:
        raise PasswordTooShort(least=LEAST_PASSWORD)
    if _find_by_login(session, office_id, login) is not None:
        raise LoginTaken(login=login)
    account_id = new_id()
    session.add(
        StaffAccount(
            id=account_id,
            office_id=office_id,
            login=login.strip().casefold(),
            name=name,
            password_hash=_hasher.hash(password),
            roles=[role.value for role in roles],
            member_id=member_id,
            language="de",
            single_keys=True,
            is_active=True,
            created_at=now,
        )
    )
    session.flush()
    audit.record(
        session,
        now=now,
        actor=actor,
        action="add_account",
        subject=("staff_account", account_id),
        office_id=office_id,
    )
    return account_id


def check_password(session: Session, *, office_id: UUID, login: str, password: str) -> StaffAccount:
    """Return the account; raises SignInFailed for a wrong login, a wrong password or a disabled account."""
    account = _find_by_login(session, office_id, login)
    try:
        _hasher.verify(account.password_hash if account else _NOBODY, password)
    except (VerifyMismatchError, InvalidHashError) as fault:
        raise SignInFailed from fault
    if account is None or not account.is_active:
        raise SignInFailed
    return account


def check_delay(session: Session, *, office_id: UUID, login: str, now: datetime) -> None:
    """Raise SignInDelayed while a login with several recent failures has to wait.

    The delay doubles with each failure beyond the fourth, up to five minutes; it is never a lock, so that
    nobody can shut a colleague out for the day (ASVS 5.0 6.3.1).
    """
    recent = (
        SignInFailure.office_id == office_id,
        SignInFailure.login == login.strip().casefold(),
        SignInFailure.at > now - _FAILURE_MEMORY,
    )
    failures, last = session.execute(select(func.count(), func.max(SignInFailure.at)).where(*recent)).one()
    if failures <= _FREE_FAILURES or last is None:
        return
    delay = min(2 ** (failures - _FREE_FAILURES), _LONGEST_DELAY_SECONDS)
    left = (last + timedelta(seconds=delay) - now).total_seconds()
    if left > 0:
        raise SignInDelayed(seconds=math.ceil(left))


def note_failure(session: Session, *, office_id: UUID, login: str, now: datetime, actor: Actor) -> None:
    """Remember a failed sign-in and audit it without the login."""
    session.add(SignInFailure(id=new_id(), office_id=office_id, login=login.strip().casefold()[:80], at=now))
    audit.record(
        session,
        now=now,
        actor=actor,
        action="fail_sign_in",
        subject=("office", office_id),
        office_id=office_id,
    )


def forget_failures(session: Session, *, office_id: UUID, login: str) -> None:
    """Forget a login's failures after it signed in."""
    mine = (SignInFailure.office_id == office_id, SignInFailure.login == login.strip().casefold())
    session.execute(delete(SignInFailure).where(*mine))


def set_language(session: Session, *, account_id: UUID, language: str) -> None:
    """Keep the language of an account's pages."""
    session.execute(update(StaffAccount).where(StaffAccount.id == account_id).values(language=language))


def disable_account(session: Session, *, office_id: UUID, login: str, now: datetime, actor: Actor) -> None:
    """Disable an account and end all its sessions; raises NotFound."""
    account = _find_by_login(session, office_id, login)
    if account is None:
        raise NotFound
    _disable(session, account, now=now, actor=actor)


def disable_accounts_of(
    session: Session, *, office_id: UUID, member_ids: Collection[UUID], now: datetime, actor: Actor
) -> list[str]:
    """Disable the accounts of people who have left the office and end their sessions; return the logins, sorted."""
    query = (
        select(StaffAccount)
        .where(
            StaffAccount.office_id == office_id,
            StaffAccount.member_id.in_(member_ids),
            StaffAccount.is_active.is_(True),
        )
        .order_by(StaffAccount.login)
    )
    accounts = list(session.scalars(query)) if member_ids else []
    for account in accounts:
        _disable(session, account, now=now, actor=actor)
    return [account.login for account in accounts]


def enable_account(
    session: Session,
    *,
    office_id: UUID,
    login: str,
    member_id: UUID | None = None,
    now: datetime,
    actor: Actor,
) -> None:
    """Let a disabled account sign in again, with its old password; `member_id` gives it another place in the office.

    Raises NotFound.
    """
    account = _find_by_login(session, office_id, login)
    if account is None:
        raise NotFound
    account.is_active = True
    if member_id is not None:
        account.member_id = member_id
    _note(session, "enable_account", account, now=now, actor=actor)


def _disable(session: Session, account: StaffAccount, *, now: datetime, actor: Actor) -> None:
    account.is_active = False
    end_sessions_of(session, "staff", account.id)
    _note(session, "disable_account", account, now=now, actor=actor)


def _note(session: Session, action: str, account: StaffAccount, *, now: datetime, actor: Actor) -> None:
    audit.record(
        session,
        now=now,
        actor=actor,
        action=action,
        subject=("staff_account", account.id),
        office_id=account.office_id,
    )


def _find_by_login(session: Session, office_id: UUID, login: str) -> StaffAccount | None:
    wanted = login.strip().casefold()
    return session.scalars(
        select(StaffAccount).where(StaffAccount.office_id == office_id, StaffAccount.login == wanted)
    ).first()
