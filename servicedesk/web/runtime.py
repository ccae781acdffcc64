"""Reach what the composition root put together, and what this request is about."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Flask, current_app, g
from sqlalchemy.orm import Session

from servicedesk.db.session import Database
from servicedesk.files.desk import FileDesk
from servicedesk.kernel.clock import Clock
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.locales import Language
from servicedesk.kernel.permissions import Actor
from servicedesk.settings import Settings

_KEY = "servicedesk"


class OfficeFacts(Protocol):
    """Say what the machinery itself asks of an office; `offices.queries.OfficeView` is one."""

    @property
    def id(self) -> UUID:
        """Return the identity."""
        ...

    @property
    def ref(self) -> str:
        """Return the short name."""
        ...

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone of its wall clock."""
        ...

    @property
    def languages(self) -> tuple[str, ...]:
        """Return the tags of the languages it offers."""
        ...

    def is_machine_translated(self, tag: str) -> bool:
        """Tell whether its pages in a language say that no person has reviewed them."""
        ...


@dataclass(frozen=True, slots=True)
class Identity:
    """Be who a request comes from: the session's row and the actor it stands for.

    `has_answers` tells whether the session remembered typed answers when the request arrived.
    """

    session_id: UUID
    kind: str
    actor: Actor
    language: str | None = None
    single_keys: bool = True
    has_answers: bool = True


@dataclass(frozen=True, slots=True)
class Visit:
    """Be what a request's host name and session cookie stand for."""

    office: OfficeFacts
    identity: Identity | None


class FindVisit(Protocol):
    """Find the office a host name belongs to and who holds a session token of a kind (staff, resident) there.

    Answers None where no office has that name.
    """

    def __call__(
        self, database: Database, host: str, kind: str, token: str | None, now: datetime
    ) -> Visit | None: ...


@dataclass(frozen=True, slots=True)
class Runtime:
    """Carry the process-wide parts and the look-up that lives in rooms above."""

    settings: Settings
    database: Database
    clock: Clock
    find_visit: FindVisit
    files: FileDesk

    @property
    def vault(self) -> Vault:
        """Return the vault of the settings."""
        return self.settings.vault


def install(app: Flask, runtime: Runtime) -> None:
    """Attach the runtime to an application."""
    app.extensions[_KEY] = runtime


def runtime() -> Runtime:
    """Return the runtime of the current application."""
    return runtime_of(current_app)


def runtime_of(app: Flask) -> Runtime:
    """Return the runtime of an application."""
    return cast(Runtime, app.extensions[_KEY])


def now() -> datetime:
    """Return this request's instant: the one at which it reached us, before any lock or retry."""
    return cast(datetime, g.received_at)


def office() -> Any:
    """Return the office this request's host belongs to: an `offices.queries.OfficeView`.

    The type lives in a room above, hence Any; views hand it to services, which name it.
    """
    return g.office


def language() -> Language:
    """Return the language this request is answered in."""
    return cast(Language, g.language)


def actor() -> Actor:
    """Return who acts in this request."""
    return cast(Actor, g.actor)


def identity() -> Identity | None:
    """Return the signed-in identity of this request, or None for a visitor."""
    return cast("Identity | None", g.get("identity"))


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """Open this process's unit of work."""
    with runtime().database.unit_of_work() as session:
        yield session


@contextmanager
def reading() -> Iterator[Session]:
    """Open a session that never commits."""
    with runtime().database.reading() as session:
        yield session
