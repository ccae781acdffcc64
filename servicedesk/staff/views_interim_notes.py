"""Note what no register says and the interim effect depends on; take it back again."""

from flask import redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from servicedesk.cases.queries.scope import find_case_id
from servicedesk.interim.queries.notes import list_notes
from servicedesk.interim.service import note_fact, settle_case, take_back_note
from servicedesk.kernel.permissions import Permission
from servicedesk.staff.blueprint import blueprint
from servicedesk.staff.case_file import load_file
from servicedesk.staff.common import attempt, note_reading, own_scope, read_id
from servicedesk.staff.interim_desk import interim_desk
from servicedesk.staff.interim_forms import NoteForm
from servicedesk.web.access import access, staff
from servicedesk.web.idempotency import act
from servicedesk.web.runtime import actor, now, reading


@blueprint.route("/cases/<ref>/interim/notes", methods=["GET", "POST"])
@access(staff(Permission.work_case))
def note_interim(ref: str) -> str | Response:
    """Note a fact; the confirmation follows it at once."""
    with reading() as session:
        file = load_file(session, ref)
        notes = list_notes(session, file.case.id)
    form = NoteForm({one.kind for one in notes if one.is_in_force})
    if form.validate_on_submit():
        kind, since_on, text = form.note, form.since_day, form.text.data or ""

        def put(session: Session) -> Response:
            case_id = find_case_id(session, own_scope(session), ref)
            note_fact(
                session,
                case_id=case_id,
                kind=kind,
                actor=actor(),
                now=now(),
                since_on=since_on,
                text=text,
            )
            settle_case(session, interim_desk(session), case_id=case_id, actor=actor())
            return redirect(url_for("staff.case", ref=ref, _anchor="bestaetigung"), 303)

        done = attempt(form.kind, put)
        if done is not None:
            return done
    note_reading("interim_note", person_id=file.case.person.id, case_id=file.case.id)
    return render_template("staff/interim_note.html", file=file, case=file.case, form=form)


@blueprint.post("/cases/<ref>/interim/notes/<note_id>/take-back")
@access(staff(Permission.work_case))
def take_back_interim_note(ref: str, note_id: str) -> Response:
    """Take a note back; it stays readable."""

    def undo(session: Session) -> Response:
        case_id = find_case_id(session, own_scope(session), ref)
        take_back_note(session, note_id=read_id(note_id), actor=actor(), now=now())
        settle_case(session, interim_desk(session), case_id=case_id, actor=actor())
        return redirect(url_for("staff.case", ref=ref, _anchor="bestaetigung"), 303)

    return act(undo)
