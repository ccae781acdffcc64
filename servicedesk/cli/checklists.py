"""Print checklists: one, or all of them for the rack."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from servicedesk.cases.frames import open_letter_desk
from servicedesk.checklists.catalogue import Catalogue
from servicedesk.checklists.printing import SheetOrder, build_sheet, print_sheet
from servicedesk.checklists.queries import office_catalogue
from servicedesk.checklists.rules import Concern, PersonFacts, list_requirements
from servicedesk.cli.base import (
    Context,
    Refused,
    answer,
    as_json,
    at_now,
    choose_office,
    for_office,
    get_context,
    messages,
)
from servicedesk.kernel.clock import local_day
from servicedesk.kernel.locales import LANGUAGES
from servicedesk.notices.contexts import OfficeBlock
from servicedesk.notices.contexts.checklists import ChecklistSheet
from servicedesk.notices.letters import LettersUnavailable
from servicedesk.notices.letters.joining import join_pdfs
from servicedesk.offices.queries import office_view
from servicedesk.offices.rules.setup import did_you_mean

_as_file = click.option(
    "--out",
    "out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="PDF file to write.",
)
_in_large_print = click.option("--large", "is_large", is_flag=True, help="Large print.")
_first_issue = click.option(
    "--first-issue", "is_first", is_flag=True, help="For somebody who has no such title yet; else a renewal."
)


@click.group()
def checklists() -> None:
    """Print checklists."""


@checklists.command("print")
@click.argument("concern")
@click.option(
    "--locale",
    "locale",
    required=True,
    type=click.Choice(sorted(LANGUAGES)),
    help="Language beside the German.",
)
@_in_large_print
@_first_issue
@_as_file
@for_office
@at_now
@as_json
@click.pass_context
def print_one(
    ctx: click.Context,
    concern: str,
    locale: str,
    is_large: bool,
    is_first: bool,
    out: Path,
    office_ref: str | None,
    as_json: bool,
) -> None:
    """Write the blank checklist of CONCERN, by its id or its three letters."""
    desk = _Desk(get_context(ctx), office_ref)
    found = desk.get_concern(concern)
    try:
        letter = print_sheet(desk.sheet(found, locale, is_large=is_large, is_renewal=not is_first))
    except LettersUnavailable as fault:
        raise Refused(str(fault)) from fault
    _write(out, letter.pdf)
    answer(
        {"concern": found.id, "locale": locale, "pages": letter.page_count, "file": str(out)},
        as_json,
        f"{out}: {letter.page_count} pages, {found.name}",
    )


@checklists.command("rack")
@click.option(
    "--locale",
    "locales",
    multiple=True,
    type=click.Choice(sorted(LANGUAGES)),
    help="Only this language; may be given again. Default: every language of the office.",
)
@_in_large_print
@_as_file
@for_office
@at_now
@as_json
@click.pass_context
def rack(
    ctx: click.Context,
    locales: tuple[str, ...],
    is_large: bool,
    out: Path,
    office_ref: str | None,
    as_json: bool,
) -> None:
    """Write the blank checklists of every concern, in every language of the office, as one file for the rack."""
    desk = _Desk(get_context(ctx), office_ref)
    sheets = [
        desk.sheet(concern, locale, is_large=is_large, is_renewal=True)
        for concern in desk.list_concerns()
        for locale in locales or desk.languages
    ]
    try:
        pdf, pages = join_pdfs(_drawn(sheets), title="Checklisten")
    except LettersUnavailable as fault:
        raise Refused(str(fault)) from fault
    _write(out, pdf)
    answer(
        {"lists": len(sheets), "pages": pages, "file": str(out)},
        as_json,
        f"{out}: {len(sheets)} lists, {pages} pages",
    )


class _Desk:
    """Hold what one office's lists are made from."""

    def __init__(self, context: Context, office_ref: str | None) -> None:
        with context.database.reading() as session:
            view = office_view(choose_office(session, office_ref))
            self._today: date = local_day(context.now(), view.zone)
            self._catalogue: Catalogue = office_catalogue(session, view.id, self._today)
            self._block: OfficeBlock = open_letter_desk(session, view, context.settings.public_url).block
        self.languages = view.languages

    def list_concerns(self) -> list[Concern]:
        """Return what people may choose today and what needs papers."""
        return [one for one in self._catalogue.list_concerns() if one.is_offered(self._today) and one.papers]

    def get_concern(self, name: str) -> Concern:
        """Return a concern by its id or its letters; raises Refused."""
        found = self._catalogue.find_concern(name) or self._catalogue.find_by_letters(name)
        if found is None:
            raise Refused(f"There is no concern {name!r}; {did_you_mean(name, self._catalogue.concerns)}")
        return found

    def sheet(self, concern: Concern, locale: str, *, is_large: bool, is_renewal: bool) -> ChecklistSheet:
        """Return the values of one blank list."""
        requirements = list_requirements(concern, PersonFacts(is_renewal=is_renewal))
        order = SheetOrder(concern, requirements, locale, self._today, is_large=is_large)
        return build_sheet(order, self._catalogue, self._block)


def _drawn(sheets: list[ChecklistSheet]) -> Iterator[bytes]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=messages, transient=True) as progress:
        for sheet in progress.track(sheets, description="lists"):
            yield print_sheet(sheet).pdf


def _write(out: Path, pdf: bytes) -> None:
    try:
        out.write_bytes(pdf)
    except OSError as fault:
        raise Refused(f"{out} cannot be written: {fault.strerror}") from fault
