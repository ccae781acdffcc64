"""Let people fill in the office's forms behind the code: one question a page, kept at every step, sent once."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from servicedesk.cases.errors import CaseNotFound, FormAlreadySent, FormIncomplete, FormNotFound
from servicedesk.cases.frames import open_letter_desk
from servicedesk.cases.models import Case
from servicedesk.cases.queries.forms import FormFile, FormLine, list_case_forms, load_form
from servicedesk.cases.service import begin_draft, fill_in, submit_form
from servicedesk.checklists.errors import ContradictoryFacts
from servicedesk.checklists.form_printing import FormOrder, build_form, print_form
from servicedesk.checklists.rules.forms import FieldKind, FormField, Value
from servicedesk.kernel.clock import local_day
from servicedesk.notices.letters import LettersUnavailable
from servicedesk.portal.documents import attach
from servicedesk.portal.form_pages import MOST_ROWS, ask_item, ask_row, shown
from servicedesk.portal.forms import ConfirmForm
from servicedesk.portal.journey import CasePage, load_page, own_case
from servicedesk.web.access import RESIDENT, access
from servicedesk.web.edge import sentence
from servicedesk.web.idempotency import act
from servicedesk.web.locale import gettext, is_switching, use_texts
from servicedesk.web.runtime import actor, language, now, office, reading, runtime

blueprint = Blueprint("portal_forms", __name__, url_prefix="/<lang>/case/forms")


@blueprint.get("/")
@access(RESIDENT)
def forms() -> str | Response:
    """List the forms of this case and how far each is."""
    with reading() as session:
        page = load_page(session)
        lines = list_own_forms(session, page)
    if not is_open(page):
        return redirect(url_for("portal_case.home"), 303)
    return render_template("portal/case_forms.html", page=page, lines=lines)


@blueprint.route("/<form_id>", methods=["GET", "POST"])
@access(RESIDENT)
def form(form_id: str) -> str | Response:
    """Say what the form is for and lead on; after sending show the receipt, with a way to correct it."""
    file = _find(form_id)
    if isinstance(file, Response):
        return file
    confirm = ConfirmForm()
    if confirm.validate_on_submit():

        def begin(session: Session) -> Response:
            begin_draft(
                session, runtime().vault, case_id=own_case(), form_id=form_id, actor=actor(), now=now()
            )
            return redirect(_next_address(file), 303)

        return act(begin)
    if file.latest is not None and not file.has_draft:
        late = gettext(FormAlreadySent.message) if "late" in request.args else ""
        return render_template("portal/form_sent.html", file=file, form=confirm, late=late)
    return render_template(
        "portal/form_start.html",
        file=file,
        form=confirm,
        left=sum(one.id not in file.filling.values for one in file.filling.list_asked()),
        known=[one for one in file.form.fields if one.id in file.filling.known],
    )


@blueprint.route("/<form_id>/q/<field_id>", methods=["GET", "POST"])
@access(RESIDENT)
def question(form_id: str, field_id: str) -> str | Response:
    """Ask one item; what was typed before is filled in."""
    file = _find(form_id)
    if isinstance(file, Response):
        return file
    item = next((one for one in file.filling.list_asked() if one.id == field_id), None)
    if item is None or not file.has_draft:
        # What another tab still wrote after sending is in no form: the receipt must not look as if it were.
        is_late = request.method == "POST" and not is_switching() and file.latest is not None
        return redirect(url_for("portal_forms.form", form_id=form_id, late=1 if is_late else None), 303)
    if item.kind is FieldKind.table:
        return _ask_table(file, item)
    one = ask_item(item, file.filling)
    if one.validate_on_submit():
        try:
            return act(lambda session: _keep(session, file, item, one.read()))
        except ContradictoryFacts as fault:
            one.value.errors = [sentence(fault)]
    elif not one.is_submitted() and item.id in file.filling.values:
        one.show(file.filling.values[item.id])
    return render_template("portal/form_question.html", file=file, item=item, form=one, **_place(file, item))


@blueprint.route("/<form_id>/check", methods=["GET", "POST"])
@access(RESIDENT)
def check(form_id: str) -> str | Response:
    """Show every answer with a way to change it; sending is the last step."""
    file = _find(form_id)
    if isinstance(file, Response):
        return file
    confirm = ConfirmForm()
    faults: list[tuple[None, str]] = []
    if confirm.validate_on_submit():
        try:
            return act(lambda session: _send(session, form_id))
        except (ContradictoryFacts, FormIncomplete) as fault:
            faults = [(None, sentence(fault))]
        except FormAlreadySent:
            return redirect(url_for("portal_forms.form", form_id=form_id), 303)
    if not file.has_draft:
        return redirect(url_for("portal_forms.form", form_id=form_id), 303)
    following = file.filling.find_next()
    if following is not None and not faults:
        return redirect(url_for("portal_forms.question", form_id=form_id, field_id=following.id), 303)
    return render_template(
        "portal/form_check.html",
        file=file,
        form=confirm,
        faults=faults,
        lines=[(one, shown(one, file.filling.values.get(one.id, ""))) for one in file.filling.list_asked()],
        known=[one for one in file.form.fields if one.id in file.filling.known],
        has_known_facts=any(
            one.fact is not None and file.filling.sheet.of(one.fact) is not None for one in file.form.fields
        ),
    )


@blueprint.get("/<form_id>/pdf")
@access(RESIDENT)
def pdf(form_id: str) -> str | Response:
    """Hand out the form with what this person typed, in German and the page's language."""
    file = _find(form_id)
    if isinstance(file, Response):
        return file
    with reading() as session:
        block = open_letter_desk(session, office(), runtime().settings.public_url).block
        case_ref = load_page(session).view.case_ref
    order = FormOrder(
        filling=file.filling,
        locale=language().tag,
        printed_on=local_day(now(), office().zone),
        subject=case_ref,
        conceals=True,
    )
    try:
        letter = print_form(build_form(order, file.catalogue, block))
    except LettersUnavailable:
        return render_template("portal/no_pdf.html", back=url_for("portal_forms.form", form_id=form_id))
    return attach(letter.pdf, "application/pdf", f"{form_id}-{case_ref}.pdf")


