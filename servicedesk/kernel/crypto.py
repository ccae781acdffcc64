"""Encrypt values at rest and hash secrets; keys come from the settings.

AES-256-GCM (NIST SP 800-38D) with the place of the value, `table:row:column`, as associated data: a ciphertext
moved to another row does not open.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from servicedesk.kernel.ids import new_bytes

_NONCE_BYTES = 12


class CannotOpen(Exception):
    """Report a sealed value that is damaged, moved to another place, or whose key is not at hand."""


@dataclass(frozen=True, slots=True)
class Vault:
    """Seal and open values with the active key; open with any known one.

    `keys` maps a key id (1 to 255) to 32 bytes; `active` names the one that seals. `pepper` is the secret beside
    the database under which lookup secrets are hashed.
    """

    keys: Mapping[int, bytes]
    active: int
    pepper: bytes
    _ciphers: dict[int, AESGCM] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_ciphers", {number: AESGCM(key) for number, key in self.keys.items()})

    def __repr__(self) -> str:
        """Return a text without any key."""
        return f"Vault(active={self.active})"

    def seal(self, plain: bytes, table: str, row: UUID, column: str) -> bytes:
        """Return key id, nonce and ciphertext as one value."""
        nonce = new_bytes(_NONCE_BYTES)
        place = f"{table}:{row.hex}:{column}".encode()
        return bytes([self.active]) + nonce + self._ciphers[self.active].encrypt(nonce, plain, place)

    def open(self, sealed: bytes, table: str, row: UUID, column: str) -> bytes:
        """Return the plain value.

        Raises CannotOpen when the value is damaged, belongs elsewhere, or its key is missing.
        """
        cipher = self._ciphers.get(sealed[0]) if len(sealed) > 1 + _NONCE_BYTES else None
        if cipher is None:
            raise CannotOpen(f"no key for {table}.{column}")
        place = f"{table}:{row.hex}:{column}".encode()
        try:
            return cipher.decrypt(sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :], place)
        except InvalidTag as fault:
            raise CannotOpen(f"{table}.{column} does not open") from fault

    def seal_text(self, plain: str, table: str, row: UUID, column: str) -> bytes:
        """Seal a text as UTF-8."""
        return self.seal(plain.encode(), table, row, column)

    def open_text(self, sealed: bytes, table: str, row: UUID, column: str) -> str:
        """Open a text sealed by `seal_text`."""
        return self.open(sealed, table, row, column).decode()

    def digest(self, purpose: str, value: bytes) -> bytes:
        """Return HMAC-SHA-256 under the pepper; `purpose` keeps the uses apart."""
        return hmac.new(self.pepper, purpose.encode() + b"\0" + value, hashlib.sha256).digest()


def equal(left: bytes, right: bytes) -> bool:
    """Compare secrets in constant time; bytes only, since texts beyond ASCII make hmac raise."""
    return hmac.compare_digest(left, right)


def sha256_hex(value: bytes) -> str:
    """Return the SHA-256 of `value` as lower-case hexadecimal."""
    return hashlib.sha256(value).hexdigest()
