"""Draw identities and secrets: the only module that may use randomness."""

import base64
import os
import secrets
import threading
import time
import uuid

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

_BASE32 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_TO_CROCKFORD = bytes.maketrans(_BASE32, CROCKFORD.encode())

_lock = threading.Lock()
_last = 0


def new_id() -> uuid.UUID:
    """Return a UUID version 7 (RFC 9562, section 5.7), strictly rising within this process.

    Rising keys keep the primary-key index of a million imported rows compact.
    """
    global _last
    with _lock:
        _last = max(_last + 1, time.time_ns() * 4096 // 1_000_000)
        value = _last
    milliseconds, counter = divmod(value, 4096)
    tail = int.from_bytes(os.urandom(8)) >> 2
    return uuid.UUID(int=(milliseconds << 80) | (7 << 76) | (counter << 64) | (0b10 << 62) | tail)


def new_id_series() -> str:
    """Return the first 24 hexadecimal digits of ids for one run; the last eight, counted up, make each its own.

    A night writes its rows inside the database, which cannot draw ids; it counts within a series drawn here.
    """
    return new_id().hex[:24]


def new_token(size_bytes: int = 32) -> str:
    """Return a URL-safe secret of `size_bytes` random bytes."""
    return secrets.token_urlsafe(size_bytes)


def new_bytes(size_bytes: int) -> bytes:
    """Return random bytes."""
    return secrets.token_bytes(size_bytes)


def new_crockford(length: int) -> str:
    """Return `length` random characters of Crockford's base 32, five bits each."""
    drawn = int.from_bytes(os.urandom((5 * length + 7) // 8))
    return "".join([CROCKFORD[drawn >> 5 * place & 31] for place in range(length)])


def new_marks(count: int) -> bytes:
    """Return `count` times the eight characters of a public reference, drawn at once for a run."""
    return base64.b32encode(os.urandom(5 * count)).translate(_TO_CROCKFORD)


def new_digits(length: int) -> str:
    """Return `length` random decimal digits."""
    return "".join(secrets.choice("0123456789") for _ in range(length))


def new_ref(prefix: str) -> str:
    """Return a public reference such as `V-7K3M-Q2XA`: forty random bits, easy to read aloud."""
    drawn = new_crockford(8)
    return f"{prefix}-{drawn[:4]}-{drawn[4:]}"
