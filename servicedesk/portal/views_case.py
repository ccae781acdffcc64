"""Show a case to the person it is about: apply first, then papers, and afterwards where it stands."""

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from servicedesk.cases.rules import Channel
from servicedesk.cases.service import announce_document, record_application
from servicedesk.interim.queries.resident import find_resident_confirmation
from servicedesk.kernel.errors import Refusal
from servicedesk.notices.letters import LettersUnavailable, render_letter
from servicedesk.portal.asked import sum_up
from servicedesk.portal.confirmation import tell
from servicedesk.portal.details import known_details
from servicedesk.portal.documents import attach, build_receipt
from servicedesk.portal.forms import ConfirmForm
from servicedesk.portal.journey import load_page, own_case, read_answers
from servicedesk.portal.wording import HEADINGS, ending_of, statement_of
from servicedesk.web.access import RESIDENT, access
from servicedesk.web.idempotency import act
from servicedesk.web.runtime import actor, now, office, reading, runtime

blueprint = Blueprint("portal_case", __name__, url_prefix="/<lang>/case")


@blueprint.get("/", endpoint="home")
@access(RESIDENT)
def home() -> str | Response:
    """Show where the case stands and the one thing to do now."""
    with reading() as session:
        page = load_page(session)
        details = known_details(session, page.view, read_answers(session))
        found = find_resident_confirmation(session, office(), own_case(), now=now())
        asked = sum_up(session)
    confirmation = tell(found) if found else None
    if page.view.is_closed:
        return render_template("portal/case_closed.html", page=page, confirmation=confirmation, asked=asked)
    if page.view.receipt is None:
        return redirect(url_for("portal_case.apply"), 303)
    return render_template(
        "portal/case_home.html",
        page=page,
        confirmation=confirmation,
        details=details,
        asked=asked,
        heading=HEADINGS[page.view.concern.title_form],
    )


@blueprint.route("/apply", methods=["GET", "POST"])
@access(RESIDENT)
def apply() -> str | Response:
    """Offer the explicit sentence; the instant at which the request arrived is the receipt."""
    form = ConfirmForm()
    is_sent = form.validate_on_submit()
    with reading() as session:
        page = load_page(session)
        details = known_details(session, page.view, read_answers(session))
    if page.view.is_closed:
        return redirect(url_for("portal_case.home"), 303)
    if page.view.receipt is not None:
        if is_sent:
            return redirect(url_for("portal_case.receipt"), 303)
        return render_template("portal/case_applied.html", page=page)
    sentence = statement_of(page.view.concern.title_form)
    if not is_sent:
        return render_template(
            "portal/case_apply.html",
            page=page,
            form=form,
            sentence=sentence,
            details=details,
            ending=ending_of(page.view.concern.title_form),
            heading=HEADINGS[page.view.concern.title_form],
        )

    def send(session: Session) -> Response:
        record_application(
            session,
            runtime().vault,
            case_id=own_case(),
            channel=Channel.web,
            received_at=now(),
            statement=sentence,
            actor=actor(),
            now=now(),
        )
        return redirect(url_for("portal_case.receipt"), 303)

    return act(send)


@blueprint.get("/receipt")
@access(RESIDENT)
def receipt() -> str | Response:
    """Show when the application arrived, what that means and what it does not mean."""
    with reading() as session:
        page = load_page(session)
        details = known_details(session, page.view, read_answers(session))
    if page.view.receipt is None:
        return redirect(url_for("portal_case.home"), 303)
    return render_template("portal/case_receipt.html", page=page, details=details)


@blueprint.get("/receipt.pdf")
@access(RESIDENT)
def receipt_pdf() -> str | Response:
    """Hand out the receipt to keep and to print."""
    with reading() as session:
        page = load_page(session)
        if page.view.receipt is None:
            return redirect(url_for("portal_case.home"), 303)
        letter = build_receipt(session, page.view, page.view.receipt)
    try:
        pdf = render_letter(letter).pdf
    except LettersUnavailable:
        return render_template("portal/no_pdf.html", back=url_for("portal_case.receipt"))
    return attach(pdf, "application/pdf", f"{page.view.receipt.ref}.pdf")


@blueprint.get("/papers")
@access(RESIDENT)
def papers() -> str | Response:
    """List the papers of this case with where each stands."""
    with reading() as session:
        page = load_page(session)
    if page.view.is_closed or page.view.receipt is None:
        return redirect(url_for("portal_case.home"), 303)
    return render_template("portal/case_papers.html", page=page)


@blueprint.post("/papers")
@access(RESIDENT)
def announce() -> Response:
    """Note that a paper lies ready at home, or not any more."""
    document_id = request.form.get("document", "")[:60]

    def note(session: Session) -> None:
        announce_document(
            session,
            case_id=own_case(),
            document_id=document_id,
            actor=actor(),
            now=now(),
            is_at_hand=request.form.get("at_hand") != "no",
        )

    try:
        runtime().database.run(note)
    except Refusal:
        # A list that changed meanwhile: the page as it is now says what holds.
        return redirect(url_for("portal_case.papers"), 303)
    return redirect(url_for("portal_case.papers", _anchor=f"paper-{document_id}"), 303)
