"""Hand out the information sheets for those who are shown a confirmation: to print, for everyone."""

from functools import lru_cache

from flask import Blueprint, abort, make_response, render_template, url_for
from werkzeug.wrappers import Response

from servicedesk.cases.frames import open_letter_desk
from servicedesk.interim.law_texts import continuation
from servicedesk.kernel.clock import local_day
from servicedesk.kernel.locales import GERMAN
from servicedesk.notices.contexts import InterimSheet, SheetKind
from servicedesk.notices.letters import LettersUnavailable, render_sheet
from servicedesk.web.access import PUBLIC, access
from servicedesk.web.runtime import language, now, office, reading, runtime

_KINDS = {"arbeitgeber": SheetKind.EMPLOYER, "jobcenter": SheetKind.BENEFITS}
_BESIDE_GERMAN = "en"
"""What stands beside the German for a reader of German: whoever employs people may not read it."""

blueprint = Blueprint("interim_sheets", __name__, url_prefix="/<lang>/merkblatt", template_folder="templates")


@blueprint.get("/<name>.pdf")
@access(PUBLIC)
def sheet(name: str) -> str | Response:
    """Return a sheet in German and the page's language, for a German page in German and English."""
    kind = _KINDS.get(name)
    if kind is None:
        abort(404)
    with reading() as session:
        block = open_letter_desk(session, office(), runtime().settings.public_url).block
    law = continuation(local_day(now(), office().zone))
    tag = language().tag
    locale = _BESIDE_GERMAN if tag == GERMAN.tag else tag
    wanted = InterimSheet(
        kind=kind,
        locale=locale,
        office=block,
        law=law.norm,
        law_text=law.text,
        is_machine_translated=block.is_machine_translated(locale),
    )
    try:
        pdf = _rendered(wanted)
    except LettersUnavailable:
        return render_template("interim/no_pdf.html", back=url_for("interim_check.employers"))
    response = make_response(pdf)
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="merkblatt-{name}-{tag}.pdf"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@lru_cache(maxsize=64)
def _rendered(wanted: InterimSheet) -> bytes:
    """Render a sheet once: it names nobody, and everybody may ask for it as often as they like."""
    return render_sheet(wanted).pdf
