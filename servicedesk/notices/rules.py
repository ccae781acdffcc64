"""Decide how long a message may wait, when it is tried again and when a person must look."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from servicedesk.kernel.intervals import add_months

K = TypeVar("K")

CLAIM_AGE_LIMIT = timedelta(minutes=5)
"""After this time whoever took a message on is taken for dead; longer than every time-out of one delivery together."""

PENDING_AGE_LIMIT = timedelta(hours=1)
"""How long a message may be due before that is an alarm."""

CODE_KEPT_AFTER_PRINT = timedelta(hours=24)
"""How long a printed letter is kept with its code, so that a jammed printer does not cost a new code."""

MOST_LETTERS_PER_FILE = 500

_LETTER_ATTEMPTS = 6
_EMAIL_ATTEMPTS = 60
_EMAIL_PATIENCE = timedelta(days=5)
_DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 120, 240))


def next_delay(attempts: int) -> timedelta:
    """Return the pause after the given number of attempts: one minute at first, four hours at most."""
    return _DELAYS[min(max(attempts, 1), len(_DELAYS)) - 1]


def is_given_up(channel: str, *, attempts: int, created_at: datetime, now: datetime) -> bool:
    """Tell whether a message has been tried long enough.

    A letter fails for a reason of its own, so few attempts show it. An e-mail mostly waits for a server, so its age
    counts: mail servers come back after a weekend.
    """
    if channel == "letter":
        return attempts >= _LETTER_ATTEMPTS
    return attempts >= _EMAIL_ATTEMPTS or now - created_at >= _EMAIL_PATIENCE


def last_day_as_child(born: date) -> date:
    """Return the day before the 18th birthday; for 29 February that is 28 February (§ 187 Abs. 2, § 188 Abs. 2 BGB)."""
    eighteenth = add_months(born, 18 * 12)
    return eighteenth if eighteenth.day != born.day else eighteenth - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Reader:
    """Be the person a letter is about; `home` is the same for those of one household at one address.

    `represented_by` is the file number of the recorded representative, empty where there is none.
    """

    home: str
    file_number: str
    born: tuple[int, int, int]
    is_child: bool
    represented_by: str = ""


def sort_envelopes(letters: Sequence[tuple[K, Reader]]) -> list[list[K]]:
    """Return letters by envelope: homes in the order of their first letter, in a home the oldest first.

    Every grown-up has an envelope, since a letter and its code are for that person alone. A child's letter goes to
    the parents, so it travels with the recorded representative, else with the oldest of the home; children whose
    parents get no letter share one.
    """
    homes: dict[str, list[tuple[K, Reader]]] = {}
    for letter, reader in letters:
        homes.setdefault(reader.home, []).append((letter, reader))
    return [envelope for members in homes.values() for envelope in _sort_home(members)]


def _sort_home(members: list[tuple[K, Reader]]) -> list[list[K]]:
    # An unknown year of birth stands behind the known ones.
    by_age = sorted(members, key=lambda one: (not one[1].born[0], one[1].born, one[1].file_number))
    envelopes: dict[str, list[K]] = {}
    for letter, reader in by_age:
        if not reader.is_child:
            envelopes.setdefault(reader.file_number, []).append(letter)
    oldest = next(iter(envelopes), "")
    for letter, reader in by_age:
        if reader.is_child:
            holder = reader.represented_by if reader.represented_by in envelopes else oldest
            envelopes.setdefault(holder, []).append(letter)
    return list(envelopes.values())
