"""Record applications that came another way than the web, correct an entry, hand out its proof."""

from flask import redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from servicedesk.cases.queries.scope import find_case_id
from servicedesk.cases.rules import CHANNEL_LABELS, Channel
from servicedesk.cases.service import STATEMENT, correct_application, open_evidence, record_application
from servicedesk.interim.service import settle_case
from servicedesk.kernel.errors import NotFound
from servicedesk.kernel.permissions import SYSTEM, Permission
from servicedesk.staff.blueprint import blueprint
from servicedesk.staff.case_file import CaseFile, open_file
from servicedesk.staff.common import attach, attempt, own_scope, wall_fields
from servicedesk.staff.forms import ApplicationForm, CorrectionForm
from servicedesk.staff.interim_desk import interim_desk
from servicedesk.staff.nav import SEES_FILES
from servicedesk.staff.scans import ACCEPTED, ending_of
from servicedesk.web.access import access, staff
from servicedesk.web.runtime import actor, now, reading, runtime


@blueprint.route("/cases/<ref>/application", methods=["GET", "POST"])
@access(staff(Permission.record_application))
def application(ref: str) -> str | Response:
    """Record that somebody applied at the counter, with the slip, by post or by e-mail."""
    form = ApplicationForm(data=wall_fields(now(), "received") | {"channel": Channel.counter.value})
    if form.validate_on_submit():

        def record(session: Session) -> Response:
            case_id = find_case_id(session, own_scope(session), ref)
            record_application(
                session,
                runtime().vault,
                case_id=case_id,
                channel=Channel(form.channel.data),
                received_at=form.received_at,
                statement=STATEMENT,
                actor=actor(),
                now=now(),
                evidence=form.evidence,
            )
            # What follows from the application is the clock's doing, not that of whoever typed it in.
            settle_case(session, interim_desk(session), case_id=case_id, actor=SYSTEM)
            return redirect(url_for("staff.case", ref=ref, _anchor="antraege"), 303)

        done = attempt(form.note, record)
        if done is not None:
            return done
    file = open_file(ref, "application")
    return render_template(
        "staff/application.html", file=file, case=file.case, form=form, old=None, accept=list(ACCEPTED)
    )


@blueprint.route("/cases/<ref>/applications/<entry>/correct", methods=["GET", "POST"])
@access(staff(Permission.record_application))
def correct(ref: str, entry: str) -> str | Response:
    """Put a corrected entry in the place of one in force; the old one stays readable."""
    file = open_file(ref, "correct_application")
    old = file.application(entry)
    form = CorrectionForm(
        kept=old.channel, data=wall_fields(old.received_at, "received") | {"channel": old.channel.value}
    )
    if form.validate_on_submit():

        def put_right(session: Session) -> Response:
            correct_application(
                session,
                runtime().vault,
                application_id=old.id,
                received_at=form.received_at,
                channel=Channel(form.channel.data),
                reason=form.reason.data or "",
                actor=actor(),
                now=now(),
                evidence=form.evidence,
            )
            settle_case(session, interim_desk(session), case_id=file.case.id, actor=SYSTEM)
            return redirect(url_for("staff.case", ref=ref, _anchor="antraege"), 303)

        done = attempt(form.reason, put_right)
        if done is not None:
            return done
    return render_template(
        "staff/application.html",
        file=file,
        case=file.case,
        form=form,
        old=old,
        old_channel=CHANNEL_LABELS[old.channel],
        accept=list(ACCEPTED),
    )


@blueprint.get("/cases/<ref>/applications/<entry>/proof")
@access(staff(*SEES_FILES))
def proof(ref: str, entry: str) -> Response:
    """Hand out what proves the receipt of an application, as a file to save."""
    file: CaseFile = open_file(ref, "proof")
    line = file.application(entry)
    with reading() as session:
        kept = open_evidence(session, runtime().vault, application_id=line.id, actor=actor())
    if kept is None:
        raise NotFound
    media_type = "text/plain; charset=utf-8" if kept.media_type == "text/plain" else kept.media_type
    return attach(kept.content, media_type, f"{line.ref}.{ending_of(kept.media_type)}")
