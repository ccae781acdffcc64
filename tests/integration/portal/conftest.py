"""A browser without JavaScript in front of an office, and a letter on the table; on both engines."""

import pytest

from tests.conftest import NOW
from tests.support.client import Browser, make_app
from tests.support.portal import enter, send_letter


@pytest.fixture
def letter(db, vault):
    with db.unit_of_work() as session:
        return send_letter(session, vault, NOW)


@pytest.fixture
def app(db, clock, tmp_path, vault, letter):
    return make_app(db, clock, tmp_path, vault)


@pytest.fixture
def browser(app):
    return Browser(app)


@pytest.fixture
def inside(browser, letter):
    """A browser behind the code."""
    return enter(browser, letter)


@pytest.fixture
def applied(inside):
    """A browser behind the code, the application made."""
    return inside.press("Antrag stellen")


@pytest.fixture
def booked(applied):
    """A browser behind the code, with an appointment on the first of December at eight."""
    applied.get("/de/case/times/on/2026-12-01")
    applied.press("08:00")
    return applied.press("Diesen Termin buchen")
