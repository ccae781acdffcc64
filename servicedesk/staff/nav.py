"""Build the menu of the staff pages from what somebody may do."""

from flask import url_for

from servicedesk.cases.queries.range_list import RangeRow
from servicedesk.cases.rules import NextStep
from servicedesk.kernel.permissions import Actor, Permission
from servicedesk.web.locale import gettext
from servicedesk.web.runtime import actor

SEES_FILES = (Permission.see_own_scope, Permission.see_team, Permission.see_office)
"""Any of these opens files; what is seen is decided by the scope."""

NavItem = tuple[str, str, str, int | None]


def build_nav(who: Actor) -> list[NavItem]:
    """Return id, text, address and number (none here) of every page the actor may open, in the order of a day."""
    items = [
        ("today", gettext("Heute"), "staff.today", ()),
        ("range", gettext("Mein Bereich"), "staff.range_list", SEES_FILES),
        ("calendar", gettext("Kalender"), "staff.calendar", SEES_FILES),
        ("check", gettext("Prüfen"), "staff.check_list", (Permission.work_case,)),
        ("invitations", gettext("Einladungen"), "staff.invitations", (Permission.steer_invitations,)),
        ("requests", gettext("Anfragen"), "staff.requests", (Permission.work_case,)),
        ("contact", gettext("Ohne Brief"), "staff.contact_list", (Permission.match_contact,)),
        ("questions", gettext("Fragen"), "staff.questions", (Permission.work_case,)),
        ("risk", gettext("Risiko"), "staff.risk", SEES_FILES),
        (
            "interim",
            gettext("Bestätigungen"),
            "staff.interim",
            (Permission.release_confirmation, Permission.print_confirmation),
        ),
        ("guarantee", gettext("28 Tage"), "staff.guarantee", (Permission.see_team,)),
        ("letters", gettext("Schreiben"), "staff.letters", (Permission.download_letters,)),
        ("checklists", gettext("Checklisten"), "staff.checklists", ()),
        ("ranges", gettext("Bereiche"), "staff.ranges", ()),
        (
            "absences",
            gettext("Vertretungen"),
            "staff.absences",
            (Permission.enter_own_absence, Permission.enter_team_absences),
        ),
        (
            "catalogue",
            gettext("Katalog"),
            "staff.catalogue",
            (Permission.manage_office, Permission.see_team),
        ),
        ("texts", gettext("Texte"), "staff.texts", (Permission.review_texts,)),
        ("imports", gettext("Importe"), "staff.imports", (Permission.manage_office,)),
        ("exports", gettext("Exporte"), "staff.exports", (Permission.manage_office,)),
    ]
    return [
        (name, text, url_for(endpoint), None)
        for name, text, endpoint, wanted in items
        if not wanted or any(who.may(permission) for permission in wanted)
    ]


def step_address(row: RangeRow) -> str:
    """Return where the next step of a row is taken."""
    if row.case_ref is None:
        if row.next_step is NextStep.invite:
            return url_for("staff.invitations")
        return url_for("staff.open_person", person_id=row.person_id.hex)
    if row.next_step is NextStep.check_papers and actor().may(Permission.work_case):
        return url_for("staff.check", ref=row.case_ref)
    if row.next_step is NextStep.offer_appointment:
        return url_for("staff.appointment", ref=row.case_ref)
    if row.next_step is NextStep.close:
        return url_for("staff.close", ref=row.case_ref)
    return url_for("staff.case", ref=row.case_ref)
