"""Give every command the same context, the same JSON answer and the same exit codes."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import click
from rich.console import Console
from sqlalchemy import inspect
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from servicedesk.db.all_models import load_models
from servicedesk.db.migrate import find_head, find_revision
from servicedesk.db.session import Database, open_database
from servicedesk.kernel.clock import Clock, OffsetClock
from servicedesk.kernel.errors import ConfigurationError
from servicedesk.offices.models import Office
from servicedesk.offices.queries import list_offices
from servicedesk.settings import Settings, load_settings

_OTHER_SHAPE = "The database has another shape than this program. Run: servicedesk db upgrade"

messages = Console(stderr=True, highlight=False)
"""Where people read: progress, notes, faults."""


@dataclass(slots=True)
class Context:
    """Carry what a command needs: settings, clock, and the database opened on first use."""

    settings: Settings
    clock: Clock
    _database: Database | None = None
    _is_checked: bool = False

    @property
    def database(self) -> Database:
        """Return the database of this process; raises Refused unless it has the shape this program knows."""
        if not self._is_checked:
            _check_shape(self.unchecked_database)
            self._is_checked = True
        return self.unchecked_database

    @property
    def unchecked_database(self) -> Database:
        """Return the database in whatever shape it is, for the commands that change or copy it."""
        if self._database is None:
            load_models()
            self._database = open_database(self.settings.database_url, self.settings.pool_size)
        return self._database

    def close(self) -> None:
        """Return the connections of the command."""
        if self._database is not None:
            self._database.close()

    def require_newest(self) -> None:
        """Refuse to run for long on a database that was not brought to this program's shape."""
        if find_revision(self.database.engine) != find_head():
            raise Refused(_OTHER_SHAPE)

    def now(self) -> datetime:
        """Return the present instant, or the one given with `--now`."""
        return self.clock.now()


class Refused(click.ClickException):
    """End a command with exit code 1 and sentences on standard error."""

    exit_code = 1

    def __init__(self, *sentences: str) -> None:
        super().__init__("\n".join(sentences))

    def show(self, file: Any = None) -> None:
        """Print each sentence on a line of its own."""
        for line in self.message.splitlines():
            messages.print(f"[red]✕[/red] {_escape(line)}", soft_wrap=True)


def _escape(text: str) -> str:
    return text.replace("[", r"\[")


def check_tables(database: Database) -> None:
    """Refuse a database that cannot be reached or was never migrated, with what to do."""
    try:
        has_tables = inspect(database.engine).has_table(Office.__tablename__)
    except OperationalError as fault:
        reason = str(fault.orig).strip().splitlines()[0]
        raise Refused(f"The database cannot be reached: {reason}") from fault
    if not has_tables:
        raise Refused("The database has no tables yet. Run: servicedesk db upgrade")


def _check_shape(database: Database) -> None:
    check_tables(database)
    if find_revision(database.engine) not in {None, find_head()}:
        raise Refused(_OTHER_SHAPE)


class Instant(click.ParamType[datetime]):
    """Take an instant with its offset, and give it in UTC."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the instant, or end with exit code 2."""
        if isinstance(value, datetime):
            return value
        try:
            instant = datetime.fromisoformat(value)
        except ValueError:
            instant = None
        if instant is None or instant.tzinfo is None:
            self.fail("write an instant with its offset, such as 2026-11-23T08:00:00+01:00", param, ctx)
        return instant.astimezone(UTC)


def _set_now(ctx: click.Context, _: click.Parameter, value: datetime | None) -> None:
    if value is None:
        return
    context = get_context(ctx)
    if context.settings.is_production:
        raise click.UsageError("--now is refused in production")
    context.clock = OffsetClock(value)


def get_context(ctx: click.Context) -> Context:
    """Return the command's context, made from the environment on first use; exits 2 on faulty settings."""
    root = ctx.find_root()
    if not isinstance(root.obj, Context):
        try:
            settings = load_settings()
        except ConfigurationError as fault:
            raise click.UsageError("\n".join(fault.problems)) from fault
        root.obj = Context(settings, settings.clock())
        root.call_on_close(root.obj.close)
    return root.obj


as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document on standard output.")
at_now = click.option(
    "--now",
    type=Instant(),
    expose_value=False,
    callback=_set_now,
    is_eager=True,
    help="Act as if it were this instant.",
)
for_office = click.option(
    "--office", "office_ref", metavar="REF", help="Which office; may be left out when there is one."
)


def answer(result: Mapping[str, Any], as_json: bool, text: str) -> None:
    """Print the result: one JSON document, or the text for people."""
    if as_json:
        sys.stdout.write(json.dumps(result, ensure_ascii=False, default=_plain) + "\n")
    else:
        click.echo(text)


def _plain(value: object) -> Any:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, (UUID,)):
        return str(value)
    raise TypeError(f"no JSON for {type(value).__name__}")


def choose_office(session: Session, office_ref: str | None) -> Office:
    """Return the office named, or the only one; raises Refused otherwise."""
    offices = list_offices(session)
    if office_ref:
        for office in offices:
            if office.ref == office_ref:
                return office
        raise Refused(
            f"There is no office {office_ref!r}. Known: {', '.join(o.ref for o in offices) or 'none'}."
        )
    if len(offices) == 1:
        return offices[0]
    if not offices:
        raise Refused("There is no office yet. Load one: servicedesk office load FILE.toml")
    raise Refused(f"Several offices; say which with --office: {', '.join(o.ref for o in offices)}.")
