"""The demo shows confirmations in every state a person can meet, and leaves staff work to do."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from servicedesk.demo.confirmations import handle_confirmations
from servicedesk.interim.keys import load_keyring
from servicedesk.interim.models import InterimConfirmation
from tests.support.interim import TODAY, Life


@pytest.fixture
def life(db, vault, tmp_path):
    life = Life(db, vault, tmp_path)
    for number in range(12):
        life.applied(TODAY + timedelta(days=3 + number % 9), name=f"{'ACKLMZ'[number % 6]}mann")
    life.applied(TODAY + timedelta(days=1))
    life.run()
    return life


def _handle(life):
    return handle_confirmations(
        life.db,
        life.vault,
        load_keyring(life.keys, life.now),
        life.office,
        now=life.now,
        public_url="http://127.0.0.1:8000",
    )


def test_every_state_is_there_once_and_work_is_left(life):
    assert _handle(life) == 10
    states = life.read(select(InterimConfirmation.state))
    assert set(states) == {
        "proposed",
        "issued",
        "superseded",
        "withdrawn",
        "ended",
        "declined",
        "lapsed",
    }
    assert states.count("proposed") >= 4
    assert life.tasks().count("interim_request") == 2
    assert _handle(life) == 0


def test_a_demo_without_proposals_does_what_it_can(db, vault, tmp_path):
    life = Life(db, vault, tmp_path)
    assert _handle(life) == 0
