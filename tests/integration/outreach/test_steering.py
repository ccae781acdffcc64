"""Tomorrow's invitations, holds, sending now, and the list of who is at risk."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from servicedesk.cases.errors import PersonNotFound
from servicedesk.cases.models import Case
from servicedesk.cases.queries import build_scope
from servicedesk.cases.rules import Channel
from servicedesk.cases.service import (
    STATEMENT,
    ContactContent,
    Evidence,
    receive_contact_request,
    record_application,
)
from servicedesk.kernel.errors import NotAllowed
from servicedesk.outreach.errors import AlreadyInvited, HoldReasonMissing, NotHeld, NotInvitable
from servicedesk.outreach.models import DueOutcome, InvitationHold
from servicedesk.outreach.queries import (
    count_unknown_bases,
    list_held,
    list_not_invited,
    list_risk,
    list_tomorrow,
)
from servicedesk.outreach.rules import Outcome, Reason
from servicedesk.outreach.service import hold_invitation, release_invitation, send_now
from servicedesk.register.models import Person
from tests.conftest import NOW

TOMORROW_END = date(2027, 2, 24)


def scoped(night, login, read, **more):
    with night.db.reading() as session:
        return read(session, build_scope(session, night.actor(login)), **more)


def act(night, work, login="boris", now=NOW, **more):
    with night.db.unit_of_work() as session:
        return work(session, actor=night.actor(login), now=now, **more)


def hold(night, title, login="boris", reason="wartet auf BAMF", review_on=None):
    act(night, hold_invitation, login, title_id=title, reason=reason, review_on=review_on)


def test_each_case_worker_sees_tomorrows_invitations_of_their_range(night):
    mine = night.add(TOMORROW_END, family_name="Çelik", language="tr")
    night.add(TOMORROW_END, family_name="Özdemir")
    night.add(TOMORROW_END + timedelta(days=1), family_name="Demir")
    night.add(TOMORROW_END, family_name="Fort", moved_away_on=date(2026, 11, 1))
    planned = scoped(night, "boris", list_tomorrow, now=NOW)
    assert [(row.family_name, row.outcome, row.reason) for row in planned] == [
        ("Çelik", Outcome.invited, Reason.due),
        ("Fort", Outcome.excluded, Reason.moved_away),
    ]
    assert (planned[0].title_id, planned[0].due_on, planned[0].language) == (mine, date(2026, 11, 24), "tr")
    assert [row.family_name for row in scoped(night, "clara", list_tomorrow, now=NOW)] == ["Özdemir"]
    assert len(scoped(night, "eva", list_tomorrow, now=NOW)) == 3
    night.run(NOW + timedelta(days=1))
    assert scoped(night, "boris", list_tomorrow, now=NOW) == ()


def test_a_held_invitation_stays_in_sight_and_goes_out_after_release(night):
    title = night.add(TOMORROW_END)
    hold(night, title, review_on=date(2026, 11, 24))
    assert scoped(night, "boris", list_tomorrow, now=NOW)[0].reason is Reason.held
    tomorrow = NOW + timedelta(days=1)
    assert night.run(tomorrow)[1] == {"held": 1}
    (held,) = scoped(night, "boris", list_held, now=tomorrow)
    assert (held.reason, held.is_review_due, held.ends_on) == ("wartet auf BAMF", True, TOMORROW_END)
    assert scoped(night, "clara", list_held, now=tomorrow) == ()
    act(night, release_invitation, title_id=title, now=tomorrow)
    assert scoped(night, "boris", list_held, now=tomorrow) == ()
    assert night.run(tomorrow)[0]["invited"] == 1
    with pytest.raises(NotHeld):
        act(night, release_invitation, title_id=title)


def test_a_hold_needs_a_reason_a_right_and_ones_own_range(night):
    title = night.add(TOMORROW_END)
    with pytest.raises(HoldReasonMissing):
        hold(night, title, reason="  ")
    with pytest.raises(PersonNotFound):
        hold(night, title, login="clara")
    with pytest.raises(NotAllowed):
        hold(night, title, login="dmitri")
    assert night.read(select(InvitationHold)) == []


def test_sending_now_invites_before_the_day_and_only_once(night):
    title = night.add(date(2027, 6, 1))
    hold(night, title)
    case_id = act(night, send_now, vault=night.vault, title_id=title)
    case = night.case_of(title)
    assert (case.id, case.invited_at, case.due_on) == (case_id, NOW, date(2027, 3, 1))
    assert night.read(select(InvitationHold)) == []
    with pytest.raises(AlreadyInvited):
        act(night, send_now, vault=night.vault, title_id=title)
    with pytest.raises(AlreadyInvited):
        hold(night, title)
    assert night.run(NOW + timedelta(days=150))[0]["due"] == 0


def test_sending_now_what_the_rules_exclude_says_why(night):
    title = night.add(TOMORROW_END, moved_away_on=date(2026, 11, 1))
    with pytest.raises(NotInvitable) as refusal:
        act(night, send_now, vault=night.vault, title_id=title)
    assert "verzogen" in str(refusal.value)
    with pytest.raises(PersonNotFound):
        act(night, send_now, "clara", vault=night.vault, title_id=title)
    assert night.read(select(DueOutcome)) == []


def test_sending_now_without_an_address_is_refused(night):
    title = night.add(TOMORROW_END)
    night.set(Person, night.person_of(title), postcode="")
    with pytest.raises(NotInvitable):
        act(night, send_now, vault=night.vault, title_id=title)
    assert night.read(select(Case)) == []


def test_who_has_not_applied_is_at_risk_from_four_weeks_before(night):
    title = night.add(date(2026, 12, 21), family_name="Çelik")
    night.add(date(2026, 12, 22), family_name="Demir")
    night.run()
    (row,) = scoped(night, "boris", list_risk, vault=night.vault, now=NOW).people
    assert (row.title_id, row.days_left, row.owner_id) == (title, 28, night.cast.members["boris"])
    assert [attempt.label for attempt in row.tried] == ["Einladung in Auftrag gegeben"]
    assert scoped(night, "clara", list_risk, vault=night.vault, now=NOW).people == ()
    assert len(scoped(night, "boris", list_risk, vault=night.vault, now=NOW + timedelta(days=1)).people) == 2
    with night.db.unit_of_work() as session:
        record_application(
            session,
            night.vault,
            case_id=row.case_id,
            channel=Channel.slip,
            received_at=NOW,
            statement=STATEMENT,
            actor=night.actor("boris"),
            now=NOW,
            evidence=Evidence.note("Antwortbogen"),
        )
    assert scoped(night, "boris", list_risk, vault=night.vault, now=NOW).people == ()


def test_who_could_not_be_invited_is_at_risk_too(night):
    failed = night.add(date(2026, 12, 1), family_name="Ali")
    held = night.add(date(2026, 12, 2), family_name="Berg")
    night.set(Person, night.person_of(failed), street="")
    hold(night, held)
    night.run()
    rows = scoped(night, "boris", list_risk, vault=night.vault, now=NOW).people
    assert [(row.title_id, row.case_id) for row in rows] == [(failed, None), (held, None)]
    assert [row.tried[0].label for row in rows] == ["keine vollständige Anschrift", "zurückgehalten"]
    (listed,) = scoped(night, "boris", list_not_invited)
    assert (listed.title_id, listed.reason) == (failed, Reason.no_address)


def test_an_ended_title_stays_at_risk_until_its_case_is_closed(night):
    night.add(date(2026, 11, 25))
    night.run()
    rows = scoped(night, "boris", list_risk, vault=night.vault, now=NOW + timedelta(days=10)).people
    assert [row.days_left for row in rows] == [-8]


def test_unmatched_messages_stand_on_the_risk_list_of_the_range(night):
    with night.db.unit_of_work() as session:
        ref = receive_contact_request(
            session,
            night.vault,
            office=night.office,
            received_at=NOW,
            locale="uk",
            concern_id="permit_study",
            ends_on=date(2026, 12, 1),
            content=ContactContent("Özdemir", "Elif", "01.01.1990"),
            now=NOW,
        )
    assert scoped(night, "boris", list_risk, vault=night.vault, now=NOW).contacts == ()
    assert [row.ref for row in scoped(night, "clara", list_risk, vault=night.vault, now=NOW).contacts] == [
        ref
    ]


def test_unknown_bases_are_listed_for_the_office(night):
    night.add(legal_basis="§ 99z")
    night.add(legal_basis="16b.1", family_name="Demir")
    night.run()
    with night.db.reading() as session:
        assert count_unknown_bases(session, night.office.id) == (("§ 99z", 1),)
