"""Print the office's forms: blank, or prefilled for one case."""

from pathlib import Path

import click
from sqlalchemy import select

from servicedesk.cases.frames import open_letter_desk
from servicedesk.cases.models import Case
from servicedesk.cases.queries.forms import load_form
from servicedesk.checklists.form_printing import FormOrder, blank_filling, build_form, print_form
from servicedesk.checklists.queries import office_catalogue
from servicedesk.cli.base import Refused, answer, as_json, at_now, choose_office, for_office, get_context
from servicedesk.kernel.clock import local_day
from servicedesk.kernel.errors import NotFound
from servicedesk.kernel.locales import LANGUAGES
from servicedesk.notices.contexts.forms import FormSheet
from servicedesk.notices.letters import LettersUnavailable
from servicedesk.offices.queries import office_view
from servicedesk.offices.rules.setup import did_you_mean


@click.group()
def forms() -> None:
    """Print the office's own forms."""


@forms.command("print")
@click.argument("form")
@click.option(
    "--locale",
    "locale",
    required=True,
    type=click.Choice(sorted(LANGUAGES)),
    help="Language beside the German.",
)
@click.option("--case", "case_ref", help="Reference of a case: what register and case know is filled in.")
@click.option("--large", "is_large", is_flag=True, help="Large print.")
@click.option(
    "--out",
    "out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="PDF file to write.",
)
@for_office
@at_now
@as_json
@click.pass_context
def print_one(
    ctx: click.Context,
    form: str,
    locale: str,
    case_ref: str | None,
    is_large: bool,
    out: Path,
    office_ref: str | None,
    as_json: bool,
) -> None:
    """Write FORM, German and the other language side by side; with --case also what was typed into it last."""
    context = get_context(ctx)
    with context.database.reading() as session:
        view = office_view(choose_office(session, office_ref))
        today = local_day(context.now(), view.zone)
        block = open_letter_desk(session, view, context.settings.public_url).block
        catalogue = office_catalogue(session, view.id, today)
        found = catalogue.forms.get(form)
        if found is None:
            raise Refused(f"There is no form {form!r}; {did_you_mean(form, catalogue.forms)}")
        filling = blank_filling(found, catalogue)
        if case_ref:
            wanted = select(Case).where(Case.ref == case_ref.strip().upper(), Case.office_id == view.id)
            case = session.scalar(wanted)
            if case is None:
                raise Refused(f"There is no case {case_ref!r}")
            try:
                file = load_form(session, context.settings.vault, case, form, today=today)
            except NotFound as fault:
                raise Refused(f"The case {case.ref} does not need the form {form}") from fault
            filling, catalogue = file.filling, file.catalogue
    order = FormOrder(filling, locale, today, subject=(case_ref or "").upper(), is_large=is_large)
    sheet: FormSheet = build_form(order, catalogue, block)
    try:
        letter = print_form(sheet)
        out.write_bytes(letter.pdf)
    except LettersUnavailable as fault:
        raise Refused(str(fault)) from fault
    except OSError as fault:
        raise Refused(f"{out} cannot be written: {fault.strerror}") from fault
    answer(
        {"form": form, "locale": locale, "pages": letter.page_count, "file": str(out)},
        as_json,
        f"{out}: {letter.page_count} pages, {sheet.name.de}",
    )
