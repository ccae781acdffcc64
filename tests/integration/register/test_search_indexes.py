"""A big first list builds the search indexes at its end; keys, other offices and small lists are left alone."""

import pytest
from sqlalchemy import inspect

from servicedesk.register.models import Person, Title
from servicedesk.register.service import bulk, importing
from servicedesk.register.service.bulk import pause_search_indexes
from tests.support.lists import rows


@pytest.fixture
def is_on_postgresql(desk):
    if not desk.database.is_postgresql:
        pytest.skip("the pause is PostgreSQL's")


def _indexes(desk) -> dict[str, list[str]]:
    with desk.database.reading() as session:
        found = inspect(session.connection())
        return {
            index["name"]: index["column_names"]
            for table in ("person", "title")
            for index in found.get_indexes(table)
        }


def test_after_a_big_first_list_every_index_is_there_again(desk, monkeypatch, is_on_postgresql):
    declared = {index.name for model in (Person, Title) for index in model.__table__.indexes}
    before = _indexes(desk)
    paused = []
    monkeypatch.setattr(importing, "WORTH_IT_BYTES", 0)
    monkeypatch.setattr(
        importing,
        "pause_search_indexes",
        lambda session: paused.extend(pause_search_indexes(session)) or paused,
    )
    assert desk.load(rows(50)).accepted == 50
    assert {index.name for index in paused} == declared
    assert _indexes(desk) == before
    assert len(desk.people()) == 50


def test_tables_with_rows_keep_their_indexes(desk, is_on_postgresql):
    desk.load(rows(5))
    with desk.database.unit_of_work() as session:
        assert pause_search_indexes(session) == ()


def test_a_small_first_list_pauses_nothing(desk, monkeypatch, is_on_postgresql):
    def never(_):
        raise AssertionError("a small list needs no pause")

    monkeypatch.setattr(importing, "pause_search_indexes", never)
    assert desk.load(rows(5)).accepted == 5
    assert bulk.WORTH_IT_BYTES > 1_000_000
