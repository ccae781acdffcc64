"""Draw identities and secrets: the only module that may use randomness."""

import os
import secrets
import threading
import time
import uuid

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

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


def new_token(size_bytes: int = 32) -> str:
    """Return a URL-safe secret of `size_bytes` random bytes."""
    return secrets.token_urlsafe(size_bytes)


def new_bytes(size_bytes: int) -> bytes:
    """Return random bytes."""
    return secrets.token_bytes(size_bytes)


def new_crockford(length: int) -> str:
    """Return `length` random characters of Crockford's base 32, five bits each."""
    return "".join(secrets.choice(CROCKFORD) for _ in range(length))


def new_digits(length: int) -> str:
    """Return `length` random decimal digits."""
    return "".join(secrets.choice("0123456789") for _ in range(length))


def new_ref(prefix: str) -> str:
    """Return a public reference such as `V-7K3M-Q2XA`: forty random bits, easy to read aloud."""
    drawn = new_crockford(8)
    return f"{prefix}-{drawn[:4]}-{drawn[4:]}"
