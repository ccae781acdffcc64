"""Share what the staff views have in common: scope, the record of reading, refusals inside a form, dates."""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from flask import make_response
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from servicedesk.cases.queries.scope import Scope, build_scope
from servicedesk.db.audit import log_access
from servicedesk.kernel.clock import instant_of, local_day, local_wall
from servicedesk.kernel.errors import NotAllowed, NotFound, Refusal
from servicedesk.web.dates import read_number
from servicedesk.web.edge import sentence
from servicedesk.web.idempotency import act
from servicedesk.web.runtime import actor, now, office, unit_of_work


def own_scope(session: Session) -> Scope:
    """Return what the signed-in person may see."""
    return build_scope(session, actor())


def today() -> date:
    """Return the office's day."""
    return local_day(now(), office().zone)


def note_reading(page: str, *, person_id: UUID | None, case_id: UUID | None = None) -> None:
    """Record that somebody opened a person's file; the one thing that opening a page writes."""
    with unit_of_work() as session:
        log_access(session, now=now(), actor=actor(), page=page, person_id=person_id, case_id=case_id)


def attempt(field: Any, work: Callable[[Session], Response]) -> Response | None:
    """Run an act; a refusal the reader can mend becomes the fault of `field`, and None is returned.

    What is not found or not allowed stays an error page.
    """
    try:
        return act(work)
    except (NotFound, NotAllowed):
        raise
    except Refusal as fault:
        field.errors = [*field.errors, sentence(fault)]
        return None


def read_day(text: str | None) -> date | None:
    """Return the day of an address (`2026-11-23`), None for anything else."""
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def read_id(text: str) -> UUID:
    """Return an identity out of an address; raises NotFound for anything else."""
    try:
        return UUID(hex=text[:40])
    except ValueError as fault:
        raise NotFound from fault


def read_wall_time(text: str | None) -> time | None:
    """Return a time of day as people write it: 9:05, 09.05, 0905, 9 Uhr; None for anything else."""
    words = (text or "").lower().replace("uhr", "").replace("h", ":").strip(" :")
    hour_text, _, minute_text = words.replace(".", ":").partition(":")
    if not minute_text and len(hour_text.strip()) in {3, 4}:
        hour_text, minute_text = hour_text.strip()[:-2], hour_text.strip()[-2:]
    hour, minute = read_number(hour_text), read_number(minute_text or "0")
    if hour is None or minute is None or hour > 23 or minute > 59:
        return None
    return time(hour, minute)


def instant_at(day: date, at: time) -> datetime:
    """Return the instant of a wall-clock time in the office's zone."""
    return instant_of(datetime.combine(day, at), office().zone)


def wall_fields(instant: datetime, name: str) -> dict[str, object]:
    """Return an instant as the fields `<name>_on` and `<name>_time` of a form: the office's day and time."""
    wall = local_wall(instant, office().zone)
    day = {"day": f"{wall.day:02d}", "month": f"{wall.month:02d}", "year": f"{wall.year:04d}"}
    return {f"{name}_on": day, f"{name}_time": f"{wall:%H:%M}"}


def attach(content: bytes, media_type: str, name: str) -> Response:
    """Return a file to be saved, never to be shown inside our pages (SEC-21)."""
    response = make_response(content)
    response.headers["Content-Type"] = media_type
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
