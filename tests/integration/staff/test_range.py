"""My range: one table, filters in the address, pages by key, scope, every state of it."""

from datetime import date, timedelta

import pytest
from sqlalchemy import insert

from servicedesk.cases.models import Case
from servicedesk.kernel.ids import new_id, new_ref
from servicedesk.register.models import Person
from tests.conftest import NOW


def table_names(browser):
    return [browser.page.words(link) for link in browser.page.all("a") if link.get("data-open") is not None]


def test_an_empty_range_says_what_will_be_here(boris):
    page = boris.get("/staff/range").page
    assert page.h1.startswith("Mein Bereich: A - K")
    assert "Gerade braucht Sie niemand." in page.words()


def test_the_range_shows_everybody_of_mine_and_nobody_else(desk, boris):
    desk.case("Çelik", "Özlem", TODAY + timedelta(days=12))
    desk.person("Al Ghazali", "Samar", TODAY + timedelta(days=200))
    desk.case("Zorn", "Clara", TODAY + timedelta(days=12))
    boris.get("/staff/range?show=all")
    assert table_names(boris) == ["Çelik, Özlem", "Al Ghazali, Samar"]
    words = boris.page.words()
    assert "▲ 12 Tage" in words
    assert "eingeladen, noch kein Antrag" in words
    assert "anrufen" in words
    assert "noch nicht fällig" in words
TODAY = date(2026, 11, 23)
