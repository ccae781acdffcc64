from itertools import product
from string import ascii_uppercase

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servicedesk.kernel.names import FoldingRule, UmlautRule, fold_letters, fold_surname
from servicedesk.offices.rules.coverage import check_coverage, describe_stretch, explain
from servicedesk.offices.rules.pieces import Piece, Span, parse_pieces
from servicedesk.offices.rules.ranges import (
    Holder,
    PublishedRange,
    build_intervals,
    decide_owner,
    next_prefix,
)

DIN_2, DIN_1 = UmlautRule.DIN_5007_2, UmlautRule.DIN_5007_1

WUNSIEDEL = ["A - Al G", "Al H - All", "Alm - Az", "C - G", "H -Kas", "Kat-Ma", "Mb-Mz", "N -Sh", "Si - U"]
GIFHORN = [
    "Aa - Alr",
    "C, D, J, L, Yn - Yz",
    "Als - Az, R, Ya - Ym",
    "K",
    "E, G, N, T",
    "O, S",
    "H, P, U, W",
    "B, I, Q, V, Z",
    "Ma - Mn, Mp - Mz, X",
    "F, MO",
]
HERTEN = ["A – I", "J – Z"]
BERLIN = ["A – C", "D – L", "M – Z"]

PREFIXES = ["".join(letters) for length in (1, 2, 3) for letters in product(ascii_uppercase, repeat=length)]


def publish(*texts, umlauts=DIN_2):
    """Owner number n (from 1) publishes the nth text; None before a text makes it vacant."""
    return [PublishedRange(str(n), parse_pieces(text, umlauts)) for n, text in enumerate(texts, 1)]


def owner(ranges, surname, umlauts=DIN_2):
    interval = decide_owner(build_intervals(ranges), fold_surname(surname, FoldingRule(umlauts)))
    return interval.owner if interval else None


@pytest.mark.parametrize(
    ("surname", "responsible"),
    [
        ("Abdi", "1"),
        ("A", "1"),
        ("Al", "1"),
        ("Al-Ghazali", "1"),
        ("Al Hassan", "2"),
        ("Ali", "2"),
        ("Allouch", "2"),
        ("Almasri", "3"),
        ("Azizi", "3"),
        ("Bello", None),
        ("Çelik", "4"),
        ("K", "5"),
        ("Kasem", "5"),
        ("Kat", "6"),
        ("M", "6"),
        ("Ma", "6"),
        ("Mayer", "6"),
        ("Mbeki", "7"),
        ("Shevchenko", "8"),
        ("Singh", "9"),
        ("S", "8"),
        ("Ünal", "9"),
        ("von Below", None),
        ("Z", None),
        ("", None),
        ("---", None),
    ],
)
def test_a_county_list_with_deep_cuts(surname, responsible):
    assert owner(publish(*WUNSIEDEL), surname) == responsible


def test_a_county_list_reports_its_gaps():
    coverage = check_coverage(build_intervals(publish(*WUNSIEDEL)))
    assert [gap.range for gap in coverage.gaps] == ["B", "V – Z"]
    assert coverage.overlaps == ()
    assert not coverage.is_complete


@pytest.mark.parametrize("published", [GIFHORN, HERTEN, BERLIN])
def test_complete_lists_have_no_findings(published):
    coverage = check_coverage(build_intervals(publish(*published)))
    assert (coverage.gaps, coverage.overlaps, coverage.vacant) == ((), (), ())
    assert coverage.is_complete


@pytest.mark.parametrize(
    ("surname", "responsible"),
    [
        ("Mohammad", "10"),
        ("Mo", "10"),
        ("Mn", "9"),
        ("Mp", "9"),
        ("M", "9"),
        ("Yilmaz", "3"),
        ("Yn", "2"),
        ("Y", "3"),
        ("Als", "3"),
        ("Alr", "1"),
        ("A", "1"),
    ],
)
def test_a_county_list_with_a_carve_out(surname, responsible):
    assert owner(publish(*GIFHORN), surname) == responsible


def test_the_longest_prefix_wins_in_any_order():
    for ranges in (publish("M", "Mo", "Moham"), publish("M", "Mo", "Moham")[::-1]):
        assert [owner(ranges, name) for name in ("Meyer", "M", "Moran", "Mohammad")] == ["1", "1", "2", "3"]


def test_a_lower_bound_owns_the_bare_name_only_where_nobody_else_does():
    assert owner(publish("Ma - Mz"), "M") == "1"
    assert owner(publish("Maa - Mz"), "Ma") == "1"
    assert owner(publish("M", "Maa - Mab"), "Ma") == "1"
    assert owner(publish("L - M", "Ma - Mz"), "M") == "1"
    assert owner(publish("Mb - Mz"), "M") is None
    assert owner(publish("Kat - Mz"), "Ka") is None


