"""Conditions as people edit them: read from lines, written as lines, nothing gained or lost on the way."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servicedesk.checklists.catalogue import builtin_content, load_catalogue
from servicedesk.checklists.catalogue.own import lines_of, put_entry, put_lines
from servicedesk.checklists.rules import BASIC_FACTS, Fact
from servicedesk.checklists.rules.conditions import (
    Condition,
    Demand,
    Group,
    Value,
    list_condition_faults,
    list_values,
    read_demands,
    tidy,
    words_for,
    write_demands,
)
from servicedesk.checklists.service import check_own
from servicedesk.staff.catalogue_wording import CLAUSES

MODEL = load_catalogue().facts
DOCUMENTS = sorted(load_catalogue().documents)
CONDITIONS = [Condition(fact, value) for fact, info in MODEL.items() for value in list_values(info)]


@st.composite
def groups(draw):
    chosen = draw(st.lists(st.sampled_from(CONDITIONS), max_size=4, unique_by=lambda one: one.fact))
    return tidy(Group(tuple(chosen), draw(st.sampled_from(["", "wenn es so ist"]))), MODEL)


@st.composite
def demands(draw):
    found, before = [], ()
    for _ in range(draw(st.integers(0, 5))):
        papers = tuple(draw(st.lists(st.sampled_from(DOCUMENTS), min_size=1, max_size=3, unique=True)))
        if papers != before:
            found.append(Demand(papers, tuple(draw(st.lists(groups(), min_size=1, max_size=3)))))
        before = papers
    return tuple(found)


@given(demands())
def test_what_is_written_reads_back_the_same(wanted):
    assert read_demands(write_demands(wanted)) == wanted


@pytest.mark.parametrize("entry", builtin_content()["concern"], ids=lambda one: one["id"])
def test_every_builtin_list_survives_the_editor_line_by_line(entry):
    lines = lines_of(entry)
    again = write_demands(read_demands(lines))
    assert again == lines
    own = put_entry({}, "concern", put_lines(entry, again))
    assert check_own(own) == ()


@settings(max_examples=60, deadline=None)
@given(groups())
def test_a_tidy_group_is_one_the_catalogue_can_read(group):
    if list_condition_faults(group, MODEL):
        return
    own = {
        "concern": [
            {"id": "permit_other", "include": [], "papers": write_demands([Demand(("cv",), (group,))])}
        ]
    }
    unreadable = [text for text in check_own(own) if "nobody would ever see" not in text]
    assert unreadable == []


def test_sentences_are_made_where_several_facts_may_be_open_and_taken_where_one_is():
    two = Group((Condition(Fact.employed, Value.holds), Condition(Fact.rents_home, Value.holds)))
    assert tidy(two, MODEL).sentence == "wenn Sie angestellt arbeiten und wenn Sie zur Miete wohnen"
    one = Group(
        (Condition(Fact.employed, Value.holds), Condition(Fact.adult, Value.holds)), "wenn Sie wollen"
    )
    assert tidy(one, MODEL).sentence == ""
    lifted = Group((Condition(Fact.benefits, Value.lifts), Condition(Fact.private_insurance, Value.lifts)))
    assert (
        tidy(lifted, MODEL).exception
        == "nicht nötig, wenn Sie Sozialleistungen beziehen oder wenn Sie privat versichert sind"
    )


@pytest.mark.parametrize(
    ("conditions", "said"),
    [
        ([(Fact.turkish_national, Value.holds)], "keine Worte"),
        ([(Fact.employed, Value.fails)], "keine Worte"),
        ([(Fact.minor, Value.holds), (Fact.adult, Value.holds)], "nie zugleich"),
        ([(Fact.minor, Value.holds), (Fact.minor, Value.fails)], "zweimal"),
    ],
)
def test_conditions_that_cannot_be_are_named(conditions, said):
    group = Group(tuple(Condition(fact, value) for fact, value in conditions))
    assert any(said in text for text in list_condition_faults(group, MODEL))


def test_every_fact_has_a_clause_and_every_choice_its_words():
    assert set(CLAUSES) == set(Fact)
    assert all(words_for(one, MODEL[one.fact]) or one.fact in BASIC_FACTS for one in CONDITIONS)
