"""People who applied in time, and the nights in which their confirmations are proposed, released and issued."""

from datetime import timedelta

from sqlalchemy import update

from servicedesk.cases.models import Case
from servicedesk.cases.rules import Channel
from servicedesk.cases.service import Evidence, record_application
from servicedesk.interim.jobs import run_confirmations
from servicedesk.interim.keys import open_keyring
from servicedesk.interim.models import InterimConfirmation
from servicedesk.kernel.permissions import SYSTEM
from servicedesk.register.models import Title
from tests.support.desk import TODAY


def apply_for(desk, family_name, given_names="Amina", *, ends_in=10, applied_ago=3, **person):
    """Open the case of somebody whose title ends in some days and who applied some days ago; return its reference."""
    options = {"legal_basis": "16b.1", **person}
    condition = options.pop("condition", "Erwerbstätigkeit bis zu 140 Tagen erlaubt")
    ref = desk.case(family_name, given_names, TODAY + timedelta(days=ends_in), **options)
    at = desk.clock.now() - timedelta(days=applied_ago)
    with desk.db.unit_of_work() as session:
        case = session.query(Case).filter_by(ref=ref).one()
        session.execute(
            update(Title).where(Title.person_id == case.person_id).values(employment_condition=condition)
        )
        record_application(
            session,
            desk.vault,
            case_id=case.id,
            channel=Channel.counter,
            received_at=at,
            statement="Ich beantrage die Verlängerung.",
            actor=SYSTEM,
            now=max(at, desk.clock.now() - timedelta(days=applied_ago)),
            evidence=Evidence.note("Vermerk"),
        )
    return ref


def run_night(desk, data_dir):
    """Run the job as it would run now; return its counts."""
    return run_confirmations(
        desk.db,
        desk.vault,
        now=desk.clock.now(),
        open_keys=lambda now: open_keyring(data_dir, now, is_production=False),
        office_id=desk.cast.office.id,
    )


def confirmation_of(desk, case_ref):
    """Return the latest confirmation of a case as a row."""
    with desk.db.reading() as session:
        return (
            session.query(InterimConfirmation)
            .join(Case, Case.id == InterimConfirmation.case_id)
            .filter(Case.ref == case_ref)
            .order_by(InterimConfirmation.sequence.desc())
            .first()
        )
