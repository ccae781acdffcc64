"""Ways to break what holds of the facts of cases."""

from datetime import timedelta

from sqlalchemy import delete, insert, select, update

from servicedesk.cases.models import Case, CaseFact
from servicedesk.cases.rules import Decision
from servicedesk.cases.service import await_authority, decide_case, enter_card, undo_fact
from servicedesk.cases.steps import FactKind
from servicedesk.db.audit import AuditEvent
from servicedesk.kernel.ids import new_id
from servicedesk.kernel.permissions import SYSTEM
from tests.conftest import NOW


def act(sound, work, case_id=None, **more):
    with sound.db.unit_of_work() as session:
        return work(session, case_id=case_id or sound.case.id, actor=SYSTEM, now=NOW, **more)


def add_fact(sound, kind, **more):
    sound.breaks(
        insert(CaseFact).values(
            id=new_id(),
            office_id=sound.office.id,
            case_id=sound.case.id,
            kind=kind,
            at=NOW,
            by="system",
            reason="",
            **{"value": "", **more},
        )
    )


def break_ready(sound):
    add_fact(sound, "mark_ready")


def break_waiting(sound):
    day = (NOW + timedelta(days=9)).date()
    act(sound, await_authority, authority="ba", follow_up_on=day)
    assert "waiting_is_the_last_word" not in sound.red()
    sound.breaks(update(Case).where(Case.id == sound.case.id).values(waiting_for=None))


def break_decision(sound):
    act(sound, decide_case, decision=Decision.granted)
    assert "decision_is_the_last_word" not in sound.red()
    sound.breaks(update(Case).where(Case.id == sound.case.id).values(decision="refused"))


def break_card(sound):
    act(sound, decide_case, decision=Decision.granted)
    act(sound, enter_card, kind=FactKind.order_card)
    with sound.db.reading() as session:
        fact_id = session.scalars(select(CaseFact.id).where(CaseFact.kind == "order_card")).one()
    act(sound, undo_fact, fact_id=fact_id)
    act(sound, enter_card, kind=FactKind.card_ready)
    assert "card_is_the_last_word" not in sound.red()
    sound.breaks(update(Case).where(Case.id == sound.case.id).values(card_state="handed_over"))


def break_undo(sound):
    act(sound, decide_case, decision=Decision.granted)
    with sound.db.reading() as session:
        fact_id = session.scalars(select(CaseFact.id)).one()
    add_fact(sound, "doubt_case", undoes_id=fact_id)


def break_audit(sound):
    act(sound, decide_case, decision=Decision.granted)
    sound.breaks(delete(AuditEvent).where(AuditEvent.action == "decide_case"))


BREAKS = {
    "ready_is_the_last_word": break_ready,
    "waiting_is_the_last_word": break_waiting,
    "decision_is_the_last_word": break_decision,
    "card_is_the_last_word": break_card,
    "fact_stays_in_its_case": break_undo,
    "fact_is_audited": break_audit,
}
