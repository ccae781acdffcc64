"""Search people and files, show a person without a case, open a case by hand for any concern."""

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from servicedesk.cases.queries.people import get_person_page
from servicedesk.cases.queries.scope import Scope
from servicedesk.cases.queries.search import FoundPerson, find_people
from servicedesk.cases.service import open_case_by_hand
from servicedesk.checklists.queries import office_catalogue
from servicedesk.kernel.errors import NotAllowed
from servicedesk.kernel.permissions import Permission
from servicedesk.staff.blueprint import blueprint
from servicedesk.staff.common import attempt, note_reading, own_scope, read_id, today
from servicedesk.staff.forms import ConcernForm
from servicedesk.staff.nav import SEES_FILES
from servicedesk.web.access import access, staff
from servicedesk.web.forms import clean_line
from servicedesk.web.runtime import actor, now, office, reading

_MOST_FOUND = 50
_LONGEST = 200


@blueprint.get("/search")
@access(staff(*SEES_FILES))
def search() -> str:
    """Find people by name in any spelling, by file number or by the number of a case."""
    text, found = _search()
    return render_template(
        "staff/search.html",
        found=found,
        search_text=text,
        is_for_opening=False,
        most=_MOST_FOUND,
        day=today(),
    )


@blueprint.get("/open", endpoint="open")
@access(staff(Permission.work_case))
def choose_person() -> str:
    """Ask for whom a case is opened."""
    text, found = _search()
    return render_template(
        "staff/search.html", found=found, search_text=text, is_for_opening=True, most=_MOST_FOUND, day=today()
    )


@blueprint.route("/open/<person_id>", methods=["GET", "POST"])
@access(staff(*SEES_FILES))
def open_person(person_id: str) -> str | Response:
    """Show a person, and open a case for any concern."""
    form = ConcernForm(_offered())
    wanted = read_id(person_id)
    if request.method == "POST" and not actor().may(Permission.work_case):
        raise NotAllowed
    if form.validate_on_submit():
        concern_id = str(form.concern.data)

        def open_it(session: Session) -> Response:
            opened = open_case_by_hand(
                session, person_id=wanted, concern_id=concern_id, actor=actor(), now=now()
            )
            return redirect(url_for("staff.case", ref=opened.ref), 303)

        done = attempt(form.concern, open_it)
        if done is not None:
            return done
    with reading() as session:
        page = get_person_page(session, own_scope(session), wanted)
    note_reading("person", person_id=page.person.id)
    if request.method == "GET" and page.titles:
        form.concern.data = page.titles[0].concern_id
    return render_template("staff/person.html", page=page, form=form, day=today())


def _offered() -> list[tuple[str, str]]:
    """Return the concerns of the office that are not withdrawn."""
    with reading() as session:
        catalogue = office_catalogue(session, office().id, today())
    return [
        (concern.id, concern.name) for concern in catalogue.list_concerns() if concern.is_offered(today())
    ]


def _search() -> tuple[str, tuple[FoundPerson, ...]]:
    text = clean_line(request.args.get("q", "")[:_LONGEST]) or ""
    with reading() as session:
        return text, _find(session, own_scope(session), text)


def _find(session: Session, scope: Scope, text: str) -> tuple[FoundPerson, ...]:
    """Return who is found by the words as typed; else by the part before a comma, else by the last word."""
    for typed in dict.fromkeys((text, text.partition(",")[0].strip(), text.rpartition(" ")[2])):
        found = find_people(session, scope, typed, limit=_MOST_FOUND) if typed else ()
        if found:
            return found
    return ()
