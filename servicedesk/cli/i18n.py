"""Say what is missing in the translations."""

from typing import Any

import click
from rich.table import Table

from servicedesk.cli.base import Refused, answer, as_json, get_context, messages
from servicedesk.kernel.catalogues import CatalogueReport, check_catalogue
from servicedesk.kernel.locales import LANGUAGES
from servicedesk.offices.queries.reviews import list_reviewed_digests


@click.group()
def i18n() -> None:
    """Look after the translations."""


@i18n.command("check")
@as_json
@click.pass_context
def check(ctx: click.Context, as_json: bool) -> None:
    """Count messages, gaps and faults per language; exit 1 when a page would show a fault or German by accident."""
    reviewed = _reviewed(ctx)
    reports = {
        tag: check_catalogue(tag, reviewed.get(tag, frozenset()))
        for tag, language in LANGUAGES.items()
        if language.catalogue
    }
    table = Table("Language", "Messages", "Untranslated", "Fuzzy", "Machine", "Faults")
    for tag, report in reports.items():
        counts = (report.messages, report.untranslated, report.fuzzy, report.machine, len(report.faults))
        table.add_row(tag, *map(str, counts))
    if not as_json:
        messages.print(table)
    for tag, report in reports.items():
        for fault in report.faults:
            messages.print(f"{tag}: {fault}", markup=False)
    answer({tag: _plain(report) for tag, report in reports.items()}, as_json, "")
    if any(report.untranslated or report.fuzzy or report.faults for report in reports.values()):
        ctx.exit(1)


def _reviewed(ctx: click.Context) -> dict[str, frozenset[str]]:
    """Return what every office has reviewed; nothing where there is no database: the catalogues stand alone."""
    try:
        with get_context(ctx).database.reading() as session:
            return list_reviewed_digests(session)
    except (click.UsageError, Refused):
        return {}


def _plain(report: CatalogueReport) -> dict[str, Any]:
    return {
        "messages": report.messages,
        "untranslated": report.untranslated,
        "fuzzy": report.fuzzy,
        "faults": list(report.faults),
        "machine": report.machine,
    }
