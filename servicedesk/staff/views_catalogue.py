"""Keep the office's catalogue: versions, drafts, release by a second person, files for other offices."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from servicedesk.cases.queries.case_page import actor_names
from servicedesk.checklists.catalogue import load_catalogue
from servicedesk.checklists.catalogue.content import write_export
from servicedesk.checklists.catalogue.faults import find_faults
from servicedesk.checklists.catalogue.own import list_missing, list_own_texts
from servicedesk.checklists.errors import FaultyCatalogue, UnreadableFile
from servicedesk.checklists.queries import (
    VersionState,
    VersionView,
    find_effective,
    get_version,
    is_behind,
    list_acts,
    list_versions,
    office_catalogue,
)
from servicedesk.checklists.service import (
    change_note,
    drop_version,
    import_draft,
    propose_version,
    release_version,
    send_back_version,
    start_draft,
    take_back_version,
)
from servicedesk.kernel.locales import GERMAN
from servicedesk.kernel.permissions import Permission
from servicedesk.staff import catalogue_wording
from servicedesk.staff.blueprint import blueprint
from servicedesk.staff.catalogue_changes import list_changes
from servicedesk.staff.catalogue_forms import ImportForm, NoteForm, ReleaseForm, SendBackForm, day_parts
from servicedesk.staff.catalogue_search import find_entries
from servicedesk.staff.common import attach, attempt, read_id, today
from servicedesk.web.access import access, staff
from servicedesk.web.forms import clean_line
from servicedesk.web.idempotency import act
from servicedesk.web.locale import gettext
from servicedesk.web.runtime import actor, now, office, reading

EDITS = staff(Permission.manage_office)
SEES = staff(Permission.manage_office, Permission.see_team)
"""The second pair of eyes may be the team lead's."""


@blueprint.get("/catalogue")
@access(SEES)
def catalogue() -> str:
    """Show what holds, what is being written, what waits for a second person, and what came before."""
    wanted = clean_line(request.args.get("q", "")[:100]) or ""
    with reading() as session:
        lines = list_versions(session, office().id)
        effective = find_effective(session, office().id, today())
        holds = office_catalogue(session, office().id, today())
        refs = {ref for line in lines for ref in (line.created_by, line.proposed_by, line.released_by)}
        names = actor_names(session, refs)
    mine = [line for line in lines if not line.is_builtin]
    drafts = [line for line in mine if line.state is VersionState.draft]
    return render_template(
        "staff/catalogue.html",
        effective=effective,
        holds=holds,
        is_behind=effective is not None and is_behind(effective),
        builtin_version=load_catalogue().version,
        drafts=drafts,
        proposals=[line for line in mine if line.state is VersionState.proposed],
        coming=[
            line
            for line in mine
            if line.state is VersionState.released and (line.effective_from or today()) > today()
        ],
        lines=lines,
        names=names,
        states=catalogue_wording.STATES,
        wanted=wanted,
        found=find_entries(holds, wanted) if wanted else (),
        day=today(),
    )


@blueprint.post("/catalogue/drafts")
@access(EDITS)
def start_catalogue() -> Response:
    """Begin a draft: on an own version, or on nothing but what came with the software."""
    base = request.form.get("base", "")

    def start(session: Session) -> Response:
        own: Mapping[str, Any] = {}
        note = ""
        if base:
            view = get_version(session, office().id, read_id(base))
            own, note = view.own, gettext("auf %(version)s", version=view.line.version)
        made = start_draft(session, office_id=office().id, own=own, note=note, actor=actor(), now=now())
        return redirect(url_for("staff.catalogue_version", version_id=made.hex), 303)

    return act(start)


@blueprint.get("/catalogue/<version_id>")
@access(SEES)
def catalogue_version(version_id: str) -> Any:
    """Show one version with its changes, faults, missing texts and history."""
    view = load_view(version_id)
    return _version_page(view, NoteForm(data={"note": view.line.note}), 200)


@blueprint.post("/catalogue/<version_id>/note")
@access(EDITS)
def note_catalogue(version_id: str) -> Any:
    """Take what a draft is about."""
    view = load_view(version_id)
    form = NoteForm()
    if not form.validate_on_submit():
        return _version_page(view, form, 200)

    def note(session: Session) -> Response:
        change_note(session, version_id=view.line.id, note=form.note.data or "", actor=actor(), now=now())
        return _back(view.line.id)

    return act(note)


def _version_page(view: VersionView, form: NoteForm, status: int) -> Any:
    wanted = clean_line(request.args.get("q", "")[:100]) or ""
    line, own = view.line, view.own
    with reading() as session:
        acts = list_acts(session, office().id, line.id)
        names = actor_names(session, {one.actor for one in acts} | {line.changed_by, line.proposed_by})
    texts = list_own_texts(own)
    faults = find_faults(own) if line.state in {VersionState.draft, VersionState.proposed} else ()
    page = render_template(
        "staff/catalogue_version.html",
        view=view,
        line=line,
        form=form,
        is_draft=line.state is VersionState.draft,
        acts=acts,
        act_labels=catalogue_wording.ACTS,
        names=names,
        states=catalogue_wording.STATES,
        changes=list_changes(own),
        faults=faults,
        texts=texts,
        missing=[(tag, len(list_missing(own, tag))) for tag in _foreign()] if texts else [],
        wanted=wanted,
        found=find_entries(load_catalogue(), wanted, own) if wanted else (),
        sent_back=next((one for one in acts if one.action == "send_back_catalogue"), None)
        if line.state is VersionState.draft
        else None,
    )
    return page if status == 200 else (page, status)


