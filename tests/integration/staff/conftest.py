"""One office with somebody signed in, on each engine."""

import pytest

from tests.support.desk import Desk


@pytest.fixture
def desk(db, app, cast, vault, clock):
    return Desk(db, app, cast, vault, clock)


@pytest.fixture
def boris(desk):
    return desk.sign_in("boris")
