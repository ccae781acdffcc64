"""Show staff the public list of a draft, in any language of the office, marked as a draft."""

from typing import Any
from uuid import UUID

from flask import Blueprint, g, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from servicedesk.checklists.catalogue.own import build_own
from servicedesk.checklists.queries import get_version
from servicedesk.kernel.errors import NotFound
from servicedesk.kernel.locales import LANGUAGES, get_language
from servicedesk.kernel.permissions import Permission
from servicedesk.portal.public_lists import Question, find_question, read_list
from servicedesk.web.access import access, staff
from servicedesk.web.locale import gettext, use_texts
from servicedesk.web.runtime import office, reading

blueprint = Blueprint("catalogue_preview", __name__, url_prefix="/staff/catalogue")


@blueprint.get("/<version_id>/preview/<concern_id>")
@access(staff(Permission.manage_office, Permission.see_team))
def page(version_id: str, concern_id: str) -> Response:
    """Show the list for the answers of the address, with the form that changes them above."""
    with reading() as session:
        view = get_version(session, office().id, _read_id(version_id))
    catalogue = build_own(view.own, view.line.version)
    concern = catalogue.find_concern(concern_id)
    if concern is None:
        raise NotFound
    tag = request.args.get("language", "")
    found = read_list(catalogue, concern, request.args)
    names = ("first", "for", *sorted(fact.value for fact in concern.facts))
    asked: list[Question] = [one for name in names if (one := find_question(catalogue, found, name))]
    chosen: dict[str, Any] = {one.question.name: one.value for one in found.asked}
    # What staff choose from stands in their language, the list itself in the one chosen.
    reader, words = g.language, _words(view.line.version)
    questions = [
        (one.name, gettext(one.text), [(value, gettext(text)) for value, text in one.choices])
        for one in asked
    ]
    g.language = get_language(tag if tag in office().languages else "de")
    use_texts(catalogue.texts)
    answer: Any = make_response(
        render_template(
            "portal/papers_preview.html",
            list=found,
            concern=concern,
            version=catalogue.version,
            link=url_for("portal.papers_of", concern_id=concern.id, lang=g.language.tag, _external=True),
            changes={one.name: f"#pick-{one.name}" for one in asked},
            questions_address="#pick",
            questions=questions,
            chosen=chosen,
            choices=[LANGUAGES[one] for one in office().languages if one in LANGUAGES],
            version_id=version_id,
            reader=reader,
            words=words,
            sheet=url_for(
                "staff.catalogue_sheet",
                version_id=version_id,
                concern_id=concern_id,
                language=g.language.tag,
                **{name: value for name, value in chosen.items() if name in {"first", "for"}},
            ),
        )
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer  # type: ignore[no-any-return]


def _words(version: str) -> dict[str, str]:
    return {
        "back": gettext("Zurück zur Fassung %(version)s", version=version),
        "draft": gettext("Entwurf – gilt noch nicht"),
        "sheet": gettext("Gedrucktes Blatt als PDF"),
        "language": gettext("Sprache der Liste"),
        "show": gettext("Liste zeigen"),
    }


def _read_id(text: str) -> UUID:
    try:
        return UUID(hex=text[:40])
    except ValueError as fault:
        raise NotFound from fault
