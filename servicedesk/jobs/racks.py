"""Draw all blank lists of an office as one file, list by list, so that people see how far it is."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from servicedesk.cases.frames import open_letter_desk
from servicedesk.checklists.printing import SheetOrder, build_sheet
from servicedesk.checklists.queries import office_catalogue
from servicedesk.checklists.rules import PersonFacts, list_requirements
from servicedesk.checklists.rules.racks import RackFault
from servicedesk.checklists.service.racks import (
    RackOrder,
    fail_rack,
    finish_rack,
    leave_rack,
    note_drawn,
    take_rack,
)
from servicedesk.db.session import Database
from servicedesk.kernel.clock import local_day
from servicedesk.notices.contexts.checklists import ChecklistSheet
from servicedesk.notices.letters import LettersUnavailable
from servicedesk.notices.letters.checklists import render_checklists
from servicedesk.notices.letters.joining import join_pdfs
from servicedesk.offices.queries import get_office_by_id

_SIGN_OF_LIFE = 4
"""After so many lists a worker says how far it is: every few seconds."""


class _NoLongerWanted(Exception):
    """Say that somebody stopped the order."""


class _Leaving(Exception):
    """Say that this process is to end."""


def draw_racks(
    database: Database,
    *,
    now: Callable[[], datetime],
    public_url: str | None,
    should_stop: Callable[[], bool],
) -> dict[str, Any]:
    """Draw every order that waits; return how many files there are now."""
    done = 0
    while not should_stop():
        with database.unit_of_work() as session:
            order = take_rack(session, now=now())
        if order is None:
            break
        done += _draw(database, order, now=now, public_url=public_url, should_stop=should_stop)
    return {"files": done}


def _draw(
    database: Database,
    order: RackOrder,
    *,
    now: Callable[[], datetime],
    public_url: str | None,
    should_stop: Callable[[], bool],
) -> bool:
    sheets = _sheets(database, order, now(), public_url)

    def drawn() -> Iterator[bytes]:
        for number, sheet in enumerate(sheets):
            if number % _SIGN_OF_LIFE == 0:
                if should_stop():
                    raise _Leaving
                with database.unit_of_work() as session:
                    if not note_drawn(session, order.id, drawn=number, lists=len(sheets), now=now()):
                        raise _NoLongerWanted
            # Past the memory for single lists: they would push out those that people ask for at the counter.
            yield render_checklists((sheet,)).pdf

    try:
        pdf, pages = join_pdfs(drawn(), title="Checklisten")
    except _NoLongerWanted:
        return False
    except _Leaving:
        with database.unit_of_work() as session:
            leave_rack(session, order.id)
        return False
    except LettersUnavailable:
        _fail(database, order, RackFault.no_letters, now())
        return False
    except Exception:
        _fail(database, order, RackFault.crashed, now())
        raise
    with database.unit_of_work() as session:
        return finish_rack(session, order.id, pdf=pdf, pages=pages, drawn=len(sheets), now=now())


def _fail(database: Database, order: RackOrder, fault: RackFault, now: datetime) -> None:
    with database.unit_of_work() as session:
        fail_rack(session, order.id, fault, now=now)


def _sheets(
    database: Database, order: RackOrder, now: datetime, public_url: str | None
) -> list[ChecklistSheet]:
    """Return every blank list: language by language, as they lie in the rack."""
    with database.reading() as session:
        office = get_office_by_id(session, order.office_id)
        today = local_day(now, office.zone)
        catalogue = office_catalogue(session, office.id, today)
        block = open_letter_desk(session, office, public_url).block
    offered = [one for one in catalogue.list_concerns() if one.is_offered(today) and one.papers]
    renewal = PersonFacts(is_renewal=True)
    return [
        build_sheet(
            SheetOrder(concern, list_requirements(concern, renewal), tag, today, is_large=order.is_large),
            catalogue,
            block,
        )
        for tag in order.locales
        for concern in offered
    ]
