"""Hand changes to the office's case-management system."""

from functools import partial
from pathlib import Path

import click

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
from servicedesk.exports.service import begin_export, write_export
from servicedesk.kernel.errors import Refusal
from servicedesk.kernel.permissions import OPERATOR


@click.group()
def export() -> None:
    """Hand what changed to other programs."""


@export.command("changes")
@for_office
@click.option(
    "--since",
    type=click.IntRange(0),
    required=True,
    metavar="CURSOR",
    help="0 for everything, later “next_since” of the last manifest. The same cursor gives the same content.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    metavar="DIR",
    help="Folder to write into; a broken export is taken up in the same one.",
)
@at_now
@as_json
@click.pass_context
def changes(ctx: click.Context, office_ref: str | None, since: int, out: Path, as_json: bool) -> None:
    """Write applications, papers, appointments and decisions as CSV, the files of papers, and a manifest."""
    context = get_context(ctx)
    with context.database.reading() as session:
        office_id = choose_office(session, office_ref).id
    begin = partial(begin_export, office_id=office_id, since=since, actor=OPERATOR, now=context.now())
    try:
        stretch = context.database.run(begin)
        with context.database.reading() as session:
            manifest = write_export(session, context.settings.vault, stretch, out)
    except Refusal as fault:
        raise Refused(str(fault)) from fault
    except OSError as fault:
        raise Refused(f"Writing failed: {fault.strerror}. Run the same command again, it goes on.") from fault
    files = manifest["files"] or []
    gone = sum(one["path"] is None for one in files)
    if gone:
        messages.print(f"{gone} files are not in the house any more; the manifest names them without a path.")
    result = {
        "since": stretch.since,
        "next_since": stretch.until,
        "changes": stretch.changes,
        "files": len(files) - gone,
        "manifest": str(out / "manifest.json"),
    }
    answer(
        result,
        as_json,
        f"{stretch.changes} changes and {len(files) - gone} files in {out}. Next time: --since {stretch.until}",
    )
