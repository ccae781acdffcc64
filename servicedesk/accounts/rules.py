"""Decide about access codes: their form, birth dates beside them, and how often a source may fail.

A code is 16 characters of Crockford's base 32: 4 locator (finds the row, no secret), 11 secret (55 bits), 1 check.
"""

import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from servicedesk.kernel.ids import CROCKFORD
from servicedesk.kernel.intervals import Lead

LOCATOR_LENGTH = 4
SECRET_LENGTH = 11
CODE_LENGTH = LOCATOR_LENGTH + SECRET_LENGTH + 1
PIN_LENGTH = 6
CODE_LIFE = Lead(months=12)
"""How long a code opens its case at most; closing the case or a new code ends it earlier."""

_TYPED_LIMIT = 200
_LOOK_ALIKES = {"O": "0", "I": "1", "L": "1"}
_VALUES = {character: value for value, character in enumerate(CROCKFORD)}


@dataclass(frozen=True, slots=True)
class CodeLimits:
    """Hold every limit on guessing codes; documented in docs/security and nowhere else set.

    Only failures count, so that a house full of people behind one address can sign in. `source_failures` within
    `source_window` is what one /24 (IPv6: /56) may fail, and `strict_source_failures` while the alarm is on;
    `locator_failures` what one source may fail on one locator; `total_failures` within `total_window` is what all
    sources together may fail before the alarm. The alarm never closes the door.
    """

    source_failures: int = 30
    strict_source_failures: int = 5
    source_window: timedelta = timedelta(minutes=15)
    locator_failures: int = 5
    total_failures: int = 1000
    total_window: timedelta = timedelta(hours=1)
    wrong_birth_dates: int = 5


LIMITS = CodeLimits()


@dataclass(frozen=True, slots=True)
class TypedCode:
    """Hold a code whose form and check character are right; nothing is said about whether it exists."""

    locator: str
    secret: str


@dataclass(frozen=True, slots=True)
class BirthDate:
    """Hold a birth date as a permit shows it; month and day 0 are unknown (00.00.1990)."""

    year: int
    month: int
    day: int


def normalise_code(typed: str) -> str:
    """Return what was typed without spaces, hyphens, dots, brackets, case and invisible characters.

    Letters that look like digits (O, I, L) and digits of other scripts become the digits meant. A letter that no
    code contains stays as `?`, so that it is never silently dropped.
    """
    kept: list[str] = []
    for character in unicodedata.normalize("NFKC", typed[:_TYPED_LIMIT]).upper():
        digit = unicodedata.decimal(character, None)
        meant = str(digit) if digit is not None else _LOOK_ALIKES.get(character, character)
        if meant in _VALUES:
            kept.append(meant)
        elif meant.isalnum():
            kept.append("?")
    return "".join(kept)


def check_character(body: str) -> str:
    """Return the check character of the first 15: a weighted sum over the field of 32 elements.

    Every position has another weight, so one wrong character and any two swapped ones are always found.
    """
    total = 0
    for character in body:
        total = _times_alpha(total ^ _VALUES[character])
    return CROCKFORD[total]


def _times_alpha(value: int) -> int:
    doubled = value << 1
    return doubled ^ 0b100101 if doubled & 0b100000 else doubled


def parse_code(typed: str) -> TypedCode | None:
    """Return locator and secret of a well-formed code, or None for a typing slip; a slip is no guess."""
    code = normalise_code(typed)
    if len(code) != CODE_LENGTH or "?" in code or check_character(code[:-1]) != code[-1]:
        return None
    return TypedCode(locator=code[:LOCATOR_LENGTH], secret=code[LOCATOR_LENGTH:-1])


def format_code(locator: str, secret: str) -> str:
    """Return the printed form, `XXXX-XXXX-XXXX-XXXX`."""
    body = locator + secret
    code = body + check_character(body)
    return "-".join(code[start : start + 4] for start in range(0, CODE_LENGTH, 4))


def is_same_birth_date(known: BirthDate, typed: BirthDate) -> bool:
    """Tell whether the typed birth date is the register's.

    Where the register does not know day or month, people type what the card shows (00) or what their passport was
    given instead (01); both count.
    """
    return (
        known.year == typed.year
        and _is_same_part(known.month, typed.month)
        and _is_same_part(known.day, typed.day)
    )


def _is_same_part(known: int, typed: int) -> bool:
    return typed in {0, 1} if known == 0 else typed == known


def source_prefix(address: str) -> str:
    """Return the network a request came from: /24 of IPv4, /56 of IPv6, `unknown` for anything else."""
    try:
        parsed: IPv4Address | IPv6Address = ip_address(address.strip().partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    length = 24 if isinstance(parsed, IPv4Address) else 56
    return str(ip_network((parsed, length), strict=False))


def window_start(now: datetime, window: timedelta) -> datetime:
    """Return the start of the fixed window that `now` falls into, counted from the epoch."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return epoch + ((now - epoch) // window) * window


@dataclass(frozen=True, slots=True)
class Failures:
    """Hold how often something failed in the running window and in the one before."""

    current: int = 0
    previous: int = 0


def estimate_failures(failures: Failures, *, now: datetime, window: timedelta) -> float:
    """Return the failures of the last `window`, taking those of the window before as evenly spread."""
    passed = (now - window_start(now, window)) / window
    return failures.current + failures.previous * (1 - passed)


def wait_until_below(failures: Failures, limit: int, *, now: datetime, window: timedelta) -> timedelta:
    """Return how long a source has to wait before it may try again; zero when it may at once."""
    if estimate_failures(failures, now=now, window=window) < limit:
        return timedelta(0)
    start = window_start(now, window)
    if failures.current >= limit:
        # This window's failures thin out only in the next one.
        share = 1 - limit / failures.current if failures.current else 0.0
        instant = start + window + window * share
    else:
        instant = start + window * (1 - (limit - failures.current) / max(failures.previous, 1))
    return max(instant - now, timedelta(seconds=1))
