"""Decide which facts of a case may be entered, and which may be taken back; pure, below `rules`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from servicedesk.cases.errors import FactNotFound, StepNotPossible, UndoTooLate

N_ = str
"""Mark a German text for the catalogues of translations."""


class CardState(StrEnum):
    """Say where the card of a granted title is."""

    ordered = "ordered"
    ready = "ready"
    handed_over = "handed_over"


CARD_LABELS: Mapping[CardState, str] = {
    CardState.ordered: N_("Karte bestellt"),
    CardState.ready: N_("Karte liegt bereit"),
    CardState.handed_over: N_("Karte ausgehändigt"),
}


class FactKind(StrEnum):
    """Name what may be entered about a case; the audit trail uses the same names."""

    mark_ready = "mark_ready"
    withdraw_ready = "withdraw_ready"
    await_authority = "await_authority"
    end_waiting = "end_waiting"
    open_clarification = "open_clarification"
    end_clarification = "end_clarification"
    doubt_case = "doubt_case"
    end_doubt = "end_doubt"
    ask_papers = "ask_papers"
    decide_case = "decide_case"
    order_card = "order_card"
    card_ready = "card_ready"
    hand_over_card = "hand_over_card"
    undo_fact = "undo_fact"


FACT_LABELS: Mapping[str, str] = {
    FactKind.mark_ready: N_("für entscheidungsreif erklärt"),
    FactKind.withdraw_ready: N_("nicht mehr entscheidungsreif"),
    FactKind.await_authority: N_("wartet auf eine andere Behörde"),
    FactKind.end_waiting: N_("wartet nicht mehr auf eine andere Behörde"),
    FactKind.open_clarification: N_("Klärungstermin angeboten"),
    FactKind.end_clarification: N_("kein Klärungstermin mehr"),
    FactKind.doubt_case: N_("Ablehnung wahrscheinlich"),
    FactKind.end_doubt: N_("Ablehnung nicht mehr wahrscheinlich"),
    FactKind.ask_papers: N_("Unterlagen angefordert"),
    FactKind.decide_case: N_("entschieden"),
    FactKind.order_card: N_("Karte bestellt"),
    FactKind.card_ready: N_("Karte liegt bereit"),
    FactKind.hand_over_card: N_("Karte ausgehändigt"),
    FactKind.undo_fact: N_("Eintrag zurückgenommen"),
}

TIME_LABELS: Mapping[str, str] = {
    "ask_for_time": N_("um eine Zeit gebeten"),
    "offer_times": N_("Zeiten vorgeschlagen"),
    "accept_time": N_("Zeit angenommen"),
    "decline_times": N_("vorgeschlagene Zeiten abgelehnt"),
    "refuse_request": N_("Anfrage für einen Termin abgelehnt"),
    "withdraw_request": N_("Anfrage für einen Termin zurückgezogen"),
    "overtake_arrangement": N_("Anfrage durch einen anderen Termin erledigt"),
    "lapse_arrangement": N_("Zeiten ohne Antwort verfallen"),
}
"""What the audit trail says of a time that office and resident arrange."""

CARD_STEPS: Mapping[FactKind, CardState] = {
    FactKind.order_card: CardState.ordered,
    FactKind.card_ready: CardState.ready,
    FactKind.hand_over_card: CardState.handed_over,
}

_GROUPS: tuple[frozenset[FactKind], ...] = (
    frozenset({FactKind.mark_ready, FactKind.withdraw_ready}),
    frozenset({FactKind.await_authority, FactKind.end_waiting}),
    frozenset({FactKind.open_clarification, FactKind.end_clarification}),
    frozenset({FactKind.doubt_case, FactKind.end_doubt}),
    frozenset({FactKind.ask_papers}),
    frozenset({FactKind.decide_case}),
    frozenset(CARD_STEPS),
)
"""Facts of one group replace each other: the last one that was not taken back holds."""

UNDOABLE = frozenset(
    {
        FactKind.await_authority,
        FactKind.end_waiting,
        FactKind.open_clarification,
        FactKind.end_clarification,
        FactKind.doubt_case,
        FactKind.end_doubt,
        FactKind.decide_case,
        *CARD_STEPS,
    }
)
"""What may be taken back for a while. Readiness has its own way back at any time; a letter that asks has left."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Hold what holds of one case, as far as it decides about the next fact."""

    is_closed: bool = False
    has_applied: bool = False
    decision: str | None = None
    is_ready: bool = False
    is_waiting: bool = False
    is_doubted: bool = False
    is_clarifying: bool = False
    card: CardState | None = None
    open_papers: int = 0


