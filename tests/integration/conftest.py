"""An application with one office and its cast, on each engine."""

import pytest

from tests.conftest import NOW
from tests.support.client import Browser, make_app
from tests.support.office import load_cast


@pytest.fixture
def cast(db):
    with db.unit_of_work() as session:
        return load_cast(session, NOW)


@pytest.fixture
def app(db, cast, clock, tmp_path, vault):
    return make_app(db, clock, tmp_path, vault)


@pytest.fixture
def browser(app):
    return Browser(app)
