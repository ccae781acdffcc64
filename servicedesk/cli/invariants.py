"""Check what must always hold."""

import click

from servicedesk.cli.base import Refused, answer, as_json, at_now, get_context
from servicedesk.interim.keys import FOLDER, load_keyring
from servicedesk.invariants import checks


@click.command("check-invariants")
@at_now
@as_json
@click.pass_context
def check_invariants(ctx: click.Context, as_json: bool) -> None:
    """Check read-only across everything; exit 1 on findings."""
    context = get_context(ctx)
    now = context.now()
    keys = load_keyring(context.settings.data_dir / FOLDER, now).public
    with context.database.reading() as session:
        report = checks.check_invariants(session, now=now, keys=keys)
    answer(
        {"checked": report.checked, "violations": [_as_values(found) for found in report.violations]},
        as_json=as_json,
        text=_as_text(report),
    )
    if report.violations:
        raise Refused(f"{len(report.violations)} findings in {report.checked} invariants.")


def _as_values(found: checks.Violation) -> dict[str, str]:
    return {
        "check": found.check,
        "rule": found.rule,
        "sentence": found.sentence,
        "subject": found.subject,
        "detail": found.detail,
    }


def _as_text(report: checks.Report) -> str:
    lines = [f"{found.rule} {found.check}: {found.subject} {found.detail}" for found in report.violations]
    return "\n".join([*lines, f"{report.checked} invariants checked, {len(report.violations)} findings."])
