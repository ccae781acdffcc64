"""Print checklists at the desk: three letters, the language, Enter."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import make_response, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from servicedesk.cases.frames import choose_locale, open_letter_desk
from servicedesk.cases.rules import PaperState
from servicedesk.checklists.catalogue import Catalogue
from servicedesk.checklists.printing import SheetOrder, build_sheet, print_sheet
from servicedesk.checklists.queries import office_catalogue
from servicedesk.checklists.rules import Concern, PersonFacts, Requirement, list_requirements
from servicedesk.kernel.errors import NotFound
from servicedesk.kernel.locales import LANGUAGES
from servicedesk.notices.contexts import OfficeBlock
from servicedesk.notices.contexts.checklists import LineMark
from servicedesk.notices.letters import LettersUnavailable
from servicedesk.staff import wording
from servicedesk.staff.blueprint import blueprint
from servicedesk.staff.case_file import open_file
from servicedesk.staff.common import today
from servicedesk.staff.nav import SEES_FILES
from servicedesk.web.access import STAFF, access, staff
from servicedesk.web.locale import gettext
from servicedesk.web.runtime import office, reading, runtime

_THERE = frozenset({PaperState.received, PaperState.accepted})
_WANTED_AGAIN = frozenset({PaperState.announced, PaperState.rejected, PaperState.stale})
_A_CHILD = 10
"""Stands for every age with compulsory schooling; the blank list of a child asks for what children need."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """Say what somebody typed; `tag` is a language of the office."""

    letters: str
    tag: str
    is_first: bool
    is_child: bool
    is_large: bool


@blueprint.get("/checklists")
@access(STAFF)
def checklists() -> str:
    """Show the short form and every concern with its letters."""
    return _page(_read_wish())


@blueprint.get("/checklists/print")
@access(STAFF)
def print_checklist() -> str | Response:
    """Open the list that was asked for, ready to be printed; it names nobody."""
    wish = _read_wish()
    with reading() as session:
        catalogue, block = _ground(session)
    concern = catalogue.find_by_letters(wish.letters)
    if concern is None:
        return _page(wish, fault=_fault(wish))
    facts = PersonFacts(is_renewal=not wish.is_first, age=_A_CHILD if wish.is_child else None)
    order = SheetOrder(concern, list_requirements(concern, facts), wish.tag, today(), is_large=wish.is_large)
    try:
        letter = print_sheet(build_sheet(order, catalogue, block))
    except LettersUnavailable:
        return _page(
            wish,
            fault=gettext(
                "Auf diesem Rechner lassen sich keine Blätter drucken. Sagen Sie es der Betriebsstelle."
            ),
        )
    return show_pdf(letter.pdf, f"checkliste-{concern.letters}-{wish.tag}.pdf")


@blueprint.get("/cases/<ref>/checklist")
@access(staff(*SEES_FILES))
def case_checklist(ref: str) -> Response:
    """Open the list of one person: what is there, what is still missing."""
    case = open_file(ref, "checklist").case
    concern, person = case.checklist.concern, case.person
    if concern is None:
        raise NotFound
    states = {line.document_id: line.state for line in case.papers}
    order = SheetOrder(
        concern,
        tuple(
            line
            for line in case.checklist.requirements
            if states.get(line.document.id) is not PaperState.waived
        ),
        choose_locale(request.args.get("language") or person.language, office().languages),
        today(),
        is_large="large" in request.args,
        marks=_marks(case.checklist.requirements, states),
        file_number=person.file_number,
        name=" ".join(part for part in (person.given_names, person.family_name) if part),
    )
    with reading() as session:
        _, block = _ground(session)
    letter = print_sheet(build_sheet(order, case.checklist.catalogue, block))
    return show_pdf(letter.pdf, f"checkliste-{case.ref}.pdf")


def _marks(requirements: tuple[Requirement, ...], states: Mapping[str, PaperState]) -> dict[str, LineMark]:
    """Say of each paper whether it is there or certainly missing; what may not apply keeps an empty box."""
    chosen = {line.group for line in requirements if line.group and states.get(line.document.id) in _THERE}
    marks = {}
    for line in requirements:
        state = states.get(line.document.id, PaperState.missing)
        if state in _THERE:
            marks[line.document.id] = LineMark.GIVEN
        elif line.group not in chosen and (line.is_mandatory or state in _WANTED_AGAIN):
            marks[line.document.id] = LineMark.MISSING
    return marks


def show_pdf(pdf: bytes, name: str) -> Response:
    """Return a document that the browser opens, so that one key prints it."""
    response = make_response(pdf)
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def _read_wish() -> _Wish:
    asked = request.args
    # "stu ar" says both in one field: nobody has to leave it.
    letters, _, tag = asked.get("letters", "").strip()[:20].partition(" ")
    is_known = tag.strip().lower() in {one.lower() for one in office().languages}
    return _Wish(
        letters=letters if is_known or not tag else f"{letters} {tag}",
        tag=choose_locale(tag.strip() if is_known else asked.get("language"), office().languages),
        is_first="first" in asked,
        is_child="child" in asked,
        is_large="large" in asked,
    )


def _ground(session: Session) -> tuple[Catalogue, OfficeBlock]:
    block = open_letter_desk(session, office(), runtime().settings.public_url).block
    return office_catalogue(session, office().id, today()), block


def _offered(catalogue: Catalogue, day: date) -> list[Concern]:
    offered = [one for one in catalogue.list_concerns() if one.is_offered(day) and one.papers]
    return sorted(offered, key=lambda one: one.letters)


def _fault(wish: _Wish) -> str:
    if not wish.letters:
        return gettext("Tippen Sie die drei Buchstaben des Anliegens, zum Beispiel „stu“ für das Studium.")
    return gettext(
        "„%(letters)s“ gehört zu keinem Anliegen. Die Buchstaben aller Anliegen stehen in der Liste unten.",
        letters=wish.letters,
    )


def _page(wish: _Wish, fault: str = "") -> str:
    with reading() as session:
        catalogue, _ = _ground(session)
    languages = sorted(
        ((tag, wording.language_name(tag), LANGUAGES[tag].endonym) for tag in office().languages),
        key=lambda one: one[1],
    )
    return render_template(
        "staff/checklists.html",
        wish=wish,
        fault=fault,
        has_errors=bool(fault),
        choices=languages,
        concerns=_offered(catalogue, today()),
        own_forms=list(catalogue.forms.values()),
    )
