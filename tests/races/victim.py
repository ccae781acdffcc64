"""Book in a process of its own and stop in the middle, to be killed there: `python -m tests.races.victim URL POINT …`."""

import sys
import time
from datetime import datetime
from typing import NoReturn
from uuid import UUID

from servicedesk.booking.service import book_appointment, guards
from servicedesk.db.all_models import load_models
from servicedesk.db.session import open_database
from servicedesk.kernel.permissions import Actor, ActorKind
from tests.races.acts import VAULT

POINTS = ("after_first_guard", "after_second_guard", "before_commit")


def stand_still(*_: object, **__: object) -> NoReturn:
    """Tell the parent that the point is reached, and wait for the end."""
    sys.stdout.write("here\n")
    sys.stdout.flush()
    time.sleep(600)
    raise AssertionError("nobody killed this process")


def main(url: str, point: str, office: str, case: str, desk: str, starts_local: str, now: str) -> None:
    """Book one time up to the point."""
    load_models()
    database = open_database(url)
    actor = Actor(kind=ActorKind.resident, office_id=UUID(office), case_id=UUID(case))
    insert_cells = guards._insert_cells
    if point == "after_first_guard":
        guards._end_rows = stand_still
    elif point == "after_second_guard":
        guards._insert_cells = lambda *arguments: (insert_cells(*arguments), stand_still())
    with database.unit_of_work() as session:
        book_appointment(
            session,
            case_id=UUID(case),
            desk_id=UUID(desk),
            starts_local=datetime.fromisoformat(starts_local),
            now=datetime.fromisoformat(now),
            actor=actor,
            vault=VAULT,
        )
        stand_still()


if __name__ == "__main__":
    main(*sys.argv[1:])
