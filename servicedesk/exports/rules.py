"""Say which acts are exported and what a line of them holds; pure.

A line is made of what the audit trail keeps for ever and of references that never change, so that the same stretch
gives the same bytes. No line carries a name, a birth date or a text that somebody typed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

KINDS: Mapping[str, str] = {
    "open_case": "case",
    "close_case": "case",
    "mark_ready": "case",
    "withdraw_ready": "case",
    "await_authority": "case",
    "end_waiting": "case",
    "undo_fact": "case",
    "record_application": "application",
    "correct_application": "application",
    "change_paper": "paper",
    "receive_file": "paper",
    "settle_file": "paper",
    "assign_file": "paper",
    "submit_form": "paper",
    "book_appointment": "appointment",
    "move_appointment": "appointment",
    "cancel_appointment": "appointment",
    "realign_appointment": "appointment",
    "pass_appointment": "appointment",
    "decide_case": "decision",
    "order_card": "card",
    "card_ready": "card",
    "hand_over_card": "card",
}
"""Act in the audit trail → kind of the line; what is not named here stays in the house."""

MOST_CHANGES = 50_000
"""Lines of one export; what is left comes with the next cursor."""

_DANGEROUS = frozenset("=+-@\t\r\n\0＝＋－＠")
_PASSED_OVER = ' "\u00a0\u3000'


@dataclass(frozen=True, slots=True)
class Change:
    """Be one line. `at` and `received_at` are in UTC; `starts_local` is the wall-clock time people were promised."""

    seq: int
    at: str
    kind: str
    action: str
    case_ref: str
    file_number: str
    ref: str
    document: str
    state: str
    channel: str
    received_at: str
    starts_local: str
    minutes: str
    desk: str
    actor: str


COLUMNS = tuple(field.name for field in fields(Change))


def build_change(
    seq: int,
    at: datetime,
    action: str,
    actor: str,
    details: Mapping[str, Any],
    case: tuple[str, str],
    desks: Mapping[str, str],
) -> Change:
    """Return the line of one act; `case` is reference and file number, `desks` maps ids to the office's own names."""

    def of(*names: str) -> str:
        return next((str(details[name]) for name in names if details.get(name)), "")

    return Change(
        seq=seq,
        at=at.astimezone(UTC).isoformat(timespec="seconds"),
        kind=KINDS[action],
        action=action,
        case_ref=case[0],
        file_number=case[1],
        ref=of("ref", "application", "upload", "file"),
        document=of("document", "form"),
        state=of("state", "decision", "value"),
        channel=of("channel"),
        received_at=of("received_at"),
        starts_local=of("starts_local"),
        minutes=of("minutes"),
        desk=desks.get(of("desk"), ""),
        # Who in the office did it is none of the other program's business; whether a person did, is.
        actor=actor.partition(":")[0],
    )


def write_cell(value: object) -> str:
    """Return a cell that no spreadsheet runs: an apostrophe before whatever could begin a formula.

    A lone "-" stays. What begins with an apostrophe gets one, too, so that taking one away restores every value.
    """
    text = str(value)
    if text == "-":
        return text
    begins = text.lstrip(_PASSED_OVER)[:1]
    return f"'{text}" if text.startswith("'") or (begins in _DANGEROUS and begins) else text