@dataclass(frozen=True, slots=True)
class Fact:
    """Be one entry of the history of facts; `undoes_id` names the entry that it takes back."""

    id: UUID
    kind: FactKind
    at: datetime
    by: str
    reason: str = ""
    value: str = ""
    on_day: date | None = None
    undoes_id: UUID | None = None


def list_possible(standing: Standing) -> frozenset[FactKind]:
    """Return every fact that may be entered now; taking one back is another question."""
    if standing.is_closed or not standing.has_applied:
        return frozenset()
    if standing.decision is not None:
        return _cards(standing) if standing.decision == "granted" else frozenset()
    answers = {
        FactKind.mark_ready: not standing.is_ready and not standing.open_papers,
        FactKind.withdraw_ready: standing.is_ready,
        FactKind.await_authority: True,
        FactKind.end_waiting: standing.is_waiting,
        FactKind.open_clarification: not standing.is_ready and not standing.is_clarifying,
        FactKind.end_clarification: standing.is_clarifying,
        FactKind.doubt_case: not standing.is_doubted,
        FactKind.end_doubt: standing.is_doubted,
        FactKind.ask_papers: bool(standing.open_papers),
        FactKind.decide_case: True,
    }
    return frozenset(kind for kind, holds in answers.items() if holds)


def _cards(standing: Standing) -> frozenset[FactKind]:
    # A card may have been ordered before the office noted it here: nothing is refused for a step nobody entered.
    order = list(CardState)
    reached = -1 if standing.card is None else order.index(standing.card)
    return frozenset(kind for kind, state in CARD_STEPS.items() if order.index(state) > reached)


def check_step(kind: FactKind, standing: Standing) -> None:
    """Raise StepNotPossible for a fact that cannot be entered now."""
    if kind not in list_possible(standing):
        raise StepNotPossible


def group_of(kind: FactKind) -> frozenset[FactKind]:
    """Return the facts that replace each other with this one."""
    return next(group for group in _GROUPS if kind in group)


def list_standing(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Return the facts that nobody has taken back, oldest first."""
    known = sorted(facts, key=lambda fact: (fact.at, fact.id))
    undone = {fact.undoes_id for fact in known if fact.undoes_id is not None}
    return tuple(fact for fact in known if fact.kind is not FactKind.undo_fact and fact.id not in undone)


def find_last(facts: Sequence[Fact], kind: FactKind) -> Fact | None:
    """Return the fact of a kind's group that holds, None where none does."""
    group = group_of(kind)
    return next((fact for fact in reversed(list_standing(facts)) if fact.kind in group), None)


def list_undoable(facts: Sequence[Fact], now: datetime, minutes: int) -> tuple[Fact, ...]:
    """Return the facts that may be taken back by their kind and age, the latest first; only what holds is among them."""
    since = now - timedelta(minutes=minutes)
    standing = list_standing(facts)
    return tuple(
        fact
        for fact in reversed(standing)
        if fact.kind in UNDOABLE
        and fact.at >= since
        and find_last(facts, fact.kind) == fact
        # A decision that a card was ordered for is not what came last any more.
        and not (fact.kind is FactKind.decide_case and any(other.kind in CARD_STEPS for other in standing))
    )


def check_undo(facts: Sequence[Fact], fact_id: UUID, now: datetime, minutes: int) -> Fact:
    """Return the fact to take back; raises FactNotFound for what does not hold, UndoTooLate for what stays."""
    fact = next((one for one in list_standing(facts) if one.id == fact_id), None)
    if fact is None:
        raise FactNotFound
    if fact not in list_undoable(facts, now, minutes):
        raise UndoTooLate(minutes=minutes)
    return fact
