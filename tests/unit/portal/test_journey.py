"""What pages decide by themselves: how a choice is carried, how papers are sorted, which sentence holds."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicedesk.cases.frames import Addressee
from servicedesk.cases.queries.resident import ResidentPaper, ResidentReceipt, ResidentView
from servicedesk.cases.rules import Channel, PaperState, Timeliness
from servicedesk.checklists.catalogue import load_catalogue
from servicedesk.checklists.rules import Requirement, TitleForm
from servicedesk.notices.contexts import Sender
from servicedesk.portal.journey import Choice, PaperLists
from servicedesk.portal.wording import HEADINGS, STATEMENTS, ending_of, meanwhile_of

DESK = UUID(int=7)
CONTINUES = "gilt weiter, bis wir entschieden haben"


def view(
    form=TitleForm.residence_title, timeliness=Timeliness.in_time, ends_on=date(2027, 2, 15), effect=True
):
    concern = replace(load_catalogue().get_concern("permit_study"), title_form=form)
    return ResidentView(
        case_id=UUID(int=1),
        case_ref="V-1",
        team_id=UUID(int=2),
        owner_id=None,
        addressee=Addressee(UUID(int=3), "33", "Çelik", "Amina", (1990, 5, 17), "", "", "", "", "de"),
        is_minor=False,
        concern=concern,
        ends_on=ends_on,
        has_ended=False,
        has_continuation_effect=effect,
        receipt=timeliness
        and ResidentReceipt("A-1", datetime(2026, 11, 23, tzinfo=UTC), Channel.web, timeliness),
        papers=(),
        papers_missing=0,
        papers_waiting=0,
        sender=Sender(team="Aufenthalt"),
        ready_at=None,
        decision=None,
        is_closed=False,
    )


@given(st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2200, 1, 1)))
def test_a_choice_comes_back_as_it_went(starts):
    choice = Choice(DESK, starts.replace(second=0, microsecond=0))
    assert Choice.read(choice.slot) == choice


@given(st.text())
def test_any_text_is_a_choice_or_none(text):
    found = Choice.read(text)
    assert found is None or Choice.read(found.slot) == found


def test_no_choice_is_none():
    assert Choice.read(None) is None
    assert Choice.read("") is None
    assert Choice.read(f"{DESK.hex}.20260230T0800") is None


def paper(name, state=PaperState.missing, condition="", group=""):
    documents = load_catalogue().documents
    return ResidentPaper(Requirement(documents[name], condition, group), state)


def test_papers_are_sorted_into_always_one_of_and_sometimes():
    always, first, second, sometimes = (
        paper("passport"),
        paper("blocked_account", group="one_of_3"),
        paper("scholarship", PaperState.announced, group="one_of_3"),
        paper("current_title", condition="wenn Sie einen haben"),
    )
    lists = PaperLists.of((always, first, sometimes, second))
    assert lists.always == (always,)
    assert lists.groups == ((first, second),)
    assert lists.sometimes == (sometimes,)
    assert lists.best_of(lists.groups[0]) is second


@pytest.mark.parametrize("form", list(TitleForm))
def test_every_kind_of_title_has_its_sentences(form):
    assert STATEMENTS[form].startswith("Ich beantrage ")
    assert HEADINGS[form]
    assert "2027" in ending_of(form) % {"day": "2027"}
    assert meanwhile_of(view(form))


@pytest.mark.parametrize("form", list(TitleForm))
@pytest.mark.parametrize("timeliness", list(Timeliness))
@pytest.mark.parametrize("effect", [True, False])
def test_that_a_title_goes_on_is_said_only_where_the_law_says_so(form, timeliness, effect):
    said = CONTINUES in " ".join(meanwhile_of(view(form, timeliness, effect=effect)))
    assert said is (form is TitleForm.residence_title and timeliness is Timeliness.in_time and effect)


@pytest.mark.parametrize("form", [TitleForm.unlimited_title_card, TitleForm.eu_residence_card])
@pytest.mark.parametrize("timeliness", list(Timeliness))
def test_nobody_whose_right_does_not_end_is_frightened(form, timeliness):
    texts = " ".join((*meanwhile_of(view(form, timeliness)), ending_of(form)))
    assert "endet nicht" in texts
    assert "endet Ihr Recht" not in texts


def test_without_an_application_nothing_is_promised():
    assert meanwhile_of(view(timeliness=None)) == ()
