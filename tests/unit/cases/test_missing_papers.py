"""How many papers are certainly missing."""

from datetime import date

from servicedesk.cases.queries.facts import count_missing
from servicedesk.cases.rules import PaperState
from servicedesk.checklists.rules import Document, DocumentForm, Requirement, Source

SOURCE = Source(date(2020, 1, 1), "https://example.org", date(2026, 1, 1))


def asked(name, condition="", group=""):
    document = Document(
        id=name, name=name, name_en=name, form=DocumentForm.copy, max_age=None, where="", source=SOURCE
    )
    return Requirement(document=document, condition=condition, group=group)


LIST = (
    asked("passport"),
    asked("payslips", condition="wenn Sie angestellt arbeiten"),
    asked("account", group="means"),
    asked("scholarship", group="means"),
    asked("contract", condition="wenn Sie arbeiten", group="work"),
    asked("employer", condition="wenn Sie arbeiten", group="work"),
)


def test_what_may_not_apply_is_not_missing_alone_or_in_a_group():
    assert count_missing(LIST, {}) == 2
    assert count_missing(LIST[1:2], {}) == 0
    assert count_missing(LIST[4:], {}) == 0


def test_one_of_a_group_is_enough():
    assert count_missing(LIST, {"scholarship": PaperState.received}) == 1
    assert count_missing(LIST, {"scholarship": PaperState.accepted, "passport": PaperState.waived}) == 0


def test_a_paper_promised_rejected_or_too_old_is_still_missing():
    for state in (PaperState.announced, PaperState.rejected, PaperState.stale):
        assert count_missing(LIST, {"passport": state, "account": state}) == 2


def test_what_was_handed_in_for_a_group_with_a_condition_changes_nothing():
    assert count_missing(LIST, {"contract": PaperState.received}) == 2
