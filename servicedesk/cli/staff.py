"""Manage who may sign in."""

from uuid import UUID

import click
from sqlalchemy.orm import Session

from servicedesk.accounts import staff as accounts
from servicedesk.accounts.errors import LoginTaken, PasswordTooShort
from servicedesk.cli.base import Refused, answer, as_json, at_now, choose_office, for_office, get_context
from servicedesk.kernel.errors import NotFound
from servicedesk.kernel.permissions import OPERATOR, Role
from servicedesk.offices.models import Office
from servicedesk.offices.queries import find_staff_by_ref


@click.group()
def staff() -> None:
    """Add, disable and enable staff accounts."""


@staff.command("add")
@for_office
@click.option("--login", required=True, help="Name to sign in with.")
@click.option("--name", required=True, help="Name on screen.")
@click.option(
    "--role", "roles", multiple=True, required=True, type=click.Choice([role.value for role in Role])
)
@click.option(
    "--case-worker", "member_ref", metavar="REF", help="Which case worker of the office file this is."
)
@click.password_option("--password", help="Asked for when left out.")
@at_now
@as_json
@click.pass_context
def add(
    ctx: click.Context,
    office_ref: str | None,
    login: str,
    name: str,
    roles: tuple[str, ...],
    member_ref: str | None,
    password: str,
    as_json: bool,
) -> None:
    """Create an account."""
    context = get_context(ctx)
    with context.database.unit_of_work() as session:
        office = choose_office(session, office_ref)
        member_id = _find_member(session, office, member_ref)
        try:
            account_id = accounts.add_account(
                session,
                office_id=office.id,
                login=login,
                name=name,
                password=password,
                roles=tuple(Role(role) for role in roles),
                member_id=member_id,
                now=context.now(),
                actor=OPERATOR,
            )
        except LoginTaken as fault:
            raise Refused(f"The login {login!r} exists already in this office; choose another.") from fault
        except PasswordTooShort as fault:
            raise Refused(f"Use a password of at least {accounts.LEAST_PASSWORD} characters.") from fault
    answer({"account": account_id, "login": login}, as_json, f"{name} can sign in as {login}.")


@staff.command("disable")
@for_office
@click.option("--login", required=True)
@at_now
@as_json
@click.pass_context
def disable(ctx: click.Context, office_ref: str | None, login: str, as_json: bool) -> None:
    """Disable an account and end its sessions at once."""
    context = get_context(ctx)
    with context.database.unit_of_work() as session:
        office = choose_office(session, office_ref)
        try:
            accounts.disable_account(
                session, office_id=office.id, login=login, now=context.now(), actor=OPERATOR
            )
        except NotFound as fault:
            raise Refused(f"There is no login {login!r} in office {office.ref!r}.") from fault
    answer({"login": login}, as_json, f"{login} can no longer sign in.")


@staff.command("enable")
@for_office
@click.option("--login", required=True)
@click.option(
    "--case-worker",
    "member_ref",
    metavar="REF",
    help="Another case worker of the office file, if it changed.",
)
@at_now
@as_json
@click.pass_context
def enable(
    ctx: click.Context, office_ref: str | None, login: str, member_ref: str | None, as_json: bool
) -> None:
    """Let a disabled account sign in again."""
    context = get_context(ctx)
    with context.database.unit_of_work() as session:
        office = choose_office(session, office_ref)
        member_id = _find_member(session, office, member_ref)
        try:
            accounts.enable_account(
                session,
                office_id=office.id,
                login=login,
                member_id=member_id,
                now=context.now(),
                actor=OPERATOR,
            )
        except NotFound as fault:
            raise Refused(f"There is no login {login!r} in office {office.ref!r}.") from fault
    answer({"login": login}, as_json, f"{login} can sign in again, with the old password.")


def _find_member(session: Session, office: Office, ref: str | None) -> UUID | None:
    """Return the case worker with this reference; raises Refused for one who is not there or has left."""
    if not ref:
        return None
    member = find_staff_by_ref(session, office.id, ref)
    if member is None:
        raise Refused(f"There is no case worker {ref!r} in office {office.ref!r}.")
    if not member.is_active:
        raise Refused(f"Case worker {ref!r} is no longer in the file of office {office.ref!r}.")
    return member.id
