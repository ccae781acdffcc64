"""Decide whether somebody gets an interim confirmation, after the table of § 81 AufenthG and its neighbours."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from servicedesk.cases.rules import Timeliness, decide_timeliness
from servicedesk.checklists.rules import TitleForm
from servicedesk.interim.rules.values import (
    Code,
    Doubt,
    InterimFacts,
    InterimLaw,
    InterimSettings,
    Note,
    Outcome,
    OutcomeKind,
    SpecialBasis,
    TitleKind,
)
from servicedesk.kernel.clock import day_end
from servicedesk.kernel.intervals import add_months
from servicedesk.register.rules.ordinances import normalise_basis

_FORMS = {
    TitleForm.residence_title: TitleKind.residence_title,
    TitleForm.unlimited_title_card: TitleKind.unlimited_title,
    TitleForm.eu_residence_card: TitleKind.eu_card,
    TitleForm.tolerated_stay: TitleKind.tolerated_stay,
    TitleForm.asylum_permission: TitleKind.asylum_permission,
}

_WITHOUT_TITLE = {
    TitleKind.schengen_visa: Code.schengen_visa,
    TitleKind.tolerated_stay: Code.tolerated_stay,
    TitleKind.asylum_permission: Code.asylum_permission,
    TitleKind.unlimited_title: Code.unlimited_title,
    TitleKind.eu_card: Code.free_movement,
    TitleKind.fiction_certificate: Code.fiction_certificate,
}
"""What needs no look at the application: nothing of it continues, or it does not end."""

_DECISIONS = {"granted": Code.granted, "refused": Code.refused, "withdrawn": Code.withdrawn}
_CLOSED = {"renewed": Code.renewed, "moved_away": Code.moved_away}
_HALF_A_YEAR = 6


@dataclass(frozen=True, slots=True)
class _Look:
    """Hold what one decision looks at."""

    facts: InterimFacts
    law: InterimLaw
    settings: InterimSettings
    zone: ZoneInfo
    today: date


def kind_of_title(
    legal_basis: str, *, is_unlimited: bool, form: TitleForm | None, law: InterimLaw
) -> TitleKind:
    """Say what a register's line is; `form` is the catalogue's for a legal basis it knows, else None."""
    special = find_special(legal_basis, law)
    if special is not None and special.kind is not TitleKind.residence_title:
        return special.kind
    if is_unlimited:
        return TitleKind.unlimited_title
    if special is not None:
        return special.kind
    return TitleKind.unknown if form is None else _FORMS[form]


def find_special(legal_basis: str, law: InterimLaw) -> SpecialBasis | None:
    """Return what the data say about a legal basis, the longest prefix of whole parts first."""
    parts = normalise_basis(legal_basis).split(".")
    for length in range(len(parts), 0, -1):
        found = law.bases.get(".".join(parts[:length]))
        if found is not None:
            return found
    return None


def applies_for_title(concern_id: str, *, has_continuation_effect: bool, law: InterimLaw) -> bool:
    """Tell whether a concern is an application for an extension or for another residence title."""
    return has_continuation_effect or concern_id in law.title_concerns


def decide_eligibility(
    facts: InterimFacts, law: InterimLaw, zone: ZoneInfo, *, today: date, settings: InterimSettings
) -> Outcome:
    """Return issue, decline or "a person must decide", with code, norm, and what helps; never raises.

    The strongest reason comes first: what is decided, what never continues, whether the application came in time,
    then what makes a case special.
    """
    look = _Look(facts, law, settings, zone, today)
    steps = (_settled, _kind, _ordinance, _application, _person, _asylum, _special, _register)
    code = next((found for step in steps if (found := step(look)) is not None), Code.title_continues)
    text = law.text_of(code, today)
    if facts.declined_at is not None and (text.kind is OutcomeKind.issue or text.is_releasable):
        text = law.text_of(Code.declined_by_person, today)
    return Outcome(
        text=text,
        ends_on=facts.effective_ends_on,
        rule_version=law.version,
        doubts=tuple(_doubts(look)) if text.kind is OutcomeKind.issue else (),
        is_extended=_is_extended(facts),
    )


def _settled(look: _Look) -> Code | None:
    facts = look.facts
    if facts.closed_reason in _CLOSED:
        return _CLOSED[facts.closed_reason]
    if facts.decision:
        is_card = facts.decision == "granted" and Note.card_ordered in facts.notes
        return Code.card_ordered if is_card else _DECISIONS[facts.decision]
    if facts.is_superseded:
        return Code.renewed
    if facts.closed_reason:
        return Code.case_closed
    if facts.departed_on is not None and facts.departed_on <= look.today:
        return Code.moved_away
    return None


def _kind(look: _Look) -> Code | None:
    """Judge what needs no title's end: stays without a title, and titles to which Abs. 4 does not apply."""
    facts = look.facts
    if Note.stay_without_title in facts.notes or facts.title is TitleKind.no_title:
        return _stay_without_title(look)
    if facts.title in _WITHOUT_TITLE:
        return _WITHOUT_TITLE[facts.title]
    if not _has_end(facts):
        return Code.title_unknown if facts.title is TitleKind.unknown else Code.end_unknown
    return None


