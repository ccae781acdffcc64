"""Show who is away and who stands in; a team lead enters it for the team, a case worker for themselves."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from flask import redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from servicedesk.kernel.errors import NotFound
from servicedesk.kernel.permissions import Permission
from servicedesk.offices.queries import AbsenceLine, StaffView, list_absences, list_staff
from servicedesk.offices.service import change_absence, end_absence, enter_absence
from servicedesk.staff.absence_forms import AbsenceForm, day_fields
from servicedesk.staff.blueprint import blueprint
from servicedesk.staff.common import attempt, read_id, today
from servicedesk.web.access import access, staff
from servicedesk.web.idempotency import act
from servicedesk.web.runtime import actor, now, office, reading

_ENTERS = (Permission.enter_own_absence, Permission.enter_team_absences)
_LOOK_BACK = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Roster:
    """Hold who works here, whose absences the reader may enter, and those that matter to them."""

    people: tuple[StaffView, ...]
    mine: tuple[StaffView, ...]
    lines: tuple[AbsenceLine, ...]

    @property
    def names(self) -> dict[UUID, str]:
        """Return the names of everybody, also of those who left."""
        return {one.id: one.name for one in self.people}

    @property
    def deputies(self) -> list[StaffView]:
        """Return everybody who can stand in, the reader's own teams first."""
        active = [one for one in self.people if one.is_active]
        return sorted(active, key=lambda one: (one.team_id not in actor().team_ids, one.team_name, one.name))

    def may_enter(self, line: AbsenceLine) -> bool:
        """Tell whether the reader may change an absence."""
        return line.last_on >= today() and any(one.id == line.member_id for one in self.mine)

    def one(self, absence_id: UUID) -> AbsenceLine:
        """Return an absence the reader may change; raises NotFound for every other one."""
        for line in self.lines:
            if line.id == absence_id and self.may_enter(line):
                return line
        raise NotFound


@blueprint.get("/absences")
@access(staff(*_ENTERS))
def absences() -> str:
    """Show who is away now and next, and who was."""
    with reading() as session:
        roster = _load(session)
    day = today()
    return render_template(
        "staff/absences.html",
        roster=roster,
        names=roster.names,
        day=day,
        coming=[one for one in roster.lines if one.last_on >= day],
        past=[one for one in reversed(roster.lines) if one.last_on < day],
        is_lead=actor().may(Permission.enter_team_absences),
        me=actor().member_id,
    )


@blueprint.route("/absences/new", methods=["GET", "POST"], endpoint="enter_absence")
@access(staff(*_ENTERS))
def enter() -> str | Response:
    """Enter an absence."""
    with reading() as session:
        roster = _load(session)
    from_today = {"first_on": day_fields(today())}
    form = AbsenceForm(roster.mine, roster.deputies, data=from_today) if roster.mine else None
    if form is not None and form.validate_on_submit():
        whose = UUID(hex=form.member.data) if "member" in form else roster.mine[0].id
        deputy_id, first_on, last_on = form.deputy_id, form.first_day, form.last_day

        def note(session: Session) -> Response:
            enter_absence(
                session,
                member_id=whose,
                deputy_id=deputy_id,
                first_on=first_on,
                last_on=last_on,
                actor=actor(),
                now=now(),
            )
            return redirect(url_for("staff.absences"), 303)

        done = attempt(form.deputy, note)
        if done is not None:
            return done
    return render_template("staff/absence.html", form=form, line=None, names=roster.names, day=today())


@blueprint.route("/absences/<absence_id>", methods=["GET", "POST"])
@access(staff(*_ENTERS))
def absence(absence_id: str) -> str | Response:
    """Change days or deputy of an absence that is not over."""
    wanted = read_id(absence_id)
    with reading() as session:
        roster = _load(session)
    line = roster.one(wanted)
    has_begun = line.first_on < today()
    whose = [one for one in roster.people if one.id == line.member_id]
    was = {
        "deputy": line.deputy_id.hex,
        "first_on": day_fields(line.first_on),
        "last_on": day_fields(line.last_on),
    }
    form = AbsenceForm(whose, roster.deputies, has_begun=has_begun, data=was)
    if form.validate_on_submit():
        deputy_id, last_on = form.deputy_id, form.last_day
        first_on: date = line.first_on if has_begun else form.first_day

        def change(session: Session) -> Response:
            change_absence(
                session,
                absence_id=wanted,
                deputy_id=deputy_id,
                first_on=first_on,
                last_on=last_on,
                actor=actor(),
                now=now(),
            )
            return redirect(url_for("staff.absences"), 303)

        done = attempt(form.deputy, change)
        if done is not None:
            return done
    return render_template("staff/absence.html", form=form, line=line, names=roster.names, day=today())


@blueprint.post("/absences/<absence_id>/end", endpoint="end_absence")
@access(staff(*_ENTERS))
def end(absence_id: str) -> Response:
    """Let somebody be back from today on, or cancel what has not begun."""

    def finish(session: Session) -> Response:
        end_absence(session, absence_id=read_id(absence_id), actor=actor(), now=now())
        return redirect(url_for("staff.absences"), 303)

    return act(finish)


def _load(session: Session) -> Roster:
    """Gather what the reader may enter; shown are those and the absences in which they stand in themselves."""
    who = actor()
    people = list_staff(session, office().id, with_inactive=True)
    mine = tuple(
        one
        for one in people
        if one.is_active
        and (
            (who.may(Permission.enter_team_absences) and one.team_id in who.team_ids)
            or one.id == who.member_id
        )
    )
    lines = list_absences(session, office().id, since=today() - _LOOK_BACK, today=today())
    shown = {one.id for one in mine}
    lines = tuple(
        line
        for line in lines
        if line.member_id in shown
        or (who.member_id is not None and who.member_id in {line.deputy_id, line.present_id})
    )
    return Roster(people, mine, lines)
