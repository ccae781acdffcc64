"""Show every interim confirmation in scope, found by name, number or code; filters stand in the address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import render_template, request, url_for

from servicedesk.interim.queries.register import (
    RegisterFigures,
    RegisterFilter,
    RegisterPage,
    Shown,
    count_register,
    list_register,
)
from servicedesk.kernel.permissions import Permission
from servicedesk.staff.blueprint import blueprint
from servicedesk.staff.common import own_scope, read_day
from servicedesk.staff.interim_wording import END_REASONS, GROUPS, STATES
from servicedesk.web.access import access, staff
from servicedesk.web.forms import clean_line
from servicedesk.web.locale import gettext
from servicedesk.web.runtime import office, reading

PAGE_ROWS = 50
SEES_CONFIRMATIONS = (Permission.release_confirmation, Permission.print_confirmation)
_LONGEST_TEXT = 100
_LAST_YEAR = 2150


@dataclass(frozen=True, slots=True)
class Wanted:
    """Hold what the address asks for; anything unreadable means nothing was asked."""

    filter: RegisterFilter
    page: int

    @classmethod
    def read(cls, arguments: Mapping[str, str]) -> "Wanted":
        """Read the address."""
        shown = arguments.get("show", "")
        number = arguments.get("page", "")
        page = int(number) if number.isascii() and number.isdecimal() and len(number) < 6 else 1
        return cls(
            RegisterFilter(
                text=clean_line(arguments.get("q", "")[:_LONGEST_TEXT]) or "",
                shown=Shown(shown) if shown in set(Shown) else None,
                first_on=_day(arguments.get("from")),
                last_on=_day(arguments.get("until")),
            ),
            max(page, 1),
        )

    def address(self, **changes: Any) -> str:
        """Return the address of this page with something changed; a changed filter begins at the first page."""
        values: dict[str, Any] = {
            "q": self.filter.text or None,
            "show": self.filter.shown,
            "from": self.filter.first_on,
            "until": self.filter.last_on,
        }
        return url_for("staff.interim_register", **{**values, **changes})

    @property
    def has_period(self) -> bool:
        """Tell whether days were named."""
        return self.filter.first_on is not None or self.filter.last_on is not None

    @property
    def is_open(self) -> bool:
        """Tell whether nothing narrows the list."""
        return not (self.filter.text or self.filter.shown or self.has_period)


@blueprint.get("/interim/register", endpoint="interim_register")
@access(staff(*SEES_CONFIRMATIONS))
def show_register() -> str:
    """Show one page of the register, with figures for the same filter."""
    wanted = Wanted.read(request.args)
    terms: dict[str, Any] = {"folding": office().folding, "zone": office().zone}
    with reading() as session:
        scope = own_scope(session)
        page = list_register(
            session,
            scope,
            wanted.filter,
            skip=(wanted.page - 1) * PAGE_ROWS,
            limit=PAGE_ROWS,
            **terms,
        )
        figures = count_register(session, scope, wanted.filter, **terms)
    return render_template(
        "staff/interim_register.html",
        wanted=wanted,
        page=page,
        figures=figures,
        filters=_filters(wanted, figures),
        pages=_pages(wanted, page),
        interim_states=STATES,
        end_reasons=END_REASONS,
        groups=Shown,
    )


def _filters(wanted: Wanted, figures: RegisterFigures) -> list[tuple[str, int, str, bool]]:
    everything = (
        gettext("alle"),
        figures.count(None),
        wanted.address(show=None),
        wanted.filter.shown is None,
    )
    each = [
        (gettext(label), figures.count(group), wanted.address(show=group), wanted.filter.shown is group)
        for group, label in GROUPS.items()
    ]
    return [everything, *each]


def _pages(wanted: Wanted, page: RegisterPage) -> tuple[int, int, str | None, str | None]:
    """Return the numbers of the first and last row, and the addresses of the pages before and after."""
    first = (wanted.page - 1) * PAGE_ROWS + 1
    last = first + len(page.rows) - 1
    before = wanted.address(page=wanted.page - 1) if wanted.page > 1 else None
    after = wanted.address(page=wanted.page + 1) if last < page.total else None
    return first, last, before, after


def _day(text: str | None) -> date | None:
    day = read_day(text)
    return day if day is not None and day.year <= _LAST_YEAR else None
