"""Take a person's files for one paper of the case: choose or photograph, see what is there, take it away again."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge, RequestTimeout, ServiceUnavailable
from werkzeug.wrappers import Response
from wtforms import MultipleFileField, RadioField

from servicedesk.cases.queries.resident import ResidentPaper
from servicedesk.cases.queries.uploads import UploadView, find_thumbnail, list_uploads
from servicedesk.cases.rules import Channel
from servicedesk.cases.service.upload_rows import Incoming
from servicedesk.cases.service.uploads import receive_file, remove_upload, reuse_file
from servicedesk.cases.upload_rules import STATE_LABELS, UNNAMED, clean_name, tell_reason
from servicedesk.files.kinds import ACCEPTED, sniff
from servicedesk.files.values import FileState, Outcome, Reason, unreadable, waiting
from servicedesk.kernel.clock import monotonic
from servicedesk.kernel.errors import NotFound, Refusal
from servicedesk.portal.journey import CasePage, load_page, own_case
from servicedesk.web import uploads
from servicedesk.web.access import RESIDENT, access
from servicedesk.web.edge import sentence
from servicedesk.web.forms import BaseForm
from servicedesk.web.locale import gettext
from servicedesk.web.locale import lazy_gettext as _l
from servicedesk.web.runtime import actor, identity, now, office, reading, runtime

MOST_AT_ONCE = 20
"""Files in one sending."""

READ_SECONDS = 40.0
"""How long one request reads files; what is left is read by the worker, and the person need not wait."""

_OPEN_STATES = frozenset({"missing", "announced", "received", "rejected", "stale"})
_REMOVABLE = frozenset({"missing", "announced", "received"})

blueprint = Blueprint("portal_uploads", __name__, url_prefix="/<lang>/case/papers")


class UploadForm(BaseForm):
    """Take files; which kinds they are is seen later, by their bytes."""

    files = MultipleFileField(_l("Datei auswählen oder Foto machen"))


class ReuseForm(BaseForm):
    """Take one of the files that were given for other papers."""

    upload = RadioField(_l("Welche Datei passt auch hier?"), validate_choice=False)


@dataclass(frozen=True, slots=True)
class GivenFile:
    """Be one file as its list shows it; `is_shown`: it was given in this very sign-in (ADR 0015)."""

    upload: UploadView
    name: str
    label: str
    tone: str
    note: str
    is_shown: bool
    can_go: bool


@blueprint.get("/<document_id>/files")
@access(RESIDENT)
def files(document_id: str) -> str | Response:
    """Show what was given for a paper, and take more."""
    return _show(document_id, UploadForm(), ReuseForm())


def _largest_body() -> int:
    """Return how much may come at once: six files, or all a case may have where that is less."""
    choices = office().details.uploads
    return int(min(choices.max_case_bytes, 6 * choices.max_file_bytes)) + 1024 * 1024


@blueprint.post("/<document_id>/files")
@access(RESIDENT)
@uploads.takes_files(_largest_body)
def send(document_id: str) -> str | Response:
    """Take files in, each for itself: one that is refused takes nothing else with it."""
    form = UploadForm()
    if not form.validate_on_submit():
        return _show(document_id, form, ReuseForm())
    chosen = [one for one in form.files.data or () if isinstance(one, FileStorage) and one.filename]
    if not chosen:
        form.files.errors = [gettext("Sie haben noch keine Datei ausgewählt.")]
        return _show(document_id, form, ReuseForm())
    faults = _take_all(document_id, chosen[:MOST_AT_ONCE])
    if len(chosen) > MOST_AT_ONCE:
        faults.append(
            gettext(
                "Sie haben mehr als %(number)s Dateien auf einmal geschickt. Schicken Sie die übrigen noch einmal.",
                number=MOST_AT_ONCE,
            )
        )
    if faults:
        form.files.errors = faults
        return _show(document_id, form, ReuseForm())
    return redirect(url_for("portal_uploads.files", document_id=document_id, _anchor="given"), 303)


@blueprint.post("/<document_id>/files/reuse")
@access(RESIDENT)
def reuse(document_id: str) -> str | Response:
    """Let a file given for another paper count for this one, too."""
    form = ReuseForm()
    chosen = _read_id(request.form.get("upload", ""))
    if chosen is None:
        form.upload.errors = [gettext("Wählen Sie eine Datei aus der Liste.")]
        return _show(document_id, UploadForm(formdata=None), form)

    def work(session: Session) -> None:
        reuse_file(
            session,
            case_id=own_case(),
            upload_id=chosen,
            document_id=document_id[:60],
            actor=actor(),
            now=now(),
        )

    return _act(document_id, work)


@blueprint.post("/<document_id>/files/<upload_id>/remove")
@access(RESIDENT)
def remove(document_id: str, upload_id: str) -> Response:
    """Take one file away."""
    wanted = _read_id(upload_id)
    if wanted is None:
        raise NotFound

    def work(session: Session) -> None:
        remove_upload(session, case_id=own_case(), upload_id=wanted, actor=actor(), now=now())

    return _act(document_id, work)


@blueprint.get("/<document_id>/files/<upload_id>/picture")
@access(RESIDENT)
def picture(document_id: str, upload_id: str) -> Response:
    """Show the small picture of a file that was given in this very sign-in."""
    wanted, signed_in = _read_id(upload_id), identity()
    small = None
    if wanted is not None and signed_in is not None:
        with reading() as session:
            small = find_thumbnail(session, runtime().vault, own_case(), wanted, signed_in.session_id)
    if small is None:
        abort(404)
    response = make_response(small)
    response.headers["Content-Type"] = "image/jpeg"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_: RequestEntityTooLarge) -> tuple[str | Response, int]:
    """Say that everything together was too much for one sending."""
    uploads.drain()
    return _refused(
        gettext(
            "Das war zu viel auf einmal. Schicken Sie weniger Dateien zusammen, höchstens %(mb)s MB.",
            mb=_largest_body() // (1024 * 1024),
        ),
        413,
    )


@blueprint.errorhandler(RequestTimeout)
def too_slow(_: RequestTimeout) -> tuple[str | Response, int]:
    """Say that the connection was too slow."""
    return _refused(
        gettext(
            "Das Hochladen hat zu lange gedauert. Suchen Sie ein besseres Netz, oder schicken Sie die Dateien einzeln."
        ),
        408,
    )


@blueprint.errorhandler(ServiceUnavailable)
def too_many(_: ServiceUnavailable) -> tuple[str | Response, int, dict[str, str]]:
    """Say that too many people upload at this moment."""
    page, status = _refused(
        gettext("Gerade laden viele Menschen Dateien hoch. Versuchen Sie es in einer Minute noch einmal."),
        503,
    )
    return page, status, {"Retry-After": "60"}


def _refused(fault: str, status: int) -> tuple[str | Response, int]:
    form = UploadForm(formdata=None)
    kept = gettext("Was Sie schon geschickt haben, ist noch da.")
    form.files.errors = [f"{fault} {kept}"]
    document_id = (request.view_args or {}).get("document_id", "")
    return _show(document_id, form, ReuseForm(formdata=None)), status


def _take_all(document_id: str, chosen: Iterable[FileStorage]) -> list[str]:
    """Look into files and keep them, one after the other; return the sentences of those that were refused."""
    signed_in, choices = identity(), office().details.uploads
    until, faults = monotonic() + READ_SECONDS, []
    for one in chosen:
        content = one.stream.read(choices.max_file_bytes + 1)
        name = clean_name(one.filename)
        incoming = Incoming(name, content, _look(content, name, is_late=monotonic() > until))

        def keep(session: Session, incoming: Incoming = incoming) -> None:
            receive_file(
                session,
                runtime().vault,
                case_id=own_case(),
                document_id=document_id[:60],
                incoming=incoming,
                max_case_bytes=choices.max_case_bytes,
                channel=Channel.web.value,
                actor=actor(),
                now=now(),
                session_id=signed_in.session_id if signed_in else None,
            )

        try:
            runtime().database.run(keep)
        except NotFound:
            raise
        except Refusal as fault:
            faults.append(sentence(fault))
    return list(dict.fromkeys(faults))


def _look(content: bytes, name: str, *, is_late: bool) -> Outcome:
    choices = office().details.uploads
    if is_late and content and len(content) <= choices.max_file_bytes:
        media_type = sniff(content)
        return waiting(Reason.busy, media_type) if media_type else unreadable(Reason.wrong_type)
    return runtime().files.look(content, name, max_bytes=choices.max_file_bytes, max_pages=choices.max_pages)


def _act(document_id: str, work: Any) -> Response:
    try:
        runtime().database.run(work)
    except NotFound:
        raise
    except Refusal:
        # The paper was checked meanwhile: the page as it is now says so.
        return redirect(url_for("portal_uploads.files", document_id=document_id), 303)
    return redirect(url_for("portal_uploads.files", document_id=document_id, _anchor="given"), 303)


def _show(document_id: str, form: UploadForm, reuse_form: ReuseForm) -> str | Response:
    with reading() as session:
        page = load_page(session)
        every = list_uploads(session, office().id, own_case())
    if page.view.is_closed or page.view.receipt is None:
        return redirect(url_for("portal_case.home"), 303)
    paper = _find_paper(page, document_id)
    if paper is None:
        return redirect(url_for("portal_case.papers"), 303)
    given = [_describe(one, paper) for one in every if one.document_id == document_id]
    here = {one.upload.file_id for one in given}
    others = {
        one.file_id: one
        for one in every
        if one.document_id != document_id and one.state != FileState.unreadable and one.file_id not in here
    }
    names = {one.requirement.document.id: one.requirement.document.name for one in page.view.papers}
    choices = office().details.uploads
    reusable = [
        (one.id.hex, one.name or gettext(UNNAMED), names.get(one.document_id or "", ""))
        for one in others.values()
    ]
    return render_template(
        "portal/case_uploads.html",
        page=page,
        paper=paper,
        given=given,
        form=form,
        reuse_form=reuse_form,
        reusable=reusable,
        faults=_faults(given, form, reuse_form),
        accept=[*ACCEPTED, ".pdf", ".heic"],
        limits={"max_mb": choices.max_file_mb, "max_pages": choices.max_pages},
        can_add=paper.state.value in _OPEN_STATES,
        at_once=MOST_AT_ONCE,
    )


def _faults(given: list[GivenFile], form: UploadForm, reuse_form: ReuseForm) -> list[tuple[str, str]]:
    """Return what is wrong on the page, each with the place it is about."""
    unread = [
        (f"file-{one.upload.id.hex}", f"{one.name}: {one.note}")
        for one in given
        if one.upload.state == FileState.unreadable
    ]
    of_files = [(str(form.files.id), str(fault)) for fault in form.files.errors]
    return (
        unread + of_files + [(f"{reuse_form.upload.id}-0", str(fault)) for fault in reuse_form.upload.errors]
    )


def _describe(one: UploadView, paper: ResidentPaper) -> GivenFile:
    state, signed_in = FileState(one.state), identity()
    label, tone = STATE_LABELS[state]
    return GivenFile(
        upload=one,
        name=one.name or gettext(UNNAMED),
        label=gettext(label),
        tone=tone,
        note=reason_text(one.reason),
        is_shown=bool(signed_in)
        and one.session_id == (signed_in.session_id if signed_in else None)
        and state is FileState.readable,
        can_go=state is FileState.unreadable or paper.state.value in _REMOVABLE,
    )


def reason_text(code: str) -> str:
    """Return the sentence of a reason in the reader's language, with the office's numbers; empty without one."""
    german, numbers = tell_reason(code, office().details.uploads)
    return gettext(german, **numbers) if german else ""


def _find_paper(page: CasePage, document_id: str) -> ResidentPaper | None:
    return next((one for one in page.view.papers if one.requirement.document.id == document_id), None)


def _read_id(text: str) -> UUID | None:
    try:
        return UUID(hex=text[:40])
    except ValueError:
        return None
