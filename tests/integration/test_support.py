"""The cast that the other tests rely on stands."""

from servicedesk.accounts.staff import check_password
from tests.conftest import NOW
from tests.support.office import PASSWORD, add_person, add_title, load_cast


def test_the_cast_can_sign_in_and_residents_can_be_added(session):
    cast = load_cast(session, NOW)
    neighbour = load_cast(session, NOW, ref="nachbarort", host="nachbar.example", town="Nachbarort")
    assert (
        check_password(session, office_id=cast.office.id, login="Boris", password=PASSWORD).id
        == cast.accounts["boris"]
    )
    assert cast.members["boris"] != neighbour.members["boris"]
    assert add_title(session, cast.office, add_person(session, cast.office))
