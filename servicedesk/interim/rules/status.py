"""Decide what a status code is answered with: one word, and nothing about the person."""

import enum
from datetime import date

from servicedesk.accounts.rules import normalise_code

STATUS_CODE_LENGTH = 10


class Status(enum.StrEnum):
    """What anyone may learn about a confirmation whose code they hold.

    `ask_again` still holds, but its day to be checked again has passed. `withdrawn` also stands for one that ended
    with the decision: which of the two is nobody's business but the person's.
    """

    valid = "valid"
    ask_again = "ask_again"
    superseded = "superseded"
    withdrawn = "withdrawn"
    unknown = "unknown"


def parse_status_code(typed: str) -> str | None:
    """Return the ten characters that were meant, or None for something that cannot be a status code."""
    code = normalise_code(typed)
    return None if len(code) != STATUS_CODE_LENGTH or "?" in code else code


def decide_status(state: str | None, check_again_on: date | None, today: date) -> Status:
    """Return the word for a confirmation's state; one that never reached anybody is unknown."""
    match state:
        case "issued":
            is_late = check_again_on is not None and check_again_on < today
            return Status.ask_again if is_late else Status.valid
        case "superseded":
            return Status.superseded
        case "withdrawn" | "ended":
            return Status.withdrawn
        case _:
            return Status.unknown
