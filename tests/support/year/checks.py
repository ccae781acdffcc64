"""Look at the office of a year after each step: nobody in a gap, every seal good, nothing forgotten."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import func, select

from servicedesk.cases.models import Case
from servicedesk.interim.models import InterimConfirmation
from servicedesk.interim.queries.facts import list_interim_cases
from servicedesk.invariants import checks
from servicedesk.invariants.interim import CALCULATIONS, STATEMENTS
from servicedesk.invariants.kinds import Ground


class Broken(AssertionError):
    """Say what does not hold, when, and how it came to that."""


def look(bureau, allowed=()):
    """Check everything about confirmations; return what is broken as sentences."""
    with bureau.database.reading() as session:
        ground = Ground(session, bureau.now, bureau.published())
        found = []
        for statement in STATEMENTS:
            found += [(statement.name, *finding) for finding in checks._run(session, statement, bureau.now)]
        for calculation in CALCULATIONS:
            found += [(calculation.name, *finding) for finding in calculation.search(ground)]
    return [f"{name}: {subject} {detail}" for name, subject, detail in found if name not in allowed]


def look_at_everything(bureau, allowed=()):
    """Check every invariant of the house."""
    with bureau.database.reading() as session:
        report = checks.check_invariants(session, now=bureau.now, keys=bureau.published())
    return [
        f"{one.check}: {one.subject} {one.detail}" for one in report.violations if one.check not in allowed
    ]


def count_lived_gaps(bureau, since: date) -> Counter:
    """Return per case reference the days somebody eligible lived through without a confirmation.

    Days after a person has said no are that person's: a title that left the list and came back makes them eligible
    in hindsight. The figures of the office count them; the clock cannot answer for them.
    """
    with bureau.database.reading() as session:
        cases = list_interim_cases(
            session, bureau.office, only=Case.office_id == bureau.office.id, now=bureau.now
        )
        found = Counter()
        for case in cases:
            for day in case.lived_gaps(bureau.office, bureau.now, since):
                found[case.case_ref] += not _is_declined_on(session, case.case_id, day)
    return +found


def _is_declined_on(session, case_id, day: date) -> bool:
    """Tell whether the last word on a case before this day ended was a person's no."""
    ended = InterimConfirmation.ended_at
    last = (
        select(InterimConfirmation.state)
        .where(InterimConfirmation.case_id == case_id, ended.is_not(None))
        .where(ended < datetime.combine(day + timedelta(days=1), time(), UTC))
        .order_by(InterimConfirmation.sequence.desc())
        .limit(1)
    )
    return session.scalar(last) == "declined"


def count_renewals(bureau) -> int:
    """Count the confirmations that the clock issued after an earlier one."""
    with bureau.database.reading() as session:
        query = select(func.count()).where(
            InterimConfirmation.sequence > 1,
            InterimConfirmation.is_automatic,
            InterimConfirmation.issued_at.is_not(None),
        )
        return session.scalar(query)
