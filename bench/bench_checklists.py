"""Measure a case's list of papers, from the rows to the lines, against the one statement that reads its case.

    python -m bench.bench_checklists [--full] [--strict]

The worst case is measured: a concern that asks for the household, answers stored, a version of the office's own that
this process has parsed before. "Cold" is the first list after the start, the catalogue parsed from the database.
"""

import sys
import time
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import select

from bench.common import Figure, fresh_database, median_ms, options, report
from servicedesk.cases.models import Case
from servicedesk.cases.queries.checklist import load_checklist
from servicedesk.cases.rules import Origin
from servicedesk.cases.service import answer_question, open_case
from servicedesk.checklists.catalogue import load_catalogue
from servicedesk.checklists.queries import versions
from servicedesk.checklists.rules import Fact, PersonFacts, list_requirements
from servicedesk.db.session import Database
from servicedesk.kernel.permissions import SYSTEM
from servicedesk.register.models import Person
from tests.support.catalogues import OWN_STUDY, release
from tests.support.office import add_person, add_title, load_cast

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
LIMIT_MS = 5.0
ANSWERS = {Fact.employed: True, Fact.rents_home: True, Fact.benefits: False, Fact.married: True}


def main() -> int:
    parser = options(__doc__)
    chosen = parser.parse_args()
    times = 2000 if chosen.full else 300
    with fresh_database("checklists") as database:
        case_id = make_case(database)
        figures = measure(database, case_id, times)
    return report("A case's checklist", figures, as_json=chosen.json, strict=chosen.strict)


def make_case(database: Database) -> UUID:
    """Load an office with a catalogue of its own and open one case, with a household and answers."""
    with database.unit_of_work() as session:
        cast = load_cast(session, NOW)
        release(session, cast, OWN_STUDY, now=NOW)
        person_id = add_person(session, cast.office, household_key="H1")
        add_person(session, cast.office, given_names="Nur", household_key="H1")
        add_title(session, cast.office, person_id, date(2027, 2, 15), legal_basis="16b.1")
        opened = open_case(
            session,
            person=session.get_one(Person, person_id),
            concern_id="eu_long_term_residence",
            origin=Origin.hand,
            actor=SYSTEM,
            now=NOW,
        )
        for fact, value in ANSWERS.items():
            answer_question(session, case_id=opened.id, fact=fact, value=value, actor=SYSTEM, now=NOW)
    return opened.id


def measure(database: Database, case_id: UUID, times: int) -> list[Figure]:
    """Measure the list cold and warm, its pure part, and the baseline in the same session."""

    def read_case() -> None:
        with database.reading() as session:
            session.execute(select(Case).where(Case.id == case_id)).one()

    def read_list() -> None:
        with database.reading() as session:
            case = session.get_one(Case, case_id)
            load_checklist(session, case, session.get_one(Person, case.person_id), today=TODAY)

    versions.forget_parsed()
    read_case()
    begun = time.perf_counter()
    read_list()
    cold = (time.perf_counter() - begun) * 1000
    baseline, warm = median_ms(read_case, times), median_ms(read_list, times)
    concern = load_catalogue().get_concern("eu_long_term_residence")
    facts = PersonFacts(is_renewal=True, age=30)
    pure = median_ms(lambda: list_requirements(concern, facts), times)
    return [
        Figure("one statement reads the case", baseline, "ms"),
        Figure("the case's list, warm", warm, "ms", LIMIT_MS, note=f"{warm / baseline:.1f} × the statement"),
        Figure("the case's list, first of a process", cold, "ms", note="an office's own version parsed"),
        Figure("the rule alone", pure, "ms"),
    ]


if __name__ == "__main__":
    sys.exit(main())
