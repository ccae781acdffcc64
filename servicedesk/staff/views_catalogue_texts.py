"""Write an office's texts in its languages side by side, and print a draft's list."""

from collections.abc import Mapping

from flask import abort, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from servicedesk.cases.frames import choose_locale, open_letter_desk
from servicedesk.checklists.catalogue.faults import LONGEST_TEXT, find_faults
from servicedesk.checklists.catalogue.own import (
    build_own,
    builtin_translation,
    list_missing,
    list_own_texts,
    own_translation,
)
from servicedesk.checklists.errors import EntryChanged, NotADraft
from servicedesk.checklists.printing import SheetOrder, build_sheet, print_sheet
from servicedesk.checklists.queries import VersionState, VersionView
from servicedesk.checklists.rules import PersonFacts, list_requirements
from servicedesk.checklists.service import change_texts
from servicedesk.kernel.errors import NotFound
from servicedesk.kernel.locales import GERMAN, LANGUAGES
from servicedesk.staff.blueprint import blueprint
from servicedesk.staff.common import today
from servicedesk.staff.views_catalogue import EDITS, SEES, load_view
from servicedesk.staff.views_checklists import show_pdf
from servicedesk.web.access import access
from servicedesk.web.edge import sentence
from servicedesk.web.forms import clean_line
from servicedesk.web.idempotency import act
from servicedesk.web.locale import gettext, is_switching
from servicedesk.web.runtime import actor, now, office, reading, runtime

_A_CHILD = 10
_MOST_ROWS = 2000


@blueprint.route("/catalogue/<version_id>/texts/<tag>", methods=["GET", "POST"])
@access(EDITS)
def catalogue_texts(version_id: str, tag: str) -> str | Response:
    """Show the office's German texts beside those of one language, and take what is typed."""
    view = load_view(version_id)
    if view.line.state is not VersionState.draft:
        raise NotADraft
    if tag not in office().languages or tag == GERMAN.tag or tag not in LANGUAGES:
        abort(404)
    texts = list_own_texts(view.own)
    typed = {one.german: own_translation(view.own, tag, one.german) for one in texts}
    faults: list[tuple[str | None, str]] = []
    if request.method == "POST" and not is_switching():
        sent = {german: text for german, text in _read("text").items() if german in typed}
        typed |= sent

        def save(session: Session) -> Response:
            change_texts(
                session,
                version_id=view.line.id,
                tag=tag,
                words=sent,
                seen=_read("seen"),
                actor=actor(),
                now=now(),
            )
            return redirect(url_for("staff.catalogue_texts", version_id=version_id, tag=tag, saved=1), 303)

        try:
            return act(save)
        except EntryChanged as fault:
            faults = [(None, sentence(fault))]
            return _texts_page(load_view(version_id), tag, typed, faults)
    numbers = {one.german: number for number, one in enumerate(texts)}
    faults = [
        (f"text-{numbers[one.field]}" if one.field in numbers else None, gettext(one.message, **one.params))
        for one in find_faults(view.own)
        if (one.kind, one.entry_id) == ("texts", tag)
    ]
    return _texts_page(view, tag, typed, faults)


def _read(field: str) -> dict[str, str]:
    """Return what a field of every row holds, by its German text.

    Rows name their text: another order or a new text meanwhile must not shift what was typed.
    """
    return {
        german: clean_line(request.form.get(f"{field}-{number}", "")[: LONGEST_TEXT + 1]) or ""
        for number in range(min(len(request.form), _MOST_ROWS))
        if (german := request.form.get(f"german-{number}"))
    }


def _texts_page(
    view: VersionView, tag: str, typed: Mapping[str, str], faults: list[tuple[str | None, str]]
) -> str:
    missing = {one.german for one in list_missing(view.own, tag)}
    return render_template(
        "staff/catalogue_texts.html",
        view=view,
        line=view.line,
        language=LANGUAGES[tag],
        rows=[
            (
                one,
                typed.get(one.german, ""),
                own_translation(view.own, tag, one.german),
                builtin_translation(tag, one.german),
                one.german in missing,
            )
            for one in list_own_texts(view.own)
        ],
        missing=len(missing),
        others=[one for one in office().languages if one not in {GERMAN.tag, tag}],
        faults=faults,
        targets={target for target, _ in faults},
    )


@blueprint.get("/catalogue/<version_id>/sheets/<concern_id>")
@access(SEES)
def catalogue_sheet(version_id: str, concern_id: str) -> Response:
    """Print a version's list as it would be; a version that does not hold yet says “Entwurf” on every page."""
    view = load_view(version_id)
    catalogue = build_own(view.own, view.line.version)
    concern = catalogue.find_concern(concern_id)
    if concern is None:
        raise NotFound
    tag = choose_locale(request.args.get("language"), office().languages)
    facts = PersonFacts(
        is_renewal=request.args.get("first") != "1",
        age=_A_CHILD if request.args.get("for") in {"child", "small"} else None,
    )
    order = SheetOrder(concern, list_requirements(concern, facts), tag, today(), is_draft=True)
    with reading() as session:
        block = open_letter_desk(session, office(), runtime().settings.public_url).block
    letter = print_sheet(build_sheet(order, catalogue, block))
    return show_pdf(letter.pdf, f"entwurf-{concern.letters or concern.id}-{tag}.pdf")
