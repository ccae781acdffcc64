"""Print the office's forms, blank or prefilled, and read those that people have sent."""

from flask import render_template, request
from werkzeug.wrappers import Response

from servicedesk.cases.frames import choose_locale, open_letter_desk
from servicedesk.cases.models import Case
from servicedesk.cases.queries.forms import SentForm, find_sent, load_form
from servicedesk.checklists.form_printing import FormOrder, answer_text, blank_filling, build_form, print_form
from servicedesk.checklists.queries import office_catalogue
from servicedesk.kernel.errors import NotFound
from servicedesk.kernel.locales import GERMAN
from servicedesk.notices.contexts.forms import FormArrival
from servicedesk.staff import wording
from servicedesk.staff.blueprint import blueprint
from servicedesk.staff.case_file import open_file
from servicedesk.staff.common import today
from servicedesk.staff.nav import SEES_FILES
from servicedesk.staff.views_checklists import show_pdf
from servicedesk.web.access import STAFF, access, staff
from servicedesk.web.runtime import office, reading, runtime


@blueprint.get("/forms/<form_id>/print")
@access(STAFF)
def blank_form(form_id: str) -> Response:
    """Open a blank form, ready to be printed; it names nobody."""
    with reading() as session:
        catalogue = office_catalogue(session, office().id, today())
        block = open_letter_desk(session, office(), runtime().settings.public_url).block
    form = catalogue.forms.get(form_id)
    if form is None:
        raise NotFound
    tag = choose_locale(request.args.get("language"), office().languages)
    order = FormOrder(blank_filling(form, catalogue), tag, today(), is_large="large" in request.args)
    letter = print_form(build_form(order, catalogue, block))
    return show_pdf(letter.pdf, f"{form_id}-{tag}.pdf")


@blueprint.get("/cases/<ref>/forms/<form_id>")
@access(staff(*SEES_FILES))
def case_form(ref: str, form_id: str) -> str:
    """Show what somebody has sent, German labels beside their own words; earlier ones stay readable."""
    file = open_file(ref, "form")
    line = next((one for one in file.forms if one.form.id == form_id), None)
    if line is None:
        raise NotFound
    number = request.args.get("number", "")
    chosen = next((one for one in line.sent if str(one.number) == number), line.latest)
    sent = _open(file.case.id, form_id, chosen.number) if chosen else None
    rows = []
    if sent is not None:
        rows = [
            (one, answer_text(one, sent.filling.value_of(one)), one.id in sent.filling.known)
            for one in sent.filling.list_shown()
        ]
    papers = {paper.document_id: paper for paper in file.case.papers}
    return render_template(
        "staff/form.html",
        file=file,
        case=file.case,
        line=line,
        sent=sent,
        rows=rows,
        paper=papers.get(line.form.document_id),
        choices=[(tag, wording.language_name(tag)) for tag in office().languages],
    )


@blueprint.get("/cases/<ref>/forms/<form_id>/print")
@access(staff(*SEES_FILES))
def print_case_form(ref: str, form_id: str) -> Response:
    """Open a form of one person: in German as it was sent (`number`), else prefilled to be written on."""
    file = open_file(ref, "form")
    number = request.args.get("number", "")
    sent = _open(file.case.id, form_id, int(number)) if number.isdecimal() else None
    with reading() as session:
        block = open_letter_desk(session, office(), runtime().settings.public_url).block
        case = session.get_one(Case, file.case.id)
        found = sent or load_form(session, runtime().vault, case, form_id, today=today())
    wished = request.args.get("language") or file.case.person.language
    order = FormOrder(
        filling=found.filling,
        locale=GERMAN.tag if sent else choose_locale(wished, office().languages),
        printed_on=today(),
        subject=f"{file.case.ref} · {file.case.person.file_number}",
        is_large="large" in request.args,
        arrival=arrival_of(sent) if sent else None,
    )
    letter = print_form(build_form(order, found.catalogue, block))
    return show_pdf(letter.pdf, f"{form_id}-{file.case.ref}.pdf")


def arrival_of(sent: SentForm) -> FormArrival:
    """Return how a form came, for its first lines."""
    line = sent.line
    return FormArrival(
        line.ref, line.received_at, wording.language_name(line.locale), line.number, line.is_withdrawn
    )


def _open(case_id: object, form_id: str, number: int) -> SentForm:
    with reading() as session:
        return find_sent(session, runtime().vault, session.get_one(Case, case_id), form_id, number)
