"""How long messages wait, and when they are given up."""

from datetime import date, timedelta

import pytest

from servicedesk.notices.delivery.emails import read_server
from servicedesk.notices.rules import is_given_up, last_day_as_child, next_delay
from tests.conftest import NOW


def test_pauses_grow_to_four_hours_and_stay_there():
    pauses = [next_delay(attempts) for attempts in range(1, 12)]
    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(minutes=1)
    assert pauses[-1] == pauses[-2] == timedelta(hours=4)
    assert next_delay(0) == timedelta(minutes=1)


def test_a_letter_is_given_up_after_six_attempts():
    tries = [is_given_up("letter", attempts=n, created_at=NOW, now=NOW) for n in range(1, 8)]
    assert tries == [False] * 5 + [True] * 2


def test_an_email_outlasts_a_mail_server_that_is_down_over_a_long_weekend():
    now, attempts = NOW, 0
    while not is_given_up("email", attempts=attempts, created_at=NOW, now=now):
        attempts += 1
        now += next_delay(attempts)
    assert timedelta(days=4) < now - NOW < timedelta(days=6)


@pytest.mark.parametrize(
    ("born", "last"),
    [
        (date(2008, 11, 24), date(2026, 11, 23)),
        (date(2009, 1, 1), date(2026, 12, 31)),
        (date(2008, 2, 29), date(2026, 2, 28)),
        (date(2008, 3, 1), date(2026, 2, 28)),
    ],
)
def test_the_day_before_somebody_is_grown_up(born, last):
    assert last_day_as_child(born) == last


@pytest.mark.parametrize(
    ("url", "port", "is_implicit", "needs_tls"),
    [
        ("smtp://mail.example", 587, False, True),
        ("smtp://mail.example:25?tls=optional", 25, False, False),
        ("smtps://mail.example", 465, True, True),
        ("smtp://127.0.0.1:2525", 2525, False, False),
        ("smtp://localhost", 587, False, False),
    ],
)
def test_mail_servers(url, port, is_implicit, needs_tls):
    server = read_server(url)
    assert (server.port, server.is_implicit_tls, server.needs_tls) == (port, is_implicit, needs_tls)


def test_signing_in_is_read_from_the_url_and_never_shown():
    server = read_server("smtp://u%40x:geheim%2Fwort@mail.example")
    assert (server.user, server.password) == ("u@x", "geheim/wort")
    assert "geheim" not in repr(server)
