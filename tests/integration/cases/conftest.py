"""A day of one office with its neighbour as noise."""

import pytest

from tests.support.night import Night


@pytest.fixture
def night(db, vault):
    return Night(db, vault)
