"""Remember that somebody has waited for one status code, without keeping anything about them.

Whoever was told to come back later brings this proof along; at the instant it names the question passes, so that a
flood from the same network cannot keep a real person out. It is good for one code only, so it lets nobody guess.
"""

from datetime import UTC, datetime, timedelta

from servicedesk.kernel.crypto import Vault, equal

LASTS = timedelta(minutes=10)
"""How long after its instant a proof is still good."""


def write_waiting(vault: Vault, *, code: str, until: datetime) -> str:
    """Return the proof that the answer for `code` may be had from `until` on."""
    instant = str(int(until.timestamp()) + 1)
    return f"{instant}.{_mark(vault, code, instant)}"


def time_left(vault: Vault, proof: str, *, code: str, now: datetime) -> timedelta | None:
    """Return how long there is still to wait; zero once the answer may be had, None for a proof that proves nothing."""
    instant, _, mark = proof.partition(".")
    if not (instant.isascii() and instant.isdigit() and len(instant) < 12):
        return None
    until = datetime.fromtimestamp(int(instant), UTC)
    if not equal(_mark(vault, code, instant).encode(), mark.encode()) or now >= until + LASTS:
        return None
    return max(until - now, timedelta(0))


def _mark(vault: Vault, code: str, instant: str) -> str:
    return vault.digest("status-waiting", f"{code}|{instant}".encode()).hex()