def _foreign() -> list[str]:
    return [tag for tag in office().languages if tag != GERMAN.tag]


@blueprint.post("/catalogue/<version_id>/propose")
@access(EDITS)
def propose_catalogue(version_id: str) -> Any:
    """Lay a draft before a second person, with the note beside the button; one with faults stays, each named."""
    view = load_view(version_id)
    has_note = "note" in request.form
    form = NoteForm() if has_note else NoteForm(formdata=None, data={"note": view.line.note})
    if has_note and not form.validate_on_submit():
        return _version_page(view, form, 200)

    def propose(session: Session) -> Response:
        if has_note:
            change_note(session, version_id=view.line.id, note=form.note.data or "", actor=actor(), now=now())
        propose_version(session, version_id=view.line.id, actor=actor(), now=now())
        return _back(view.line.id)

    try:
        return act(propose)
    except FaultyCatalogue:
        return _version_page(view, form, 409)


@blueprint.post("/catalogue/<version_id>/<any('take-back', 'drop'):way>")
@access(EDITS)
def withdraw_catalogue(version_id: str, way: str) -> Response:
    """Take a proposal back, or lay a draft aside."""
    view = load_view(version_id)

    def withdraw(session: Session) -> Response:
        if way == "drop":
            drop_version(session, version_id=view.line.id, actor=actor(), now=now())
            return redirect(url_for("staff.catalogue"), 303)
        take_back_version(session, version_id=view.line.id, actor=actor(), now=now())
        return _back(view.line.id)

    return act(withdraw)


@blueprint.route("/catalogue/<version_id>/release", methods=["GET", "POST"])
@access(SEES)
def release_catalogue(version_id: str) -> str | Response:
    """Ask the second person from which day a proposal holds, and release it."""
    view = load_view(version_id)
    form = ReleaseForm(data={"effective_from": day_parts(today())})
    if form.validate_on_submit():

        def release(session: Session) -> Response:
            release_version(
                session,
                version_id=view.line.id,
                effective_from=form.day,
                today=today(),
                actor=actor(),
                now=now(),
            )
            return _back(view.line.id)

        done = attempt(form.effective_from.form.day, release)
        if done is not None:
            return done
    return render_template("staff/catalogue_release.html", view=view, line=view.line, form=form)


@blueprint.route("/catalogue/<version_id>/send-back", methods=["GET", "POST"])
@access(SEES)
def send_back_catalogue(version_id: str) -> str | Response:
    """Give a proposal back with the reason."""
    view = load_view(version_id)
    form = SendBackForm()
    if form.validate_on_submit():

        def send_back(session: Session) -> Response:
            send_back_version(
                session, version_id=view.line.id, reason=form.reason.data or "", actor=actor(), now=now()
            )
            return _back(view.line.id)

        done = attempt(form.reason, send_back)
        if done is not None:
            return done
    return render_template("staff/catalogue_send_back.html", view=view, line=view.line, form=form)


@blueprint.get("/catalogue/<version_id>/export")
@access(SEES)
def export_catalogue(version_id: str) -> Response:
    """Hand out a version's own entries as a file that another office can read."""
    view = load_view(version_id)
    name = f"{office().name}, {view.line.version}"
    file = write_export(view.own, base_version=view.line.base_version, name=name)
    return attach(file, "application/json", f"katalog-{office().ref}-{view.line.version}.json")


@blueprint.route("/catalogue/import", methods=["GET", "POST"])
@access(EDITS)
def import_catalogue() -> str | Response:
    """Read another office's file into a new draft; nothing holds before two people have looked."""
    form = ImportForm()
    faults: tuple[Any, ...] = ()
    if form.validate_on_submit():
        file = form.read()
        if file is not None:

            def take(session: Session) -> Response:
                made = import_draft(
                    session,
                    office_id=office().id,
                    file=file,
                    note=form.note.data or "",
                    actor=actor(),
                    now=now(),
                )
                return _back(made)

            try:
                return act(take)
            except UnreadableFile as fault:
                faults = fault.faults
    shown = [("file", gettext(one.message, **one.params)) for one in faults]
    return render_template("staff/catalogue_import.html", form=form, faults=shown)


def load_view(version_id: str) -> VersionView:
    """Return a version of the own office; raises VersionNotFound."""
    with reading() as session:
        return get_version(session, office().id, read_id(version_id))


def _back(version_id: UUID) -> Response:
    return redirect(url_for("staff.catalogue_version", version_id=version_id.hex), 303)
