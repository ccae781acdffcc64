"""Every legal source that a data file names stands in the table, and somebody read it not long ago."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from servicedesk.kernel.clock import SystemClock
from tools.legal_sources import (
    PAGE,
    READ_AGAIN_AFTER,
    ROOT,
    build_page,
    list_files,
    list_stale,
    list_uses,
)

DAY = date(2026, 11, 23)


def test_the_table_is_what_the_files_say():
    uses = list_uses()
    assert len({use.url for use in uses}) > 80
    assert {use.url.split("/")[0] for use in uses} == {"https:"}
    assert PAGE.read_text(encoding="utf-8") == build_page(uses), "run: python -m tools.legal_sources write"


def test_no_source_is_left_unread_for_longer_than_the_project_allows():
    stale = list_stale(list_uses(), SystemClock().now().date())
    assert not stale, "open these sources, compare the entries, set checked_on:\n" + "\n".join(
        map(str, stale)
    )


@pytest.mark.parametrize(
    ("age", "is_stale"),
    [(timedelta(0), False), (READ_AGAIN_AFTER, False), (READ_AGAIN_AFTER + timedelta(days=1), True)],
)
def test_a_source_read_too_long_ago_is_named(age, is_stale):
    one = replace(list_uses()[0], checked_on=DAY - age)
    assert list_stale([one], DAY) == ([one] if is_stale else [])


def test_a_source_read_in_the_future_is_named():
    one = replace(list_uses()[0], checked_on=DAY + timedelta(days=2))
    assert list_stale([one], DAY) == [one]


def test_another_source_is_another_page():
    uses = list_uses()
    assert build_page(
        [replace(uses[0], url="https://www.gesetze-im-internet.de/x"), *uses[1:]]
    ) != build_page(uses)


def test_no_address_of_a_law_stands_in_a_file_without_its_days():
    named = {use.url for use in list_uses()}
    for file in list_files():
        text = file.read_text(encoding="utf-8")
        for word in text.replace('"', " ").split():
            if word.startswith("https://www.gesetze-im-internet.de/"):
                assert word in named or "#" in word, (file.relative_to(ROOT), word)
