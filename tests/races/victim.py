"""Book in a process of its own and stop in the middle, to be killed there: `python -m tests.races.victim URL POINT …`."""

import sys
import time
from datetime import datetime
from typing import NoReturn
from uuid import UUID

from sqlalchemy.orm import Session

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
    send = guards.run_together

    def stop(session: Session, *calls: object) -> NoReturn:
        """Send the compare-and-set of the day alone, or with it the row and its cells; then no more."""
        send(session, *(calls[:1] if point == "after_first_guard" else calls))
        stand_still()

    if point != "before_commit":
        guards.run_together = stop
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
