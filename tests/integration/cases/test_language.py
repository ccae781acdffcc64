"""What a person is written in: the language they chose, else the list's; an import never takes a choice back."""

from sqlalchemy import select, update

from servicedesk.cases.service import reissue_code
from servicedesk.kernel.ids import new_id
from servicedesk.kernel.permissions import Actor, ActorKind, Role
from servicedesk.notices.models import Outbox
from servicedesk.register.models import Person
from servicedesk.register.service import claim_language
from tests.conftest import NOW
from tests.support.portal import send_letter


def test_letters_follow_the_language_a_person_chose(session, vault):
    letter = send_letter(session, vault, NOW, language="tr")
    resident = Actor(kind=ActorKind.resident, office_id=letter.cast.office.id, case_id=letter.case_id)
    claim_language(session, vault, person_id=letter.person_id, tag="uk", now=NOW, actor=resident)
    session.execute(update(Person).where(Person.id == letter.person_id).values(language="ar"))
    boris = Actor(
        kind=ActorKind.staff,
        office_id=letter.cast.office.id,
        account_id=new_id(),
        member_id=letter.cast.members["boris"],
        roles=frozenset({Role.case_worker}),
    )
    reissue_code(session, vault, case_id=letter.case_id, actor=boris, now=NOW, identity_check="Pass gesehen")
    assert session.scalars(select(Outbox.locale)).all() == ["uk"]


def test_letter_language_reads_alike_in_python_and_in_the_database(session, vault):
    letter = send_letter(session, vault, NOW, language="tr")
    person = session.get_one(Person, letter.person_id)
    query = select(Person.letter_language).where(Person.id == letter.person_id)
    assert session.scalar(query) == person.letter_language == "tr"
