"""Show anybody which papers a concern needs: no sign-in, nothing stored, everything in the address."""

from typing import Any

from flask import abort, make_response, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from servicedesk.checklists.catalogue import Catalogue
from servicedesk.checklists.queries import office_catalogue
from servicedesk.checklists.rules import Concern
from servicedesk.checklists.rules.forms import list_forms
from servicedesk.kernel.clock import local_day
from servicedesk.portal.forms import ask_in_address
from servicedesk.portal.public_lists import PublicList, Question, find_question, read_list
from servicedesk.portal.views_public import blueprint
from servicedesk.web.access import PUBLIC, access
from servicedesk.web.locale import use_texts
from servicedesk.web.runtime import now, office, reading

SENT = "sent"
"""Parameter that names the question a form was about, so that an empty answer is told from a first visit."""
_FRESH_SECONDS = 300


@blueprint.get("/papers")
@access(PUBLIC)
def papers() -> Response:
    """List the concerns whose papers can be looked up."""
    catalogue = _catalogue()
    today = local_day(now(), office().zone)
    offered = [one for one in catalogue.list_concerns() if one.is_offered(today) and one.papers]
    return _cached(render_template("portal/papers.html", concerns=offered))


@blueprint.get("/papers/<concern_id>")
@access(PUBLIC)
def papers_of(concern_id: str) -> Response:
    """Show the list for the answers of the address, with what is still open and what it costs."""
    catalogue = _catalogue()
    concern = _find(catalogue, concern_id)
    if isinstance(concern, Response):
        return concern
    found = read_list(catalogue, concern, request.args)
    page = render_template(
        "portal/papers_of.html",
        list=found,
        concern=concern,
        version=catalogue.version,
        own_forms=list_forms(catalogue.forms, concern, found.requirements),
        questions_address=_address("portal.papers_question", found),
        link=_address("portal.papers_of", found, _external=True),
        changes={
            question.name: _address("portal.papers_question", found, ask=question.name)
            for question in (*(one.question for one in found.asked), *found.questions)
        },
    )
    return _cached(page)


@blueprint.get("/papers/<concern_id>/questions")
@access(PUBLIC)
def papers_question(concern_id: str) -> Response:
    """Ask the next question, or the one that is to be changed; after the last one show the list.

    A form that is only read: the answers go on in the address, and the back button works.
    """
    catalogue = _catalogue()
    concern = _find(catalogue, concern_id)
    if isinstance(concern, Response):
        return concern
    found = read_list(catalogue, concern, request.args)
    wanted = request.args.get("ask")
    question = find_question(catalogue, found, wanted) if wanted else next(iter(found.questions), None)
    if question is None:
        return redirect(_address("portal.papers_of", found), 303)
    is_sent = request.args.get(SENT) == question.name
    values = MultiDict(request.args if is_sent else found.parameters)
    form = ask_in_address(question.name, question.text, question.choices, values)
    # An answer that came well leads on: only an empty or a foreign one is asked again, with the fault beside it.
    if is_sent and form.validate():
        return redirect(_address("portal.papers_question", found), 303)
    page = render_template(
        "portal/papers_question.html",
        concern=concern,
        question=question,
        form=form,
        kept={name: value for name, value in found.parameters.items() if name != question.name},
        back=_before(found, question),
        left=sum(one.name != question.name for one in found.questions),
        list_address=_address("portal.papers_of", found),
    )
    return _cached(page)


@blueprint.get("/p/<letters>")
@access(PUBLIC)
def papers_short(letters: str) -> Response:
    """Lead from the short address that printed lists carry to the list."""
    named = [one for one in _catalogue().list_concerns() if one.letters and one.letters == letters.lower()]
    if not named:
        abort(404)
    return redirect(url_for("portal.papers_of", concern_id=named[0].id), 303)


def _address(endpoint: str, found: PublicList, **more: Any) -> str:
    """Return an address with every answer given so far."""
    values: dict[str, Any] = {**found.parameters, "concern_id": found.concern.id, **more}
    return url_for(endpoint, **values)


def _before(found: PublicList, question: Question) -> str:
    """Return the page before a question, with every answer kept: one question back, or the list when all are done."""
    names = [one.question.name for one in found.asked]
    place = names.index(question.name) if question.name in names else len(names)
    if place < len(names) and not found.questions:
        return _address("portal.papers_of", found)
    if place == 0:
        return url_for("portal.papers")
    return _address("portal.papers_question", found, ask=names[place - 1])


def _catalogue() -> Catalogue:
    with reading() as session:
        catalogue = office_catalogue(session, office().id, local_day(now(), office().zone))
    use_texts(catalogue.texts)
    return catalogue


def _find(catalogue: Catalogue, concern_id: str) -> Concern | Response:
    """Return a concern that is offered, or the page that says what stands in the place of a withdrawn one."""
    concern = catalogue.find_concern(concern_id)
    if concern is None:
        abort(404)
    if concern.is_offered(local_day(now(), office().zone)):
        return concern
    page = render_template("portal/concern_gone.html", concern=concern, next=_successor(catalogue, concern))
    return make_response(page, 410)


def _successor(catalogue: Catalogue, concern: Concern) -> Concern | None:
    today = local_day(now(), office().zone)
    found = catalogue.find_concern(concern.replaced_by) if concern.replaced_by else None
    return found if found is not None and found.is_offered(today) else None


def _cached(page: str) -> Response:
    """Return a page that anybody's cache may keep for a few minutes: it is the same for everyone."""
    response: Any = make_response(page)
    response.headers["Cache-Control"] = f"public, max-age={_FRESH_SECONDS}"
    response.add_etag()
    return response.make_conditional(request)  # type: ignore[no-any-return]
