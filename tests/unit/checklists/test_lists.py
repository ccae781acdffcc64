"""Three values: what is known to hold is asked for, what is known not to hold is not, the rest says for whom."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servicedesk.checklists.catalogue import load_catalogue
from servicedesk.checklists.rules import (
    BASIC_FACTS,
    SAMPLE_AGES,
    Changed,
    Concern,
    Document,
    DocumentForm,
    Fact,
    FactSheet,
    PaperRule,
    PersonFacts,
    Presence,
    Source,
    TitleForm,
    diff_requirements,
    find_dead_lines,
    gather_facts,
    list_requirements,
    sample_people,
)
from servicedesk.kernel.intervals import Lead

CATALOGUE = load_catalogue()
SOURCE = Source(date(2020, 1, 1), "https://example.org", date(2026, 1, 1))


def paper(ident, **values):
    return replace(Document(ident, ident, ident, DocumentForm.copy, None, "hier", SOURCE), **values)


def concern_of(*rules):
    form, presence = TitleForm.residence_title, Presence.person
    return Concern("c", "C", "C", "§ 1", form, Lead(3), 15, presence, True, True, rules, SOURCE)


def rule(*names, when="", denied="", unless="", **values):
    phrases = [(Fact(one), f"wenn {one}") for one in when.split() if Fact(one) not in BASIC_FACTS]
    phrases += [(Fact(one), f"wenn nicht {one}") for one in denied.split()]
    return PaperRule(
        tuple(paper(name) for name in names),
        frozenset(Fact(one) for one in when.split()),
        values.pop("condition", ""),
        unless=frozenset(Fact(one) for one in unless.split()),
        denied=frozenset(Fact(one) for one in denied.split()),
        phrases=tuple(phrases),
        exceptions=tuple((Fact(one), f"außer {one}") for one in unless.split()),
        **values,
    )


def ask(concern, **values):
    sheet = FactSheet.read({Fact(name): value for name, value in values.items()})
    return list_requirements(concern, PersonFacts(is_renewal=True, age=30, sheet=sheet))


def test_an_unknown_fact_makes_a_conditional_line():
    concern = concern_of(rule("slip", when="employed"))
    (line,) = ask(concern)
    assert (line.condition, line.is_mandatory, line.unknown) == (
        "wenn employed",
        False,
        frozenset({Fact.employed}),
    )
    assert ask(concern, employed=True)[0].is_mandatory
    assert ask(concern, employed=False) == ()


def test_a_denied_fact_has_words_of_its_own():
    concern = concern_of(rule("efforts", denied="has_passport"))
    assert ask(concern)[0].condition == "wenn nicht has_passport"
    assert ask(concern, has_passport=False)[0].is_mandatory
    assert ask(concern, has_passport=True) == ()


def test_an_exception_nobody_knows_to_hold_leaves_the_paper_needed():
    concern = concern_of(rule("insurance", unless="benefits"))
    (line,) = ask(concern)
    assert line.is_mandatory
    assert (line.exception, line.notes) == ("außer benefits", ("außer benefits",))
    assert ask(concern, benefits=False)[0].exception == ""
    assert ask(concern, benefits=True) == ()


def test_several_unknown_facts_are_said_in_one_sentence():
    concern = concern_of(rule("both", when="employed married", condition="wenn beides gilt"))
    assert ask(concern)[0].condition == "wenn beides gilt"
    assert ask(concern, employed=True)[0].condition == "wenn married"
    assert ask(concern, employed=True, married=True)[0].condition == ""


def test_a_condition_for_the_reader_to_judge_stays_whatever_is_known():
    concern = concern_of(rule("umbrella", condition="wenn es regnet"))
    assert ask(concern, employed=True)[0].condition == "wenn es regnet"


def test_of_two_conditional_lines_either_condition_is_enough():
    concern = concern_of(rule("custody", when="one_parent_abroad"), rule("custody", when="sole_custody"))
    (line,) = ask(concern)
    assert line.conditions == ("wenn one_parent_abroad", "wenn sole_custody")
    assert line.unknown == {Fact.one_parent_abroad, Fact.sole_custody}
    assert ask(concern, one_parent_abroad=False)[0].conditions == ("wenn sole_custody",)
    assert ask(concern, sole_custody=True)[0].is_mandatory


def test_of_two_lines_the_one_without_condition_and_without_exception_wins():
    concern = concern_of(rule("a", unless="benefits"), rule("a"), rule("a", when="employed"))
    (line,) = ask(concern)
    assert line.is_mandatory
    assert line.exception == ""


def test_a_choice_has_one_name_and_no_line_of_it_is_certain():
    concern = concern_of(rule("a", "b"), rule("c"))
    lines = ask(concern)
    assert [line.group for line in lines] == ["one_of_a", "one_of_a", ""]
    assert [line.is_mandatory for line in lines] == [False, False, True]


def people():
    known = st.dictionaries(st.sampled_from(sorted(set(Fact) - BASIC_FACTS)), st.booleans(), max_size=8)
    return st.tuples(
        st.sampled_from(sorted(CATALOGUE.concerns)), st.booleans(), st.sampled_from(SAMPLE_AGES), known
    )


def known_of(concern, is_renewal, age, values):
    return gather_facts(
        concern, CATALOGUE.facts, is_renewal=is_renewal, age=age, answers=FactSheet.read(values)
    )


@settings(max_examples=400, deadline=None)
@given(people(), st.data())
def test_to_know_more_never_adds_a_paper_and_never_takes_a_certain_one_away(person, data):
    concern_id, is_renewal, age, values = person
    concern = CATALOGUE.get_concern(concern_id)
    less = data.draw(st.sets(st.sampled_from(sorted(values)))) if values else set()
    before = list_requirements(
        concern, known_of(concern, is_renewal, age, {fact: values[fact] for fact in less})
    )
    # Stored answers that contradict each other give way in one order: then the two sheets need not be comparable.
    now, then = (
        known_of(concern, is_renewal, age, values),
        known_of(concern, is_renewal, age, {fact: values[fact] for fact in less}),
    )
    if not (now.sheet.true >= then.sheet.true and now.sheet.false >= then.sheet.false):
        return
    after = list_requirements(concern, now)
    listed = {line.document.id for line in before}
    assert {line.document.id for line in after} <= listed
    certain = {line.document.id for line in before if line.is_mandatory and not line.exception}
    assert certain <= {line.document.id for line in after if line.is_mandatory}


@settings(max_examples=300, deadline=None)
@given(people())
def test_no_list_names_a_paper_twice_and_every_open_line_says_for_whom(person):
    concern_id, is_renewal, age, values = person
    concern = CATALOGUE.get_concern(concern_id)
    lines = list_requirements(concern, known_of(concern, is_renewal, age, values))
    assert len({line.document.id for line in lines}) == len(lines)
    for line in lines:
        assert bool(line.unknown) is bool(line.notes), line.document.id


@pytest.mark.parametrize("concern_id", sorted(CATALOGUE.concerns))
def test_every_line_of_the_catalogue_changes_somebody_s_list(concern_id):
    concern = CATALOGUE.get_concern(concern_id)
    assert find_dead_lines(concern, CATALOGUE.facts) == ()
    for one in concern.papers:
        assert any(True for _ in sample_people(concern, one, CATALOGUE.facts))


@pytest.mark.parametrize(
    "dead",
    [
        rule("a", when="first_issue renewal"),
        rule("a", when="rents_home owns_home", condition="wenn beides gilt"),
        rule("a", when="minor retired"),
        rule("passport"),
        rule("passport", when="employed"),
    ],
    ids=["basic", "facts", "follows", "said_already", "said_already_on_condition"],
)
def test_the_search_for_dead_lines_finds_them(dead):
    concern = concern_of(rule("passport"), dead)
    assert 1 in find_dead_lines(concern, CATALOGUE.facts)


def test_a_difference_names_what_is_added_removed_and_changed():
    before = ask(concern_of(rule("a"), rule("b"), rule("c", when="employed"), rule("d", unless="benefits")))
    changed = (
        rule("b"),
        replace(
            rule("c"), documents=(paper("c", form=DocumentForm.original, max_age=Lead(3), name="C neu"),)
        ),
        rule("d"),
        rule("e"),
    )
    difference = diff_requirements(before, ask(concern_of(*changed)))
    assert [line.document.id for line in difference.added] == ["e"]
    assert [line.document.id for line in difference.removed] == ["a"]
    assert [(line.after.document.id, line.what) for line in difference.changed] == [
        ("c", (Changed.demand, Changed.name, Changed.form, Changed.max_age)),
        ("d", (Changed.demand,)),
    ]
    assert diff_requirements(before, tuple(reversed(before))).is_empty