def test_exclusions_go_to_whoever_names_them_else_they_are_a_gap():
    ranges = publish("S ohne Sch, St", "Sch")
    assert [owner(ranges, name) for name in ("Sabbagh", "Schmidt", "Stern", "Sz")] == ["1", "2", None, "1"]
    assert [gap.range for gap in check_coverage(build_intervals(ranges)).gaps] == ["A – R", "St", "T – Z"]


def test_a_vacant_range_is_no_gap():
    ranges = [*publish("A - K"), PublishedRange(None, parse_pieces("L - Z", DIN_2))]
    interval = decide_owner(build_intervals(ranges), "LEE")
    assert (interval.holder, interval.owner, interval.text) == (Holder.vacant, None, "L - Z")
    coverage = check_coverage(build_intervals(ranges))
    assert [vacancy.range for vacancy in coverage.vacant] == ["L – Z"]
    assert coverage.is_complete


@pytest.mark.parametrize(
    ("published", "overlaps"),
    [
        (["A - Ce", "Ce - Z"], [("Ce", ("1", "2"))]),
        (["A - M", "M - Z"], [("M", ("1", "2"))]),
        (["A - Z", "Ä"], []),  # Ae is carved out of A - Z
        (["A - Z", "B - D", "C"], [("B", ("1", "2")), ("C", ("1", "2", "3")), ("D", ("1", "2"))]),
        (["A - Z", "Mo"], []),
        (["A - L, Ma - Mz", "M - Z"], []),
        (["A - Z", "Mo", "MO"], [("Mo", ("2", "3"))]),
    ],
)
def test_equally_long_prefixes_of_two_owners_overlap(published, overlaps):
    found = check_coverage(build_intervals(publish(*published))).overlaps
    assert [(finding.range, finding.owners) for finding in found] == overlaps


def test_the_same_owner_twice_is_no_overlap():
    assert check_coverage(build_intervals(publish("A - Z, O, Ö"))).is_complete


def test_umlauts_decide_near_a_cut():
    published = ("A - Om", "On - Z")
    assert owner(publish(*published), "Özdemir") == "1"
    assert owner(publish(*published, umlauts=DIN_1), "Özdemir", DIN_1) == "2"


def test_no_published_range_is_one_gap():
    assert [gap.range for gap in check_coverage(build_intervals([])).gaps] == ["A – Z"]


@pytest.mark.parametrize(
    ("lo", "end", "text"),
    [
        ("B", "C", "B"),
        ("V", None, "V – Z"),
        ("Z", None, "Z"),
        ("ZU", None, "Zu – Zz"),
        ("M", "MA", "M (only the surname M)"),
        ("M", "MB", "M – Ma"),
        ("MP", "N", "Mp – Mz"),
        ("KAT", "MB", "Kat – Ma"),
        ("ALM", "B", "Alm – Az"),
        ("K", "MA", "K – M (of M only the surname M)"),
    ],
)
def test_stretches_read_like_published_ranges(lo, end, text):
    assert describe_stretch(lo, end) == text


def test_the_next_prefix_carries_over():
    assert [next_prefix(p) for p in ("A", "AZ", "AZZ", "Z", "ZZ", "ZY")] == ["B", "B", "B", None, None, "ZZ"]


# ---------------------------------------------------------------- the whole alphabet, against a naive model

_keys = st.text(alphabet="ABMNOYZ", min_size=1, max_size=5)
_bounds = st.text(alphabet="ABMNOYZ", min_size=1, max_size=3)


@st.composite
def _pieces(draw):
    lo, hi = sorted((draw(_bounds), draw(_bounds)))
    inside = [key for key in draw(st.lists(_bounds, max_size=2)) if lo <= key <= hi]
    return Piece(f"{lo} - {hi}", Span(lo, hi), tuple(Span(key, key) for key in inside))


@st.composite
def _ranges(draw):
    owners = draw(st.lists(st.sampled_from(["1", "2", "3", None]), max_size=5))
    return [PublishedRange(each, tuple(draw(st.lists(_pieces(), min_size=1, max_size=3)))) for each in owners]


def naive_answer(ranges, key):
    """Longest prefix wins, written without looking at the compiled intervals."""
    best, answer = None, (None, None, frozenset())
    for published in ranges:
        for piece in published.pieces:
            strength = _naive_strength(piece, key)
            if strength is None:
                continue
            if best is None or strength > best:
                best, answer = strength, (published.owner, piece.text, frozenset())
            elif strength == best and published.owner != answer[0]:
                answer = (*answer[:2], answer[2] | {published.owner or "vacant"})
    return answer


