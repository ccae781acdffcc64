"""Show the pages that need no code: start, who is responsible, imprint, privacy, accessibility."""

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from servicedesk.kernel.names import fold_surname
from servicedesk.offices.queries import find_responsible, get_staff, list_teams
from servicedesk.offices.rules.details import LocalText, text_in
from servicedesk.portal.forms import SurnameForm
from servicedesk.web.access import PUBLIC, access
from servicedesk.web.locale import LANGUAGE_COOKIE, last_language
from servicedesk.web.runtime import language, office, reading

_YEAR_SECONDS = 365 * 24 * 3600

root = Blueprint("portal_root", __name__)
blueprint = Blueprint("portal", __name__, url_prefix="/<lang>", template_folder="templates")


def local_text(texts: LocalText) -> str:
    """Return an office's own text in the request's language, else in German."""
    return text_in(texts, language().tag)


@root.get("/")
@access(PUBLIC)
def choose() -> Response:
    """Lead to the start page in the language last read, else the browser's, else German."""
    response = redirect(url_for("portal.start", lang=last_language()), 303)
    response.headers["Vary"] = "Accept-Language, Cookie"
    return response


@blueprint.get("/")
@access(PUBLIC)
def start() -> Response:
    """Show the languages and the doors; remember the language for the next visit."""
    response = make_response(
        render_template("portal/start.html", directions=local_text(office().details.directions))
    )
    response.set_cookie(
        LANGUAGE_COOKIE,
        language().tag,
        max_age=_YEAR_SECONDS,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        samesite="Lax",
        httponly=True,
    )
    return response


@blueprint.get("/responsible")
@access(PUBLIC)
def responsible() -> str:
    """Say who answers for a surname: name, room and telephone, nothing about any person."""
    asked = "surname" in request.args
    form = SurnameForm(MultiDict(request.args) if asked else None, meta={"csrf": False})
    if not asked or not form.validate():
        return render_template("portal/responsible.html", form=form, answers=None)
    key = fold_surname(form.surname.data or "", office().folding)
    with reading() as session:
        answers = []
        for team in list_teams(session, office().id):
            found = find_responsible(session, office().id, team.id, key)
            answers.append(
                (team, get_staff(session, office().id, found.member_id) if found.member_id else None)
            )
    return render_template("portal/responsible.html", form=form, answers=answers)


@blueprint.get("/imprint")
@access(PUBLIC)
def imprint() -> str:
    """Name who answers for the pages (§ 5 DDG)."""
    details = office().details
    return render_template(
        "portal/imprint.html", imprint=details.imprint, more=local_text(details.imprint.text)
    )


@blueprint.get("/privacy")
@access(PUBLIC)
def privacy() -> str:
    """Say what happens to data (Art. 13 GDPR)."""
    notice = office().details.privacy
    return render_template(
        "portal/privacy.html",
        notice=notice,
        recipients=local_text(notice.recipients),
        retention=local_text(notice.retention),
        more=local_text(notice.text),
    )


@blueprint.get("/accessibility")
@access(PUBLIC)
def accessibility() -> str:
    """Show the accessibility statement (Directive (EU) 2016/2102, Art. 7)."""
    statement = office().details.accessibility
    return render_template(
        "portal/accessibility.html",
        statement=statement,
        barriers=local_text(statement.barriers),
        more=local_text(statement.text),
    )
