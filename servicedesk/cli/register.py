"""Import expiry lists."""

from pathlib import Path

import click
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from servicedesk.cli.base import (
    Refused,
    answer,
    as_json,
    at_now,
    choose_office,
    for_office,
    get_context,
    messages,
)
from servicedesk.kernel.errors import Refusal
from servicedesk.kernel.permissions import OPERATOR
from servicedesk.offices.queries import office_view
from servicedesk.register.rules import REJECTIONS, WARNINGS
from servicedesk.register.service import ImportOrder, ImportReport, Surroundings, import_register

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_NEWS = {
    "new_people": "new people",
    "new_titles": "new titles",
    "end_corrected": "end dates corrected",
    "renewed": "renewed",
    "moved_away": "moved away",
    "moved_back": "moved back",
    "name_changed": "names changed",
    "address_changed": "addresses changed",
    "birth_date_changed": "birth dates changed",
    "vanished": "vanished from the list (kept)",
    "reappeared": "back on the list",
}


@click.group()
def register() -> None:
    """Keep the register of residents and titles."""


@register.command("import")
@click.argument("file", type=_FILE)
@for_office
@click.option("--mapping", type=_FILE, help="Mapping of column titles to fields (TOML).")
@click.option("--encoding", metavar="NAME", help="Encoding of the file, instead of the one found.")
@click.option("--dry-run", is_flag=True, help="Show counts and differences; change nothing.")
@click.option("--confirm", is_flag=True, help="Import although the list differs strongly from the last one.")
@at_now
@as_json
@click.pass_context
def import_list(
    ctx: click.Context,
    file: Path,
    office_ref: str | None,
    mapping: Path | None,
    encoding: str | None,
    dry_run: bool,
    confirm: bool,
    as_json: bool,
) -> None:
    """Import the expiry list FILE (CSV or XLSX); good lines are kept, rejected ones go to a file."""
    context = get_context(ctx)
    with context.database.reading() as session:
        office = office_view(choose_office(session, office_ref))
    order = ImportOrder(file, mapping, encoding, is_dry_run=dry_run, is_confirmed=confirm)
    surroundings = Surroundings(
        context.database, context.settings.vault, context.settings.data_dir, context.clock, OPERATOR
    )
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
    )
    try:
        with Progress(*columns, console=messages, transient=True) as bar:
            task = bar.add_task(file.name, total=file.stat().st_size)
            report = import_register(
                office, order, surroundings, lambda done, total: bar.update(task, completed=done, total=total)
            )
    except Refusal as refusal:
        raise Refused(str(refusal)) from refusal
    answer(report.as_dict(), as_json, _told(report))


def _told(report: ImportReport) -> str:
    title = "Dry run, nothing was changed." if report.is_dry_run else "Imported."
    certain = "" if report.is_encoding_certain else " (found by looking; override with --encoding)"
    lines = [
        title,
        f"  {report.lines} lines = {report.accepted} accepted + {report.unchanged} unchanged + {report.rejected} rejected",
        f"  encoding {report.encoding}{certain}, delimiter {report.delimiter}, mapping {report.mapping}",
    ]
    if report.absent_columns:
        lines.append(f"  columns the list does not have: {', '.join(report.absent_columns)}")
    if report.unused_columns:
        lines.append(f"  columns not used: {', '.join(report.unused_columns)}")
    lines += [
        f"  {report.difference[kind]} {word}" + _examples(report, kind)
        for kind, word in _NEWS.items()
        if report.difference.get(kind)
    ]
    lines += [f"  {count} × warning: {WARNINGS[code].english}" for code, count in report.warnings.items()]
    lines += [
        f"  {count} × rejected: {REJECTIONS[code].english}" for code, count in report.rejections.items()
    ]
    if report.rejects_file:
        lines.append(f"  rejected lines: {report.rejects_file}")
    if report.needs_confirmation:
        lines.append("  A real import of this list would ask for --confirm.")
    return "\n".join(lines)


def _examples(report: ImportReport, kind: str) -> str:
    shown = report.difference["examples"].get(kind, [])
    return f", for example {', '.join(shown)}" if shown else ""
