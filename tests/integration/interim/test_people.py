"""What people do: release alone, in twos and in batches; decline, withdraw, give out again. Who may not."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from servicedesk.cases.errors import CaseNotFound, ReasonMissing
from servicedesk.cases.models import Case
from servicedesk.db.audit import AuditEvent
from servicedesk.interim.errors import (
    AlreadyConfirmed,
    AlreadyNoted,
    AlreadyRequested,
    ConfirmationChanged,
    ConfirmationNotFound,
    NotEligible,
    NoTitleInRegister,
    RequestAnswered,
    SecondPersonNeeded,
)
from servicedesk.interim.rules.values import Note
from servicedesk.interim.service import (
    Done,
    answer_request,
    decline,
    note_fact,
    print_again,
    propose,
    reissue,
    release,
    release_many,
    request_confirmation,
    take_back_note,
    withdraw,
)
from servicedesk.kernel.errors import NotAllowed
from servicedesk.notices.contexts import EndCause
from tests.support.acting import staff
from tests.support.interim import TODAY, Life
from tests.support.office import SETUP

FOUR_EYES = SETUP + "\n[interim]\nfour_eyes = true\n"


@pytest.fixture
def life(db, vault, tmp_path):
    return Life(db, vault, tmp_path)


@pytest.fixture
def proposed(life):
    case_id = life.applied(TODAY + timedelta(days=10))
    life.run()
    return case_id


@pytest.fixture
def issued(life, proposed):
    life.act(release, confirmation_id=life.row(proposed).id, actor=life.actor())
    return proposed


def _acts(life, case_id):
    query = select(AuditEvent.action).where(AuditEvent.subject_id == case_id).order_by(AuditEvent.id)
    return [one for one in life.read(query) if "interim" in one]


def test_the_case_worker_releases_and_it_is_issued_at_once(life, proposed):
    done = life.act(release, confirmation_id=life.row(proposed).id, actor=life.actor())
    row = life.row(proposed)
    assert (done.done, done.ref) == (Done.issued, row.ref)
    assert (row.state, row.is_automatic, row.released_by) == ("issued", False, life.actor().ref)
    assert _acts(life, proposed) == ["propose_interim", "release_interim", "issue_interim"]
    assert life.did() == {}


def test_without_a_key_it_is_released_and_waits(db, vault, tmp_path):
    life = Life(db, vault, tmp_path, has_key=False)
    case_id = life.applied(TODAY + timedelta(days=10))
    life.run()
    done = life.act(release, confirmation_id=life.row(case_id).id, actor=life.actor())
    assert done.done is Done.released
    assert life.row(case_id).state == "released"
    with pytest.raises(ConfirmationChanged):
        life.act(release, confirmation_id=life.row(case_id).id, actor=life.actor())


def test_another_range_sees_nothing_until_it_is_handed_over_to_the_team(life, proposed):
    row_id = life.row(proposed).id
    with pytest.raises(ConfirmationNotFound):
        life.act(release, confirmation_id=row_id, actor=life.actor("clara"))
    life.pass_days(4)
    life.run()
    assert life.act(release, confirmation_id=row_id, actor=life.actor("clara")).done is Done.issued


@pytest.mark.parametrize("login", ["dmitri", "frida"])
@pytest.mark.parametrize("act", ["release", "decline", "withdraw", "reissue", "propose"])
def test_the_front_desk_and_the_administration_decide_nothing(life, issued, login, act):
    row_id, actor = life.row(issued).id, life.actor(login)
    work = {
        "release": lambda: life.act(release, confirmation_id=row_id, actor=actor),
        "decline": lambda: life.act(decline, confirmation_id=row_id, reason="so", actor=actor),
        "withdraw": lambda: life.act(
            withdraw, confirmation_id=row_id, cause=EndCause.FACTS_WRONG, reason="so", actor=actor
        ),
        "reissue": lambda: life.act(reissue, confirmation_id=row_id, actor=actor),
        "propose": lambda: life.act(propose, case_id=issued, actor=actor),
    }
    with pytest.raises((NotAllowed, ConfirmationNotFound, CaseNotFound)):
        work[act]()
    assert life.states(issued) == ["issued"]


def test_a_neighbour_office_does_not_exist(life, issued):
    with life.db.reading() as session:
        stranger = staff(session, life.noise, "boris")
    with pytest.raises(ConfirmationNotFound):
        life.act(
            withdraw,
            confirmation_id=life.row(issued).id,
            cause=EndCause.FACTS_WRONG,
            reason="so",
            actor=stranger,
        )


def test_what_the_rules_leave_to_a_person_is_released_with_a_reason_only(life):
    case_id = life.applied(TODAY + timedelta(days=10), legal_basis="104c")
    life.run()
    row_id = life.row(case_id).id
    with pytest.raises(ReasonMissing):
        life.act(release, confirmation_id=row_id, actor=life.actor(), note=" ")
    life.act(release, confirmation_id=row_id, actor=life.actor(), note="Antrag nach § 25b liegt vor")
    assert life.row(case_id).release_note == "Antrag nach § 25b liegt vor"
    assert life.tasks(case_id) == []


def test_a_batch_releases_what_is_plain_and_says_what_it_left(life):
    plain = [life.applied(TODAY + timedelta(days=10)) for _ in range(3)]
    odd = life.applied(TODAY + timedelta(days=10), legal_basis="104c")
    gone = life.applied(TODAY + timedelta(days=10))
    life.run()
    life.decide(gone)
    ids = [life.row(case).id for case in (*plain, odd, gone)]
    result = life.act(release_many, confirmation_ids=ids, actor=life.actor())
    assert {one.confirmation_id for one in result.released} == {life.row(case).id for case in plain}
    assert {one.confirmation_id: type(one.refusal) for one in result.skipped} == {
        life.row(odd).id: ReasonMissing,
        life.row(gone).id: NotEligible,
    }
    assert [life.row(case).state for case in plain] == ["issued"] * 3
    assert life.row(odd).state == "proposed"


def test_a_batch_with_one_out_of_sight_releases_nothing(life, proposed):
    other = life.applied(TODAY + timedelta(days=10), name="Zander")
    life.run()
    with pytest.raises(ConfirmationNotFound):
        life.act(
            release_many,
            confirmation_ids=[life.row(proposed).id, life.row(other).id],
            actor=life.actor(),
        )
    assert life.states(proposed) == ["proposed"]


def test_with_four_eyes_the_second_person_must_be_another_one(db, vault, tmp_path):
    life = Life(db, vault, tmp_path, setup=FOUR_EYES)
    case_id = life.applied(TODAY + timedelta(days=10))
    life.run()
    row_id = life.row(case_id).id
    first = life.act(release, confirmation_id=row_id, actor=life.actor())
    assert first.done is Done.first_of_two
    assert life.row(case_id).state == "proposed"
    with pytest.raises(SecondPersonNeeded):
        life.act(release, confirmation_id=row_id, actor=life.actor())
    result = life.act(release_many, confirmation_ids=[row_id], actor=life.actor())
    assert [type(one.refusal) for one in result.skipped] == [SecondPersonNeeded]
    assert life.act(release, confirmation_id=row_id, actor=life.actor("eva")).done is Done.issued
    row = life.row(case_id)
    assert (row.first_released_by, row.released_by) == (life.actor().ref, life.actor("eva").ref)


def test_the_clock_does_not_wait_for_the_second_pair_of_eyes(db, vault, tmp_path):
    life = Life(db, vault, tmp_path, setup=FOUR_EYES)
    case_id = life.applied(TODAY + timedelta(days=10))
    life.run()
    life.act(release, confirmation_id=life.row(case_id).id, actor=life.actor())
    life.pass_days(8)
    life.run()
    assert life.row(case_id).state == "issued"


def test_a_no_needs_a_reason_and_is_not_asked_again_by_the_night(life, proposed):
    row_id = life.row(proposed).id
    with pytest.raises(ReasonMissing):
        life.act(decline, confirmation_id=row_id, reason=" ", actor=life.actor())
    life.act(decline, confirmation_id=row_id, reason="Entscheidung kommt morgen", actor=life.actor())
    row = life.row(proposed)
    assert (row.state, row.end_note, row.ended_by) == (
        "declined",
        "Entscheidung kommt morgen",
        life.actor().ref,
    )
    life.pass_days(9)
    assert life.did() == {}
    assert life.states(proposed) == ["declined"]
    assert life.tasks(proposed) == ["interim_decide"]


def test_after_a_no_a_person_may_propose_again(life, proposed):
    life.act(decline, confirmation_id=life.row(proposed).id, reason="noch nicht", actor=life.actor())
    row_id = life.act(propose, case_id=proposed, actor=life.actor())
    life.act(release, confirmation_id=row_id, actor=life.actor())
    assert life.states(proposed) == ["declined", "issued"]


def test_saying_no_to_a_renewal_takes_the_earlier_one_back(life, issued):
    old = life.row(issued)
    life.pass_days((old.check_again_on - TODAY).days - 10)
    life.run()
    life.act(decline, confirmation_id=life.row(issued).id, reason="ausgereist", actor=life.actor())
    first, second = life.rows(issued)
    assert (first.state, first.end_reason, second.state) == ("withdrawn", "not_entitled", "declined")


def test_withdrawing_needs_a_reason_ends_it_at_once_and_stays_with_the_night(life, issued):
    row_id = life.row(issued).id
    with pytest.raises(ReasonMissing):
        life.act(withdraw, confirmation_id=row_id, cause=EndCause.FACTS_WRONG, reason="", actor=life.actor())
    life.act(
        withdraw,
        confirmation_id=row_id,
        cause=EndCause.FACTS_WRONG,
        reason="falscher Titel",
        actor=life.actor(),
    )
    row = life.row(issued)
    assert (row.state, row.end_reason, row.end_note) == ("withdrawn", "facts_wrong", "falscher Titel")
    assert [one.state for one in life.outbox(row.id)] == ["cancelled"]
    life.pass_days(20)
    life.run()
    assert life.states(issued) == ["withdrawn"]
    assert life.tasks(issued) == ["interim_decide"]
    with pytest.raises(ConfirmationChanged):
        life.act(withdraw, confirmation_id=row_id, cause=EndCause.FACTS_WRONG, reason="x", actor=life.actor())


def test_a_lost_letter_is_printed_again_word_for_word(life, issued):
    row = life.row(issued)
    life.pass_days(30)
    life.set_person(issued, street="Neue Straße")
    done = life.act(reissue, confirmation_id=row.id, actor=life.actor())
    assert done.done is Done.printed_again
    first, second = (life.context(one) for one in life.outbox(row.id, "interim_confirmation"))
    assert (second.token, second.facts, second.frame.issued_on) == (
        first.token,
        first.facts,
        first.frame.issued_on,
    )
    assert second.frame.recipient.street == "Neue Straße 7 b"
    assert life.row(issued).letters == 2


def test_a_lost_letter_with_other_facts_is_a_new_confirmation(life, issued):
    life.set_person(issued, family_name="Çelik-Neu")
    done = life.act(reissue, confirmation_id=life.row(issued).id, actor=life.actor())
    assert done.done is Done.issued
    first, second = life.rows(issued)
    assert (first.state, second.state, done.confirmation_id) == ("superseded", "issued", second.id)


def test_the_front_desk_prints_what_is_issued_and_nothing_else(life, proposed):
    with pytest.raises(ConfirmationChanged):
        life.act(print_again, confirmation_id=life.row(proposed).id, actor=life.actor("dmitri"))
    life.act(release, confirmation_id=life.row(proposed).id, actor=life.actor())
    done = life.act(print_again, confirmation_id=life.row(proposed).id, actor=life.actor("dmitri"))
    assert done.done is Done.printed_again


def test_a_case_worker_may_propose_long_before_the_end(life):
    case_id = life.applied(TODAY + timedelta(days=60))
    row_id = life.act(propose, case_id=case_id, actor=life.actor())
    assert life.act(propose, case_id=case_id, actor=life.actor()) == row_id
    assert life.did() == {}
    life.act(release, confirmation_id=row_id, actor=life.actor())
    with pytest.raises(AlreadyConfirmed):
        life.act(propose, case_id=case_id, actor=life.actor())


def test_where_the_rules_say_no_nobody_proposes(life):
    late = life.applied(TODAY - timedelta(days=3))
    with pytest.raises(NotEligible):
        life.act(propose, case_id=late, actor=life.actor())


def test_without_a_title_in_the_register_there_is_nothing_to_print(life):
    case_id = life.applied(TODAY + timedelta(days=10))
    life.set_title(case_id, is_superseded=True)
    with life.db.unit_of_work() as session:
        session.execute(update(Case).where(Case.id == case_id).values(title_id=None))
    assert life.did() == {}
    assert life.tasks(case_id) == ["interim_decide"]
    with pytest.raises(NoTitleInRegister):
        life.act(propose, case_id=case_id, actor=life.actor())


def test_the_front_desk_asks_once_and_the_case_worker_answers(life):
    case_id = life.applied(TODAY + timedelta(days=60))
    request_id = life.act(
        request_confirmation, case_id=case_id, note="Bank wartet", actor=life.actor("dmitri")
    )
    with pytest.raises(AlreadyRequested):
        life.act(request_confirmation, case_id=case_id, note="", actor=life.actor("dmitri"))
    assert life.tasks(case_id) == ["interim_request"]
    with pytest.raises(NotAllowed):
        life.act(answer_request, request_id=request_id, answer="other", note="x", actor=life.actor("dmitri"))
    with pytest.raises(ConfirmationNotFound):
        life.act(answer_request, request_id=request_id, answer="other", note="x", actor=life.actor("clara"))
    with pytest.raises(ReasonMissing):
        life.act(answer_request, request_id=request_id, answer="declined", note="", actor=life.actor())
    life.act(
        answer_request, request_id=request_id, answer="other", note="Termin um 14 Uhr", actor=life.actor()
    )
    (row,) = life.requests(case_id)
    assert (row.answer, row.answer_note, row.due_on) == ("other", "Termin um 14 Uhr", TODAY)
    assert life.tasks(case_id) == []
    with pytest.raises(RequestAnswered):
        life.act(answer_request, request_id=request_id, answer="other", note="x", actor=life.actor())


def test_nobody_asks_for_what_is_there_already(life, issued):
    with pytest.raises(AlreadyConfirmed):
        life.act(request_confirmation, case_id=issued, note="", actor=life.actor("dmitri"))


def test_a_note_stands_once_and_can_be_taken_back(life, proposed):
    def noting(session, desk):
        return note_fact(
            session, case_id=proposed, kind=Note.identity_check, actor=life.actor(), now=life.now
        )

    note_id = life.act(noting)
    with pytest.raises(AlreadyNoted):
        life.act(noting)
    assert life.did() == {"lapsed": 1}
    with life.db.unit_of_work() as session:
        take_back_note(session, note_id=note_id, actor=life.actor(), now=life.now)
        take_back_note(session, note_id=note_id, actor=life.actor(), now=life.now)
    assert _acts(life, proposed).count("take_back_interim_fact") == 1
    assert life.did() == {"proposed": 1}
    life.act(noting)


def test_only_those_who_work_on_the_case_note_anything(life, proposed):
    with pytest.raises(NotAllowed):
        life.act(
            lambda session, desk: note_fact(
                session, case_id=proposed, kind=Note.departure, actor=life.actor("dmitri"), now=life.now
            )
        )
