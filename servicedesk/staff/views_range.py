"""Show everything in somebody's range as one table; filters stand in the address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from sqlalchemy.orm import Session

from servicedesk.booking.queries.coming import list_coming
from servicedesk.cases.queries.bands import list_own_pieces
from servicedesk.cases.queries.range_list import (
    Cursor,
    RangeFilter,
    RangeRow,
    RangeView,
    count_range_rows,
    list_range_rows,
    with_appointments,
)
from servicedesk.cases.queries.scope import Scope
from servicedesk.cases.queries.worklist import (
    Matter,
    WorkGroup,
    count_people,
    list_matter_rows,
    list_open_matters,
)
from servicedesk.kernel.permissions import Permission
from servicedesk.offices.queries import list_staff
from servicedesk.outreach.queries.preview import list_tomorrow
from servicedesk.outreach.rules import Outcome
from servicedesk.staff.blueprint import blueprint
from servicedesk.staff.common import own_scope, today
from servicedesk.staff.nav import SEES_FILES
from servicedesk.web.access import access, staff
from servicedesk.web.locale import gettext
from servicedesk.web.runtime import actor, now, office, reading

PAGE_ROWS = 50
_EVERYTHING = "all"
_NEAR = timedelta(days=92)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Hold what the address asks for; anything unreadable means the usual."""

    group: WorkGroup | None
    owner: UUID | None
    after: Cursor | None
    skipped: int

    @classmethod
    def read(cls, arguments: Mapping[str, str]) -> "Wanted":
        """Read the address."""
        shown = arguments.get("show", "")
        group = None if shown == _EVERYTHING else WorkGroup.needs_us
        if shown in set(WorkGroup):
            group = WorkGroup(shown)
        number = arguments.get("from", "")
        skipped = int(number) - 1 if number.isascii() and number.isdecimal() and len(number) < 8 else 0
        after = Cursor.decode(arguments.get("after"))
        return cls(group, _read_owner(arguments.get("owner")), after, max(skipped, 0) if after else 0)

    @property
    def shown(self) -> str:
        """Return the word of the filter in the address."""
        return self.group.value if self.group else _EVERYTHING


@blueprint.get("/range", endpoint="range_list")
@access(staff(*SEES_FILES))
def show_range() -> str:
    """Show one page of the table."""
    wanted = Wanted.read(request.args)
    with reading() as session:
        scope = own_scope(session)
        booked = list_coming(session, scope, now=now())
        matters = list_open_matters(session, scope, now=now(), booked=booked)
        if wanted.owner is not None:
            matters = tuple(matter for matter in matters if matter.owner_id == wanted.owner)
        rows, following, total = _page(session, scope, wanted, matters, booked)
        people = count_people(session, scope)
        pieces = list_own_pieces(session, office().id, actor().member_id)
        owners = _owners(session)
        filters = [*_filters(wanted, matters), *_tomorrow(session, scope)]
    return render_template(
        "staff/range.html",
        rows=rows,
        wanted=wanted,
        filters=filters,
        owners=_owner_filters(wanted, owners),
        pieces=pieces,
        people=people,
        total=total,
        near=_count_near(matters),
        following=_address(wanted, after=following.encode(), **{"from": wanted.skipped + len(rows) + 1})
        if following
        else None,
        first=_address(wanted) if wanted.after else None,
    )


def _page(
    session: Session,
    scope: Scope,
    wanted: Wanted,
    matters: tuple[Matter, ...],
    booked: Mapping[UUID, datetime],
) -> tuple[tuple[RangeRow, ...], Cursor | None, int]:
    """Return the rows of a page, the cursor of the next one, and how many rows there are."""
    if wanted.group is None and wanted.owner is None:
        everything = RangeFilter(RangeView.all)
        page = list_range_rows(session, scope, everything, now=now(), after=wanted.after, limit=PAGE_ROWS)
        total = count_range_rows(session, scope, everything, now=now())
        return with_appointments(page.rows, booked, now=now(), zone=office().zone), page.next_cursor, total
    chosen = [matter for matter in matters if wanted.group is None or wanted.group in matter.groups]
    rest = [matter for matter in chosen if _is_behind(matter, wanted.after)]
    shown = rest[:PAGE_ROWS]
    rows = list_matter_rows(session, scope, shown, now=now(), booked=booked)
    return rows, shown[-1].cursor if len(rest) > PAGE_ROWS else None, len(chosen)


def _is_behind(matter: Matter, after: Cursor | None) -> bool:
    if after is None:
        return True
    mine = matter.cursor
    return (mine.ends_on, mine.row_id) > (after.ends_on, after.row_id)


def _count_near(matters: tuple[Matter, ...]) -> int:
    """Count the cases whose title ends within three months."""
    first = today()
    last = first + _NEAR
    return sum(1 for matter in matters if matter.facts.ends_on and first <= matter.facts.ends_on <= last)


def _filters(wanted: Wanted, matters: tuple[Matter, ...]) -> list[tuple[str, int | None, str, bool]]:
    names = {
        WorkGroup.needs_us: gettext("braucht mich"),
        WorkGroup.risk: gettext("Risiko"),
        WorkGroup.waiting: gettext("wartet auf Person"),
        WorkGroup.invited: gettext("eingeladen"),
        WorkGroup.appointment: gettext("Termin"),
    }
    filters: list[tuple[str, int | None, str, bool]] = [
        (
            name,
            sum(group in matter.groups for matter in matters),
            _address(wanted, show=group.value),
            wanted.group is group,
        )
        for group, name in names.items()
    ]
    filters.append((gettext("alle"), None, _address(wanted, show=_EVERYTHING), wanted.group is None))
    return filters


def _tomorrow(session: Session, scope: Scope) -> list[tuple[str, int | None, str, bool]]:
    """Return the way to tomorrow's invitations, for those who steer them."""
    if not actor().may(Permission.steer_invitations):
        return []
    planned = sum(one.outcome is Outcome.invited for one in list_tomorrow(session, scope, now=now()))
    text = gettext("morgen einzuladen: %(count)s – ansehen, jetzt senden, zurückhalten", count=planned)
    return [(text, None, url_for("staff.invitations"), False)]


def _owners(session: Session) -> tuple[tuple[UUID, str], ...]:
    """Return the case workers a reader may narrow the table to: of the own teams, or of the office."""
    who = actor()
    if not (who.may(Permission.see_team) or who.may(Permission.see_office)):
        return ()
    members = list_staff(session, office().id)
    own = [one for one in members if who.may(Permission.see_office) or one.team_id in who.team_ids]
    return tuple((one.id, one.name) for one in own)


def _owner_filters(
    wanted: Wanted, owners: tuple[tuple[UUID, str], ...]
) -> list[tuple[str, int | None, str, bool]]:
    if not owners:
        return []
    everybody = (gettext("alle Sachbearbeitungen"), None, _address(wanted, owner=None), wanted.owner is None)
    each = [(name, None, _address(wanted, owner=one.hex), wanted.owner == one) for one, name in owners]
    return [everybody, *each]


def _address(wanted: Wanted, **changes: Any) -> str:
    values: dict[str, Any] = {"show": wanted.shown, "owner": wanted.owner.hex if wanted.owner else None}
    return url_for("staff.range_list", **{**values, **changes})


def _read_owner(text: str | None) -> UUID | None:
    try:
        return UUID(hex=text or "")
    except ValueError:
        return None
