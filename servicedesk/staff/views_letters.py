"""Show the letters of a day, what failed, and hand letters out as one PDF; every hand-out is recorded."""

from datetime import date, timedelta
from uuid import UUID

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from servicedesk.cases.queries.case_page import letter_scope
from servicedesk.cases.queries.people import ListedName, list_names
from servicedesk.db import audit
from servicedesk.kernel.errors import NotAllowed, NotFound, Refusal
from servicedesk.kernel.permissions import Permission
from servicedesk.notices.batches import PrintFile, build_print_file
from servicedesk.notices.envelopes import put_into_envelopes, take_file
from servicedesk.notices.queries import (
    LetterLine,
    LetterScope,
    list_failed_notices,
    list_letters,
    list_letters_of_day,
    list_unprinted_letters,
)
from servicedesk.notices.rules import MOST_LETTERS_PER_FILE
from servicedesk.staff import wording
from servicedesk.staff.blueprint import blueprint
from servicedesk.staff.common import attach, own_scope, read_day, read_id, today
from servicedesk.staff.forms import ConfirmForm, ReprintForm
from servicedesk.web.access import access, staff
from servicedesk.web.edge import sentence
from servicedesk.web.runtime import actor, now, office, reading, runtime

_ALL_DAYS = "all"


@blueprint.get("/letters")
@access(staff(Permission.download_letters))
def letters() -> str:
    """List the letters of a day, or of all days those that nobody has printed."""
    return _page(request.args.get("day"), None)


@blueprint.post("/letters/print")
@access(staff(Permission.download_letters))
def print_letters() -> str | Response:
    """Join the unprinted letters of a day into one PDF and mark them printed."""
    form, wanted = ConfirmForm(), request.form.get("day")
    if not form.validate_on_submit():
        return redirect(url_for("staff.letters", day=wanted), 303)

    def join(session: Session) -> PrintFile:
        scope = letter_scope(own_scope(session))
        envelopes = _envelopes(session, _lines(session, scope, wanted))
        return build_print_file(
            session,
            runtime().vault,
            now=now(),
            actor=actor(),
            office_id=office().id,
            scope=scope,
            letter_ids=[line.id for line in take_file(envelopes, MOST_LETTERS_PER_FILE)],
        )

    try:
        file = runtime().database.run(join)
    except (NotFound, NotAllowed):
        raise
    except Refusal as fault:
        return _page(wanted, sentence(fault))
    return attach(file.pdf, "application/pdf", f"schreiben-{today().isoformat()}-{file.letters}.pdf")


@blueprint.route("/letters/<letter_id>/print", methods=["GET", "POST"])
@access(staff(Permission.download_letters))
def reprint(letter_id: str) -> str | Response:
    """Print one letter once more, with a reason."""
    form, wanted = ReprintForm(), read_id(letter_id)
    with reading() as session:
        scope = letter_scope(own_scope(session))
        found = list_letters(session, office_id=office().id, scope=scope, letter_ids=[wanted])
        if not found:
            raise NotFound
        name = _names(session, found).get(found[0].person_id or wanted)
    if form.validate_on_submit():
        try:
            file = runtime().database.run(lambda session: _again(session, wanted, form.reason.data or ""))
        except (NotFound, NotAllowed):
            raise
        except Refusal as fault:
            form.reason.errors = [sentence(fault)]
        else:
            return attach(file.pdf, "application/pdf", f"schreiben-{today().isoformat()}.pdf")
    return render_template(
        "staff/reprint.html", line=found[0], name=name, form=form, labels=wording.NOTICE_LABELS
    )


def _again(session: Session, letter_id: UUID, reason: str) -> PrintFile:
    file = build_print_file(
        session,
        runtime().vault,
        now=now(),
        actor=actor(),
        office_id=office().id,
        scope=letter_scope(own_scope(session)),
        letter_ids=[letter_id],
        is_reprint=True,
    )
    audit.record(
        session,
        now=now(),
        actor=actor(),
        action="give_reprint_reason",
        subject=("print_batch", file.batch_id),
        details={"letter": letter_id.hex, "reason": reason[:200]},
    )
    return file


def _page(wanted: str | None, refusal: str | None) -> str:
    day = read_day(wanted) or today()
    with reading() as session:
        scope = letter_scope(own_scope(session))
        lines = _lines(session, scope, wanted)
        waiting = list_unprinted_letters(session, office_id=office().id, scope=scope)
        failed = list_failed_notices(session, office_id=office().id, scope=scope)
        names = _names(session, lines)
        envelopes = _envelopes(session, lines)
    printable = [line for envelope in envelopes for line in envelope]
    return render_template(
        "staff/letters.html",
        day=day,
        is_all=wanted == _ALL_DAYS,
        before=day - timedelta(days=1),
        after=day + timedelta(days=1) if day < today() else None,
        lines=[*printable, *(line for line in lines if not line.is_to_print)],
        printable=printable,
        envelope_of={line.id: number for number, lot in enumerate(envelopes, 1) for line in lot},
        shared={line.id for lot in envelopes if len(lot) > 1 for line in lot},
        waiting=sum(line.is_to_print for line in waiting),
        failed=failed,
        names=names,
        refusal=refusal,
        has_errors=refusal is not None,
        labels=wording.NOTICE_LABELS,
        most=MOST_LETTERS_PER_FILE,
    )


def _lines(session: Session, scope: LetterScope, wanted: str | None) -> list[LetterLine]:
    if wanted == _ALL_DAYS:
        return list_unprinted_letters(session, office_id=office().id, scope=scope)
    day: date = read_day(wanted) or today()
    return list_letters_of_day(session, office_id=office().id, scope=scope, day=day)


def _envelopes(session: Session, lines: list[LetterLine]) -> tuple[tuple[LetterLine, ...], ...]:
    """Return what still has to be printed, by envelope."""
    return put_into_envelopes(session, [line for line in lines if line.is_to_print], today=today())


def _names(session: Session, lines: list[LetterLine]) -> dict[UUID, ListedName]:
    return list_names(session, office().id, {line.person_id for line in lines if line.person_id})
