"""Hand out blank forms to anybody: for the concern and answers of a public list, naming nobody."""

from flask import abort, render_template, request, url_for
from werkzeug.wrappers import Response

from servicedesk.cases.frames import open_letter_desk
from servicedesk.checklists.form_printing import FormOrder, blank_filling, build_form, print_form
from servicedesk.checklists.queries import office_catalogue
from servicedesk.checklists.rules.forms import list_forms
from servicedesk.kernel.clock import local_day
from servicedesk.notices.letters import LettersUnavailable
from servicedesk.portal.documents import attach
from servicedesk.portal.public_lists import read_list
from servicedesk.portal.views_public import blueprint
from servicedesk.web.access import PUBLIC, access
from servicedesk.web.runtime import language, now, office, reading, runtime


@blueprint.get("/papers/<concern_id>/forms/<form_id>")
@access(PUBLIC)
def papers_form(concern_id: str, form_id: str) -> str | Response:
    """Hand out one blank form of a concern in German and the page's language; the answers of the address shorten it."""
    today = local_day(now(), office().zone)
    with reading() as session:
        catalogue = office_catalogue(session, office().id, today)
        block = open_letter_desk(session, office(), runtime().settings.public_url).block
    concern = catalogue.find_concern(concern_id)
    form = next((one for one in list_forms(catalogue.forms, concern) if one.id == form_id), None)
    if concern is None or form is None or not concern.is_offered(today):
        abort(404)
    found = read_list(catalogue, concern, request.args)
    order = FormOrder(
        blank_filling(form, catalogue, found.facts), language().tag, today, is_large="large" in request.args
    )
    try:
        letter = print_form(build_form(order, catalogue, block))
    except LettersUnavailable:
        return render_template(
            "portal/no_form_pdf.html", back=url_for("portal.papers_of", concern_id=concern_id)
        )
    return attach(letter.pdf, "application/pdf", f"{form_id}-{language().tag}.pdf")
