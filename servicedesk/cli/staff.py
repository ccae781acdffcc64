"""Manage who may sign in."""

import click

from servicedesk.accounts import staff as accounts
from servicedesk.accounts.errors import LoginTaken, PasswordTooShort
from servicedesk.cli.base import Refused, answer, as_json, at_now, choose_office, for_office, get_context
from servicedesk.kernel.errors import NotFound
from servicedesk.kernel.permissions import OPERATOR, Role
from servicedesk.offices.queries import find_staff_by_ref


@click.group()
def staff() -> None:
    """Add and disable staff accounts."""


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
        member = find_staff_by_ref(session, office.id, member_ref) if member_ref else None
        if member_ref and member is None:
            raise Refused(f"There is no case worker {member_ref!r} in office {office.ref!r}.")
        try:
            account_id = accounts.add_account(
                session,
                office_id=office.id,
                login=login,
                name=name,
                password=password,
                roles=tuple(Role(role) for role in roles),
                member_id=member.id if member else None,
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
