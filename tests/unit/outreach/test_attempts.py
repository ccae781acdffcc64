"""What may be noted as an attempt to reach somebody."""

from datetime import timedelta

import pytest

from servicedesk.outreach.errors import AttemptInFuture, AttemptNoteMissing
from servicedesk.outreach.rules import REACH_LABELS, ReachKind, check_attempt
from tests.conftest import NOW


def test_every_kind_has_its_words():
    assert set(REACH_LABELS) == set(ReachKind)
    assert len(set(REACH_LABELS.values())) == len(ReachKind)


def test_an_attempt_of_now_or_before_is_fine():
    for kind in (ReachKind.not_reached, ReachKind.will_apply, ReachKind.wrote):
        check_attempt(kind, NOW, "", NOW)
    check_attempt(ReachKind.other, NOW - timedelta(days=3), "Sozialdienst gebeten nachzufragen", NOW)


def test_nobody_tries_in_the_future():
    with pytest.raises(AttemptInFuture):
        check_attempt(ReachKind.wrote, NOW + timedelta(minutes=1), "", NOW)


@pytest.mark.parametrize("note", ["", "  \n"])
def test_another_way_says_which(note):
    with pytest.raises(AttemptNoteMissing):
        check_attempt(ReachKind.other, NOW, note, NOW)
