"""Filing people anew after the office's rule for umlauts has changed."""

import pytest
from sqlalchemy import select

from servicedesk.kernel.permissions import OPERATOR
from servicedesk.offices.rules.setup import parse_setup
from servicedesk.offices.service import load_office
from servicedesk.register.models import Person
from servicedesk.register.service import folding
from tests.conftest import NOW
from tests.support.office import SETUP, add_person, load_cast

NAMES = ("Özdemir", "Müller", "Ahmadi", "Jäger", "Zorn")


@pytest.fixture
def cast(session):
    cast = load_cast(session, NOW)
    for name in NAMES:
        add_person(session, cast.office, name)
    return cast


def change_rule(session, umlauts):
    text = SETUP.format(ref="musterstadt", host="localhost", town="Musterstadt")
    setup = parse_setup(text.replace('umlauts = "din-5007-2"', f'umlauts = "{umlauts}"').encode())
    assert load_office(session, setup, now=NOW, actor=OPERATOR).is_folding_changed


def keys(session, office_id):
    query = select(Person.family_name, Person.surname_key).where(Person.office_id == office_id)
    return dict(session.execute(query.execution_options(populate_existing=True)).all())


@pytest.mark.parametrize("batch", [1, 2, 5, 100])
def test_every_key_follows_the_new_rule_in_batches_of_any_size(session, cast, monkeypatch, batch):
    monkeypatch.setattr(folding, "_BATCH", batch)
    assert keys(session, cast.office.id)["Özdemir"] == "OEZDEMIR"
    change_rule(session, "din-5007-1")
    assert folding.refold_surnames(session, cast.office.id) == 3
    assert keys(session, cast.office.id) == {
        "Özdemir": "OZDEMIR",
        "Müller": "MULLER",
        "Ahmadi": "AHMADI",
        "Jäger": "JAGER",
        "Zorn": "ZORN",
    }
    assert folding.refold_surnames(session, cast.office.id) == 0


def test_the_neighbours_keep_their_keys(session, cast):
    neighbour = load_cast(session, NOW, ref="nachbarstadt", host="nachbar.example", town="Nachbarstadt")
    add_person(session, neighbour.office, "Özdemir")
    change_rule(session, "din-5007-1")
    folding.refold_surnames(session, cast.office.id)
    assert keys(session, neighbour.office.id) == {"Özdemir": "OEZDEMIR"}
