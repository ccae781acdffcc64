"""Check that nobody changed the audit trail."""

from dataclasses import asdict

import click

from servicedesk.cli.base import Refused, answer, as_json, at_now, get_context
from servicedesk.db.audit import verify_audit


@click.group()
def audit() -> None:
    """Look after the audit trail."""


@audit.command("verify")
@at_now
@as_json
@click.pass_context
def verify(ctx: click.Context, as_json: bool) -> None:
    """Recompute the chain of seals; exit 1 when a row was changed or removed, or waits too long for its seal."""
    context = get_context(ctx)
    with context.database.reading() as session:
        report = verify_audit(session, now=context.now())
    text = f"{report.checked} rows are sealed and unchanged, {report.unsealed} wait for their seal. Head: {report.head}"
    if report.faults:
        text = f"{report.checked} seals checked, {len(report.faults)} faults."
    answer(asdict(report), as_json, text)
    if report.faults:
        raise Refused(*report.faults)
    if report.overdue:
        raise Refused(f"{report.overdue} rows are older than a minute and not sealed: is the worker running?")