def list_own_forms(session: Session, page: CasePage) -> tuple[FormLine, ...]:
    """Return the forms of the case behind the code."""
    checklist = page.view.checklist
    if checklist is None:
        return ()
    case = session.get_one(Case, own_case())
    return list_case_forms(session, case, checklist, today=local_day(now(), office().zone))


def is_open(page: CasePage) -> bool:
    """Tell whether there is anything to fill in: the application comes first, and nothing changes after the end."""
    return not page.view.is_closed and page.view.receipt is not None


def _find(form_id: str) -> FormFile | Response:
    """Return one form of one's own case, or where to go instead."""
    with reading() as session:
        if not is_open(load_page(session)):
            return redirect(url_for("portal_case.home"), 303)
        case = session.get(Case, own_case())
        if case is None:
            raise CaseNotFound
        try:
            file = load_form(session, runtime().vault, case, form_id, today=local_day(now(), office().zone))
        except FormNotFound:
            return redirect(url_for("portal_forms.forms"), 303)
    use_texts(file.catalogue.texts)
    return file


def _ask_table(file: FormFile, item: FormField) -> str | Response:
    """Show the rows typed so far and take one more, take one off, or go on."""
    kept = file.filling.values.get(item.id, ())
    rows = () if isinstance(kept, str) else kept
    one = ask_row(item)
    if request.method == "POST" and not is_switching():
        taken_off = request.form.get("remove", "")
        if taken_off.isdecimal() and len(taken_off) < 4:
            left = tuple(row for place, row in enumerate(rows) if place != int(taken_off))
            return act(lambda session: _keep(session, file, item, left, stays=True))
        adds = not one.is_empty
        if adds and len(rows) >= MOST_ROWS:
            one.refuse(is_full=True)
        elif adds and one.validate():
            more = (*rows, one.read())
            return act(lambda session: _keep(session, file, item, more, stays="add" in request.form))
        elif not adds and (rows or item.is_optional) and "add" not in request.form:
            return act(lambda session: _keep(session, file, item, tuple(rows)))
        elif not adds:
            one.refuse(is_full=False)
    lines = [shown(item, (row,)) for row in rows]
    return render_template(
        "portal/form_table.html", file=file, item=item, form=one, lines=lines, **_place(file, item)
    )


def _keep(
    session: Session, file: FormFile, item: FormField, value: Value, *, stays: bool = False
) -> Response:
    after = fill_in(
        session,
        runtime().vault,
        case_id=own_case(),
        form_id=file.form.id,
        field_id=item.id,
        value=value,
        actor=actor(),
        now=now(),
    )
    if stays:
        return redirect(url_for("portal_forms.question", form_id=file.form.id, field_id=item.id), 303)
    return redirect(_next_address(after, item.id), 303)


def _send(session: Session, form_id: str) -> Response:
    submit_form(
        session,
        runtime().vault,
        case_id=own_case(),
        form_id=form_id,
        locale=language().tag,
        actor=actor(),
        now=now(),
    )
    return redirect(url_for("portal_forms.form", form_id=form_id), 303)


def _next_address(file: FormFile, after: str = "") -> str:
    following = file.filling.find_next(after)
    if following is None:
        return url_for("portal_forms.check", form_id=file.form.id)
    return url_for("portal_forms.question", form_id=file.form.id, field_id=following.id)


def _place(file: FormFile, item: FormField) -> dict[str, Any]:
    """Return how many questions are left, and which page lies behind this one."""
    asked = file.filling.list_asked()
    place = asked.index(item)
    is_done = file.filling.find_next() is None
    if is_done:
        back = url_for("portal_forms.check", form_id=file.form.id)
    elif place == 0:
        back = url_for("portal_forms.form", form_id=file.form.id)
    else:
        back = url_for("portal_forms.question", form_id=file.form.id, field_id=asked[place - 1].id)
    left = sum(one.id not in file.filling.values and one.id != item.id for one in asked)
    return {"back": back, "left": left}