def _naive_strength(piece, key):
    lo, hi = piece.span.lo, piece.span.hi
    if any(out.lo <= key <= out.hi + "~" for out in piece.excluded):
        return None
    if not lo <= key <= hi + "~":
        padded = key + "A" * (len(lo) - len(key))
        return (0, -len(lo)) if padded == lo and key != lo else None
    for letters in range(1, len(key) + 1):
        head = key[:letters]
        if not any(bound.startswith(head) and bound != head for bound in (lo, hi)):
            return letters, 1
    return len(key), 0


@settings(max_examples=300)
@given(_ranges(), st.lists(_keys, min_size=5, max_size=30))
def test_compiled_intervals_answer_like_the_naive_model(ranges, keys):
    intervals = build_intervals(ranges)
    for key in keys:
        interval = decide_owner(intervals, key)
        assert (interval.owner, interval.text, frozenset(interval.rivals)) == naive_answer(ranges, key)
        assert (interval.holder is Holder.gap) == (interval.text is None)


@settings(max_examples=100)
@given(_ranges())
def test_every_key_falls_into_exactly_one_interval(ranges):
    intervals = build_intervals(ranges)
    starts = [interval.lo for interval in intervals]
    assert starts[0] == "A"
    assert starts == sorted(set(starts))


@settings(max_examples=60)
@given(_ranges(), st.text(alphabet="AaMmÄäÖöÜüßİıZz -'", max_size=8), st.sampled_from(UmlautRule))
def test_the_explanation_gives_the_compiled_answer(ranges, surname, umlauts):
    rule = FoldingRule(umlauts)
    explained = explain(ranges, surname, rule)
    interval = decide_owner(build_intervals(ranges), fold_surname(surname, rule))
    assert explained.owner == (interval.owner if interval else None)
    assert explained.range == (interval.text if interval else None)
    assert len(explained.steps) >= 3


@pytest.mark.parametrize(
    "published", [WUNSIEDEL, GIFHORN, HERTEN, BERLIN, ["S ohne Sch, St", "Sch", "A - Ce, Ce - F"]]
)
@pytest.mark.parametrize("umlauts", list(UmlautRule))
def test_every_prefix_of_up_to_three_letters_is_owned_or_found(published, umlauts):
    ranges = publish(*published, umlauts=umlauts)
    intervals = build_intervals(ranges)
    coverage = check_coverage(intervals)
    assert len(PREFIXES) == 26 + 26**2 + 26**3
    for prefix in PREFIXES:
        answer = decide_owner(intervals, prefix)
        expected_owner, expected_text, rivals = naive_answer(ranges, prefix)
        assert (answer.owner, answer.text) == (expected_owner, expected_text), prefix
        in_gap = any(gap.lo <= prefix and (gap.end is None or prefix < gap.end) for gap in coverage.gaps)
        in_overlap = any(o.lo <= prefix and (o.end is None or prefix < o.end) for o in coverage.overlaps)
        assert in_gap == (expected_text is None), prefix
        assert in_overlap == bool(rivals), prefix


def test_explanations_name_rule_claims_and_reason():
    ranges = publish("M", "Mo")
    explained = explain(ranges, "Möller", FoldingRule(DIN_1))
    assert (explained.key, explained.owner, explained.range) == ("MOLLER", "2", "Mo")
    told = " ".join(explained.steps)
    for part in ("Möller", "MOLLER", "din-5007-1", "'Mo' of 2", "'M' of 1", "longest prefix wins"):
        assert part in told


def test_explanations_say_why_the_inbox_answers():
    assert "No letter" in explain(publish("A - Z"), "???", FoldingRule()).steps[-1]
    assert "gap" in explain(publish("A - B"), "Zare", FoldingRule()).steps[-1]
    assert (
        "vacant"
        in explain([PublishedRange(None, parse_pieces("A - Z", DIN_2))], "Zare", FoldingRule()).steps[-1]
    )
    assert "overlap" in explain(publish("A - M", "M - Z"), "Meyer", FoldingRule()).steps[-1]


def test_folded_bounds_and_names_meet():
    for umlauts in UmlautRule:
        for name in ("Ägypten", "Özil", "Ünal", "Straßer", "İnce"):
            piece = parse_pieces(name, umlauts)[0]
            assert piece.span.covers(fold_letters(name + "mann", umlauts))