def _stay_without_title(look: _Look) -> Code:
    facts = look.facts
    if facts.received_at is None:
        return Code.not_applied
    if Note.asylum_application in facts.notes:
        return Code.asylum_application
    if not _has_end(facts):
        return Code.stay_unknown
    timeliness = decide_timeliness(facts.received_at, facts.effective_ends_on, look.zone)
    return Code.permitted_stay if timeliness is Timeliness.in_time else Code.suspended_removal


def _ordinance(look: _Look) -> Code | None:
    ends_on = look.facts.effective_ends_on
    if not _is_extended(look.facts) or ends_on is None:
        return None
    is_far = look.today < ends_on - timedelta(days=look.settings.ordinance_days)
    return Code.extended_by_ordinance if is_far else None


def _application(look: _Look) -> Code | None:
    facts = look.facts
    if facts.received_at is None:
        return Code.not_applied
    said = {Note.applies_for_extension, Note.applies_for_other_title, Note.applies_under_25a_25b}
    if not facts.continues_title and not said & facts.notes:
        return Code.not_for_title
    if decide_timeliness(facts.received_at, facts.effective_ends_on, look.zone) is Timeliness.late:
        is_ordered = Note.continuation_order in facts.notes
        return Code.continuation_ordered if is_ordered else Code.applied_late
    return None


def _person(look: _Look) -> Code | None:
    if Note.identity_check in look.facts.notes:
        return Code.identity_open
    is_known = look.facts.has_whole_name and look.facts.has_whole_birth_date
    return None if is_known else Code.person_unknown


def _asylum(look: _Look) -> Code | None:
    """Judge § 55 Abs. 2 AsylG: only the extension of a title of more than six months stays untouched."""
    facts = look.facts
    if Note.asylum_application not in facts.notes:
        return None
    if Note.applies_for_other_title in facts.notes:
        return Code.asylum_application
    if Note.applies_for_extension in facts.notes and _lasted_more_than_half_a_year(facts):
        return None
    return Code.asylum_application_unclear


def _special(look: _Look) -> Code | None:
    """Judge the titles of which only some applications keep the effect, and lines nobody can place."""
    facts, notes = look.facts, look.facts.notes
    special = find_special(facts.legal_basis, look.law)
    code = None if special is None else special.special
    if code is Code.right_to_remain_unclear:
        if Note.applies_not_under_25a_25b in notes:
            return Code.right_to_remain
        return None if Note.applies_under_25a_25b in notes else code
    if code is Code.opportunity_card:
        return None if Note.applies_for_other_title in notes else code
    if code is None and facts.title is TitleKind.unknown:
        return Code.title_unknown
    return code


def _register(look: _Look) -> Code | None:
    """Judge what the register no longer vouches for."""
    return Code.title_vanished if look.facts.vanished_on is not None else None


def _doubts(look: _Look) -> Iterator[Doubt]:
    """Yield the facts that no machine vouches for."""
    facts = look.facts
    if (
        facts.recorded_at is not None
        and facts.effective_ends_on is not None
        and facts.recorded_at > day_end(facts.effective_ends_on, look.zone)
    ):
        yield Doubt.recorded_after_end
    if facts.last_list_on is not None and facts.last_list_on < look.today - timedelta(
        days=look.settings.list_age_days
    ):
        yield Doubt.list_is_old
    if Note.asylum_application in facts.notes:
        yield Doubt.asylum_application
    special = find_special(facts.legal_basis, look.law)
    if special is not None and special.special is not None:
        yield Doubt.special_title


def _has_end(facts: InterimFacts) -> bool:
    """Tell whether there is a last day; the calendar's last one stands for "never" in old lists."""
    return facts.effective_ends_on is not None and facts.effective_ends_on < date.max


def _is_extended(facts: InterimFacts) -> bool:
    printed, effective = facts.printed_ends_on, facts.effective_ends_on
    return printed is not None and effective is not None and effective > printed


def _lasted_more_than_half_a_year(facts: InterimFacts) -> bool:
    if facts.issued_on is None or facts.printed_ends_on is None:
        return False
    try:
        return facts.printed_ends_on >= add_months(facts.issued_on, _HALF_A_YEAR)
    except ValueError:
        return False
