"""Look at the office of a year after each step: nobody in a gap, every seal good, nothing forgotten."""

from collections import Counter
from datetime import date

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
    """Return per case reference the days somebody eligible lived through without a confirmation."""
    with bureau.database.reading() as session:
        cases = list_interim_cases(
            session, bureau.office, only=Case.office_id == bureau.office.id, now=bureau.now
        )
    found = {case.case_ref: len(case.lived_gaps(bureau.office, bureau.now, since)) for case in cases}
    return Counter({ref: days for ref, days in found.items() if days})


def count_renewals(bureau) -> int:
    """Count the confirmations that the clock issued after an earlier one."""
    with bureau.database.reading() as session:
        query = select(func.count()).where(
            InterimConfirmation.sequence > 1,
            InterimConfirmation.is_automatic,
            InterimConfirmation.issued_at.is_not(None),
        )
        return session.scalar(query)
