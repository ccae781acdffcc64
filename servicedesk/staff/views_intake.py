"""Take papers in at the counter and from the post: record them, print the receipt, keep scans of them."""

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from servicedesk.cases.queries.intakes import IntakeView, list_intakes
from servicedesk.cases.queries.scope import find_case_id
from servicedesk.cases.queries.uploads import list_uploads
from servicedesk.cases.rules import CHANNEL_LABELS, N_, Channel
from servicedesk.cases.service.intake import take_in_papers
from servicedesk.cases.service.upload_rows import Incoming
from servicedesk.cases.service.uploads import receive_file
from servicedesk.cases.upload_rules import STATE_LABELS, clean_name, tell_reason
from servicedesk.files.kinds import ACCEPTED
from servicedesk.files.values import FileState
from servicedesk.kernel.errors import NotAllowed, NotFound, Refusal
from servicedesk.kernel.permissions import Permission
from servicedesk.notices.letters import LettersUnavailable
from servicedesk.staff.blueprint import blueprint
from servicedesk.staff.case_file import CaseFile, open_file
from servicedesk.staff.common import attempt, own_scope, today, wall_fields
from servicedesk.staff.intake_forms import IntakeForm, ScanForm
from servicedesk.staff.intake_sheet import Receipt, build_receipt_sheet
from servicedesk.staff.nav import SEES_FILES
from servicedesk.staff.views_checklists import show_pdf
from servicedesk.web import uploads
from servicedesk.web.access import access, staff
from servicedesk.web.edge import sentence
from servicedesk.web.locale import gettext
from servicedesk.web.runtime import actor, now, office, reading, runtime

_NO_PDF = N_("Auf diesem Rechner lassen sich keine Blätter drucken. Sagen Sie es der Betriebsstelle.")


@blueprint.route("/cases/<ref>/intake", methods=["GET", "POST"])
@access(staff(Permission.record_application))
def intake(ref: str) -> str | Response:
    """Record papers that came on paper; show what was recorded before, each with its receipt."""
    file = open_file(ref, "intake")
    form = _blank(file)
    if form.validate_on_submit():

        def take(session: Session) -> Response:
            case_id = find_case_id(session, own_scope(session), ref)
            taken = take_in_papers(
                session,
                case_id=case_id,
                document_ids=form.papers.data or (),
                channel=Channel(form.channel.data),
                received_at=form.received_at,
                actor=actor(),
                now=now(),
            )
            return redirect(url_for("staff.intake", ref=ref, taken=taken), 303)

        done = attempt(form.papers, take)
        if done is not None:
            return done
    return _show(file, form)


@blueprint.get("/cases/<ref>/intakes/<entry>.pdf")
@access(staff(*SEES_FILES))
def intake_receipt(ref: str, entry: str) -> str | Response:
    """Open the receipt, ready to be printed."""
    file = open_file(ref, "intake_receipt")
    found = _find(file, entry)
    names = _names(file)
    papers = tuple(names.get(one, one) for one in found.document_ids)
    try:
        pdf = build_receipt_sheet(Receipt(file, found, papers, today()))
    except LettersUnavailable:
        return _show(file, _blank(file), fault=gettext(_NO_PDF))
    return show_pdf(pdf, f"{found.ref}.pdf")


def _largest_body() -> int:
    return int(office().details.uploads.max_case_bytes) + 1024 * 1024


@blueprint.route("/cases/<ref>/scans", methods=["GET", "POST"])
@access(staff(Permission.record_application))
@uploads.takes_files(_largest_body)
def scan(ref: str) -> str | Response:
    """Keep scans of a paper, through the same gate as everybody's files."""
    file = open_file(ref, "scan")
    form = ScanForm(
        data=wall_fields(now(), "received")
        | {"channel": Channel.counter.value, "paper": request.args.get("paper", "")[:60]}
    )
    form.offer(file.case.papers)
    if form.validate_on_submit():
        chosen = [one for one in form.files.data or () if isinstance(one, FileStorage) and one.filename]
        faults = _keep(file, form, chosen) if chosen else [gettext("Wählen Sie eine Datei.")]
        if not faults:
            return redirect(url_for("staff.scan", ref=ref, paper=form.paper.data), 303)
        form.files.errors = faults
    with reading() as session:
        given = list_uploads(session, office().id, file.case.id)
    return render_template(
        "staff/scan.html",
        file=file,
        case=file.case,
        form=form,
        given=given,
        names=_names(file),
        labels={state.value: label for state, label in STATE_LABELS.items()},
        reason_text=reason_text,
        accept=list(ACCEPTED),
        channels={channel.value: label for channel, label in CHANNEL_LABELS.items()},
        max_mb=office().details.uploads.max_file_mb,
    )


def reason_text(code: str) -> str:
    """Return the sentence of a reason in the reader's language, with the office's numbers; empty without one."""
    german, numbers = tell_reason(code, office().details.uploads)
    return gettext(german, **numbers) if german else ""


def _blank(file: CaseFile) -> IntakeForm:
    form = IntakeForm(data=wall_fields(now(), "received") | {"channel": Channel.counter.value})
    form.offer(file.case.papers)
    return form


def _show(file: CaseFile, form: IntakeForm, fault: str = "") -> str:
    with reading() as session:
        earlier = list_intakes(session, office().id, file.case.id)
    return render_template(
        "staff/intake.html",
        file=file,
        case=file.case,
        form=form,
        faults=[(None, fault)] if fault else [],
        earlier=earlier,
        taken=request.args.get("taken", "")[:24],
        names=_names(file),
        channels=CHANNEL_LABELS,
    )


def _keep(file: CaseFile, form: ScanForm, chosen: list[FileStorage]) -> list[str]:
    """Look into scans and keep them, each for itself; return the sentences of those that were refused."""
    choices, faults = office().details.uploads, []
    for one in chosen:
        content = one.stream.read(choices.max_file_bytes + 1)
        name = clean_name(one.filename)
        outcome = runtime().files.look(
            content, name, max_bytes=choices.max_file_bytes, max_pages=choices.max_pages
        )

        def keep(session: Session, incoming: Incoming = Incoming(name, content, outcome)) -> FileState:  # noqa: B008 a frozen value of this very turn
            return receive_file(
                session,
                runtime().vault,
                case_id=file.case.id,
                document_id=form.paper.data,
                incoming=incoming,
                max_case_bytes=choices.max_case_bytes,
                channel=form.channel.data,
                actor=actor(),
                now=now(),
                received_at=form.received_at,
            ).state

        try:
            state = runtime().database.run(keep)
        except (NotFound, NotAllowed):
            raise
        except Refusal as fault:
            faults.append(sentence(fault))
        else:
            if state is FileState.unreadable:
                faults.append(f"{name}: {reason_text(outcome.reason)}")
    return faults


def _names(file: CaseFile) -> dict[str, str]:
    return {one.document_id: one.name for one in file.case.papers}


def _find(file: CaseFile, entry: str) -> IntakeView:
    with reading() as session:
        for one in list_intakes(session, office().id, file.case.id):
            if one.ref == entry.strip().upper():
                return one
    raise NotFound
