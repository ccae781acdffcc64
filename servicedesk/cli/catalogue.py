"""Carry an office's catalogue between offices as a file: write it, read one into a draft, check one."""

from collections.abc import Iterable
from pathlib import Path

import click

from servicedesk.checklists.catalogue.content import write_export
from servicedesk.checklists.catalogue.exchange import MOST_BYTES, read_file
from servicedesk.checklists.catalogue.faults import Fault, find_faults
from servicedesk.checklists.errors import UnreadableFile
from servicedesk.checklists.queries import find_effective, find_named, list_versions
from servicedesk.checklists.service import check_own, import_draft
from servicedesk.cli.base import (
    Refused,
    answer,
    as_json,
    at_now,
    choose_office,
    for_office,
    get_context,
)
from servicedesk.kernel.clock import local_day
from servicedesk.kernel.locales import translations
from servicedesk.kernel.permissions import OPERATOR
from servicedesk.offices.queries import office_view
from servicedesk.offices.rules.setup import did_you_mean

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group()
def catalogue() -> None:
    """Share an office's catalogue as a file."""


@catalogue.command("export")
@click.argument("file", type=_FILE)
@click.option(
    "--version", "version", metavar="NAME", help="Which version, such as own-3. Default: the one of today."
)
@for_office
@at_now
@as_json
@click.pass_context
def export(
    ctx: click.Context, file: Path, version: str | None, office_ref: str | None, as_json: bool
) -> None:
    """Write what an office has changed in its catalogue into FILE."""
    context = get_context(ctx)
    with context.database.reading() as session:
        office = office_view(choose_office(session, office_ref))
        wanted = version
        if wanted is None:
            effective = find_effective(session, office.id, local_day(context.now(), office.zone))
            if effective is None:
                raise Refused("The built-in catalogue holds: this office has changed nothing to be written.")
            wanted = effective.version
        view = find_named(session, office.id, wanted)
        if view is None:
            known = [line.version for line in list_versions(session, office.id) if not line.is_builtin]
            raise Refused(f"There is no version {wanted!r}; {did_you_mean(wanted, known)}")
    content = write_export(
        view.own, base_version=view.line.base_version, name=f"{office.name}, {view.line.version}"
    )
    try:
        file.write_bytes(content)
    except OSError as fault:
        raise Refused(f"{file} cannot be written: {fault.strerror}") from fault
    entries = sum(len(view.own.get(kind, ())) for kind in ("document", "concern"))
    answer(
        {"version": view.line.version, "entries": entries, "file": str(file)},
        as_json,
        f"{file}: version {view.line.version}, {entries} entries",
    )


@catalogue.command("import")
@click.argument("file", type=_FILE)
@for_office
@at_now
@as_json
@click.pass_context
def import_(ctx: click.Context, file: Path, office_ref: str | None, as_json: bool) -> None:
    """Read FILE into a new draft; it holds only after two people have released it."""
    context = get_context(ctx)
    content = _read(file)
    with context.database.unit_of_work() as session:
        office = office_view(choose_office(session, office_ref))
        try:
            made = import_draft(
                session, office_id=office.id, file=content, note="", actor=OPERATOR, now=context.now()
            )
        except UnreadableFile as fault:
            raise Refused(*_sentences(fault.faults)) from fault
        line = next(line for line in list_versions(session, office.id) if line.id == made)
    answer(
        {"version": line.version, "state": line.state.value, "file": str(file)},
        as_json,
        f"{file}: draft {line.version}. Look at it under /staff/catalogue and propose it there.",
    )


@catalogue.command("check")
@click.argument("file", type=_FILE)
@as_json
def check(file: Path, as_json: bool) -> None:
    """Name everything that keeps FILE from being released; needs no database."""
    own, name, faults = read_file(_read(file))
    sentences = _sentences(faults) or [*_sentences(find_faults(own)), *check_own(own)]
    if sentences:
        raise Refused(*dict.fromkeys(sentences))
    entries = sum(len(own.get(kind, ())) for kind in ("document", "concern"))
    answer(
        {"name": name, "entries": entries, "file": str(file)},
        as_json,
        f"{file}: {entries} entries, nothing to be mended",
    )


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as fault:
        raise Refused(f"{file} cannot be read: {fault.strerror}") from fault


def _sentences(faults: Iterable[object]) -> list[str]:
    """Return faults in English, each with its entry and field."""
    english = translations("en")
    found = []
    for fault in faults:
        if isinstance(fault, Fault):
            text = english.gettext(fault.message)
            text = text % fault.params if fault.params else text
            place = " ".join(filter(None, (fault.kind, fault.entry_id, fault.field)))
            found.append(f"{place}: {text}" if fault.kind else text)
    return found
