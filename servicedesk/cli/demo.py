"""Show the product running: an invented office, its residents, server and worker, with one command."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import click
from rich.table import Table
from sqlalchemy import make_url, select
from sqlalchemy.orm import Session

import servicedesk.demo as demo_data
from servicedesk.accounts.codes import issue_code
from servicedesk.accounts.models import StaffAccount
from servicedesk.accounts.rules import CODE_LIFE
from servicedesk.accounts.staff import add_account
from servicedesk.cases.models import Application, Case
from servicedesk.cli.base import Refused, get_context, messages
from servicedesk.cli.database import db_upgrade
from servicedesk.cli.jobs import run as run_job
from servicedesk.cli.office import load as load_office
from servicedesk.cli.register import import_list
from servicedesk.cli.serve import run_server
from servicedesk.demo.confirmations import handle_confirmations
from servicedesk.demo.life import live
from servicedesk.demo.residents import write_residents
from servicedesk.interim.keys import open_keyring
from servicedesk.kernel.clock import local_day
from servicedesk.kernel.permissions import OPERATOR, Role
from servicedesk.notices.delivery import deliver
from servicedesk.notices.models import Outbox
from servicedesk.offices.queries import OfficeView, list_offices, list_staff, office_view
from servicedesk.register.models import Person
from servicedesk.web.formatting import birth_date, full_name
from servicedesk.worker import build_context

_PASSWORD = "demo-musterstadt"  # noqa: S105  # printed on purpose; the demo is refused in production
_RESIDENTS = 2000
_OTHERS = (
    ("servicestelle", "Empfang, E.", (Role.front_desk,)),
    ("leitung", "Leitung, L.", (Role.team_lead,)),
    ("verwaltung", "Verwaltung, V.", (Role.office_admin,)),
)


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--prepare-only", is_flag=True, help="Load everything, print the addresses, and do not start the server."
)
@click.pass_context
def demo(ctx: click.Context, port: int, prepare_only: bool) -> None:
    """Load an invented office with 2,000 residents, run the jobs, start server and worker."""
    context = get_context(ctx)
    if context.settings.is_production:
        raise Refused("The demo is refused in production: its passwords are printed in the open.")
    base = context.settings.public_url or f"http://127.0.0.1:{port}"
    os.environ["SERVICEDESK_PUBLIC_URL"] = base
    _say("Migrating the database")
    ctx.invoke(db_upgrade, as_json=False)
    _say("Loading the office")
    ctx.invoke(load_office, file=Path(demo_data.__file__).parent / "office.toml", as_json=False)
    office = _office(ctx)
    _add_accounts(ctx, office)
    if not _has_residents(ctx, office):
        _import_residents(ctx, office)
    for name in ("calendar", "invite"):
        _say(f"Running the job {name}")
        ctx.invoke(run_job, name=name, as_json=False)
    acted = live(context.database, context.settings.vault, office, now=context.now())
    if acted:
        _say(f"{acted} residents have applied, some of them have booked")
    _say("Running the job confirmations")
    ctx.invoke(run_job, name="confirmations", as_json=False)
    _handle_confirmations(ctx, office, base)
    _print_addresses(base)
    _print_codes(ctx, office, base)
    if not prepare_only:
        context.database.close()
        _serve(ctx, port)


def _say(text: str) -> None:
    messages.print(f"[bold]· {text}[/bold]")


def _office(ctx: click.Context) -> OfficeView:
    with get_context(ctx).database.reading() as session:
        return office_view(next(one for one in list_offices(session) if one.ref == "musterstadt"))


def _has_residents(ctx: click.Context, office: OfficeView) -> bool:
    with get_context(ctx).database.reading() as session:
        return session.scalar(select(Person.id).where(Person.office_id == office.id).limit(1)) is not None


def _import_residents(ctx: click.Context, office: OfficeView) -> None:
    context = get_context(ctx)
    context.settings.data_dir.mkdir(parents=True, exist_ok=True)
    file = context.settings.data_dir / "demo-register.csv"
    _say(f"Inventing {_RESIDENTS} residents and importing them from {file}")
    write_residents(file, _RESIDENTS, local_day(context.now(), office.zone))
    ctx.invoke(import_list, file=file, office_ref=office.ref)


def _handle_confirmations(ctx: click.Context, office: OfficeView, base: str) -> None:
    context = get_context(ctx)
    now = context.now()
    handled = handle_confirmations(
        context.database,
        context.settings.vault,
        open_keyring(context.settings.data_dir, now, is_production=False),
        office,
        now=now,
        public_url=base,
    )
    if handled:
        _say(f"Staff have acted on {handled} interim confirmations; the rest waits for you")


def _add_accounts(ctx: click.Context, office: OfficeView) -> None:
    context = get_context(ctx)
    with context.database.unit_of_work() as session:
        known = set(session.scalars(select(StaffAccount.login).where(StaffAccount.office_id == office.id)))
        members = list_staff(session, office.id)
        wanted: list[tuple[str, str, tuple[Role, ...], UUID | None]] = [
            (member.ref, member.name, (Role.case_worker,), member.id) for member in members
        ]
        wanted += [
            (login, name, roles, members[0].id if Role.team_lead in roles else None)
            for login, name, roles in _OTHERS
        ]
        for login, name, roles, member_id in wanted:
            if login in known:
                continue
            add_account(
                session,
                office_id=office.id,
                login=login,
                name=name,
                password=_PASSWORD,
                roles=roles,
                member_id=member_id,
                now=context.now(),
                actor=OPERATOR,
            )


def _print_addresses(base: str) -> None:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_row("Residents", f"{base}/")
    table.add_row("Staff", f"{base}/staff/")
    table.add_row("Logins", "kw1 … kw8 (case workers), " + ", ".join(login for login, _, _ in _OTHERS))
    table.add_row("Password", _PASSWORD)
    messages.print(table)


def _print_codes(ctx: click.Context, office: OfficeView, base: str) -> None:
    context = get_context(ctx)
    table = Table("page", "name", "access code", "birth date", box=None, pad_edge=False)
    for tag in ("de", "ar", "uk"):
        with context.database.reading() as session:
            found = _find_case(session, office, tag)
        if found is None:
            continue
        case_id, person = found
        _deliver_first(ctx, case_id)
        with context.database.unit_of_work() as session:
            issued = issue_code(
                session,
                context.settings.vault,
                office_id=office.id,
                subject=("case", case_id),
                now=context.now(),
                expires_at=context.now() + timedelta(days=30 * CODE_LIFE.months),
            )
        born = birth_date(person.birth_year, person.birth_month, person.birth_day)
        name = full_name(person.family_name, person.given_names)
        table.add_row(f"{base}/{tag}/code", name, issued.code, born)
    messages.print("Access codes, as they stand in a letter (a new one each time the demo starts):")
    messages.print(table, soft_wrap=True)


def _find_case(session: Session, office: OfficeView, tag: str) -> tuple[UUID, Person] | None:
    """Return an adult's invited case in a language, the one that ends last, so that slots are left before it."""
    wanted = Person.language == tag if tag != "de" else Person.language.is_(None)
    row = session.execute(
        select(Case.id, Person)
        .join(Person, Person.id == Case.person_id)
        .where(
            Case.office_id == office.id,
            Case.closed_at.is_(None),
            ~select(Application.id).where(Application.case_id == Case.id).exists(),
            Person.representative_file_number.is_(None),
            wanted,
        )
        .order_by(Case.ends_on.desc(), Case.id)
        .limit(1)
    ).first()
    return (row[0], row[1]) if row else None


def _deliver_first(ctx: click.Context, case_id: UUID) -> None:
    # A letter rendered later would bring a code of its own and end the one printed here.
    context = get_context(ctx)
    with context.database.reading() as session:
        waiting = session.scalars(
            select(Outbox.id).where(Outbox.subject_id == case_id, Outbox.state == "pending")
        ).all()
    tools = build_context(context.database, context.settings, context.clock).tools
    for outbox_id in waiting:
        deliver(tools, outbox_id)


def _serve(ctx: click.Context, port: int) -> None:
    settings = get_context(ctx).settings
    worker = subprocess.Popen([sys.executable, "-m", "servicedesk.cli", "worker"])
    messages.print(
        f"Serving on http://127.0.0.1:{port} with {make_url(settings.database_url).get_backend_name()}; Ctrl+C ends it."
    )
    try:
        run_server(f"127.0.0.1:{port}", 2, 8, settings)
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(60)
