"""Decide how long a message may wait, when it is tried again and when a person must look."""

from datetime import date, datetime, timedelta

from servicedesk.kernel.intervals import add_months

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
